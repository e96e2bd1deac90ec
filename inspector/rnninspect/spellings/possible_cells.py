"""Reports possible cells by the names in the file, without counting them as layers."""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect.model import Fact, Observation
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rnninspect.model import StoredTensor
    from rnninspect.spellings.entries import Named, Stored
    from rnninspect.spellings.prefilter import Remainder
    from rnninspect.spellings.suspects import Suspects

_MOST = 50  # observations of one network
_SHOWN = 6  # names in one of them


def possible_cells(
    suspects: Suspects, rest: Remainder, stored: Stored, called: Callable[[str], str]
) -> Iterator[Observation]:
    """An observation for each kind of module, with the tensors of all modules of the kind.

    All tensors directly in a module belong to it.
    """
    tensors_of = _with_neighbours(suspects, rest.unassigned)
    kinds = list(_by_pattern(suspects).values())
    for alike in kinds[:_MOST]:
        tensors = tuple(stored(entry) for path in alike for entry in tensors_of[path])
        named = map(stored, suspects[alike[0]])
        detail = _detail(alike, named, rest, called(alike[0]))
        yield Observation(Fact.POSSIBLE, detail, tensors=tensors)
    others = [path for alike in kinds[_MOST:] for path in alike]
    if others:
        detail = f"and {plural(len(others), 'more module')} of this kind"
        tensors = tuple(stored(entry) for path in others for entry in tensors_of[path])
        yield Observation(Fact.POSSIBLE, detail, tensors=tensors)


def _detail(
    alike: list[str], suspicious: Iterable[StoredTensor], rest: Remainder, called: str
) -> str:
    names = list(dict.fromkeys(tensor.name for tensor in suspicious))
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    declared = rest.declared.get(alike[0])
    what = declared.path if declared else "a module"
    more = f" (and {len(alike) - 1:,} more like it)" if len(alike) > 1 else ""
    return f"{called or 'the model'}{more}: {what} with {shown}"


def _by_pattern(suspects: Suspects) -> dict[object, list[str]]:
    """Paths of modules that differ only in numbers: the blocks of one stack."""
    alike: dict[object, list[str]] = {}
    for path, suspicious in suspects.items():
        names = (path, *(entry.name for entry in suspicious))
        pattern = tuple(re.sub(r"\d+", "#", text) for text in names)
        alike.setdefault(pattern, []).append(path)
    return alike


def _with_neighbours(suspects: Suspects, unassigned: Sequence[Named]) -> dict[str, list[Named]]:
    """The suspicious tensors of each module, and the others directly in it, each once."""
    tensors_of = {
        path: {id(entry): entry for entry in suspicious} for path, suspicious in suspects.items()
    }
    for entry in unassigned if tensors_of else ():
        path = entry.name.rpartition(".")[0]
        if path in tensors_of:
            tensors_of[path][id(entry)] = entry
    return {path: list(entries.values()) for path, entries in tensors_of.items()}
