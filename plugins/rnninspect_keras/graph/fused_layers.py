"""The layers that single operators are: LSTMBlockCell, BlockLSTM, GRUBlockCell, CudnnRNN."""

from __future__ import annotations

from rnninspect.plugin import (
    BIASES,
    CELLS,
    Fate,
    Operand,
    Origin,
    Record,
    RecurrentLayer,
    Role,
    Sizes,
    SkippedLayer,
    Slot,
    Stack,
)
from rnninspect_keras.graph.naming import plain_name
from rnninspect_keras.graph.running.values import MISSING, Kind
from rnninspect_keras.layout import LAYOUT, Dialect, WeightName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rnninspect.plugin import Axis, StoredTensor
    from rnninspect_keras.graph.running.calls import Call
    from rnninspect_keras.graph.running.values import Value
    from rnninspect_keras.layers.assembling import AnyLayer

    TensorsOf = Callable[[object], Sequence[StoredTensor]]

_KERNELS = frozenset({Role.KERNEL, Role.RECURRENT_KERNEL})
_CELLS = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}
_FATES = {Kind.STORED: Fate.STORED, Kind.INPUT: Fate.INPUT}
_LONGEST_STACK = 100


class Block(Record):
    """A cell's operator: where its inputs are.

    `weights` are the positions of its weights, and what each is.
    """

    cell: str
    input: int
    state: int
    weights: tuple[tuple[int, WeightName], ...]


_PEEPHOLES = WeightName.PEEPHOLE
_BLOCKS = {
    "LSTMBlockCell": Block(
        "LSTM",
        0,
        1,
        (
            (3, WeightName.JOINED),
            *((at, _PEEPHOLES) for at in (4, 5, 6)),
            (7, WeightName.BIAS),
        ),
    ),
    "BlockLSTM": Block(
        "LSTM",
        1,
        2,
        (
            (4, WeightName.JOINED),
            *((at, _PEEPHOLES) for at in (5, 6, 7)),
            (8, WeightName.BIAS),
        ),
    ),
    "GRUBlockCell": Block(
        "GRU",
        0,
        1,
        (
            (2, WeightName.GATES),
            (3, WeightName.CANDIDATE),
            (4, WeightName.GATES_BIAS),
            (5, WeightName.CANDIDATE_BIAS),
        ),
    ),
}
_BLOCKS["BlockLSTMV2"] = _BLOCKS["BlockLSTM"]


def fused_layers(call: Call, tensors_of: TensorsOf) -> Iterator[AnyLayer]:
    """The layers of one run of an operator: of cuDNN's one for each level."""
    block = _BLOCKS.get(call.node.operator)
    if block is None:
        yield from _cudnn(call, tensors_of)
    else:
        yield _block(call, block, tensors_of)


def unused_inputs(call: Call) -> Iterator[Value]:
    """Inputs that an operator is given and does not use: peepholes of a cell without them."""
    block = _BLOCKS.get(call.node.operator)
    if block is not None and not call.node.number("use_peephole"):
        for at, part in block.weights:
            if part is _PEEPHOLES:
                yield call.input(at)


def _block(call: Call, block: Block, tensors_of: TensorsOf) -> AnyLayer:
    name = plain_name(call.label)
    given = [
        (call.input(at), part)
        for at, part in block.weights
        if part is not _PEEPHOLES or call.node.number("use_peephole")
    ]
    inputs, hidden = _last(call.shape(block.input)), _last(call.shape(block.state))
    by_weights = _by_weights(given, len(CELLS[block.cell].gates))
    sizes = (inputs or by_weights[0], hidden or by_weights[1])
    if not all(sizes):
        tensors = {t.identity: t for value, _ in given for t in tensors_of(value)}
        reason = "its sizes are neither declared nor derivable from its tensors"
        return SkippedLayer(name, call.node.operator, reason, tuple(tensors.values()))
    operands = tuple(
        _operand(value, *LAYOUT[Dialect.TENSORFLOW][part], tensors_of)
        for value, part in given
        if value is not MISSING
    )
    return RecurrentLayer(
        name=name,
        kind=call.node.operator,
        cell=block.cell,
        sizes=Sizes(sizes[0] or 0, sizes[1] or 0),
        origin=Origin.DECLARED if inputs and hidden else Origin.INFERRED,
        inferred=tuple(
            word
            for word, size in (("input_size", inputs), ("hidden_size", hidden))
            if not size and (inputs or hidden)
        ),
        convention=Dialect.TENSORFLOW,
        roles=frozenset(role for _, part in given for role in LAYOUT[Dialect.TENSORFLOW][part][0]),
        operands=operands,
    )


def _last(shape: tuple[int | None, ...] | None) -> int | None:
    return shape[-1] if shape else None


def _by_weights(
    given: Sequence[tuple[Value, WeightName]], gates: int
) -> tuple[int | None, int | None]:
    """The sizes that the joined kernel shows: rows of inputs and units, columns of gates."""
    for value, part in given:
        columns = gates if part is WeightName.JOINED else 2 if part is WeightName.GATES else 0
        if columns and value.shape is not None and len(value.shape) == 2:
            rows, wide = value.shape
            if rows is not None and wide is not None and wide % columns == 0:
                hidden = wide // columns
                return (rows - hidden if rows > hidden else None), hidden
    return None, None


