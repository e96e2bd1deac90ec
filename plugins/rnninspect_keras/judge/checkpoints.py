"""Links a checkpoint's own files under a name of ours, so that TensorFlow opens no others.

TensorFlow takes a prefix for a folder with a file `checkpoint`, which names any path, for a pattern
with `*` and `?`, and for a link; and it chooses between the formats by the files that it finds.
"""

from __future__ import annotations

import re
from pathlib import Path

from rnninspect.plugin import Whereabouts, open_source
from rnninspect.verification.question import NeedsTrust
from rnninspect_keras.recognition import INDEX
from rnninspect_keras.tensorflow.checkpoints.v1 import SHARD
from rnninspect_keras.tensorflow.checkpoints.v2 import is_index
from rnninspect_keras.tensorflow.reading import newest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect.verification.question import Question

PREFIX = "model"
PATTERN = f"{PREFIX}-*-of-*"  # the tables of a V1 checkpoint of several shards


def linked_prefix(question: Question, own: Path) -> Path:
    """The prefix below the folder `own` of links to the files that the report described.

    Raises:
        NeedsTrust: the file is not trusted, and one of them is not a regular file in its folder.
    """
    with open_source(question.path) as source:
        path = Path(question.path)
        folder = path if source.is_folder else path.parent
        files = dict(_files(source, folder))
        for link, name in files.items():
            found = source.neighbour(name)
            if found.path is not None:
                (own / link).symlink_to(found.path)
            elif question.trusted:
                (own / link).symlink_to(folder / name)
            elif found.whereabouts is not Whereabouts.MISSING:
                raise NeedsTrust(f"it leads to {name}, which is not a regular file in its folder")
    in_shards = not any(link in files for link in (PREFIX, PREFIX + INDEX))
    return own / (PATTERN if in_shards else PREFIX)


def _files(source: Source, folder: Path) -> Iterator[tuple[str, str]]:
    """The link of each file of the checkpoint, and the file's name."""
    prefix = newest(source) if source.is_folder else source.name.removesuffix(INDEX)
    index = prefix + INDEX if source.is_folder else source.name
    if _is_of_version_2(source, index):
        yield PREFIX + INDEX, index
        yield from _below(folder, prefix, r"\.data-\d{5}-of-\d{5}")
    elif shard := re.fullmatch(SHARD, prefix):
        yield from _below(folder, shard[1], rf"-\d{{5}}-of-{shard[3]}")
    else:
        yield PREFIX, prefix


def _is_of_version_2(source: Source, index: str) -> bool:
    return source.neighbour(index).path is not None if source.is_folder else is_index(source)


def _below(folder: Path, prefix: str, ending: str) -> Iterator[tuple[str, str]]:
    """Files whose names are the prefix and an ending."""
    home, _, stem = prefix.rpartition("/")
    for path in (folder / home).iterdir():
        found = re.fullmatch(re.escape(stem) + f"({ending})", path.name)
        if found:
            yield PREFIX + found[1], prefix + found[1]
