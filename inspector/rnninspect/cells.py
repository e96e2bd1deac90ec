"""Every recurrent cell as a table of weights, each a product of sizes: home of all formulas."""

from __future__ import annotations

import math
from collections import Counter
from enum import StrEnum
from itertools import groupby

from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection


class Symbol(StrEnum):
    """A size that formulas and shapes are written in."""

    GATES = "g"  # feed-forward nets inside the cell
    INPUT = "m"  # input_size
    HIDDEN = "n"  # hidden_size
    FED_BACK = "r"  # width of the fed-back state: p if projected, else n
    PROJECTION = "p"  # projection_size
    TAPS = "k"  # taps of a convolution; as an axis of a tensor, its axes one by one
    DIRECTIONS = "D"
    JOINED = "m+r"  # rows of a kernel that holds kernel and recurrent kernel, one above the other


Factor = int | Symbol


class Role(StrEnum):
    """What a weight is for."""

    KERNEL = "kernel"
    RECURRENT_KERNEL = "recurrent_kernel"
    BIAS = "bias"
    RECURRENT_BIAS = "recurrent_bias"
    PEEPHOLE = "peephole"
    PROJECTION = "projection"
    NORMALISATION = "normalisation"  # gains and shifts of the norms inside the cell


REQUIRED = frozenset({Role.KERNEL, Role.RECURRENT_KERNEL})
TEXTBOOK = REQUIRED | {Role.BIAS}
BIASES = frozenset({Role.BIAS, Role.RECURRENT_BIAS})
NEVER_OPTIONAL = REQUIRED | {Role.NORMALISATION}


class Sizes(Record):
    """What the symbols of one layer's formula stand for; counts of units, not bytes."""

    input_size: int
    hidden_size: int
    projection_size: int | None = None
    kernel_size: tuple[int, ...] = ()
    directions: int = 1

    @property
    def fed_back(self) -> int:
        """Width of the state that the cell reads again: p if projected, else n."""
        return self.hidden_size if self.projection_size is None else self.projection_size

    @property
    def taps(self) -> int:
        """Elements of the kernel's window; 1 where the cell does not convolve."""
        return math.prod(self.kernel_size)

    @property
    def joined(self) -> int:
        """Rows of a kernel that holds kernel and recurrent kernel, one above the other."""
        return self.input_size + self.fed_back

    def value(self, factor: Factor, gates: int) -> int:
        """The number that a factor stands for in a cell of so many gates."""
        if factor is Symbol.GATES:
            return gates
        if not isinstance(factor, Symbol):
            return factor
        size: int | None = getattr(self, _FIELDS[factor])
        return size or 0


_FIELDS = {
    Symbol.INPUT: "input_size",
    Symbol.HIDDEN: "hidden_size",
    Symbol.FED_BACK: "fed_back",
    Symbol.PROJECTION: "projection_size",
    Symbol.TAPS: "taps",
    Symbol.DIRECTIONS: "directions",
    Symbol.JOINED: "joined",
}


class Weight(Record):
    """One weight that a cell may have, and the sizes whose product it holds, per direction."""

    role: Role
    factors: tuple[Factor, ...]


class Cell(Record):
    """A step function: its gates and its weights."""

    name: str
    gates: tuple[str, ...]
    weights: tuple[Weight, ...]
    summary: str

    def parameters(self, role: Role, sizes: Sizes) -> int:
        """Elements of one weight in one direction; KeyError if the cell has no such weight."""
        factors = next((weight.factors for weight in self.weights if weight.role is role), None)
        if factors is None:
            raise KeyError(role)
        return math.prod(sizes.value(factor, len(self.gates)) for factor in factors)

    def roles(self) -> frozenset[Role]:
        """All roles that a layer of this cell may have."""
        return frozenset(weight.role for weight in self.weights)

    def required(self) -> frozenset[Role]:
        """The roles that no layer of this cell is without."""
        return self.roles() & NEVER_OPTIONAL


_G, _M, _N = Symbol.GATES, Symbol.INPUT, Symbol.HIDDEN
_R, _P, _K = Symbol.FED_BACK, Symbol.PROJECTION, Symbol.TAPS

_KERNELS = (Weight(Role.KERNEL, (_G, _N, _M)), Weight(Role.RECURRENT_KERNEL, (_G, _N, _R)))
_BIAS = (Weight(Role.BIAS, (_G, _N)),)
_TWO_BIASES = (*_BIAS, Weight(Role.RECURRENT_BIAS, (_G, _N)))
_PROJECTION = (Weight(Role.PROJECTION, (_P, _N)),)
_CONVOLUTION = (
    Weight(Role.KERNEL, (_K, _G, _N, _M)),
    Weight(Role.RECURRENT_KERNEL, (_K, _G, _N, _R)),
    *_BIAS,
)
_INDEPENDENT = (  # each unit reads itself alone
    Weight(Role.KERNEL, (_G, _N, _M)),
    Weight(Role.RECURRENT_KERNEL, (_G, _N)),
    *_BIAS,
)
_NAS_GATES = tuple(f"node {number}" for number in range(1, 9))
_LSTM_GATES = ("input", "forget", "candidate", "output")

