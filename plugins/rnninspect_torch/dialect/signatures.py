"""The table of tensor names of recurrent modules: name → role, level and direction.

To add a module, add an entry: the pattern of its tensors' names, the role of each, and what
distinguishes it from other modules with the same names.
"""

from __future__ import annotations

from rnninspect.plugin import BIASES, Record, Role

_HOW = r"(?P<part>_g|_v|_u|_orig|_mask|_raw)?"  # suffixes of weight_norm, spectral_norm, prune …


_KERNELS = frozenset({Role.KERNEL, Role.RECURRENT_KERNEL})


class ModuleSignature(Record):
    """The tensors of one kind of module.

    Attributes:
        name: for people.
        parts: each name that the pattern matches contains one of these: a cheap test before it.
        pattern: matches the end of a tensor's full name, and is compiled at first use. Its groups
            are `tensor` (a key of `roles`), and optionally `level`, `index` (level × directions +
            direction), `reverse`, and `part` of a weight that is computed from several tensors.
        roles: role of each tensor.
        kind: the class's name, with {} for the cell.
        required: roles without which it is not this module; none if the names are unambiguous.
        cell: key of CELLS; None if the number of gates decides.
        convention: whose formula applies.
        biases: bias roles of a module with biases.
        alone: whether other tensors in the module show that it is another kind of module.
    """

    name: str
    parts: tuple[str, ...]
    pattern: str
    roles: dict[str, Role]
    kind: str
    required: frozenset[Role] = _KERNELS
    cell: str | None = None
    convention: str = "pytorch"
    biases: frozenset[Role] = BIASES
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
    ("_ih_l", "_hh_l", "_hr_l"),
    rf"(?:^|[./]){_NAMES}_l(?P<level>0|[1-9]\d{{0,3}})(?P<reverse>_reverse)?{_HOW}$",
    _TORCH,
    "{}",
    required=frozenset(),
)
CELL = ModuleSignature(
    "torch.nn.LSTMCell, GRUCell, RNNCell",
    tuple(_TORCH),
    rf"(?:^|\.){_NAMES}{_HOW}$",
    _TORCH,
    "{}Cell",
    alone=True,
)

# In the order in which they are tried: the last pattern matches some names of the others.
SIGNATURES = (
    STACK,
    ModuleSignature(
        "torch.ao.nn.quantized.dynamic.LSTM, GRU",
        ("_all_weight_values.",),
        rf"(?:^|\.)_all_weight_values\.(?P<index>0|[1-9]\d{{0,3}})\.param\.{_NAMES}$",
        _TORCH,
        "{}",
    ),
    ModuleSignature(
        "torch.ao.nn.quantized.dynamic.LSTMCell, GRUCell, RNNCell",
        ("_packed_weight_",),
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
        ("gates.",),
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
        ("_linearity.", "state_projection."),
        r"(?:^|\.)(?P<tensor>input_linearity\.weight|state_linearity\.weight"
        r"|state_linearity\.bias|state_projection\.weight)$",
        {
            "input_linearity.weight": Role.KERNEL,
            "state_linearity.weight": Role.RECURRENT_KERNEL,
            "state_linearity.bias": Role.BIAS,
            "state_projection.weight": Role.PROJECTION,
        },
        "LstmCellWithProjection",
        required=_KERNELS | {Role.PROJECTION},
        cell="LSTM",
        convention="allennlp",
        biases=frozenset({Role.BIAS}),
    ),
    CELL,
)
# Each name of a signature or of an adapter contains one of these: a cheap test before the patterns.
HINTS = ("_ih", "_hh", "_hr", "_linearity.", "state_projection.", "gates.", "lora_")
