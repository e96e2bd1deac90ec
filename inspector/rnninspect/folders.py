"""What models a folder holds that is none itself, for the message that says what to type."""

from __future__ import annotations

import os
import shlex
from itertools import islice

from rnninspect.errors import UnreadableFile
from rnninspect.source import open_source
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.plugin import Reader
    from rnninspect.source import Source

MOST_OPENED, MOST_NAMED = 200, 3


def describe_folder(folder: Source, readers: Sequence[Reader]) -> str:
    """How many models are in the folder, or else in its folders, and how to name one of them.

    What has a reader's ending is opened, up to MOST_OPENED of it; a link out of the folder is not.
    """
    seen = list(islice(_likely(folder, readers), MOST_OPENED + 1))
    found = [path for path, known in seen[:MOST_OPENED] if known]
    if not found:
        endings = ", ".join(reader.suffixes[0] for reader in readers if reader.suffixes)
        return f"a folder that holds no known model; looked for folders and files such as {endings}"
    at_least = "at least " if len(seen) > MOST_OPENED else ""
    paths = [shlex.quote(path) for path in found[:MOST_NAMED]]
    others = [*paths[1:], *(["…"] if len(found) > MOST_NAMED else [])]
    return (
        f"a folder that holds {at_least}{plural(len(found), 'model')}; name one: rnninspect"
        f" {paths[0]}{' (or ' * bool(others)}{', '.join(others)}{')' * bool(others)}"
    )


def _likely(
    folder: Source, readers: Sequence[Reader], depth: int = 1
) -> Iterator[tuple[str, bool]]:
    """Paths that may be models by their names, and whether they are; inner folders come last."""
    endings = tuple({ending for reader in readers for ending in reader.suffixes})
    inner = []
    for name in folder.names_ending(""):
        path = os.path.join(folder.location, name)
        is_folder = os.path.isdir(path) and not os.path.islink(path)
        if not is_folder and name.lower().endswith(endings):
            yield path, _is_model(folder, name, readers)
        elif is_folder:
            with open_source(path, folder.limits) as source:
                known = any(reader.recognises(source) for reader in readers)
            yield path, known
            inner += [] if known or not depth else [path]
    for path in inner:
        with open_source(path, folder.limits) as source:
            yield from _likely(source, readers, depth - 1)


def _is_model(folder: Source, name: str, readers: Sequence[Reader]) -> bool:
    try:
        with folder.open_neighbour(name) as source:
            return any(reader.recognises(source) for reader in readers)
    except UnreadableFile:
        return False