_TABLE = (
    Cell("RNN", ("hidden",), (*_KERNELS, *_TWO_BIASES), "Elman's cell, tanh or relu"),
    Cell(
        "GRU", ("update", "reset", "candidate"), (*_KERNELS, *_TWO_BIASES), "gated recurrent unit"
    ),
    Cell(
        "LSTM",
        _LSTM_GATES,
        (*_KERNELS, *_TWO_BIASES, Weight(Role.PEEPHOLE, (3, _N)), *_PROJECTION),
        "long short-term memory",
    ),
    Cell(
        "CIFG-LSTM",
        ("forget", "candidate", "output"),
        (*_KERNELS, *_BIAS, Weight(Role.PEEPHOLE, (2, _N)), *_PROJECTION),
        "LSTM whose input gate is one minus its forget gate (TFLite)",
    ),
    Cell("ConvLSTM1D", _LSTM_GATES, _CONVOLUTION, "LSTM that convolves along one axis"),
    Cell("ConvLSTM2D", _LSTM_GATES, _CONVOLUTION, "LSTM that convolves over two axes"),
    Cell("ConvLSTM3D", _LSTM_GATES, _CONVOLUTION, "LSTM that convolves over three axes"),
    Cell(
        "LayerNormLSTM",
        _LSTM_GATES,
        # gain and shift behind each kernel, of 4n, and at the state, of n
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
    Cell("IndRNN", ("hidden",), _INDEPENDENT, "RNN whose units do not see each other"),
    Cell("IndyLSTM", _LSTM_GATES, _INDEPENDENT, "LSTM whose units do not see each other"),
    Cell(
        "CudnnGRU",
        ("reset", "update", "candidate"),
        (*_KERNELS, *_BIAS, Weight(Role.RECURRENT_BIAS, (_N,))),
        "GRU with a recurrent bias at its candidate alone (TensorFlow 1, after cuDNN)",
    ),
    Cell("ESN", ("hidden",), (*_KERNELS, *_BIAS), "echo state network: kernels stay as drawn"),
)
CELLS: dict[str, Cell] = {cell.name: cell for cell in _TABLE}


class Formula(Record):
    """A count of parameters as people write it, with symbols and with numbers."""

    symbolic: str
    substituted: str
    textbook: int


def formula(cell: Cell, roles: Collection[Role], sizes: Sizes) -> Formula:
    """The formula of a layer that has these weights, and the textbook's count beside it.

    The textbook's count has one bias vector, no peepholes and no projection: g(nm + n² + n).
    """
    plain = Sizes(sizes.input_size, sizes.hidden_size, None, sizes.kernel_size, sizes.directions)
    return Formula(
        symbolic=_text(cell, roles, sizes, str, ""),
        substituted=_text(cell, roles, sizes, lambda symbol: str(sizes.value(symbol, 0)), "·"),
        textbook=count(cell, TEXTBOOK, plain),
    )


def count(cell: Cell, roles: Collection[Role], sizes: Sizes) -> int:
    """Parameters of a layer that has these weights, over all its directions."""
    present = (weight.role for weight in cell.weights if weight.role in roles)
    return sizes.directions * sum(cell.parameters(role, sizes) for role in present)


def _text(
    cell: Cell,
    roles: Collection[Role],
    sizes: Sizes,
    spell: Callable[[Symbol], str],
    times: str,
) -> str:
    gated: Counter[tuple[Symbol, ...]] = Counter()
    single: Counter[tuple[Symbol, ...]] = Counter()
    for weight in cell.weights:
        if weight.role in roles:
            terms = gated if Symbol.GATES in weight.factors else single
            terms[_letters(weight, sizes)] += _coefficient(weight)
    gates, inner = len(cell.gates), _sum(gated, spell, times)
    whole = " + ".join(
        filter(None, [f"{gates}({inner})" if gates > 1 else inner, _sum(single, spell, times)])
    )
    if sizes.directions == 1:
        return whole
    if single:
        return f"{sizes.directions} × [{whole}]"
    return f"{sizes.directions} × {whole}" if gates > 1 else f"{sizes.directions} × ({whole})"


def _letters(weight: Weight, sizes: Sizes) -> tuple[Symbol, ...]:
    fed_back = Symbol.HIDDEN if sizes.projection_size is None else Symbol.PROJECTION
    symbols = (factor for factor in weight.factors if isinstance(factor, Symbol))
    kept = (symbol for symbol in symbols if symbol is not Symbol.GATES)
    return tuple(fed_back if symbol is Symbol.FED_BACK else symbol for symbol in kept)


def _coefficient(weight: Weight) -> int:
    return math.prod(factor for factor in weight.factors if not isinstance(factor, Symbol))


def _sum(terms: Counter[tuple[Symbol, ...]], spell: Callable[[Symbol], str], times: str) -> str:
    return " + ".join(_product(letters, number, spell, times) for letters, number in terms.items())


def _product(
    letters: tuple[Symbol, ...], coefficient: int, spell: Callable[[Symbol], str], times: str
) -> str:
    parts = [str(coefficient)] if coefficient != 1 else []
    for symbol, run in groupby(letters):
        parts.append(spell(symbol) + ("²" if len(list(run)) == 2 else ""))
    return times.join(parts)


def term(cell: Cell, role: Role, sizes: Sizes) -> str:
    """One weight of one direction in symbols and in numbers: `4·n·m = 4·128·257`."""
    factors = next(weight.factors for weight in cell.weights if weight.role is role)
    gates = len(cell.gates)
    numbers = [str(sizes.value(factor, gates)) for factor in factors]
    fed_back = Symbol.HIDDEN if sizes.projection_size is None else Symbol.PROJECTION
    letters = {Symbol.GATES: str(gates), Symbol.FED_BACK: fed_back.value}
    symbols = [
        letters.get(factor, factor.value) if isinstance(factor, Symbol) else str(factor)
        for factor in factors
    ]
    return f"{'·'.join(symbols)} = {'·'.join(numbers)}"
