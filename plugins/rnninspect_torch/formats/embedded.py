"""Model files embedded in a pickle, as bytes or as an array of bytes: pickled Keras models.

Keras 3 and tf.keras since 2.11 pickle the bytes of a `.keras` archive, tf.keras before that an
array with a tar archive of a SavedModel, scikeras an array of either; others pickle HDF5 files.
"""

from __future__ import annotations

from rnninspect.decode.pickles.magic import HEAD, is_tar, starts_model_file
from rnninspect.decode.pickles.values import Blob, Instance, Mapping
from rnninspect.plugin import Fact, Inside, Limit, Observation, UnreadableFile, plural
from rnninspect_torch.archives.tar_members import read_tar
from rnninspect_torch.describing.model import callables_of
from rnninspect_torch.tensors.arrays import array_of, parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect_torch.describing.contents import Contents
    from rnninspect_torch.networks.walking import Walk

_GRAPH = "saved_model.pb"


def find_inside(contents: Contents, walk: Walk) -> Inside | None:
    """The one model file embedded in a pickle; None if there is none.

    Raises UnreadableFile if there are several.
    """
    if not contents.calls.embeds_files:
        return None
    files, others = [], 0
    for value in _bytes_in(contents.value, walk):
        source = _opened(value, contents.calls.source)
        if source is not None:
            files.append(source)
        elif isinstance(value, Instance) and array_of(value) is not None:
            others += 1
    if not files:
        return None
    if len(files) > 1:
        raise UnreadableFile(
            f"{contents.calls.container} with {len(files)} embedded model files, expected one"
        )
    notes = [*callables_of(contents), *contents.observations]
    if others:
        clause = f"{plural(others, 'array')} beside the model file: not read"
        notes.append(Observation(Fact.UNUSUAL, clause))
    return Inside(_without_tar(files[0]), contents.calls.container, tuple(notes))


def _bytes_in(value: object, walk: Walk) -> Iterator[object]:
    """All byte strings, strings and arrays below a value."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        walk.step()
        match current:
            case bytes() | str() | Blob():
                if walk.first_visit(current):
                    yield current
            case Mapping() if walk.first_visit(current):
                waiting.extend((*current.pairs, current.state))
            case list() | tuple() if walk.first_visit(current):
                waiting.extend(current)
            case Instance() if walk.first_visit(current):
                if parts_of(current) is not None:
                    yield current
                else:
                    parts = (current.pairs, current.items, current.args)
                    waiting.extend((current.maker, current.state, *parts))


def _opened(value: object, around: Source) -> Source | None:
    """The bytes of a model file; None without its magic number."""
    if isinstance(value, Instance):
        parts = parts_of(value)
        value = None if parts is None else parts.data
    match value:
        case bytes() if starts_model_file(value[:HEAD]):
            return around.holding(value)
        case str() if starts_model_file(value[:HEAD].encode("latin-1", "replace")):
            return around.holding(value.encode("latin-1", "replace"))
        case Blob(encoding=None) if starts_model_file(value.head(HEAD)):
            return value.source
        case Blob() if starts_model_file(value.head(HEAD)):
            return _decoded(value, around)
    return None


def _decoded(text: Blob, around: Source) -> Source:
    """Bytes that protocol 2 wrote as a string, with a character for each byte."""
    size = text.source.size
    around.spend(Limit.EXPANSION, size, "the size of bytes that a pickle stores as text")
    characters = text.source.read(0, size).decode(text.encoding or "", "replace")
    return around.holding(characters.encode("latin-1", "replace"))


def _without_tar(source: Source) -> Source:
    """The folder of a SavedModel in a tar archive, or else the file itself."""
    if not is_tar(source.head(HEAD)):
        return source
    members = read_tar(source)
    graph = next((name for name in members if f"/{name}".endswith(f"/{_GRAPH}")), None)
    if graph is None:
        return source
    folder = graph.removesuffix(_GRAPH)
    inside = {
        name.removeprefix(folder): member
        for name, member in members.items()
        if name.startswith(folder)
    }
    return source.containing(inside)
