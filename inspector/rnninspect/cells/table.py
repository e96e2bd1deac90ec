"""Every recurrent cell as a table of weights, each a product of sizes: home of all formulas."""

from __future__ import annotations

from rnninspect.cells.symbols import Cell, Role, Symbol, Weight

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

_G, _M, _N = Symbol.GATES, Symbol.INPUT, Symbol.HIDDEN
_R, _P, _K = Symbol.FED_BACK, Symbol.PROJECTION, Symbol.TAPS

_KERNELS = (Weight(Role.KERNEL, (_G, _N, _M)), Weight(Role.RECURRENT_KERNEL, (_G, _N, _R)))
_BIAS = (Weight(Role.BIAS, (_G, _N)),)
_TWO_BIASES = (*_BIAS, Weight(Role.RECURRENT_BIAS, (_G, _N)))
_PROJECTION = (Weight(Role.PROJECTION, (_P, _N)),)
# What only TFLite's operators have: a bias of the projection, a gain for each gate.
_OF_TFLITE = (
    Weight(Role.PROJECTION_BIAS, (_P,), optional=True),
    Weight(Role.NORMALISATION, (_G, _N), optional=True),
)
_CONVOLUTION = (
    Weight(Role.KERNEL, (_K, _G, _N, _M)),
    Weight(Role.RECURRENT_KERNEL, (_K, _G, _N, _R)),
    *_TWO_BIASES,
)
# Most implementations have no peepholes; those that do have one for each position.
_CONV_LSTM = (*_CONVOLUTION, Weight(Role.PEEPHOLE, (3, _N, Symbol.PLACES)))
_INDEPENDENT = (  # each unit reads itself alone
    Weight(Role.KERNEL, (_G, _N, _M)),
    Weight(Role.RECURRENT_KERNEL, (_G, _N)),
    *_BIAS,
)
_B, _L, _O = Symbol.BACKBONE, Symbol.DEEPER, Symbol.OUTPUTS
_CFC_HEADS = ("ff1", "ff2", "time_a", "time_b")
_CFC = (
    Weight(Role.KERNEL, (_B, _M)),
    Weight(Role.RECURRENT_KERNEL, (_B, _N)),
    Weight(Role.BIAS, (_B,)),
    Weight(Role.BACKBONE, (_L, _B, _B)),
    Weight(Role.BACKBONE_BIAS, (_L, _B)),
    Weight(Role.HEAD, (_G, _N, _B)),
    Weight(Role.HEAD_BIAS, (_G, _N)),
)
_MASKS = (Weight(Role.MASK, (_N, _M)), Weight(Role.RECURRENT_MASK, (_N, _N)))
_LTC = (  # four numbers for each synapse, three for each neuron
    Weight(Role.KERNEL, (_G, _N, _M)),
    Weight(Role.RECURRENT_KERNEL, (_G, _N, _N)),
    Weight(Role.MEMBRANE, (3, _N)),
    *_MASKS,
    Weight(Role.INPUT_SCALE, (_M,)),
    Weight(Role.INPUT_SHIFT, (_M,)),
    Weight(Role.OUTPUT_SCALE, (_O,)),
    Weight(Role.OUTPUT_SHIFT, (_O,)),
)
_NAS_GATES = tuple(f"node {number}" for number in range(1, 9))
_GRU_GATES = ("update", "reset", "candidate")
_LSTM_GATES = ("input", "forget", "candidate", "output")

