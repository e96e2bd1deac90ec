"""The recurrent layers of torch.nn among named tensors, each level of a stack by itself.

Names and axes: torch/nn/modules/rnn.py.
"""

from __future__ import annotations

from rnninspect.lean import Counter, re
from rnninspect.plugin import (
    BIASES,
    CELLS,
    Origin,
    Record,
    RecurrentLayer,
    Role,
    Sizes,
    Stack,
    Symbol,
)
from rnninspect_audio.arrays import operand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.plugin import Axis, StoredTensor

_ROWS: Axis = (Symbol.GATES, Symbol.HIDDEN)
_WEIGHTS: dict[str, tuple[Role, tuple[Axis, ...]]] = {
    "weight_ih": (Role.KERNEL, (_ROWS, (Symbol.INPUT,))),
    "weight_hh": (Role.RECURRENT_KERNEL, (_ROWS, (Symbol.FED_BACK,))),
    "bias_ih": (Role.BIAS, (_ROWS,)),
    "bias_hh": (Role.RECURRENT_BIAS, (_ROWS,)),
    "weight_hr": (Role.PROJECTION, ((Symbol.PROJECTION,), (Symbol.HIDDEN,))),
}
_KERNELS = frozenset({Role.KERNEL, Role.RECURRENT_KERNEL})
_NAME = re.compile(
    rf"(?:(?P<module>.*)\.)?(?P<part>{'|'.join(_WEIGHTS)})_l(?P<level>\d{{1,4}})(?P<back>_reverse)?",
    re.DOTALL,
)
_BY_GATES = {len(CELLS[name].gates): name for name in ("RNN", "GRU", "LSTM")}
_GATE_ORDERS = {"LSTM": "ifgo", "GRU": "rzg"}


class Unit(Record):
    """A recurrent unit as a configuration declares it; a level above reads the one below."""

    cell: str
    input_size: int
    hidden_size: int
    levels: int


class _Part(Record):
    """A tensor of a level: its weight, and whether it reads the sequence backwards."""

    weight: str
    direction: int
    tensor: StoredTensor


Modules = dict[str, dict[int, list[_Part]]]


def modules_of(tensors: Iterable[StoredTensor]) -> Modules:
    """The tensors of recurrent modules by the module's path and by level."""
    found: Modules = {}
    for tensor in tensors:
        name = _NAME.fullmatch(tensor.name)
        if name:
            part = _Part(name["part"], int(name["back"] is not None), tensor)
            levels = found.setdefault(name["module"] or "", {})
            levels.setdefault(int(name["level"]), []).append(part)
    return found


def layers_of(
    path: str, levels: dict[int, list[_Part]], unit: Unit | None
) -> Iterator[RecurrentLayer]:
    """The layers of a module; those that are declared, even if they have no tensors.

    Without a declaration a level whose shapes are those of no cell is left out.
    """
    numbers = sorted({*levels, *range(unit.levels if unit else 0)})
    for number in numbers:
        parts = levels.get(number, [])
        both = any(part.direction for each in levels.values() for part in each)
        found = _declared(unit, number, 1 + both) if unit else _inferred(path, parts, 1 + both)
        if found is not None:
            cell, sizes = found
            stack = Stack(path, number, len(numbers)) if len(numbers) > 1 else None
            yield _layer(path, parts, cell, sizes, stack, declared=unit is not None)


def _declared(unit: Unit, level: int, directions: int) -> tuple[str, Sizes]:
    inputs = directions * unit.hidden_size if level else unit.input_size
    return unit.cell, Sizes(inputs, unit.hidden_size, directions=directions)


def _inferred(path: str, parts: list[_Part], directions: int) -> tuple[str, Sizes] | None:
    """The cell and its sizes by its kernels: of a projection the units are its columns.

    Where they do not fit each other, a path such as `lstm` says the cell, and most rows its units.
    """
    shapes = {part.weight: part.tensor.shape for part in parts if not part.direction}
    match shapes.get("weight_ih"), shapes.get("weight_hh"), shapes.get("weight_hr"):
        case (_, inputs), (rows, fed_back), projection:
            units = projection[1] if projection and len(projection) == 2 else fed_back
            cell = _BY_GATES.get(rows // units) if units and rows % units == 0 else None
            size = fed_back if projection else None
            called = [gates for gates, name in _BY_GATES.items() if name.lower() in path.lower()]
            if cell is None and called and not projection:
                gates, size = called[-1], None
                most = Counter(shape[0] for shape in shapes.values()).most_common(1)[0][0]
                cell, units = _BY_GATES[gates] if most >= gates else None, most // gates
            return (cell, Sizes(inputs, units, size, directions=directions)) if cell else None
    return None


def _layer(
    path: str,
    parts: list[_Part],
    cell: str,
    sizes: Sizes,
    stack: Stack | None,
    *,
    declared: bool,
) -> RecurrentLayer:
    own = {_WEIGHTS[part.weight][0] for part in parts}
    biases = BIASES if declared or own & BIASES else frozenset[Role]()
    name = path or cell.lower()
    return RecurrentLayer(
        name=f"{name} (layer {stack.level})" if stack else name,
        kind=cell,
        cell=cell,
        sizes=sizes,
        origin=Origin.DECLARED if declared else Origin.INFERRED,
        convention="pytorch",
        roles=_KERNELS | biases | (own & {Role.PROJECTION} if not declared else frozenset()),
        operands=tuple(
            operand(part.tensor, (role,), axes, part.direction)
            for part in parts
            for role, axes in (_WEIGHTS[part.weight],)
        ),
        stack=stack,
        gate_order=_GATE_ORDERS.get(cell, ""),
    )
