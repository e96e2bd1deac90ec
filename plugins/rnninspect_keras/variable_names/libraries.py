"""Cells of libraries on top of TensorFlow, by the names that they keep together in one scope.

Sonnet 1 (`gated_rnn.py`, `basic_rnn.py`), Sonnet 2 (`recurrent.py`) and Lingvo (`rnn_cell.py`). The
scope is called as its author likes; what counts are all names of a signature, and shapes that fit.
"""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_keras.configuration.plans import CellPlan
from rnninspect_keras.layers.assembling import PlannedCell, Title
from rnninspect_keras.layers.sizing import complete, explains
from rnninspect_keras.layers.weights import CellWeight
from rnninspect_keras.layout import Dialect, WeightName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rnninspect.plugin import StoredTensor

    Words = Mapping[str, WeightName]


class Signature(Record):
    """The names of one cell under its scope: those that it must have, and those that it may have.

    `families` are tried in their order; the shapes decide.
    """

    class_name: str
    families: tuple[str, ...]
    dialect: Dialect
    needed: Words
    optional: Words = {}  # noqa: RUF012 - never changed


_PEEPHOLES = dict.fromkeys(("w_f_diag", "w_i_diag", "w_o_diag"), WeightName.PEEPHOLE)
_GRU_WORDS = {
    f"{letter}{gate}": part
    for letter, part in (
        ("w", WeightName.GATE_KERNEL),
        ("u", WeightName.GATE_RECURRENT),
        ("b", WeightName.GATE_BIAS),
    )
    for gate in "zrh"
}
_SIGNATURES = (
    Signature(
        "snt.LSTM",
        ("LSTM",),
        Dialect.TENSORFLOW,
        {"w_gates": WeightName.JOINED, "b_gates": WeightName.BIAS},
        {**_PEEPHOLES, "w_h_projection": WeightName.PROJECTION},
    ),
    Signature("snt.GRU", ("GRU",), Dialect.KERAS, _GRU_WORDS),
    Signature(
        "snt.VanillaRNN",
        ("RNN",),
        Dialect.SONNET,
        {
            "in_to_hidden/w": WeightName.KERNEL,
            "in_to_hidden/b": WeightName.GATE_BIAS,
            "hidden_to_hidden/w": WeightName.RECURRENT,
            "hidden_to_hidden/b": WeightName.HIDDEN_BIAS,
        },
    ),
    Signature(
        "snt.{}",
        ("LSTM", "GRU"),
        Dialect.KERAS,
        {"w_i": WeightName.KERNEL, "w_h": WeightName.RECURRENT, "b": WeightName.BIAS},
        {"projection": WeightName.PROJECTION},
    ),
    Signature(
        "snt.{}",
        ("RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
        Dialect.KERAS,
        {
            "input_to_hidden/w": WeightName.KERNEL,
            "hidden_to_hidden/w": WeightName.RECURRENT,
            "b": WeightName.BIAS,
        },
    ),
    Signature(
        "LSTMCellSimple",
        ("LSTM",),
        Dialect.TENSORFLOW,
        {"wm": WeightName.JOINED, "b": WeightName.BIAS},
        {"w_proj": WeightName.PROJECTION},
    ),
)
_WORDS = frozenset(word for known in _SIGNATURES for word in (*known.needed, *known.optional))
_LAST_PARTS = frozenset(word.rpartition("/")[2] for word in _WORDS)
_CLASS_NAMES = {"RNN": "VanillaRNN", "ConvLSTM1D": "Conv1DLSTM", "ConvLSTM2D": "Conv2DLSTM"}
_CLASS_NAMES |= {"ConvLSTM3D": "Conv3DLSTM"}
_VALUE = "/var"  # end of each of Lingvo's names
_WEIGHTS = (WeightName.KERNEL, WeightName.RECURRENT, WeightName.JOINED)
_FIRST_AXES = 2  # of a kernel that are not taps


def library_cells(named: Iterable[tuple[str, StoredTensor]]) -> Iterator[tuple[Title, PlannedCell]]:
    """The cells whose names and shapes are those of a library's."""
    for scope, variables in _scopes(named).items():
        for known in _SIGNATURES:
            if known.needed.keys() <= variables.keys():
                words = {**known.needed, **known.optional}
                weights = [
                    CellWeight(words[word], variables[word]) for word in variables if word in words
                ]
                plan = _plan(known, weights)
                if plan is not None:
                    title = Title(scope or plan.class_name, plan.class_name)
                    yield (
                        title,
                        PlannedCell(plan._replace(units=None, input_size=None), tuple(weights)),
                    )
                    break


def may_be_library(name: str) -> bool:
    """Whether a name ends as one of a signature."""
    return name.removesuffix(_VALUE).rpartition("/")[2].lstrip("_") in _LAST_PARTS


def _scopes(named: Iterable[tuple[str, StoredTensor]]) -> dict[str, dict[str, StoredTensor]]:
    """The tensors of each scope under a name of some signature, of one part or two."""
    found: dict[str, dict[str, StoredTensor]] = {}
    for name, tensor in named:
        outer, _, last = name.removesuffix(_VALUE).rpartition("/")
        if last.lstrip("_") not in _LAST_PARTS:
            continue
        scope, _, above = outer.rpartition("/")
        short, long = last.lstrip("_"), f"{above.lstrip('_')}/{last}"
        if long in _WORDS:
            found.setdefault(scope, {})[long] = tensor
        elif short in _WORDS:
            found.setdefault(outer, {})[short] = tensor
    return found


def _plan(known: Signature, weights: Sequence[CellWeight]) -> CellPlan | None:
    """The plan of the first family that explains all tensors."""
    ranks = {len(weight.tensor.shape) for weight in weights if weight.name in _WEIGHTS}
    widths = [
        p.tensor.shape[-1] for p in weights if p.name is WeightName.PROJECTION and p.tensor.shape
    ]
    for family in known.families:
        taps = int(family[-2]) if family.startswith("ConvLSTM") else 0
        if ranks and ranks != {_FIRST_AXES + taps}:
            continue
        plan = CellPlan(
            family=family,
            dialect=known.dialect,
            class_name=known.class_name.format(_CLASS_NAMES.get(family, family)),
            peepholes=any(weight.name is WeightName.PEEPHOLE for weight in weights),
            projection=widths[0] if widths else None,
        )
        settled = complete(plan, weights)
        if settled.input_size and explains(settled, weights):
            return settled
    return None
