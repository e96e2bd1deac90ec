"""Layers of paddle.nn by the names of their weights in a state dict (paddle/nn/layer/rnn.py).

nn.LSTM, nn.GRU and nn.SimpleRNN are lists of nn.RNN or nn.BiRNN around cells, whose weights are
`0.cell.weight_ih` or `0.cell_fw.weight_ih`. The same parameters have second names in the layer
itself, `weight_ih_l0`, so that a state dict stores them twice.
"""

from __future__ import annotations

from rnninspect.lean import Counter, re
from rnninspect.plugin import (
    BIASES,
    CELLS,
    Fact,
    Limit,
    Observation,
    Operand,
    Origin,
    Record,
    RecurrentLayer,
    Role,
    Sizes,
    Slot,
    Stack,
)
from rnninspect_paddle.framework import GATE_ORDERS, KINDS, LAYOUT, PADDLE
from rnninspect_paddle.sizing import infer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rnninspect.plugin import Source, StoredTensor
    from rnninspect_paddle.sizing import Fit

    Weights = dict[Slot, StoredTensor]

ROLES = {
    "weight_ih": Role.KERNEL,
    "weight_hh": Role.RECURRENT_KERNEL,
    "bias_ih": Role.BIAS,
    "bias_hh": Role.RECURRENT_BIAS,
    "weight_ho": Role.PROJECTION,
}
_WEIGHT = re.compile(
    r"(?s)(?:(?P<path>.*)\.)?(?P<word>weight_(?:ih|hh|ho)|bias_(?:ih|hh))"
    r"(?:_l(?P<level>\d{1,4})(?P<reverse>_reverse)?)?$"
)
_CELL = re.compile(r"(?s)(?:(?P<path>.*)\.)?cell(?:_(?P<way>fw|bw))?$")
_NUMBERED = re.compile(r"(?s)(?:(?P<stack>.*)\.)?(?P<level>\d{1,4})$")
# The class that a parameter's own name begins with, such as `lstm_cell_0.w_0`.
_CLASSES = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "RNN"}
_CLASS = re.compile(r"(lstm|gru|simple_rnn)_(?:cell_)?\d+\.[bw]_\d+$")
# The names of a cell's parameters, in the order in which it creates them.
_OWN_NAMES = {
    "w_0": Role.KERNEL,
    "w_1": Role.RECURRENT_KERNEL,
    "b_0": Role.BIAS,
    "b_1": Role.RECURRENT_BIAS,
    "w_2": Role.PROJECTION,
}
_OWN_NAME = re.compile(
    r"(?s)(?P<path>(?:.*\W)?(?:lstm|gru|simple_rnn)_cell_\d+)\.(?P<word>w_[012]|b_[01])$"
)


class Module(Record):
    """The weights of one level of a stack, or of a module that is no stack.

    Attributes:
        path: the stack or the module.
        level: of the stack; None if it is none.
        weights: by what they are for.
    """

    path: str
    level: int | None
    weights: Weights

    @property
    def shapes(self) -> dict[Slot, tuple[int, ...]]:
        """The shapes of its weights that an array can have."""
        return {
            slot: each.shape
            for slot, each in self.weights.items()
            if min(each.shape, default=0) > 0
        }


def second_name(name: str) -> str:
    """The path of the layer that keeps its cells' weights by such a name; empty for other names."""
    found = _WEIGHT.match(name)
    return (found["path"] or ".") if found and found["level"] is not None else ""


def stack_of(name: str) -> str:
    """The stack whose first weight has this name, `rnn.0.cell_fw.weight_ih`; empty if none has."""
    weight = _WEIGHT.match(name)
    cell = _CELL.match((weight["path"] or "") if weight else "")
    level = _NUMBERED.match((cell["path"] or "") if cell else "")
    return (level["stack"] or "") if level else ""


def modules_in(tensors: Mapping[str, StoredTensor], stacks: Iterable[str]) -> list[Module]:
    """The modules among tensors, in their order.

    Args:
        tensors: by their names in the modules, each by one name only.
        stacks: the layers that have second names of their cells' weights.
    """
    known = set(stacks)
    modules: dict[tuple[str, int | None], Weights] = {}
    for name, tensor in tensors.items():
        found = _WEIGHT.match(name)
        if found is None:
            continue
        path, level = found["path"] or "", None
        direction = 1 if found["reverse"] else 0
        if found["level"] is not None:
            level = int(found["level"])
        elif (cell := _CELL.match(path)) is not None:
            path, direction = cell["path"] or "", int(cell["way"] == "bw")
            number = _NUMBERED.match(path)
            if number is not None and (number["stack"] or ".") in known:
                path, level = number["stack"] or "", int(number["level"])
        weights = modules.setdefault((path, level), {})
        weights.setdefault(Slot(direction, ROLES[found["word"]]), tensor)
    return [Module(path, level, weights) for (path, level), weights in modules.items()]


