"""The table of hand-written cells: names of the weights of RNN, GRU and LSTM.

To add a spelling, add a row here; to add a cell of a library, a row in `libraries`.
"""

from __future__ import annotations

from rnninspect.spellings.tables.spelling import Beside, GatedSpelling, Side, WeightPattern

_INPUT = ("i", "in", "input", "add")
_FORGET = ("f", "forget", "remember")
_CANDIDATE = (
    *("c", "g", "a", "u", "z", "n", "j", "cell", "candidate", "cand", "memory", "new", "update"),
    *("ctilde", "chat", "celltilde", "cellstate", "cellcandidate", "newmemory", "modulation"),
    *("inputmodulation", "block", "state"),
)
_OUTPUT = ("o", "out", "output")
_LSTM_GATES = (_INPUT, _FORGET, _CANDIDATE, _OUTPUT)
_GRU_GATES = (
    ("z", "u", "update"),
    ("r", "reset"),
    (
        *("h", "n", "c", "g", "q", "", "candidate", "cand", "new", "hidden", "state", "out"),
        *("output", "memory", "htilde", "hhat", "htilda", "ctilde", "can"),
    ),
)

# Separate weights for input and state, a tensor for each gate: W_ii beside W_hi.
_SEPARATE_BY_GATE = (
    *(("wi{}", "wh{}"), ("wx{}", "wh{}"), ("w{}x", "w{}h"), ("w{}x", "u{}h"), ("wx{}", "uh{}")),
    *(("w{}", "u{}"), ("u{}", "w{}"), ("u{}", "v{}"), ("w{}", "r{}"), ("w{}i", "w{}h")),
    *(("x2{}", "h2{}"), ("i2{}", "h2{}"), ("x2{}gate", "h2{}gate"), ("xto{}", "hto{}")),
    *(("x{}", "h{}"), ("i{}", "h{}"), ("{}x", "{}h"), ("input{}", "hidden{}")),
    *(("inputto{}", "hiddento{}"), ("weightx{}", "weighth{}"), ("weighti{}", "weighth{}")),
    *(("linearx{}", "linearh{}"), ("linear{}x", "linear{}h"), ("fcx{}", "fch{}")),
    *(("lineari{}", "linearh{}"), ("fci{}", "fch{}")),
    *(("convx{}", "convh{}"), ("conv{}x", "conv{}h"), ("{}gatex", "{}gateh")),
    *(("w{}gatex", "w{}gateh"), ("{}gateinput", "{}gatehidden"), ("{}inputgate", "{}hiddengate")),
)
# Separate weights for input and state, the rows of all gates in one tensor. Names of the first
# group are specific to hidden-to-hidden weights; the others may be those of any two products.
_STATE_TO_STATE = (
    *(("i2h", "h2h"), ("x2h", "h2h"), ("ih", "hh"), ("xh", "hh"), ("wxh", "whh"), ("wih", "whh")),
    *(("weightih", "weighthh"), ("weightxh", "weighthh"), ("linearih", "linearhh")),
    *(("kernel", "recurrentkernel"), ("inputkernel", "recurrentkernel")),
    *(("inputweights", "recurrentweights"), ("inputmap", "recurrentmap"), ("convih", "convhh")),
    *(("input2hidden", "hidden2hidden"), ("inputtohidden", "hiddentohidden")),
    *(("in2hidden", "hidden2hidden"), ("convi2h", "convh2h"), ("convx2h", "convh2h")),
)
_SEPARATE = (
    *(("w", "u"), ("u", "w"), ("u", "v"), ("w", "r"), ("wx", "wh"), ("wi", "wh"), ("wx", "uh")),
    *(("convx", "convh"), ("convinput", "convhidden"), ("inputconv", "hiddenconv")),
    *(("inputlinear", "hiddenlinear"), ("linearx", "linearh"), ("fcx", "fch"), ("x2g", "h2g")),
    *(("weightx", "weighth"), ("weightinput", "weighthidden"), ("inputgates", "hiddengates")),
)
# One weight for input and state, a tensor for each gate: forget_gate (n, m+n).
_JOINED_BY_GATE = (
    *("{}gate", "gate{}", "{}", "w{}", "w{}gate", "linear{}", "linear{}gate", "{}linear", "fc{}"),
    *("{}layer", "{}gatelayer", "{}fc", "conv{}", "conv{}gate", "{}conv", "{}gateconv", "{}net"),
)
# All gates in one tensor over input and state: convolutions, and generic names.
_CONVOLUTIONS = (
    *("conv", "conv1d", "conv2d", "conv3d", "cellconv", "convcell", "convgates", "gatesconv"),
    *("convxh", "gates", "allgates", "gateconv", "convall", "conv4", "convlstm", "lstmconv"),
    *("convolution", "convop", "inconv", "mainconv", "combinedconv", "convcombined", "convifgo"),
)
_PRODUCTS = (
    *("gates", "gate", "allgates", "linear", "fc", "w", "kernel", "wxh", "xh2g", "dense"),
    *("gateslinear", "lineargates", "wgates"),
)
_TWO_GATES = (
    *("convgates", "convgate", "gates", "gate", "zr", "rz", "convzr", "convrz", "convur", "ih.0"),
    *("gatesconv", "wgates", "gateconv"),
)
_ONE_CANDIDATE = (
    *(
        "convcan",
        "convcandidate",
        "convct",
        "convcand",
        "can",
        "candidate",
        "cand",
        "convh",
        "hh.0",
    ),
    *("candidateconv", "candidategate", "outgate", "convout", "convn", "convq", "wcandidate"),
)

