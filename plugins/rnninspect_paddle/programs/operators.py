"""Recurrent operators as layers: rnn with its levels, those of fluid, those without a formula."""

from __future__ import annotations

from rnninspect.lean import Counter
from rnninspect.plugin import (
    Limit,
    Origin,
    Record,
    RecurrentLayer,
    Role,
    Sizes,
    SkippedLayer,
    Slot,
    Stack,
    no_formula,
    plural,
)
from rnninspect_paddle.framework import GATE_ORDERS, KINDS, LAYOUT, PADDLE
from rnninspect_paddle.modules import stack_of
from rnninspect_paddle.programs import fluid
from rnninspect_paddle.programs.filling import Filler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect.plugin import Source, StoredTensor
    from rnninspect_paddle.programs.messages import Operation, Program

_LEVELLED = frozenset({"rnn", "cudnn_lstm"})
_MODES = {"LSTM": "LSTM", "GRU": "GRU", "RNN_TANH": "RNN", "RNN_RELU": "RNN"}
_ORDER = (Role.KERNEL, Role.RECURRENT_KERNEL, Role.BIAS, Role.RECURRENT_BIAS)
_MOST_LEVELS = 1000
_WORDS = ("lstm", "gru", "rnn", "recurrent_unit")
_OTHERS = ("rnn_memory", "rnnt", "warprnnt")  # parts of the names of what is no cell


class Recurrent(Record):
    """What was found, in the order of the program."""

    layers: tuple[RecurrentLayer, ...]
    skipped: tuple[SkippedLayer, ...]


def recurrent_in(
    program: Program,
    tensors: Mapping[str, StoredTensor],
    titles: Mapping[str, str],
    source: Source,
) -> Recurrent:
    """The layers that the operators of a program are.

    Args:
        program: what the file says.
        tensors: its parameters, by the names of their variables.
        titles: the names of variables in the modules that the program was made of.
        source: the file, whose limits apply.

    Raises:
        RefusedFile: a limit would be exceeded.
    """
    fill, names = Filler(program, tensors, source), Counter[str]()
    layers: list[RecurrentLayer] = []
    skipped: list[SkippedLayer] = []
    for operation in program.operations:
        if not _is_recurrent(operation.kind):
            continue
        first = operation.first("WeightList")
        name = _name_of(operation, stack_of(titles.get(first, "")), names)
        found: list[RecurrentLayer] | str = no_formula(operation.kind)
        if operation.kind in _LEVELLED:
            found = _levels(operation, name, fill)
        elif operation.kind in fluid.KINDS:
            found = fluid.layers_of(operation, name, fill)
        if isinstance(found, str):
            skipped.append(SkippedLayer(name, operation.kind, found, fill.weights(operation)))
        else:
            layers.extend(found)
        source.limits.require(Limit.RECURRENT, len(layers) + len(skipped))
    return Recurrent(tuple(layers), tuple(skipped))


def _is_recurrent(kind: str) -> bool:
    if kind.endswith("_grad") or any(word in kind for word in _OTHERS):
        return False
    return any(word in kind for word in _WORDS)


def _name_of(operation: Operation, stack: str, names: Counter[str]) -> str:
    """The module that it is, or is in; else a name of `lstm_0.w_0` or `lstm_0.tmp_0`: `lstm_0`."""
    known = [operation.first(word) for word in ("Weight", "WeightH")]
    known += [name for results in operation.outputs.values() for name in results]
    named = next((name for name in known if name and name[0] != "%"), operation.kind)
    module = str(operation.attributes.get("struct_name", "")).strip("/").replace("/", " ")
    name = stack or module or named.partition(".")[0] or operation.kind
    names[name] += 1
    return name if names[name] == 1 else f"{name}#{names[name]}"


def _levels(operation: Operation, name: str, fill: Filler) -> list[RecurrentLayer] | str:
    """All levels and directions: a list of two weights for each, then one of two biases for each.

    Sources: rnn_op.cc, cudnn_lstm_op.cc.
    """
    cell = _MODES.get(str(operation.attributes.get("mode", "LSTM")))
    levels = operation.number("num_layers") or 1
    directions = 2 if operation.number("is_bidirec") else 1
    weights = operation.inputs.get("WeightList", ())
    if cell is None:
        return f"unknown mode {str(operation.attributes.get('mode'))[:40]!r}"
    if not 0 < levels <= _MOST_LEVELS or len(weights) != 4 * levels * directions:
        ways = plural(directions, "direction")
        return f"{plural(len(weights), 'weight')} for {plural(levels, 'level')} in {ways}"
    hidden, inputs = operation.number("hidden_size"), operation.number("input_size")
    if hidden < 0 or inputs < 0:
        return "a negative size"
    first = _LevelOf(cell, name, levels, Sizes(inputs, hidden, directions=directions))
    return [first.layer(level, weights, fill) for level in range(levels)]


class _LevelOf(Record):
    """A stack, of which each level is a layer."""

    cell: str
    name: str
    levels: int
    sizes: Sizes

    def layer(self, level: int, weights: tuple[str, ...], fill: Filler) -> RecurrentLayer:
        """The layer of a level."""
        directions, kind = self.sizes.directions, KINDS.get(self.cell, self.cell)
        numbered = self.levels > 1
        sizes = self.sizes
        if level:
            sizes = sizes._replace(input_size=directions * sizes.hidden_size)
        places = {
            Slot(direction, role): 2 * (level * directions + direction)
            + number % 2
            + 2 * self.levels * directions * (number // 2)
            for direction in range(directions)
            for number, role in enumerate(_ORDER)
        }
        return RecurrentLayer(
            name=f"{self.name}[{level}]" if numbered else self.name,
            kind=f"Bidirectional({kind})" if directions > 1 else kind,
            cell=self.cell,
            sizes=sizes,
            origin=Origin.DECLARED,
            convention=PADDLE,
            roles=frozenset(_ORDER),
            operands=tuple(
                operand
                for slot, place in places.items()
                for operand in fill.operands((slot,), LAYOUT[slot.role], (weights[place],))
            ),
            stack=Stack(self.name, level, self.levels) if numbered else None,
            gate_order=GATE_ORDERS.get(self.cell, ""),
        )
