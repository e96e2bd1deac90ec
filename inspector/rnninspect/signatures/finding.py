"""Finds the modules of a network that signatures explain."""

from __future__ import annotations

from rnninspect.signatures.matching import Given, best, is_whole
from rnninspect.signatures.parts import ends
from rnninspect.signatures.siblings import missed, settled
from rnninspect.signatures.tables import SIGNATURES, by_odd_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rnninspect.signatures.matching import Found

_WRAPPED = ".base_layer."  # by PEFT, of a layer with an adapter


def find(
    shapes: Mapping[str, tuple[int, ...]],
    *,
    whole: bool = False,
    known: tuple[tuple[str, int], ...] = (),
    implementation: str = "",
    spend: Callable[[int], object] = bool,
) -> Iterator[Found]:
    """The modules among these tensors that a signature explains, in their order.

    Args:
        shapes: the shapes of all tensors of a network by their names.
        whole: whether a module must have all weights, none of them transposed.
        known: sizes, by symbol, that are used where the shapes leave one of a formula's open.
        implementation: the only one whose signatures are tried; empty for all.
        spend: is given the number of steps before they are taken.
    """
    modules = _modules(shapes, implementation)
    if not modules:
        return
    members = _members(shapes, modules)
    given = Given({}, shapes, known, spend, {})
    every = (
        best(path, modules[path], Given(members[path], shapes, known, spend, given.solved))
        for path in modules
    )
    explained = settled([found for found in every if found is not None], shapes)
    if whole:
        explained = [found for found in explained if is_whole(found, shapes)]
    else:
        explained = _with_missed(explained, given)
    yield from _apart(explained)


def _with_missed(explained: list[Found], given: Given) -> list[Found]:
    """Them and the damaged modules beside them, in the order of the tensors."""
    more = missed(explained, given, _members)
    if not more:
        return explained
    order = {name: at for at, name in enumerate(given.shapes)}

    def place(found: Found) -> int:
        return min(order[full] for full in found.names.values())

    return sorted([*explained, *more], key=place)


def _apart(every: list[Found]) -> Iterator[Found]:
    """Those that share no tensor with one of more tensors."""
    owners: dict[str, Found] = {}
    for found in sorted(every, key=lambda each: len(each.names)):
        owners |= dict.fromkeys(found.names.values(), found)
    for found in every:
        if all(owners[name] is found for name in found.names.values()):
            yield found


def _modules(names: Iterable[str], implementation: str) -> dict[str, frozenset[int]]:
    """The modules with an odd name, by the text before it, and the places of what to try."""
    everywhere, somewhere = _by_odd_name(implementation)
    modules: dict[str, frozenset[int]] = {}
    none: frozenset[int] = frozenset()
    for name in names:
        for at in ends(name):
            odd = name[at:]
            found = everywhere.get(odd, none)
            if odd in somewhere:
                suiting = (p for p in somewhere[odd] if SIGNATURES[p].suits(name[:at]))
                found = found.union(suiting)
            if found:  # most modules have one odd name, and share the set of its places
                path = name[:at]
                modules[path] = modules[path] | found if path in modules else found
    return modules


def _by_odd_name(
    implementation: str,
) -> tuple[dict[str, frozenset[int]], dict[str, frozenset[int]]]:
    """The places of what to try by odd name: in each module, and in those whose name suits."""
    everywhere: dict[str, set[int]] = {}
    somewhere: dict[str, set[int]] = {}
    for odd, places in by_odd_name().items():
        for place in places:
            signature = SIGNATURES[place]
            if implementation in ("", signature.implementation):
                found = somewhere if signature.within or signature.called else everywhere
                found.setdefault(odd, set()).add(place)
    frozen = [
        {odd: frozenset(places) for odd, places in each.items()} for each in (everywhere, somewhere)
    ]
    return frozen[0], frozen[1]


def _members(names: Iterable[str], modules: Iterable[str]) -> dict[str, dict[str, str]]:
    """The tensors of each module, by their names in it."""
    members: dict[str, dict[str, str]] = {path: {} for path in modules}
    for name in names:
        for at in ends(name):
            if name[:at] in members:
                inside = name[at:].replace(_WRAPPED, ".")
                members[name[:at]][inside] = name
                if "/" in inside:  # `group_normalization_3/gamma`
                    members[name[:at]].setdefault(_unnumbered(inside), name)
                elif "." in inside:  # a tree that is saved with dots: `if.kernel`
                    members[name[:at]].setdefault(inside.replace(".", "/"), name)
    return members


def _unnumbered(name: str) -> str:
    """`group_normalization#/gamma` for `group_normalization_3/gamma`."""
    *outer, last = name.split("/")
    return "#/".join([*map(_without_number, outer), last])


def _without_number(part: str) -> str:
    before, mark, number = part.rpartition("_")
    return before if mark and number.isdecimal() else part