_RECURRENT = r"lstm|gru|rnn|recurr|elman|(?:^|[._])cell"
_CONV_LSTM = r"conv_?lstm|clstm|lstm_?(?:cell|layer|block|unit)|cell_?list|lstm_?\d*(?:\.\d+)?$"
_LSTM_CELL = r"lstm_?cell|cell_?list|(?:^|[. ])\w*lstm_?\d*(?:\.\d+)?$"
_MIN_GRU = r"min_?gru"  # Linear layers alone could be anything
_ANY_CELL = r"cell|rnn|recurr|lstm"
# Other layers in the class of a cell, and its initial state.
_LAYERS = (
    *("fc", "out", "output", "linear", "dense", "head", "decoder", "encoder", "classifier"),
    *("embedding", "embed", "emb", "wordembeddings", "projection", "proj", "softmax"),
    *("regressor", "predictor", "outputlayer", "outlayer"),
)
_OUTPUTS = Beside(
    frozenset(layer + ending for layer in _LAYERS for ending in ("", ".weight", ".bias")),
    rf"(?:{'|'.join(_LAYERS)}|fc\d|linear\d"
    r"|[hi]2o|o2o|h2y|wy|hidden2\w+|hiddento(?:output|out|tag)|i2o|why|ho|who|by|bo|bout|v)"
    r"(?:\.\d)?(?:\.weight|\.bias)?$|(?:h|c|h0|c0|inith|initc|inithidden|initcell|initialstate"
    r"|hiddeninit|cellinit|initstate)$",
)


def _separate(cell: str, gates: tuple[tuple[str, ...], ...]) -> list[GatedSpelling]:
    peephole = (WeightPattern(Side.PEEPHOLE, ("wc{}", "w{}c", "v{}", "p{}", "peephole{}")),)
    more = peephole if cell == "LSTM" else ()
    return [
        GatedSpelling(
            cell,
            gates,
            (WeightPattern(Side.INPUT, (inputs,)), WeightPattern(Side.STATE, (states,)), *more),
            beside=_OUTPUTS,
        )
        for inputs, states in _SEPARATE_BY_GATE
    ]


def _fused(cell: str, count: int) -> list[GatedSpelling]:
    return [
        GatedSpelling(
            cell,
            (),
            (
                WeightPattern(Side.INPUT, (inputs,), (0, count)),
                WeightPattern(Side.STATE, (states,), (0, count)),
            ),
            # Two square matrices are an Elman cell, or an attention.
            words="" if is_specific or count > 1 else _RECURRENT,
            beside=_OUTPUTS,
        )
        for is_specific, pairs in ((True, _STATE_TO_STATE), (False, _SEPARATE))
        for inputs, states in pairs
    ]


def _joined(cell: str, gates: tuple[tuple[str, ...], ...]) -> GatedSpelling:
    return GatedSpelling(cell, gates, (WeightPattern(Side.BOTH, _JOINED_BY_GATE),), beside=_OUTPUTS)


def _half(number: int) -> GatedSpelling:
    """One of the two passes of RAFT's SepConvGRU: along the rows, then along the columns."""
    other = Beside(frozenset(), rf"conv[zrq]{3 - number}\.")
    part = WeightPattern(Side.BOTH, (f"conv{{}}{number}",))
    return GatedSpelling("GRU", _GRU_GATES, (part,), beside=other)


GATED = (
    *_separate("LSTM", _LSTM_GATES),
    *_separate("GRU", _GRU_GATES),
    *_fused("LSTM", 4),
    *_fused("GRU", 3),
    *_fused("RNN", 1),
    _joined("LSTM", _LSTM_GATES),
    _joined("GRU", _GRU_GATES),
    GatedSpelling(
        "GRU",
        (),
        (
            WeightPattern(Side.BOTH, _TWO_GATES, (0, 2)),
            WeightPattern(Side.BOTH, _ONE_CANDIDATE, (2, 1)),
        ),
    ),
    GatedSpelling(
        "LSTM", (), (WeightPattern(Side.BOTH, _CONVOLUTIONS, (0, 4)),), _CONV_LSTM, _ANY_CELL
    ),
    GatedSpelling("LSTM", (), (WeightPattern(Side.BOTH, _PRODUCTS, (0, 4)),), _LSTM_CELL),
    GatedSpelling(  # the tutorial's: i2h and i2o read input and state
        "RNN",
        (),
        (WeightPattern(Side.BOTH, ("i2h", "in2hidden", "input2hidden", "inputtohidden", "xh2h")),),
        beside=_OUTPUTS,
        output=("i2o", "in2output", "input2output", "inputtooutput", "xh2o"),
    ),
    _half(1),
    _half(2),
    GatedSpelling(  # Feng et al., "Were RNNs all we needed?", 2024
        "minGRU",
        (("z", "update"), ("h", "hidden")),
        (WeightPattern(Side.INPUT, ("linear{}",)),),
        _MIN_GRU,
        beside=_OUTPUTS,
    ),
    GatedSpelling(  # lucidrains/minGRU-pytorch: rows of the candidate, then of the gate
        "minGRU",
        (),
        (WeightPattern(Side.INPUT, ("tohiddenandgate",), (0, 2)),),
        _MIN_GRU,
        beside=_OUTPUTS._replace(pattern=rf"toout\.weight$|{_OUTPUTS.pattern}"),
    ),
)
