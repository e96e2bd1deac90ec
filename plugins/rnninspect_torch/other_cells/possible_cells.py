"""Reports possible cells by the names in the file, without counting them as layers."""

from __future__ import annotations

import re

from rnninspect.plugin import Fact, Observation, plural
from rnninspect_torch.networks.naming import without_wrappers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rnninspect.plugin import StoredTensor
    from rnninspect_torch.networks.records import DeclaredModule, NamedTensor
    from rnninspect_torch.other_cells.prefilter import Remainder
    from rnninspect_torch.other_cells.suspects import Suspects

_MOST = 50  # observations of one network
_SHOWN = 6  # names in one of them


def possible_cells(
    suspects: Suspects, rest: Remainder, stored: Callable[[NamedTensor], StoredTensor]
) -> Iterator[Observation]:
    """An observation for each kind of module, with the tensors of all modules of the kind.

    All tensors directly in a module belong to it.
    """
    tensors_of = _with_neighbours(suspects, rest.unassigned)
    kinds = list(_by_pattern(suspects).values())
    for alike in kinds[:_MOST]:
        tensors = tuple(stored(entry) for path in alike for entry in tensors_of[path])
        detail = _detail(alike, suspects[alike[0]], rest.declared)
        yield Observation(Fact.POSSIBLE, detail, tensors=tensors)
    others = [path for alike in kinds[_MOST:] for path in alike]
    if others:
        detail = f"and {plural(len(others), 'more module')} of this kind"
        tensors = tuple(stored(entry) for path in others for entry in tensors_of[path])
        yield Observation(Fact.POSSIBLE, detail, tensors=tensors)


def _detail(
    alike: list[str], suspicious: list[NamedTensor], declared: dict[str, DeclaredModule]
) -> str:
    path = alike[0]
    names = list(dict.fromkeys(entry.name for entry in suspicious))
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    what = declared[path].path if path in declared else "a module"
    more = f" (and {len(alike) - 1:,} more like it)" if len(alike) > 1 else ""
    return f"{without_wrappers(path) or 'the model'}{more}: {what} with {shown}"


def _by_pattern(suspects: Suspects) -> dict[object, list[str]]:
    """Paths of modules that differ only in numbers: the blocks of one stack."""
    alike: dict[object, list[str]] = {}
    for path, suspicious in suspects.items():
        names = (path, *(entry.name for entry in suspicious))
        pattern = tuple(re.sub(r"\d+", "#", text) for text in names)
        alike.setdefault(pattern, []).append(path)
    return alike


def _with_neighbours(
    suspects: Suspects, unassigned: Sequence[NamedTensor]
) -> dict[str, list[NamedTensor]]:
    """The suspicious tensors of each module, and the others directly in it, each once."""
    tensors_of = {
        path: {id(entry): entry for entry in suspicious} for path, suspicious in suspects.items()
    }
    for entry in unassigned if tensors_of else ():
        path = entry.name.rpartition(".")[0]
        if path in tensors_of:
            tensors_of[path][id(entry)] = entry
    return {path: list(entries.values()) for path, entries in tensors_of.items()}
