"""TensorFlow 1's words: the scopes of its cells, and what the variables under them are."""

from __future__ import annotations

from rnninspect.lean import lru_cache, re
from rnninspect_keras.layout import WeightName

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
_KERNEL, _BIAS = r"(kernel|weights|Linear/Matrix)", r"(bias|biases|Linear/Bias)"
# What a variable is by its name under the cell's scope.
_PARTS = (
    (rf"{_KERNEL}|W_\d+|W", WeightName.JOINED),
    (r"W_xh|wx|kernel_w", WeightName.KERNEL),  # Magenta's and Baselines' cells; Indy's
    (r"W_hh|wh", WeightName.RECURRENT),
    (r"kernel_u", WeightName.DIAGONAL),
    (rf"{_BIAS}|B|b", WeightName.BIAS),
    (r"w_[ifo]_diag|W_[IFO]_diag", WeightName.PEEPHOLE),
    (rf"projection/{_KERNEL}|W_P_\d+", WeightName.PROJECTION),
    (rf"[gG]ates/{_KERNEL}", WeightName.GATES),
    (rf"[gG]ates/{_BIAS}", WeightName.GATES_BIAS),
    (rf"[cC]andidate/{_KERNEL}", WeightName.CANDIDATE),
    (rf"[cC]andidate/{_BIAS}|candidate/input_projection/bias", WeightName.CANDIDATE_BIAS),
    (r"candidate/input_projection/kernel", WeightName.GATE_KERNEL),
    (r"candidate/hidden_projection/kernel", WeightName.GATE_RECURRENT),
    (r"candidate/hidden_projection/bias", WeightName.HIDDEN_BIAS),
    (r"(input|transform|forget|output|state)/(gamma|beta)", WeightName.STATE_NORM),
)
_ANY_PART = "|".join(f"(?P<part{number}>{pattern})" for number, (pattern, _) in enumerate(_PARTS))
# An own cell, by TensorFlow's habit of naming the scope after the class.
_OTHER, _ENDS = r"(?!multi_rnn_cell|MultiRNNCell)\w+(_cell|Cell)", ("_cell", "Cell")
_REMEMBERED = 4096  # names: a model has few different ones at these places


@lru_cache(_REMEMBERED)
def class_of(scope: str) -> tuple[str, str | None] | None:
    """Class and family of the cell that a scope is named after; None if it is none.

    The family is None of a class whose formula is not known.
    """
    name = scope
    for name in (scope, _unnumbered(scope)):
        if name in _CELLS:
            return _CELLS[name]
        if name in _UNKNOWN:
            return _UNKNOWN[name], None
    if name.endswith(_ENDS) and re.fullmatch(_OTHER, name):
        return "".join(word[:1].upper() + word[1:] for word in name.split("_")), None
    return None


def _unnumbered(scope: str) -> str:
    """A scope without the number that TensorFlow appends to a name in use: `_1`."""
    front, _, number = scope.rpartition("_")
    return front if number.isdecimal() else scope


@lru_cache(_REMEMBERED)
def weight_name_of(name: str) -> WeightName | None:
    """What a variable is by its name under its cell's scope."""
    match = re.fullmatch(_ANY_PART, name)
    if match is None or match.lastgroup is None:
        return None
    return _PARTS[int(match.lastgroup.removeprefix("part"))][1]
