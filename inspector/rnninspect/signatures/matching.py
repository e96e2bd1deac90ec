"""Matches the tensors of a module with the names and shapes of signatures."""

from __future__ import annotations

from rnninspect.cells import CELLS, Role, Sizes, Sum
from rnninspect.lean import lru_cache
from rnninspect.record import Record
from rnninspect.signatures.parts import SEPARATORS, first_part
from rnninspect.signatures.solving import broken_products, solve
from rnninspect.signatures.tables import SIGNATURES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rnninspect.signatures.signature import NamedWeight, Signature

TAPS = ("kh", "kw")  # axes of the window of a gated cell that convolves
_ASIDE = frozenset({"_extra_state", "rotary_emb", "mup_vector"})  # nothing that is learned
_STEPS_OF_A_WEIGHT = 2
_STEPS_OF_A_LAYER = 90  # of what is done with a module that is one
_PLAIN = 7  # tensors of a signature that are enough for a cell one of whose has another name
_LEAST_SHARE = 0.75  # of a signature's tensors that a damaged module still has


_Shapes = tuple[tuple[str, tuple[int, ...]], ...]


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
        return _roles(self.signature, frozenset(self.names))


@lru_cache(maxsize=256)
def _roles(signature: Signature, names: frozenset[str]) -> frozenset[Role]:
    weights = signature.weights()
    present = {role for name in signature.required() | names for role in weights[name].roles}
    return CELLS[signature.cell].required() | present


class Given(Record):
    """What a module is compared with signatures by.

    Attributes:
        members: the full names of its tensors, by their names in it.
        shapes: the shapes of all tensors by their full names.
        known: sizes by symbol.
        spend: is given the number of steps before they are taken.
        solved: the sizes of modules of the network by a signature's lines and their shapes.
    """

    members: Mapping[str, str]
    shapes: Mapping[str, tuple[int, ...]]
    known: tuple[tuple[str, int], ...]
    spend: Callable[[int], object]
    solved: dict[tuple[str, _Shapes], Sizes | None]


def best(path: str, places: Iterable[int], given: Given) -> Found | None:
    """The signature that explains the most tensors of a module, of several the first."""
    first: tuple[tuple[int, int, int], Found] | None = None
    every = len(set(given.members.values()))
    count = len(given.members)
    for place in sorted(places):
        required = _required_number(place)
        if count < _LEAST_SHARE * required:
            continue
        given.spend(_STEPS_OF_A_WEIGHT * required)
        found = read(path, SIGNATURES[place], given)
        if found is None:
            continue
        missing = len(found.signature.required() - found.names.keys())
        fitting = len(found.names) - mismatches(found, given.shapes)
        score = (fitting - missing, -missing, len(found.names))
        if first is None or score > first[0]:
            first = (score, found)
        if not missing and fitting == every:
            break
    if first is None:
        return None
    given.spend(_STEPS_OF_A_LAYER)
    return first[1]


@lru_cache(maxsize=256)
def _required_number(place: int) -> int:
    """How many tensors the signature at a place requires."""
    return len(SIGNATURES[place].required())


def read(path: str, signature: Signature, given: Given, usual: Sizes | None = None) -> Found | None:
    """A module as a signature explains it; None where it does not.

    Args:
        path: the text before the names of its tensors.
        signature: what it may be.
        given: its tensors.
        usual: the sizes of modules beside it that are known, where its shapes leave one open.
    """
    weights, members, shapes = signature.weights(), given.members, given.shapes
    names = {name: members[name] for name in weights if name in members}
    if not _may_be(path, signature, names, members, most=usual is not None):
        return None
    key = (signature.lines, tuple((name, shapes[full]) for name, full in names.items()))
    if key not in given.solved:
        given.solved[key] = _sizes(signature, key[1], given)
    sizes = given.solved[key] or usual
    if sizes is None:
        return None
    found = Found(path.rstrip(SEPARATORS), signature, names, sizes)
    if not knows_sizes(found):
        return None
    wrong, others = mismatches(found, shapes), _has_others(path, names, members)
    if others and not signature.required() <= names.keys() and not _is_renamed(found, given):
        return None
    if wrong and (signature.strict or others):
        return None
    return found if wrong <= max(1, (1 - _LEAST_SHARE) * len(names)) else None


def _may_be(
    path: str,
    signature: Signature,
    names: Mapping[str, str],
    members: Mapping[str, str],
    *,
    most: int,
) -> bool:
    """Whether enough tensors have the names of a signature; up to `most` may be missing anyway.

    A module that lacks some, or has some in another shape, and has others besides is one of
    another implementation, or stores its weights packed.
    """
    required = signature.required()
    missing = len(required - names.keys())
    if signature.strict:
        complete = len(names) == len(signature.weights())
        return complete and not _has_others(path, names, members)
    if missing > max(most, (1 - _LEAST_SHARE) * len(required)):
        return False
    if not _has_others(path, names, members):
        return True
    if missing:
        return missing == 1 and len(required) >= _PLAIN
    return signature.shares or not _is_other(signature, names, members)


