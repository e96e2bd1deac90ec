"""Recurrent layers as declared by pickled or scripted modules (torch/nn/modules/rnn.py)."""

from __future__ import annotations

from rnninspect.plugin import BIASES, CELLS, LARGEST_SIZE, Record, Role
from rnninspect_torch.layers.sizing import StackSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_torch.networks.records import DeclaredModule

_MODES = {"LSTM": "LSTM", "GRU": "GRU", "RNN_TANH": "RNN", "RNN_RELU": "RNN"}
_CELLS = {"LSTMCell": "LSTM", "GRUCell": "GRU", "RNNCell": "RNN"}
_LAYERS = frozenset({"LSTM", "GRU", "RNN"})
_MOST_LEVELS = 1_000


def is_a_torch_cell(declared: DeclaredModule) -> bool:
    """Whether the module is of one of torch's own classes of recurrent cells and layers."""
    return declared.is_frameworks_own and (declared.name in _CELLS or declared.name in _LAYERS)


class Description(Record):
    """A stack, declared or inferred.

    Attributes:
        spec: its cell and sizes.
        roles: roles of its weights.
        levels: number of levels; 1 for a cell.
        declares_sizes: whether the sizes are declared, or inferred from the tensors.
    """

    spec: StackSpec
    roles: frozenset[Role]
    levels: int
    declares_sizes: bool = True


def is_recurrent(declared: DeclaredModule) -> bool:
    """Whether the module is one of torch's recurrent layers or cells, or derived from a layer."""
    if declared.attributes.get("mode") in _MODES:
        return type(declared.attributes.get("num_layers")) is int
    # Programs name their own cells LSTMCell, too, with other tensors.
    is_named = declared.name in _CELLS and declared.is_frameworks_own
    return is_named and "hidden_size" in declared.attributes


def describe(declared: DeclaredModule, seen: StackSpec | None) -> Description | str | None:
    """The declared stack; a message if a declared size is invalid; None if none is declared.

    `seen` is inferred from the tensors: it supplies the cell if only sizes are declared, and the
    sizes if they are not declared, as in a call of an operator.
    """
    attributes = declared.attributes
    name = _MODES.get(str(attributes.get("mode"))) or _CELLS.get(declared.name)
    if "input_size" not in attributes or "hidden_size" not in attributes:
        return _without_sizes(name, attributes, seen)
    if name is None:
        if seen is None:
            return None
        name = seen.cell
    sizes = {key: attributes.get(key, default) for key, default in _DEFAULTS.items()}
    for key, value in sizes.items():
        if reason := _invalid_size(key, value):
            return reason
    inputs, hidden, levels, projection = (int(str(sizes[key])) for key in _DEFAULTS)
    directions = 2 if attributes.get("bidirectional") is True else 1
    fed = directions * (projection or hidden)
    spec = StackSpec(name, hidden, projection or None, (inputs, *[fed] * (levels - 1)), directions)
    roles = _roles(name, attributes)
    return Description(spec, roles | {Role.PROJECTION} if projection else roles, levels)


def _without_sizes(
    name: str | None, attributes: dict[str, object], seen: StackSpec | None
) -> Description | None:
    levels = attributes.get("num_layers")
    if name is None or seen is None or type(levels) is not int or not 0 < levels <= _MOST_LEVELS:
        return None
    directions = 2 if attributes.get("bidirectional") is True else 1
    fed = directions * seen.fed_back
    inputs = (*seen.inputs, *[fed] * levels)[:levels]
    spec = StackSpec(name, seen.hidden, seen.projection, inputs, directions, seen.ambiguity)
    roles = _roles(name, attributes)
    if seen.projection is not None:
        roles |= {Role.PROJECTION}
    return Description(spec, roles, levels, declares_sizes=False)


def _roles(cell: str, attributes: dict[str, object]) -> frozenset[Role]:
    """The weights of a cell with these attributes, but for a projection."""
    biases = frozenset() if attributes.get("bias") is False else BIASES & CELLS[cell].roles()
    return CELLS[cell].required() | biases


_DEFAULTS = {"input_size": None, "hidden_size": None, "num_layers": 1, "proj_size": 0}


def _invalid_size(key: str, value: object) -> str | None:
    least = 0 if key == "proj_size" else 1
    most = _MOST_LEVELS if key == "num_layers" else LARGEST_SIZE
    if type(value) is not int:
        return f"{key} is not an integer"
    if least <= value <= most:
        return None
    shown = str(value) if abs(value) < 10**20 else "a number with more than 20 digits"
    return f"{key} is declared as {shown}"
