"""Finds the modules of a network that signatures explain."""

from __future__ import annotations

import re

from rnninspect.signatures.matching import best, is_whole
from rnninspect.signatures.parts import ends
from rnninspect.signatures.siblings import missed, settled
from rnninspect.signatures.tables import SIGNATURES, by_odd_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rnninspect.signatures.matching import Found

_NUMBERED = re.compile(r"(?:_\d+)?/")


def find(shapes: Mapping[str, tuple[int, ...]], *, whole: bool = False) -> Iterator[Found]:
    """The modules among these tensors that a signature explains, in their order.

    Args:
        shapes: the shapes of all tensors of a network by their names.
        whole: whether a module must have all weights, none of them transposed.
    """
    modules = _modules(shapes)
    if not modules:
        return
    members = _members(shapes, modules)
    every = (best(path, modules[path], members[path], shapes) for path in modules)
    known = settled([found for found in every if found is not None], shapes)
    if whole:
        known = [found for found in known if is_whole(found, shapes)]
    else:
        known = _with_missed(known, shapes)
    yield from _apart(known)


def _with_missed(known: list[Found], shapes: Mapping[str, tuple[int, ...]]) -> list[Found]:
    """Them and the damaged modules beside them, in the order of the tensors."""
    more = missed(known, shapes, _members)
    if not more:
        return known
    order = {name: at for at, name in enumerate(shapes)}
    return sorted(
        [*known, *more], key=lambda found: min(order[full] for full in found.names.values())
    )


def _apart(every: list[Found]) -> Iterator[Found]:
    """Those that share no tensor with one of more tensors."""
    owners: dict[str, Found] = {}
    for found in sorted(every, key=lambda each: len(each.names)):
        owners |= dict.fromkeys(found.names.values(), found)
    for found in every:
        if all(owners[name] is found for name in found.names.values()):
            yield found


def _modules(names: Iterable[str]) -> dict[str, set[int]]:
    """The modules with an odd name, by the text before it, and the places of what to try."""
    known = by_odd_name()
    modules: dict[str, set[int]] = {}
    for name in names:
        for at in ends(name):
            for place in known.get(name[at:], ()):
                if SIGNATURES[place].within in name[:at].lower():
                    modules.setdefault(name[:at], set()).add(place)
    return modules


def _members(names: Iterable[str], modules: Iterable[str]) -> dict[str, dict[str, str]]:
    """The tensors of each module, by their names in it."""
    members: dict[str, dict[str, str]] = {path: {} for path in modules}
    for name in names:
        for at in ends(name):
            if name[:at] in members:
                inside = name[at:]
                members[name[:at]][inside] = name
                if "/" in inside:  # `group_normalization_3/gamma`
                    members[name[:at]].setdefault(_NUMBERED.sub("#/", inside), name)
    return members
