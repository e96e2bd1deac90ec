"""TensorFlow 1's words: the scopes of its cells, and what the variables under them are."""

from __future__ import annotations

from rnninspect.lean import lru_cache
from rnninspect_keras.layout import WeightName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Scope of a cell, by TensorFlow 1.2 and later or, in capitals, by those before -> (class, family).
_CELLS = {
    "basic_rnn_cell": ("BasicRNNCell", "RNN"),
    "BasicRNNCell": ("BasicRNNCell", "RNN"),
    "basic_lstm_cell": ("BasicLSTMCell", "LSTM"),
    "BasicLSTMCell": ("BasicLSTMCell", "LSTM"),
    "lstm_cell": ("LSTMCell", "LSTM"),
    "LSTMCell": ("LSTMCell", "LSTM"),
    "lstm_block_cell": ("LSTMBlockCell", "LSTM"),
    "lstm_fused_cell": ("LSTMBlockFusedCell", "LSTM"),
    "lstm_block_wrapper": ("LSTMBlockFusedCell", "LSTM"),
    "cudnn_compatible_lstm_cell": ("CudnnCompatibleLSTMCell", "LSTM"),
    "gru_cell": ("GRUCell", "GRU"),
    "GRUCell": ("GRUCell", "GRU"),
    "gru_block_cell": ("GRUBlockCellV2", "GRU"),
    "block_gru_cell": ("GRUBlockCellV2", "GRU"),
    "cudnn_compatible_gru_cell": ("CudnnCompatibleGRUCell", "CudnnGRU"),
    "coupled_input_forget_gate_lstm_cell": ("CoupledInputForgetGateLSTMCell", "CIFG-LSTM"),
    "layer_norm_basic_lstm_cell": ("LayerNormBasicLSTMCell", "LayerNormBasicLSTM"),
    "ugrnn_cell": ("UGRNNCell", "UGRNN"),
    "ind_rnn_cell": ("IndRNNCell", "IndRNN"),
    "indy_lstm_cell": ("IndyLSTMCell", "IndyLSTM"),
    "conv_1d_lstm_cell": ("Conv1DLSTMCell", "ConvLSTM1D"),
    "conv_2d_lstm_cell": ("Conv2DLSTMCell", "ConvLSTM2D"),
    "conv_3d_lstm_cell": ("Conv3DLSTMCell", "ConvLSTM3D"),
}
# Cells of contrib whose formula is not in the table.
_UNKNOWN = {
    "attention_cell_wrapper": "AttentionCellWrapper",
    "g_lstm_cell": "GLSTMCell",
    "glstm_cell": "GLSTMCell",
    "grid_lstm_cell": "GridLSTMCell",
    "highway_wrapper": "HighwayWrapper",
    "indy_gru_cell": "IndyGRUCell",
    "intersection_rnn_cell": "IntersectionRNNCell",
    "minimal_rnn_cell": "MinimalRNNCell",
    "nas_cell": "NASCell",
    "phased_lstm_cell": "PhasedLSTMCell",
    "sru_cell": "SRUCell",
    "zoneout_lstm_cell": "ZoneoutLSTMCell",
}
_KERNELS, _BIASES = ("kernel", "weights", "Linear/Matrix"), ("bias", "biases", "Linear/Bias")


def _under(scopes: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{scope}/{name}" for scope in scopes for name in names)


# What a variable is by its name under the cell's scope.
_PARTS = (
    ((*_KERNELS, "W"), WeightName.JOINED),
    (("W_xh", "wx", "kernel_w"), WeightName.KERNEL),  # Magenta's and Baselines' cells; Indy's
    (("W_hh", "wh"), WeightName.RECURRENT),
    (("kernel_u",), WeightName.DIAGONAL),
    ((*_BIASES, "B", "b"), WeightName.BIAS),
    (tuple(f"w_{gate}_diag" for gate in "ifo"), WeightName.PEEPHOLE),
    (tuple(f"W_{gate}_diag" for gate in "IFO"), WeightName.PEEPHOLE),
    (_under(("projection",), _KERNELS), WeightName.PROJECTION),
    (_under(("gates", "Gates"), _KERNELS), WeightName.GATES),
    (_under(("gates", "Gates"), _BIASES), WeightName.GATES_BIAS),
    (_under(("candidate", "Candidate"), _KERNELS), WeightName.CANDIDATE),
    (_under(("candidate", "Candidate"), _BIASES), WeightName.CANDIDATE_BIAS),
    (("candidate/input_projection/bias",), WeightName.CANDIDATE_BIAS),
    (("candidate/input_projection/kernel",), WeightName.GATE_KERNEL),
    (("candidate/hidden_projection/kernel",), WeightName.GATE_RECURRENT),
    (("candidate/hidden_projection/bias",), WeightName.HIDDEN_BIAS),
    (
        _under(("input", "transform", "forget", "output", "state"), ("gamma", "beta")),
        WeightName.STATE_NORM,
    ),
)
_BY_NAME = {name: part for names, part in _PARTS for name in names}
# Rows of one weight, each with its number: `W_0` to `W_7`.
_NUMBERED = {"W": WeightName.JOINED, "W_P": WeightName.PROJECTION}
# An own cell, by TensorFlow's habit of naming the scope after the class.
_ENDS, _NO_CELLS = ("_cell", "Cell"), ("multi_rnn_cell", "MultiRNNCell")
_REMEMBERED = 4096  # names: a model has few different ones at these places


@lru_cache(_REMEMBERED)
def class_of(scope: str) -> tuple[str, str | None] | None:
    """Class and family of the cell that a scope is named after; None if it is none.

    The family is None of a class whose formula is not known.
    """
    name = scope
    for name in (scope, without_number(scope)):
        if name in _CELLS:
            return _CELLS[name]
        if name in _UNKNOWN:
            return _UNKNOWN[name], None
    if name.endswith(_ENDS) and not name.startswith(_NO_CELLS) and _is_word(name):
        return "".join(word[:1].upper() + word[1:] for word in name.split("_")), None
    return None


def without_number(name: str) -> str:
    """A name without the number that TensorFlow appends to one in use: `_1`."""
    front, _, number = name.rpartition("_")
    return front if number.isdecimal() else name


def _is_word(name: str) -> bool:
    """Whether a name is of letters, digits and underscores, of which some precede its ending."""
    front = name.removesuffix(_ENDS[0] if name.endswith(_ENDS[0]) else _ENDS[1])
    return bool(front) and front.replace("_", "0").isalnum()


@lru_cache(_REMEMBERED)
def weight_name_of(name: str) -> WeightName | None:
    """What a variable is by its name under its cell's scope."""
    front, _, number = name.rpartition("_")
    return _BY_NAME.get(name) or (_NUMBERED.get(front) if number.isdecimal() else None)
