"""Names what looks recurrent and is not a known cell, in the file's own words; never counts it."""

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
    """One observation for each kind of module, with the tensors of all modules of the kind.

    Besides the telling tensors of a module, those that are directly in it belong to it.
    """
    held = _with_neighbours(suspects, rest.unassigned)
    kinds = list(_by_pattern(suspects).values())
    for alike in kinds[:_MOST]:
        tensors = tuple(stored(entry) for path in alike for entry in held[path])
        detail = _detail(alike, suspects[alike[0]], rest.declared)
        yield Observation(Fact.POSSIBLE, detail, tensors=tensors)
    others = [path for alike in kinds[_MOST:] for path in alike]
    if others:
        detail = f"and {plural(len(others), 'more module')} of this kind"
        tensors = tuple(stored(entry) for path in others for entry in held[path])
        yield Observation(Fact.POSSIBLE, detail, tensors=tensors)


def _detail(
    alike: list[str], telling: list[NamedTensor], declared: dict[str, DeclaredModule]
) -> str:
    path = alike[0]
    names = list(dict.fromkeys(entry.name for entry in telling))
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    what = declared[path].path if path in declared else "a module"
    more = f" (and {len(alike) - 1:,} more like it)" if len(alike) > 1 else ""
    return f"{without_wrappers(path) or 'the model'}{more}: {what} with {shown}"


def _by_pattern(suspects: Suspects) -> dict[object, list[str]]:
    """Paths of modules that differ in numbers alone: the blocks of one stack."""
    alike: dict[object, list[str]] = {}
    for path, telling in suspects.items():
        texts = (path, *(entry.name for entry in telling))
        pattern = tuple(re.sub(r"\d+", "#", text) for text in texts)
        alike.setdefault(pattern, []).append(path)
    return alike


def _with_neighbours(
    suspects: Suspects, unassigned: Sequence[NamedTensor]
) -> dict[str, list[NamedTensor]]:
    """The telling tensors of each module, and the others that are directly in it, each once."""
    held = {path: {id(entry): entry for entry in telling} for path, telling in suspects.items()}
    for entry in unassigned if held else ():
        path = entry.name.rpartition(".")[0]
        if path in held:
            held[path][id(entry)] = entry
    return {path: list(entries.values()) for path, entries in held.items()}
