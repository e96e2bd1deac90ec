"""Lists the models in a folder that is not a model itself, for a message on what to type."""

from __future__ import annotations

import os
import shlex
from itertools import islice

from rnninspect.errors import UnreadableFile
from rnninspect.source.source import open_source
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rnninspect.source.source import Source

MOST_OPENED, MOST_NAMED, ENDINGS_NAMED = 200, 3, 5


def describe_folder(
    folder: Source, endings: Sequence[str], is_model: Callable[[Source], bool]
) -> str:
    """How many models are in the folder, or else in its folders, and how to name one of them.

    What ends so is opened, up to MOST_OPENED of it; a link out of the folder is not.
    """
    seen = list(islice(_likely(folder, tuple(endings), is_model), MOST_OPENED + 1))
    found = [path for path, known in seen[:MOST_OPENED] if known]
    if not found:
        listed = ", ".join(endings[:ENDINGS_NAMED])
        return f"a folder without a known model; looked for folders and files such as {listed}"
    at_least = "at least " if len(seen) > MOST_OPENED else ""
    paths = [shlex.quote(path) for path in found[:MOST_NAMED]]
    others = ", ".join([*paths[1:], *(["…"] if len(found) > MOST_NAMED else [])])
    return (
        f"a folder with {at_least}{plural(len(found), 'model')};"
        f" name one: rnninspect {paths[0]}{f' (or {others})' if others else ''}"
    )


def _likely(
    folder: Source, endings: tuple[str, ...], is_model: Callable[[Source], bool], depth: int = 1
) -> Iterator[tuple[str, bool]]:
    """Paths that may be models by their names, and whether they are; inner folders come last."""
    inner = []
    for name in folder.names_ending(""):
        path = os.path.join(folder.location, name)
        if os.path.isdir(path) and not os.path.islink(path):
            with open_source(path, folder.limits) as source:
                known = is_model(source)
            yield path, known
            inner += [] if known or not depth else [path]
        elif name.lower().endswith(endings):
            yield path, _opens_as(folder, name, is_model)
    for path in inner:
        with open_source(path, folder.limits) as source:
            yield from _likely(source, endings, is_model, depth - 1)


def _opens_as(folder: Source, name: str, is_model: Callable[[Source], bool]) -> bool:
    try:
        with folder.open_neighbour(name) as source:
            return is_model(source)
    except UnreadableFile:
        return False
