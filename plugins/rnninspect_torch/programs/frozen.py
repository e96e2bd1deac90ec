"""Layers of frozen modules, whose tensors are identified by their order in operator calls."""

from __future__ import annotations

from rnninspect.plugin import Purpose, Role
from rnninspect_torch.dialect.layout import CELLS_BY_GATES
from rnninspect_torch.dialect.signatures import CELL, STACK
from rnninspect_torch.networks.records import DeclaredModule
from rnninspect_torch.networks.weights import Position, StoredWeight, WeightGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rnninspect_torch.networks.named_tensors import NamedTensor
    from rnninspect_torch.programs.records import ClassCode, LayerCall
    from rnninspect_torch.programs.unrolled import UnrolledCell

_ORDER = (Role.KERNEL, Role.RECURRENT_KERNEL, Role.BIAS, Role.RECURRENT_BIAS)
MODES = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN_TANH", "rnn_relu": "RNN_RELU"}
_KINDS = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}


def frozen_groups(
    classes: dict[str, ClassCode], constants: list[NamedTensor], declared: dict[str, DeclaredModule]
) -> Iterator[WeightGroup]:
    """A group for each call with constant weights; calls with the same weights are one layer.

    The declaration of each layer is added to `declared` under the group's path.
    """
    entries = {entry.name: entry for entry in constants}
    seen: set[tuple[int, ...]] = set()
    steps: set[UnrolledCell] = set()
    for code in classes.values():
        for call in code.calls:
            if call.constants and call.constants not in seen:
                seen.add(call.constants)
                path = _path(call, len(seen), declared)
                declared[path] = declaration(call)
                yield group_in_order(path, call, _names(call, entries), entries)
        for cell in code.cells:
            group = None if cell in steps else _recovered(cell, entries)
            steps.add(cell)  # a trace repeats the cell for each step
            if group is not None:
                yield group


def _names(call: LayerCall, entries: Mapping[str, NamedTensor]) -> list[str]:
    """The names of a call's weights; a packed cell has two packed parameters with its biases.

    Its biases are separate arguments, too, which the operator ignores.
    """
    names = [f"CONSTANTS.c{number}" for number in call.constants]
    packed = [f"{name}.{part}" for part in ("weight", "bias") for name in names[:2]]
    if not call.cell or any(name not in entries for name in packed):
        return names
    for name in names[2:]:
        if name in entries:
            entries[name].purpose = Purpose.CONSTANT
    return packed


def _path(call: LayerCall, number: int, taken: dict[str, DeclaredModule]) -> str:
    """The name of the module, if the variable of its weights contains it."""
    label = call.label.removeprefix("self_").removesuffix("__flat_weights")
    name = label if label != call.label else f"{call.operator}_{number}"
    return name if name not in taken else f"{name}_{number}"


def declaration(call: LayerCall) -> DeclaredModule:
    """The layer that a call of an operator declares, without its sizes."""
    name = _KINDS[call.operator] + ("Cell" if call.cell else "")
    if call.cell:
        return DeclaredModule(name, {})
    return DeclaredModule(
        name,
        {
            "mode": MODES[call.operator],
            "num_layers": call.levels,
            "bias": call.biases,
            "bidirectional": call.directions == 2,
        },
    )


def group_in_order(
    path: str, call: LayerCall, names: Sequence[str], entries: Mapping[str, NamedTensor]
) -> WeightGroup:
    """A call's weights in the order of torch.nn: level by level, direction by direction."""
    group = WeightGroup(path, CELL if call.cell else STACK)
    runs = max(1, call.levels * call.directions)
    each = -(-len(names) // runs)
    biases = len(names) == 4 if call.cell else call.biases
    roles = [*(_ORDER if biases else _ORDER[:2]), Role.PROJECTION][:each]
    for number, name in enumerate(names):
        run, index = divmod(number, each)
        if name in entries and index < len(roles):
            position = Position(run // call.directions, run % call.directions, roles[index])
            group.weights[position] = StoredWeight({"": entries[name]})
    return group


def _recovered(cell: UnrolledCell, entries: Mapping[str, NamedTensor]) -> WeightGroup | None:
    """The group of an unrolled cell, if one of its maps has the shape of a recurrent kernel."""
    first, second = (
        [entries.get(f"CONSTANTS.c{number}") for number in numbers] for numbers in cell.maps
    )
    recurrent, other = (second, first) if cell.gates == 3 else (first, second)
    if not _is_recurrent(recurrent[0], cell.gates) and cell.gates > 1:
        recurrent, other = other, recurrent
    if not _is_recurrent(recurrent[0], cell.gates) or other[0] is None:
        return None
    number = other[0].name.rpartition(".")[2]
    group = WeightGroup(f"{CELLS_BY_GATES[cell.gates].lower()}_cell_{number}", CELL, recovered=True)
    for role, entry in zip(_ORDER, (other[0], recurrent[0], other[1], recurrent[1]), strict=True):
        if entry is not None:
            group.weights[Position(0, 0, role)] = StoredWeight({"": entry})
    return group


def _is_recurrent(entry: NamedTensor | None, gates: int) -> bool:
    shape = entry.tensor.shape if entry is not None else ()
    return len(shape) == 2 and shape[0] == gates * shape[1]