_TABLE = (
    Cell("RNN", ("hidden",), (*_KERNELS, *_TWO_BIASES), "Elman's cell, tanh or relu"),
    Cell("GRU", _GRU_GATES, (*_KERNELS, *_TWO_BIASES), "gated recurrent unit"),
    Cell(
        "LSTM",
        _LSTM_GATES,
        (*_KERNELS, *_TWO_BIASES, Weight(Role.PEEPHOLE, (3, _N)), *_PROJECTION, *_OF_TFLITE),
        "long short-term memory",
    ),
    Cell(
        "CIFG-LSTM",
        ("forget", "candidate", "output"),
        (*_KERNELS, *_TWO_BIASES, Weight(Role.PEEPHOLE, (2, _N)), *_PROJECTION, *_OF_TFLITE),
        "LSTM whose input gate is one minus its forget gate (TFLite)",
        "LSTM",
    ),
    Cell("ConvLSTM1D", _LSTM_GATES, _CONV_LSTM, "LSTM that convolves along one axis"),
    Cell("ConvLSTM2D", _LSTM_GATES, _CONV_LSTM, "LSTM that convolves over two axes"),
    Cell("ConvLSTM3D", _LSTM_GATES, _CONV_LSTM, "LSTM that convolves over three axes"),
    Cell("ConvGRU1D", _GRU_GATES, _CONVOLUTION, "GRU that convolves along one axis"),
    Cell("ConvGRU2D", _GRU_GATES, _CONVOLUTION, "GRU that convolves over two axes"),
    Cell("ConvGRU3D", _GRU_GATES, _CONVOLUTION, "GRU that convolves over three axes"),
    Cell(
        "LayerNormLSTM",
        _LSTM_GATES,
        # gain and shift after each kernel, of 4n, and at the state, of n
        (*_KERNELS, *_BIAS, Weight(Role.NORMALISATION, (18, _N))),
        "LSTM with layer normalisation at its kernels and its state (addons)",
    ),
    Cell(
        "LayerNormRNN",
        ("hidden",),
        (*_KERNELS, *_BIAS, Weight(Role.NORMALISATION, (_G, _N))),
        "Elman's cell with layer normalisation, gain alone (addons)",
    ),
    Cell(
        "NAS",
        _NAS_GATES,
        (*_KERNELS, *_BIAS, *_PROJECTION),
        "cell found by architecture search, of eight nodes",
    ),
    Cell(
        "LayerNormBasicLSTM",
        _LSTM_GATES,
        # gain and shift at each gate and at the state, of n
        (*_KERNELS, Weight(Role.NORMALISATION, (10, _N))),
        "LSTM with layer normalisation at its gates and its state (TensorFlow 1)",
    ),
    Cell("UGRNN", ("update", "candidate"), (*_KERNELS, *_BIAS), "update gate RNN (TensorFlow 1)"),
    Cell(
        "MGU",
        ("forget", "candidate"),
        (*_KERNELS, *_TWO_BIASES),
        "minimal gated unit: a GRU whose update gate resets too",
    ),
    Cell("IndRNN", ("hidden",), _INDEPENDENT, "RNN whose units do not see each other"),
    Cell("IndyLSTM", _LSTM_GATES, _INDEPENDENT, "LSTM whose units do not see each other"),
    Cell(
        "CudnnGRU",
        ("reset", "update", "candidate"),
        (*_KERNELS, *_BIAS, Weight(Role.RECURRENT_BIAS, (_N,))),
        "GRU with a recurrent bias at its candidate alone (TensorFlow 1, after cuDNN)",
    ),
    Cell("CfC", _CFC_HEADS, _CFC, "closed-form continuous-time cell with a backbone (ncps)"),
    Cell(
        "WiredCfC",
        _CFC_HEADS,
        (*_KERNELS, *_BIAS, *_MASKS),
        "closed-form continuous-time cell without a backbone, as wirings are made of (ncps)",
    ),
    Cell("LTC", ("sigma", "mu", "w", "erev"), _LTC, "liquid time-constant cell (ncps)"),
    Cell(
        "minGRU",
        ("update", "candidate"),
        (Weight(Role.KERNEL, (_G, _N, _M)), *_BIAS),
        "GRU whose gates do not read the state: h' = (1-z)·h + z·g",
    ),
    Cell(
        "SVDF",
        ("filter",),
        (
            Weight(Role.KERNEL, (Symbol.RANK, _N, _M)),
            Weight(Role.TIME_KERNEL, (Symbol.RANK, _N, Symbol.MEMORY)),
            *_BIAS,
        ),
        "filter of low rank over the last inputs, without a state that returns (TFLite)",
    ),
    Cell("ESN", ("hidden",), (*_KERNELS, *_BIAS), "echo state network: kernels stay as drawn"),
)


class _Cells(dict[str, Cell]):
    """The gated cells by name; those that bring sizes of their own are made when asked for."""

    def __missing__(self, name: str) -> Cell:
        from rnninspect.cells.modern import modern_cell  # noqa: PLC0415 - few files have one

        return modern_cell(name)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in _described()


def _described() -> Collection[str]:
    from rnninspect.cells.modern import DESCRIBED  # noqa: PLC0415 - as above

    return DESCRIBED


def every_cell() -> dict[str, Cell]:
    """All cells by name, those with sizes of their own included."""
    return {**CELLS, **{name: CELLS[name] for name in _described()}}


CELLS: dict[str, Cell] = _Cells((cell.name, cell) for cell in _TABLE)


def convolved(cell: str, taps: tuple[int, ...]) -> str | None:
    """The cell whose maps are convolutions with so many taps along each axis; None without one."""
    name = f"Conv{cell}{len(taps)}D"
    return name if name in CELLS else None


GATE_COUNTS = tuple(sorted({len(cell.gates) for cell in _TABLE}))
