"""TensorFlow 1's cells under scopes of the author's choosing, by the variables in them."""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect_keras.configuration.plans import CellPlan
from rnninspect_keras.layers.sizing import complete, explains
from rnninspect_keras.layers.weights import CellWeight
from rnninspect_keras.layout import Dialect, WeightName
from rnninspect_keras.variable_names.vocabulary import weight_name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.plugin import StoredTensor

Path = tuple[str, ...]

_LSTM_SCOPE = r".*lstm(_?\d+)?"  # `encoder_fw_LSTM`, `lstm_0`, `lstm1`
_MATRIX = 2  # axes
_LSTM_KERNELS = ({WeightName.JOINED}, {WeightName.KERNEL, WeightName.RECURRENT})


def own_cells(
    named: Sequence[tuple[str, StoredTensor]],
) -> Iterator[tuple[Path, str, str, list[CellWeight]]]:
    """Scope, class, family and tensors of what only a recurrent cell can be.

    That is a GRU's pair of gates and candidate; and, in a scope that is called an LSTM, a kernel
    whose shape is an LSTM's to the last axis.
    """
    gated = {
        name.rpartition("/")[0].rpartition("/")[0]
        for name, _ in named
        if "ates/" in name and _is_gates(name)
    }
    scopes: dict[str, list[CellWeight]] = {}
    for name, tensor in named:
        scope, part = _within(name)
        if part is not None and (scope in gated or "lstm" in scope.rpartition("/")[2].lower()):
            scopes.setdefault(scope, []).append(CellWeight(part, tensor))
    for scope, variables in scopes.items():
        path, weights = tuple(scope.split("/")), whole(variables)
        parts = {weight.name for weight in weights}
        if {WeightName.GATES, WeightName.CANDIDATE} <= parts:
            yield path, "GRUCell", "GRU", variables
        elif re.fullmatch(_LSTM_SCOPE, path[-1], re.IGNORECASE) and _is_lstm(weights):
            yield path, "LSTMCell", "LSTM", variables


def _is_gates(name: str) -> bool:
    return weight_name_of("/".join(name.split("/")[-2:])) is WeightName.GATES


def _within(name: str) -> tuple[str, WeightName | None]:
    """A variable's scope, and what the variable is there; `gates/kernel` before `kernel`."""
    outer, _, last = name.rpartition("/")
    scope, _, above = outer.rpartition("/")
    if scope and (part := weight_name_of(f"{above}/{last}")):
        return scope, part
    return outer, weight_name_of(last) if outer else None


def _is_lstm(weights: list[CellWeight]) -> bool:
    parts = [weight.name for weight in weights]
    if not any(kernels <= {*parts} for kernels in _LSTM_KERNELS):
        return False
    widths = [
        p.tensor.shape[-1] for p in weights if p.name is WeightName.PROJECTION and p.tensor.shape
    ]
    plan = CellPlan(
        family="LSTM",
        dialect=Dialect.TENSORFLOW,
        class_name="LSTMCell",
        with_bias=WeightName.BIAS in parts,
        peepholes=WeightName.PEEPHOLE in parts,
        projection=widths[0] if widths else None,
    )
    settled = complete(plan, weights)
    return bool(settled.input_size) and explains(settled, weights)


def whole(weights: list[CellWeight]) -> list[CellWeight]:
    """The same weights, those that are rows of one weight put together: `W_0` to `W_7`."""
    merged = list(weights)
    for part in (WeightName.JOINED, WeightName.PROJECTION):
        rows = [weight for weight in weights if weight.name is part]
        shapes = [weight.tensor.shape for weight in rows]
        if len(rows) > 1 and _alike(shapes):
            merged = [weight for weight in merged if weight.name is not part]
            merged.append(_joined(part, [weight.tensor for weight in rows]))
    return merged


def _alike(shapes: list[tuple[int, ...]]) -> bool:
    return all(len(shape) == _MATRIX and shape[1] == shapes[0][1] for shape in shapes)


def _joined(part: WeightName, rows: list[StoredTensor]) -> CellWeight:
    shape = (sum(tensor.shape[0] for tensor in rows), rows[0].shape[1])
    size = sum(tensor.bytes for tensor in rows)
    first = rows[0]._replace(shape=shape, bytes=size, needed_bytes=None, held_bytes=None)
    return CellWeight(part, first, tuple(rows))
