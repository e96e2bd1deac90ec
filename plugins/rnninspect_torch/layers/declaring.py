"""What a pickled or scripted module says of its recurrent layer (torch/nn/modules/rnn.py)."""

from __future__ import annotations

from rnninspect.plugin import BIASES, LARGEST_SIZE, REQUIRED, Record, Role
from rnninspect_torch.layers.sizing import StackSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_torch.networks.records import DeclaredModule

_MODES = {"LSTM": "LSTM", "GRU": "GRU", "RNN_TANH": "RNN", "RNN_RELU": "RNN"}
_CELLS = {"LSTMCell": "LSTM", "GRUCell": "GRU", "RNNCell": "RNN"}
_MOST_LEVELS = 1_000


class Description(Record):
    """A module's own account of itself.

    Attributes:
        outline: its cell and sizes.
        roles: the weights that it has by this account.
        levels: of the stack; 1 for a cell.
        declares_sizes: whether the sizes are part of the account, or read off the tensors.
    """

    spec: StackSpec
    roles: frozenset[Role]
    levels: int
    declares_sizes: bool = True


def is_recurrent(declared: DeclaredModule) -> bool:
    """Whether the module is one of torch's recurrent layers or cells, or derived from a layer."""
    if declared.attributes.get("mode") in _MODES:
        return type(declared.attributes.get("num_layers")) is int
    # Many a program calls a cell of its own LSTMCell, with tensors that torch's does not have.
    is_named = declared.name in _CELLS and declared.is_of_torch
    return is_named and "hidden_size" in declared.attributes


def describe(declared: DeclaredModule, seen: StackSpec | None) -> Description | str | None:
    """The declared layer; a sentence if a declared size is impossible; None if none is declared.

    `seen` is what the tensors look like: it is believed for the cell where only sizes are
    declared, and for the sizes where only the rest is, as in a call of an operator.
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
    roles = REQUIRED | (frozenset() if attributes.get("bias") is False else BIASES)
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
    roles = REQUIRED | (frozenset() if attributes.get("bias") is False else BIASES)
    if seen.projection is not None:
        roles |= {Role.PROJECTION}
    return Description(spec, roles, levels, declares_sizes=False)


_DEFAULTS = {"input_size": None, "hidden_size": None, "num_layers": 1, "proj_size": 0}


def _invalid_size(key: str, value: object) -> str | None:
    least = 0 if key == "proj_size" else 1
    most = _MOST_LEVELS if key == "num_layers" else LARGEST_SIZE
    if type(value) is not int:
        return f"{key} is declared as what is no integer"
    if least <= value <= most:
        return None
    shown = str(value) if abs(value) < 10**20 else "a number of more than 20 digits"
    return f"{key} is declared as {shown}"