def _operand(
    value: Value, roles: tuple[Role, ...], axes: tuple[Axis, ...], tensors_of: TensorsOf
) -> Operand:
    tensors = tuple(tensors_of(value))
    fate = _FATES.get(value.kind, Fate.COMPUTED)
    if fate is Fate.STORED and not tensors:
        fate = Fate.INPUT  # a variable that is stored elsewhere
    whole = None if value.shape is None else tuple(s for s in value.shape if s is not None)
    known = whole if whole is not None and len(whole) == len(value.shape or ()) else None
    name = tensors[0].name if tensors else str(value.key or "")
    return Operand(name, tuple(Slot(0, role) for role in roles), axes, known, fate, tensors)


def _cudnn(call: Call, tensors_of: TensorsOf) -> Iterator[AnyLayer]:
    """CudnnRNN: all levels and directions in one buffer."""
    name, kind = plain_name(call.label), call.node.operator
    cell = _CELLS.get(call.node.text("rnn_mode") or "lstm")
    directions = 2 if call.node.text("direction") == "bidirectional" else 1
    states, inputs, params = call.shape(1), _last(call.shape(0)), call.input(3)
    projection = call.node.number("num_proj") or None
    units = _last(call.shape(2)) if projection else _last(states)
    count = states[0] if states else None
    tensors = tuple(tensors_of(params))
    if cell is None or not inputs or not units or not count or count % directions:
        reason = "its weights are one opaque cuDNN buffer, whose sizes the graph does not state"
        yield SkippedLayer(name, kind, reason, tensors)
        return
    levels = min(count // directions, _LONGEST_STACK)
    fed = projection or units
    sizes = [
        Sizes(inputs if not level else fed * directions, units, projection, directions=directions)
        for level in range(levels)
    ]
    for level, size in enumerate(sizes):
        operands = tuple(_cudnn_operands(cell, level, sizes, params, tensors_of))
        stack = Stack(name, level, levels) if levels > 1 else None
        yield RecurrentLayer(
            name=f"{name}/{level}" if levels > 1 else name,
            kind=kind if directions == 1 else f"Bidirectional({kind})",
            cell=cell,
            sizes=size,
            origin=Origin.DECLARED,
            convention=Dialect.CUDNN,
            roles=_roles(cell, size),
            operands=operands,
            stack=stack,
        )


def _roles(cell: str, sizes: Sizes) -> frozenset[Role]:
    roles = _KERNELS | (BIASES & CELLS[cell].roles())
    return roles | {Role.PROJECTION} if sizes.projection_size else roles


def _cudnn_operands(
    cell: str, level: int, sizes: Sequence[Sizes], params: Value, tensors_of: TensorsOf
) -> Iterator[Operand]:
    if params.packed is not None:
        yield from _unpacked(cell, level, sizes[level], params.packed, tensors_of)
        return
    tensors = tuple(tensors_of(params))
    counts = [
        size.directions * sum(CELLS[cell].parameters(role, size) for role in _roles(cell, size))
        for size in sizes
    ]
    number, start = counts[level], sum(counts[:level])
    if not level and len(tensors) == 1 and params.kind is Kind.STORED:
        number = tensors[0].parameters - sum(counts[1:])  # what is too much or too little is here
    fate = _FATES.get(params.kind, Fate.COMPUTED)
    yield Operand(
        name=tensors[0].name if len(sizes) == 1 and tensors else f"{start}:{start + number}",
        slots=tuple(
            Slot(direction, role)
            for direction in range(sizes[level].directions)
            for role in sorted(_roles(cell, sizes[level]))
        ),
        axes=(),
        shape=(number,),
        fate=Fate.INPUT if fate is Fate.STORED and not tensors else fate,
        tensors=tensors,
    )


def _unpacked(
    cell: str,
    level: int,
    sizes: Sizes,
    packed: tuple[tuple[Value, ...], tuple[Value, ...]],
    tensors_of: TensorsOf,
) -> Iterator[Operand]:
    """The weights and biases that a buffer was made of: of each direction inputs', then states'."""
    gates = len(CELLS[cell].gates)
    for values, roles in (
        (packed[0], (Role.KERNEL, Role.RECURRENT_KERNEL)),
        (packed[1], (Role.BIAS, Role.RECURRENT_BIAS)),
    ):
        for direction in range(sizes.directions):
            begin = (level * sizes.directions + direction) * 2 * gates
            for at, role in enumerate(roles):
                part = values[begin + at * gates : begin + (at + 1) * gates]
                found = {t.identity: t for value in part for t in tensors_of(value)}
                tensors = tuple(found.values())
                yield Operand(
                    name=tensors[0].name if tensors else "",
                    slots=(Slot(direction, role),),
                    axes=(),
                    shape=(sum(tensor.parameters for tensor in tensors),),
                    fate=Fate.COMPUTED,
                    tensors=tensors,
                )
