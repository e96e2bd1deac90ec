"""TensorFlow 1's cells under scopes of the author's choosing, by what lies in them."""

from __future__ import annotations

import re

from rnninspect_keras.configuration.plans import CellPlan
from rnninspect_keras.layers.pieces import Piece
from rnninspect_keras.layers.sizing import complete, explains
from rnninspect_keras.layout import Dialect, Part
from rnninspect_keras.variable_names.scopes import part_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.plugin import StoredTensor

Path = tuple[str, ...]

LSTM_SCOPE = r".*lstm(_?\d+)?"  # `encoder_fw_LSTM`, `lstm_0`, `lstm1`
MATRIX = 2  # axes
LSTM_KERNELS = ({Part.JOINED}, {Part.KERNEL, Part.RECURRENT})


def own_cells(
    named: Sequence[tuple[str, StoredTensor]],
) -> Iterator[tuple[Path, str, str, list[Piece]]]:
    """Scope, class, family and tensors of what only a recurrent cell can be.

    That is a GRU's pair of gates and candidate; and, in a scope that is called an LSTM, a kernel
    whose shape is an LSTM's to the last axis.
    """
    gated = {
        name.rpartition("/")[0].rpartition("/")[0]
        for name, _ in named
        if "ates/" in name and _is_gates(name)
    }
    scopes: dict[str, list[Piece]] = {}
    for name, tensor in named:
        scope, part = _within(name)
        if part is not None and (scope in gated or "lstm" in scope.rpartition("/")[2].lower()):
            scopes.setdefault(scope, []).append(Piece(part, tensor))
    for scope, held in scopes.items():
        path, pieces = tuple(scope.split("/")), whole(held)
        parts = {piece.part for piece in pieces}
        if {Part.GATES, Part.CANDIDATE} <= parts:
            yield path, "GRUCell", "GRU", held
        elif re.fullmatch(LSTM_SCOPE, path[-1], re.IGNORECASE) and _is_lstm(pieces):
            yield path, "LSTMCell", "LSTM", held


def _is_gates(name: str) -> bool:
    return part_of("/".join(name.split("/")[-2:])) is Part.GATES


def _within(name: str) -> tuple[str, Part | None]:
    """The scope that a variable lies in, and what it is there; `gates/kernel` before `kernel`."""
    outer, _, last = name.rpartition("/")
    scope, _, above = outer.rpartition("/")
    if scope and (part := part_of(f"{above}/{last}")):
        return scope, part
    return outer, part_of(last) if outer else None


def _is_lstm(pieces: list[Piece]) -> bool:
    parts = [piece.part for piece in pieces]
    if not any(kernels <= {*parts} for kernels in LSTM_KERNELS):
        return False
    widths = [p.tensor.shape[-1] for p in pieces if p.part is Part.PROJECTION and p.tensor.shape]
    plan = CellPlan(
        family="LSTM",
        dialect=Dialect.TENSORFLOW,
        class_name="LSTMCell",
        with_bias=Part.BIAS in parts,
        peepholes=Part.PEEPHOLE in parts,
        projection=widths[0] if widths else None,
    )
    settled = complete(plan, pieces)
    return bool(settled.input_size) and explains(settled, pieces)


def whole(pieces: list[Piece]) -> list[Piece]:
    """The same pieces, those that are rows of one weight put together: `W_0` to `W_7`."""
    merged = list(pieces)
    for part in (Part.JOINED, Part.PROJECTION):
        rows = [piece for piece in pieces if piece.part is part]
        shapes = [piece.tensor.shape for piece in rows]
        if len(rows) > 1 and _alike(shapes):
            merged = [piece for piece in merged if piece.part is not part]
            merged.append(_joined(part, [piece.tensor for piece in rows]))
    return merged


def _alike(shapes: list[tuple[int, ...]]) -> bool:
    return all(len(shape) == MATRIX and shape[1] == shapes[0][1] for shape in shapes)


def _joined(part: Part, rows: list[StoredTensor]) -> Piece:
    shape = (sum(tensor.shape[0] for tensor in rows), rows[0].shape[1])
    size = sum(tensor.bytes for tensor in rows)
    first = rows[0]._replace(shape=shape, bytes=size, needed_bytes=None, held_bytes=None)
    return Piece(part, first, tuple(rows))