def cells_in(tensors: Iterable[StoredTensor]) -> list[Module]:
    """The cells among the variables of a program, which have only their parameters' own names."""
    modules: dict[str, Weights] = {}
    for tensor in tensors:
        found = _OWN_NAME.match(tensor.name)
        if found is not None:
            weights = modules.setdefault(found["path"], {})
            weights.setdefault(Slot(0, _OWN_NAMES[found["word"]]), tensor)
    return [Module(path, None, weights) for path, weights in modules.items()]


class Found(Record):
    """The layers, and notes on them."""

    layers: tuple[RecurrentLayer, ...]
    observations: tuple[Observation, ...]


def layers_of(modules: list[Module], parameters: Mapping[str, str], source: Source) -> Found:
    """The layers of these modules.

    Args:
        modules: the levels of a stack in any order.
        parameters: the names of parameters by the names of tensors.
        source: the file, whose limits apply.

    Raises:
        RefusedFile: there are too many.
    """
    source.limits.require(Limit.RECURRENT, len(modules))
    whole = [part for module in modules for part in _divided(module)]
    levels: dict[str, int] = {}
    for module in whole:
        levels[module.path] = max(levels.get(module.path, 1), (module.level or 0) + 1)
    place = {path: number for number, path in enumerate(levels)}
    layers: list[RecurrentLayer] = []
    notes: list[Observation] = []
    below: dict[str, int] = {}
    for module in sorted(whole, key=lambda one: (place[one.path], one.level or 0)):
        fit = infer(module.shapes, _class_of(module, parameters), below.get(module.path))
        if fit is None:
            notes.append(_possible(module))
            continue
        layer = _layer(module, fit, levels[module.path])
        if not fit.sure:
            detail = "cannot infer the number of gates without a recurrent kernel"
            notes.append(Observation(Fact.AMBIGUOUS, detail, layer=layer.name))
        below[module.path] = layer.sizes.directions * layer.sizes.fed_back
        layers.append(layer)
    stored = Counter([module.path for module in whole])
    notes.extend(
        _gap(path, stored[path], levels[path]) for path in levels if stored[path] < levels[path]
    )
    return Found(tuple(layers), tuple(notes))


def _gap(path: str, stored: int, levels: int) -> Observation:
    detail = f"{path or 'the layer'}: {levels - stored} of {levels} levels are not stored"
    return Observation(Fact.CONTRADICTION, detail)


def _divided(module: Module) -> list[Module]:
    """The module, or its two directions where nn.BiRNN has two different cells."""
    ways = [
        Module(
            f"{module.path}.{word}".lstrip("."),
            None,
            {
                Slot(0, slot.role): tensor
                for slot, tensor in module.weights.items()
                if slot.direction == way
            },
        )
        for way, word in enumerate(("cell_fw", "cell_bw"))
    ]
    fits = [infer(way.shapes) for way in ways]
    if None in fits or module.level is not None:
        return [module]
    sound = all(
        fit.explains(slot.role, shape)
        for fit, way in zip(fits, ways, strict=True)
        if fit is not None
        for slot, shape in way.shapes.items()
    )
    unlike = len({(fit.cell, fit.hidden, fit.projection) for fit in fits if fit is not None}) > 1
    return ways if sound and unlike else [module]


def _possible(module: Module) -> Observation:
    tensors = tuple(module.weights.values())
    detail = f"{module.path or 'the model'}: weights named like those of a recurrent layer"
    return Observation(Fact.POSSIBLE, detail, tensors=tensors)


def _class_of(module: Module, parameters: Mapping[str, str]) -> str:
    """The cell by the names of its parameters; empty if they say nothing."""
    for tensor in module.weights.values():
        found = _CLASS.match(parameters.get(tensor.name, ""))
        if found is not None:
            return _CLASSES[found[1]]
    return ""


def _layer(module: Module, fit: Fit, levels: int) -> RecurrentLayer:
    directions = 1 + max(slot.direction for slot in module.weights)
    kind = KINDS.get(fit.cell, fit.cell)
    name = module.path or kind
    seen = {slot.role for slot in module.weights}
    roles = CELLS[fit.cell].required() | (BIASES if seen & BIASES else frozenset())
    if fit.projection is not None:
        roles |= {Role.PROJECTION}
    return RecurrentLayer(
        name=f"{name}[{module.level or 0}]" if levels > 1 else name,
        kind=f"Bidirectional({kind})" if directions > 1 else kind,
        cell=fit.cell,
        sizes=Sizes(fit.inputs, fit.hidden, fit.projection, directions=directions),
        origin=Origin.INFERRED,
        convention=PADDLE,
        roles=roles,
        operands=tuple(_operands(module)),
        stack=Stack(name, module.level or 0, levels) if levels > 1 else None,
        gate_order=GATE_ORDERS.get(fit.cell, ""),
    )


def _operands(module: Module) -> Iterator[Operand]:
    order = list(LAYOUT)
    for slot in sorted(module.weights, key=lambda one: (one.direction, order.index(one.role))):
        tensor = module.weights[slot]
        yield Operand(tensor.name, (slot,), LAYOUT[slot.role], tensor.shape, tensors=(tensor,))
