"""Finds the modules whose tensors have the names and shapes of a signature."""

from __future__ import annotations

import re
from functools import lru_cache

from rnninspect.cells import CELLS, Role, Sizes, Sum
from rnninspect.record import Record
from rnninspect.signatures.parts import SEPARATORS, ends, first_part
from rnninspect.signatures.solving import solve
from rnninspect.signatures.tables import SIGNATURES, by_odd_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rnninspect.signatures.signature import NamedWeight, Signature

_WRAPPED = ".base_layer."  # by PEFT, of a layer with an adapter
_NUMBERED = re.compile(r"(?:_\d+)?/")
TAPS = ("kh", "kw")  # axes of the window of a gated cell that convolves
_ASIDE = frozenset({"_extra_state", "rotary_emb", "mup_vector"})  # nothing that is learned
_STEPS_OF_A_WEIGHT = 2
_LEAST_SHARE = 0.75  # of a signature's tensors that a damaged module still has


class Found(Record):
    """A module that is a cell.

    Attributes:
        path: the module's name, without a separator at its end.
        signature: by which it was found.
        names: the full names of its tensors, by their names in the signature.
        sizes: those that the shapes determine.
    """

    path: str
    signature: Signature
    names: dict[str, str]
    sizes: Sizes

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of its tensors, and those that it must have."""
        weights = self.signature.weights()
        names = self.signature.required().union(self.names)
        present = {role for name in names for role in weights[name].roles}
        return CELLS[self.signature.cell].required() | present


class _Given(Record):
    """What a module is compared with signatures by.

    Attributes:
        members: the full names of its tensors, by their names in it.
        shapes: the shapes of all tensors by their full names.
        known: sizes by symbol.
        spend: is given the number of steps before they are taken.
    """

    members: Mapping[str, str]
    shapes: Mapping[str, tuple[int, ...]]
    known: tuple[tuple[str, int], ...]
    spend: Callable[[int], object]


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
    every = (
        _best(path, modules[path], _Given(members[path], shapes, known, spend)) for path in modules
    )
    explained = [found for found in every if found is not None]
    yield from _apart([found for found in explained if not whole or _is_whole(found, shapes)])


def _apart(every: list[Found]) -> Iterator[Found]:
    """Those that share no tensor with one of more tensors."""
    owners: dict[str, Found] = {}
    for found in sorted(every, key=lambda each: len(each.names)):
        owners |= dict.fromkeys(found.names.values(), found)
    for found in every:
        if all(owners[name] is found for name in found.names.values()):
            yield found


def _modules(names: Iterable[str], implementation: str) -> dict[str, set[int]]:
    """The modules with an odd name, by the text before it, and the places of what to try."""
    known = by_odd_name()
    modules: dict[str, set[int]] = {}
    for name in names:
        for at in ends(name):
            for place in known.get(name[at:], ()):
                signature = SIGNATURES[place]
                if implementation not in ("", signature.implementation):
                    continue
                if signature.suits(name[:at]):
                    modules.setdefault(name[:at], set()).add(place)
    return modules


def _members(names: Iterable[str], modules: Iterable[str]) -> dict[str, dict[str, str]]:
    """The tensors of each module, by their names in it."""
    members: dict[str, dict[str, str]] = {path: {} for path in modules}
    for name in names:
        for at in ends(name):
            if name[:at] in members:
                inside = name[at:].replace(_WRAPPED, ".")
                members[name[:at]][inside] = name
                if "/" in inside:  # `group_normalization_3/gamma`
                    members[name[:at]].setdefault(_NUMBERED.sub("#/", inside), name)
    return members


def _best(path: str, places: Iterable[int], given: _Given) -> Found | None:
    """The signature that explains the most tensors of a module, of several the first."""
    best: tuple[tuple[int, int], Found] | None = None
    every = (0, len(set(given.members.values())))
    for place in sorted(places):
        required = SIGNATURES[place].required()
        if len(given.members) < _LEAST_SHARE * len(required):
            continue
        given.spend(_STEPS_OF_A_WEIGHT * len(required))
        found = _read(path, SIGNATURES[place], given)
        if found is None:
            continue
        missing = len(found.signature.required() - found.names.keys())
        score = (-missing, len(found.names) - _mismatches(found, given.shapes))
        if best is None or score > best[0]:
            best = (score, found)
        if score == every:
            break
    return None if best is None else best[1]


def _read(path: str, signature: Signature, given: _Given) -> Found | None:
    weights, members, shapes = signature.weights(), given.members, given.shapes
    names = {name: members[name] for name in weights if name in members}
    if not _may_be(path, signature, names, members):
        return None
    stored = tuple(
        (weights[name], signature.fitted(weights[name], shapes[full]))
        for name, full in names.items()
    )
    sizes = _sizes(signature, stored, given.known)
    if sizes is None:
        return None
    found = Found(path.rstrip(SEPARATORS), signature, names, sizes)
    wrong = _mismatches(found, shapes)
    if wrong and (signature.strict or _has_others(path, names, members)):
        return None
    return found if wrong <= max(1, (1 - _LEAST_SHARE) * len(names)) else None


def _may_be(
    path: str, signature: Signature, names: Mapping[str, str], members: Mapping[str, str]
) -> bool:
    """Whether enough tensors have the names of a signature.

    A module that lacks some, or has some in another shape, and has others besides is one of
    another implementation, or stores its weights packed.
    """
    required = signature.required()
    missing = len(required - names.keys())
    if signature.strict:
        complete = len(names) == len(signature.weights())
        return complete and not _has_others(path, names, members)
    if missing > (1 - _LEAST_SHARE) * len(required):
        return False
    if not _has_others(path, names, members):
        return True
    return not missing and (signature.shares or not _is_other(signature, names, members))


def _has_others(path: str, names: Mapping[str, str], members: Mapping[str, str]) -> bool:
    """Whether a module, not the whole network, has tensors that a signature does not name."""
    known = set(names.values())
    return bool(path) and any(full not in known for full in members.values())


def _is_other(signature: Signature, names: Mapping[str, str], members: Mapping[str, str]) -> bool:
    """Whether a module has parts that a signature does not know: it computes something else.

    What adapters and quantisers add to a weight is below the weight's own module.
    """
    known = set(names.values())
    parts = {first_part(name) for name in signature.weights()} | _ASIDE
    return any(
        full not in known and first_part(inside) not in parts for inside, full in members.items()
    )


@lru_cache(maxsize=256)
def _sizes(
    signature: Signature,
    stored: tuple[tuple[NamedWeight, tuple[int, ...]], ...],
    known_sizes: tuple[tuple[str, int], ...],
) -> Sizes | None:
    """The sizes of the cell; None where the shapes leave one of the formula's open."""
    cell = CELLS[signature.cell]
    shaped = [(weight.axes, shape) for weight, shape in stored if weight.axes]
    solved = solve(shaped, cell.relations)
    present = cell.required() | {role for weight, _ in stored for role in weight.roles}
    if not cell.symbols:
        taps = tuple(solved[axis] for axis in TAPS if axis in solved)
        if not {"m", "n"} <= solved.keys():
            return None
        has = tuple((symbol, solved.get(symbol, 0)) for symbol in cell.own_symbols(present))
        return Sizes(solved["m"], solved["n"], kernel_size=taps, own=has)
    needed = {
        symbol
        for weight in cell.weights
        if weight.role in present
        for factor in weight.factors
        if isinstance(factor, Sum)
        for symbol in factor.symbols()
    }
    if needed - solved.keys() and known_sizes:
        solved = solve(shaped, cell.relations, dict(known_sizes) | solved)
    if needed - solved.keys():
        return None
    own = tuple((symbol, solved[symbol]) for symbol, _ in cell.symbols if symbol in solved)
    return Sizes(solved.get("m", 0), solved.get("n", 0), own=own)


def _is_whole(found: Found, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether no weight is missing or transposed."""
    sizes, weights = _values(found.sizes), found.signature.weights()
    return found.signature.required() <= found.names.keys() and not any(
        _differs(weights[name], shapes[full], sizes)
        and sorted(shapes[full]) == sorted(axis.value(sizes) for axis in weights[name].axes)
        for name, full in found.names.items()
    )


def _mismatches(found: Found, shapes: Mapping[str, tuple[int, ...]]) -> int:
    sizes, weights = _values(found.sizes), found.signature.weights()
    fitted = found.signature.fitted
    return sum(
        _differs(weights[name], fitted(weights[name], shapes[full]), sizes)
        for name, full in found.names.items()
    )


def _values(sizes: Sizes) -> dict[str, int]:
    """Sizes by the symbols of signatures."""
    taps = dict(zip(TAPS, sizes.kernel_size, strict=False))
    return {"m": sizes.input_size, "n": sizes.hidden_size, **taps, **dict(sizes.own)}


def _differs(weight: NamedWeight, shape: tuple[int, ...], sizes: Mapping[str, int]) -> bool:
    if not weight.axes or not weight.is_exact:
        return False
    return tuple(axis.value(sizes) for axis in weight.axes) != shape
