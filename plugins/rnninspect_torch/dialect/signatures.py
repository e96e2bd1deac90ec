"""How recurrent cells call their tensors: one table, name → role, level and direction.

Adding a cell is one entry: the pattern of its tensors' names, the role of each, and what tells it
from other modules with tensors of the same names.
"""

from __future__ import annotations

from rnninspect.plugin import REQUIRED, Record, Role

_HOW = r"(?P<part>_g|_v|_u|_orig|_mask|_raw)?"  # what weight_norm, spectral_norm, prune … append


class ModuleSignature(Record):
    """The tensors of one kind of module.

    Attributes:
        name: for people.
        pattern: matches the end of a tensor's full name, and is compiled when it is first used; its
            groups are `tensor` (a key of `roles`), and where they apply `level`, `index` (level ×
            directions + direction), `reverse`, and `part` of a weight that is computed from several
            tensors.
        roles: what each tensor is for.
        kind: the class's name, with {} for the cell.
        required: the roles without which it is not this module; none where the names are clear.
        cell: key of CELLS; None where the number of gates decides.
        convention: whose formula it follows.
        biases: the bias roles that it has if it has any.
        alone: whether other tensors in the module mean that it is another one.
    """

    name: str
    pattern: str
    roles: dict[str, Role]
    kind: str
    required: frozenset[Role] = REQUIRED
    cell: str | None = None
    convention: str = "pytorch"
    biases: frozenset[Role] = frozenset({Role.BIAS, Role.RECURRENT_BIAS})
    alone: bool = False


_TORCH = {
    "weight_ih": Role.KERNEL,
    "weight_hh": Role.RECURRENT_KERNEL,
    "bias_ih": Role.BIAS,
    "bias_hh": Role.RECURRENT_BIAS,
    "weight_hr": Role.PROJECTION,
}
_NAMES = "(?P<tensor>weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)"

STACK = ModuleSignature(
    "torch.nn.LSTM, GRU, RNN",
    rf"(?:^|[./]){_NAMES}_l(?P<level>0|[1-9]\d{{0,3}})(?P<reverse>_reverse)?{_HOW}$",
    _TORCH,
    "{}",
    required=frozenset(),
)
CELL = ModuleSignature(
    "torch.nn.LSTMCell, GRUCell, RNNCell",
    rf"(?:^|\.){_NAMES}{_HOW}$",
    _TORCH,
    "{}Cell",
    alone=True,
)

# In the order in which they are tried: the names of the last one are part of those before.
SIGNATURES = (
    STACK,
    ModuleSignature(
        "torch.ao.nn.quantized.dynamic.LSTM, GRU",
        rf"(?:^|\.)_all_weight_values\.(?P<index>0|[1-9]\d{{0,3}})\.param\.{_NAMES}$",
        _TORCH,
        "{}",
    ),
    ModuleSignature(
        "torch.ao.nn.quantized.dynamic.LSTMCell, GRUCell, RNNCell",
        r"(?:^|\.)(?P<tensor>_packed_weight_ih\.weight|_packed_weight_hh\.weight"
        r"|_packed_weight_ih\.bias|_packed_weight_hh\.bias)$",
        {
            "_packed_weight_ih.weight": Role.KERNEL,
            "_packed_weight_hh.weight": Role.RECURRENT_KERNEL,
            "_packed_weight_ih.bias": Role.BIAS,
            "_packed_weight_hh.bias": Role.RECURRENT_BIAS,
        },
        "{}Cell",
    ),
    ModuleSignature(
        "torch.ao.nn.quantizable.LSTM",
        r"(?:^|\.)layers\.(?P<level>0|[1-9]\d{0,3})\.layer_(?:fw|(?P<reverse>bw))\.cell\."
        r"(?P<tensor>(?:igates|hgates)\.(?:weight|bias"
        r"|_packed_params\._packed_params\.[01]|_packed_params\._packed_params\.(?:weight|bias)))$",
        {
            f"{gates}.{tensor}": role
            for gates, roles in (
                ("igates", (Role.KERNEL, Role.BIAS)),
                ("hgates", (Role.RECURRENT_KERNEL, Role.RECURRENT_BIAS)),
            )
            for pair in (
                ("weight", "bias"),
                ("_packed_params._packed_params.0", "_packed_params._packed_params.1"),
                ("_packed_params._packed_params.weight", "_packed_params._packed_params.bias"),
            )
            for tensor, role in zip(pair, roles, strict=True)
        },
        "{}",
        cell="LSTM",
    ),
    ModuleSignature(
        "allennlp LstmCellWithProjection",
        r"(?:^|\.)(?P<tensor>input_linearity\.weight|state_linearity\.weight"
        r"|state_linearity\.bias|state_projection\.weight)$",
        {
            "input_linearity.weight": Role.KERNEL,
            "state_linearity.weight": Role.RECURRENT_KERNEL,
            "state_linearity.bias": Role.BIAS,
            "state_projection.weight": Role.PROJECTION,
        },
        "LstmCellWithProjection",
        required=REQUIRED | {Role.PROJECTION},
        cell="LSTM",
        convention="allennlp",
        biases=frozenset({Role.BIAS}),
    ),
    CELL,
)
# A name without any of these is no part of any signature; most names of a large file end here.
HINTS = ("_ih", "_hh", "_hr", "_linearity.", "state_projection.", "gates.")
