"""Makes recurrent layers of the modules that signatures explain."""

from __future__ import annotations

from rnninspect.cells import CELLS, OWN, Sum, Symbol, parse_sum
from rnninspect.lean import lru_cache
from rnninspect.model import Operand, Origin, RecurrentLayer, Slot
from rnninspect.signatures.matching import TAPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rnninspect.cells import Role
    from rnninspect.model import Axis, StoredTensor
    from rnninspect.signatures.matching import Found

_CLASSIC = {
    "m": Symbol.INPUT,
    "n": Symbol.HIDDEN,
    TAPS[0]: Symbol.TAPS,
    **{own: Symbol(own) for own in OWN},
}
_SECOND_TAP = parse_sum(TAPS[1])  # the symbol of the first means all axes of the window


def layer_of(
    found: Found, stored: Callable[[str], StoredTensor], *, name: str, root: str | None = None
) -> RecurrentLayer:
    """The layer of a module that a signature explains; its sizes are inferred.

    Args:
        found: the module.
        stored: the stored tensor of a name.
        name: the module's name for people.
        root: which network of a checkpoint it belongs to.
    """
    signature, weights = found.signature, found.signature.weights()
    return RecurrentLayer(
        name=name or signature.cell,
        kind=signature.cell,
        cell=signature.cell,
        sizes=found.sizes,
        origin=Origin.INFERRED,
        convention=signature.implementation,
        roles=found.roles,
        operands=tuple(_operands(found, stored)),
        original_name=None if name == found.path else found.path,
        root=root,
        buffers=tuple(
            [stored(full) for name, full in found.names.items() if not weights[name].roles]
        ),
    )


def _operands(found: Found, stored: Callable[[str], StoredTensor]) -> Iterator[Operand]:
    weights = found.signature.weights()
    is_classic = not CELLS[found.signature.cell].symbols
    loose: dict[tuple[Role, ...], list[StoredTensor]] = {}
    for name, full in found.names.items():
        weight, tensor = weights[name], stored(full)
        if not weight.is_exact:
            loose.setdefault(weight.roles, []).append(tensor)
        if not weight.roles or not weight.is_exact:
            continue
        axes: tuple[Axis | Sum, ...] = weight.axes
        if is_classic:
            axes = tuple(_classic(axis) for axis in weight.axes if axis != _SECOND_TAP)
        yield Operand(
            name=tensor.name,
            slots=_slots(weight.roles),
            axes=axes,
            shape=found.signature.fitted(weight, tensor.shape),
            tensors=(tensor,),
        )
    for roles, tensors in loose.items():
        yield Operand(tensors[0].name, _slots(roles), axes=(), shape=None, tensors=tuple(tensors))


@lru_cache(maxsize=256)
def _slots(roles: tuple[Role, ...]) -> tuple[Slot, ...]:
    return tuple(Slot(0, role) for role in roles)


def _classic(axis: Sum) -> Axis:
    """An axis in the symbols of the gated cells: `4*n` is g·n, `m+n` the joined rows."""
    if len(axis.terms) > 1:
        return (Symbol.JOINED,)
    number, symbols = axis.terms[0]
    return (
        *([number] if number != 1 or not symbols else []),
        *(_CLASSIC[each] for each in symbols),
    )
