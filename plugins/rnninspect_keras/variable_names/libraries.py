"""Cells of libraries on top of TensorFlow, by the names that they keep together in one scope.

Sonnet 1 (`gated_rnn.py`, `basic_rnn.py`), Sonnet 2 (`recurrent.py`) and Lingvo (`rnn_cell.py`). The
scope is called as its author likes; what counts are all names of a signature, and shapes that fit.
"""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_keras.configuration.plans import CellPlan
from rnninspect_keras.layers.assembling import Run, Title
from rnninspect_keras.layers.pieces import Piece
from rnninspect_keras.layers.sizing import complete, explains
from rnninspect_keras.layout import Dialect, Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rnninspect.plugin import StoredTensor

    Words = Mapping[str, Part]


class Signature(Record):
    """The names of one cell under its scope: those that it must have, and those that it may have.

    `families` are tried in their order; the shapes decide.
    """

    class_name: str
    families: tuple[str, ...]
    dialect: Dialect
    needed: Words
    optional: Words = {}  # noqa: RUF012 - never changed


PEEPHOLES = dict.fromkeys(("w_f_diag", "w_i_diag", "w_o_diag"), Part.PEEPHOLE)
GRU_WORDS = {
    f"{letter}{gate}": part
    for letter, part in (
        ("w", Part.GATE_KERNEL),
        ("u", Part.GATE_RECURRENT),
        ("b", Part.GATE_BIAS),
    )
    for gate in "zrh"
}
SIGNATURES = (
    Signature(
        "snt.LSTM",
        ("LSTM",),
        Dialect.TENSORFLOW,
        {"w_gates": Part.JOINED, "b_gates": Part.BIAS},
        {**PEEPHOLES, "w_h_projection": Part.PROJECTION},
    ),
    Signature("snt.GRU", ("GRU",), Dialect.KERAS, GRU_WORDS),
    Signature(
        "snt.VanillaRNN",
        ("RNN",),
        Dialect.SONNET,
        {
            "in_to_hidden/w": Part.KERNEL,
            "in_to_hidden/b": Part.GATE_BIAS,
            "hidden_to_hidden/w": Part.RECURRENT,
            "hidden_to_hidden/b": Part.HIDDEN_BIAS,
        },
    ),
    Signature(
        "snt.{}",
        ("LSTM", "GRU"),
        Dialect.KERAS,
        {"w_i": Part.KERNEL, "w_h": Part.RECURRENT, "b": Part.BIAS},
        {"projection": Part.PROJECTION},
    ),
    Signature(
        "snt.{}",
        ("RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
        Dialect.KERAS,
        {"input_to_hidden/w": Part.KERNEL, "hidden_to_hidden/w": Part.RECURRENT, "b": Part.BIAS},
    ),
    Signature(
        "LSTMCellSimple",
        ("LSTM",),
        Dialect.TENSORFLOW,
        {"wm": Part.JOINED, "b": Part.BIAS},
        {"w_proj": Part.PROJECTION},
    ),
)
WORDS = frozenset(word for known in SIGNATURES for word in (*known.needed, *known.optional))
LAST_PARTS = frozenset(word.rpartition("/")[2] for word in WORDS)
CLASS_NAMES = {"RNN": "VanillaRNN", "ConvLSTM1D": "Conv1DLSTM", "ConvLSTM2D": "Conv2DLSTM"}
CLASS_NAMES |= {"ConvLSTM3D": "Conv3DLSTM"}
VALUE = "/var"  # end of each of Lingvo's names
WEIGHTS = (Part.KERNEL, Part.RECURRENT, Part.JOINED)
FIRST_AXES = 2  # of a kernel that are no taps


def library_cells(named: Iterable[tuple[str, StoredTensor]]) -> Iterator[tuple[Title, Run]]:
    """The cells whose names and shapes are those of a library's."""
    for scope, held in _scopes(named).items():
        for known in SIGNATURES:
            if known.needed.keys() <= held.keys():
                words = {**known.needed, **known.optional}
                pieces = [Piece(words[word], held[word]) for word in held if word in words]
                plan = _plan(known, pieces)
                if plan is not None:
                    title = Title(scope or plan.class_name, plan.class_name)
                    yield title, Run(plan._replace(units=None, input_size=None), tuple(pieces))
                    break


def _scopes(named: Iterable[tuple[str, StoredTensor]]) -> dict[str, dict[str, StoredTensor]]:
    """What lies in each scope under a name of some signature, of one part or two."""
    found: dict[str, dict[str, StoredTensor]] = {}
    for name, tensor in named:
        outer, _, last = name.removesuffix(VALUE).rpartition("/")
        if last.lstrip("_") not in LAST_PARTS:
            continue
        scope, _, above = outer.rpartition("/")
        short, long = last.lstrip("_"), f"{above.lstrip('_')}/{last}"
        if long in WORDS:
            found.setdefault(scope, {})[long] = tensor
        elif short in WORDS:
            found.setdefault(outer, {})[short] = tensor
    return found


def _plan(known: Signature, pieces: Sequence[Piece]) -> CellPlan | None:
    """The plan of the first family that explains all tensors."""
    ranks = {len(piece.tensor.shape) for piece in pieces if piece.part in WEIGHTS}
    widths = [p.tensor.shape[-1] for p in pieces if p.part is Part.PROJECTION and p.tensor.shape]
    for family in known.families:
        taps = int(family[-2]) if family.startswith("ConvLSTM") else 0
        if ranks and ranks != {FIRST_AXES + taps}:
            continue
        plan = CellPlan(
            family=family,
            dialect=known.dialect,
            class_name=known.class_name.format(CLASS_NAMES.get(family, family)),
            peepholes=any(piece.part is Part.PEEPHOLE for piece in pieces),
            projection=widths[0] if widths else None,
        )
        settled = complete(plan, pieces)
        if settled.input_size and explains(settled, pieces):
            return settled
    return None