def _has_others(path: str, names: Mapping[str, str], members: Mapping[str, str]) -> bool:
    """Whether a module, not the whole network, has tensors that a signature does not name."""
    known = set(names.values())
    return bool(path) and any(full not in known for full in members.values())


def _is_renamed(found: Found, given: Given) -> bool:
    """Whether a module's one tensor of another name has the shape of the one that is missing."""
    weights, known = found.signature.weights(), set(found.names.values())
    missing = [weights[name] for name in found.signature.required() - found.names.keys()]
    others = [full for full in {*given.members.values()} if full not in known]
    if len(missing) != 1 or len(others) != 1 or not missing[0].axes:
        return False
    return not _differs(missing[0], given.shapes[others[0]], _values(found.sizes))


def _is_other(signature: Signature, names: Mapping[str, str], members: Mapping[str, str]) -> bool:
    """Whether a module has parts that a signature does not know: it computes something else.

    What adapters and quantisers add to a weight is below the weight's own module.
    """
    known = set(names.values())
    parts = {first_part(name) for name in signature.weights()} | _ASIDE
    return any(
        full not in known and first_part(inside).rstrip("#") not in parts
        for inside, full in members.items()
    )


def _sizes(signature: Signature, shapes: _Shapes, given: Given) -> Sizes | None:
    """The sizes of the cell; None where the shapes leave one of the formula's open."""
    cell, weights = CELLS[signature.cell], signature.weights()
    stored = [(weights[name], signature.fitted(weights[name], shape)) for name, shape in shapes]
    shaped = [(weight.axes, shape) for weight, shape in stored if weight.axes]
    solved = solve(shaped, cell.relations, spend=given.spend)
    named = [weight for weight, _ in stored] + [weights[name] for name in signature.required()]
    present = cell.required() | {role for weight in named for role in weight.roles}
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
    if needed - solved.keys() and given.known:
        solved = solve(shaped, cell.relations, dict(given.known) | solved, given.spend)
    if needed - solved.keys():
        return None
    own = tuple((symbol, solved[symbol]) for symbol, _ in cell.symbols if symbol in solved)
    return Sizes(solved.get("m", 0), solved.get("n", 0), own=own)


def is_whole(found: Found, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether no weight is missing or transposed."""
    sizes, weights = _values(found.sizes), found.signature.weights()
    return found.signature.required() <= found.names.keys() and not any(
        _differs(weights[name], shapes[full], sizes)
        and sorted(shapes[full]) == sorted(axis.value(sizes) for axis in weights[name].axes)
        for name, full in found.names.items()
    )


def knows_sizes(found: Found) -> bool:
    """Whether no size of its tensors is open: those of its kin may lack one."""
    return _knows_sizes(found.signature, tuple(found.names), found.sizes)


@lru_cache(maxsize=256)
def _knows_sizes(signature: Signature, names: tuple[str, ...], sizes: Sizes) -> bool:
    known, weights = _values(sizes).keys(), signature.weights()
    exact = (weights[name] for name in names if weights[name].is_exact)
    return all(axis.symbols() <= known for weight in exact for axis in weight.axes)


def faults(found: Found, shapes: Mapping[str, tuple[int, ...]]) -> int:
    """Mismatches, and sizes that are not the products that they should be."""
    relations = CELLS[found.signature.cell].relations
    return mismatches(found, shapes) + broken_products(relations, dict(found.sizes.own))


def mismatches(found: Found, shapes: Mapping[str, tuple[int, ...]]) -> int:
    """How many of its tensors have another shape than its sizes ask for."""
    given = tuple([(name, shapes[full]) for name, full in found.names.items()])
    return _mismatches(found.signature, given, found.sizes)


@lru_cache(maxsize=256)
def _mismatches(signature: Signature, shapes: _Shapes, sizes: Sizes) -> int:
    """The same for all modules of a network that are alike."""
    known, weights = _values(sizes), signature.weights()
    return sum(
        _differs(weights[name], signature.fitted(weights[name], shape), known)
        for name, shape in shapes
    )


def _values(sizes: Sizes) -> dict[str, int]:
    """Sizes by the symbols of signatures."""
    taps = dict(zip(TAPS, sizes.kernel_size, strict=False))
    return {"m": sizes.input_size, "n": sizes.hidden_size, **taps, **dict(sizes.own)}


def _differs(weight: NamedWeight, shape: tuple[int, ...], sizes: Mapping[str, int]) -> bool:
    if not weight.axes or not weight.is_exact:
        return False
    return tuple(axis.value(sizes) for axis in weight.axes) != shape
