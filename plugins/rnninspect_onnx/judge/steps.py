"""One step of each recovered cell, run in onnxruntime and compared with the cell's equations."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np
import onnx
from onnx import inliner, shape_inference

from rnninspect.graphs import Exhausted
from rnninspect.plugin import Record
from rnninspect.verification.question import NoOpinion
from rnninspect.verification.steps import TOLERANCE, compare, gates_of
from rnninspect_onnx.judge.cutting import Filling, Slice, all_graphs, pairs, types_of
from rnninspect_onnx.judge.finding import find
from rnninspect_onnx.judge.locating import locate
from rnninspect_onnx.judge.scaling import scaling_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from rnninspect.graphs import Recovered
    from rnninspect.plugin import Piece
    from rnninspect.verification.question import Answer, Part
    from rnninspect.verification.steps import Comparison
    from rnninspect_onnx.graph.scopes import Scope
    from rnninspect_onnx.judge.finding import Found, Named
    from rnninspect_onnx.judge.locating import Located
    from rnninspect_onnx.judge.scaling import Scaling

    Array = NDArray[Any]
    Weights = Mapping[Piece, "Weight"]

_FLOATS = frozenset({1, 10, 11, 16})  # TensorProto.DataType
_HALVES = frozenset({10, 16})
_INLINED = "inlined.onnx"
_HALF, _QUANTISED = 5e-3, 2e-2  # tolerances where numbers of 16 bits, and of fewer, are used
# Integers may be places, flags or lengths of sequences; floats may be masks.
_FILLINGS = (Filling(0, None), Filling(1, 1.0), Filling(10_000, 0.0))
# Functions without numbers of their own: of no other can a disagreement be certain.
_EVALUATED = frozenset({"sigmoid", "tanh", "relu", "softsign", "softplus", "qlinearsigmoid"})
_FEW_BITS = ("Quant", "Integer", "QLinear", "NBits")  # in the names of operators


def run_steps(path: str, parts: Iterable[Part], given: Answer) -> None:
    """Note for each recovered layer whether its step computes what the report says."""
    recovered = [part for part in parts if part.recovered]
    steps = _Steps(path)
    for part in recovered:
        given.note_step(part, partial(steps.compare, part))


class Weight(Record):
    """A value of the graph that gates read; for each axis of its leaf the value's axis."""

    named: Named
    axes: tuple[int, ...]
    scaling: Scaling | None = None

    @property
    def places(self) -> tuple[tuple[Scope, str], ...]:
        """The values that it is computed from."""
        scaling = self.scaling or ()
        return tuple((self.named.scope, name) for name in (self.named.name, *scaling) if name)

    def part(self, piece: Piece, arrays: Mapping[str, Array]) -> Array:
        """A part of it, units first; of a matrix the inputs are second."""
        whole = arrays[self.named.name].astype(np.float64)
        if self.scaling is not None:
            zero = arrays.get(self.scaling.zero_point, np.zeros(()))
            whole = (whole - zero) * arrays[self.scaling.scale]
        whole = np.transpose(whole, self.axes)
        part = whole[tuple(slice(start, start + size) for start, size in piece.part)]
        return np.moveaxis(part, piece.units, 0).reshape(part.shape[piece.units], -1)


class _Steps:
    """The steps of one model; what is needed once is read once."""

    def __init__(self, path: str) -> None:
        self._path = path

    @cached_property
    def _model(self) -> onnx.ModelProto:
        model = onnx.load(self._path)
        for graph in all_graphs(model):  # which onnxruntime writes without, and refuses
            graph.name = graph.name or "graph"
        if not model.functions:
            return model
        inlined = inliner.inline_local_functions(model)
        onnx.save(inlined, _INLINED)
        self._path = _INLINED
        return inlined

    @cached_property
    def _found(self) -> Found:
        _ = self._model  # which may change the path
        try:
            return find(self._path)
        except Exhausted as error:
            raise NoOpinion("the graph is too large to be searched again") from error

    @cached_property
    def _graphs(self) -> dict[int, onnx.GraphProto]:
        return dict(pairs(self._found.root, self._model.graph))

    @cached_property
    def _types(self) -> dict[str, int]:
        try:
            return types_of(shape_inference.infer_shapes(self._model))
        except Exception:  # noqa: BLE001 - a model above 2 GB: what it declares is enough
            return types_of(self._model)

    def compare(self, part: Part, direction: int) -> Comparison:
        """The step of one direction, run and evaluated."""
        pieces = [piece for piece in part.pieces if piece.direction == direction]
        if not pieces:
            raise NoOpinion("its gates read more than sums of products with stored tensors")
        cell = _cell_of(pieces, self._found)
        ends = locate(self._found, cell, part)
        weights = {piece: self._weight(piece, cell, ends) for piece in pieces}
        values = [spot.place for spot in (*ends.new.values(), *ends.inputs)]
        slice_ = Slice(self._model, self._graphs, self._found.entered)
        values += [place for weight in weights.values() for place in weight.places]
        slice_.take(dict.fromkeys(values), [spot.place for spot in ends.states.values()])
        return self._best(part, ends, slice_, weights, cell.ends.functions)

    def _best(
        self,
        part: Part,
        ends: Located,
        slice_: Slice,
        weights: Weights,
        functions: Mapping[str, str],
    ) -> Comparison:
        """The attempt that comes nearest; inputs of integers may be masks, lengths or places."""
        places = [spot.place for spot in (*ends.new.values(), *ends.inputs)]
        slice_.drawn |= {spot.named.name for spot in (*ends.states.values(), *ends.inputs)}
        places += [place for weight in weights.values() for place in weight.places]
        names = tuple(dict.fromkeys(name for _, name in places))
        tolerance, few_bits = self._tolerance(slice_)
        attempts: list[Comparison] = []
        reason = "its states stay as they are, whatever is fed"
        for filling in _FILLINGS:
            try:
                ran = ends.ran(arrays := slice_.run(names, self._types, filling))
            except NoOpinion as error:
                reason = str(error) if filling is _FILLINGS[0] else reason
                continue
            if all(np.array_equal(ran.new[each], ran.states[each]) for each in ran.states):
                continue
            gates, projection = gates_of(
                (piece, weight.part(piece, arrays)) for piece, weight in weights.items()
            )
            attempts.append(compare(part.cell, gates, projection, ran, tolerance, few_bits))
            if attempts[-1].agrees or slice_.fed.keys() <= slice_.drawn:
                break
        if not attempts:
            raise NoOpinion(reason)
        best = min(attempts, key=lambda each: each.difference)
        others = {name for name in functions.values() if name not in _EVALUATED}
        if others and not best.agrees:
            raise NoOpinion(f"its function {min(others)} is not evaluated with these numbers")
        return best

    def _weight(self, piece: Piece, cell: Recovered, ends: Located) -> Weight:
        """The value that is all of the leaf that the report names, as floats where there is one."""
        own = {each.leaf for each in cell.pieces}
        leaves = [at for at, names in self._found.tensors.items() if names >= {*piece.tensors}]
        leaves.sort(key=lambda at: (at not in own, len(self._found.tensors[at])))
        for leaf in leaves if piece.tensors else ():
            if len(self._found.graph.leaves[leaf].shape) != len(piece.part):
                continue
            values = [each for each in self._found.whole(leaf) if each[0].scope in ends.scopes]
            kinds = [self._types.get(named.name, onnx.TensorProto.FLOAT) for named, _ in values]
            for (named, axes), kind in zip(values, kinds, strict=True):
                if kind in _FLOATS:
                    return Weight(named, axes)
            for named, axes in values:
                scaling = scaling_of(named.name, self._graphs[id(named.scope.graph)])
                if scaling is not None:
                    return Weight(named, axes, scaling)
            if values:
                raise NoOpinion("its weights are multiplied as integers, whose scale is not found")
        raise NoOpinion(f"no weights are made of {', '.join(piece.tensors) or 'no tensor'}")

    def _tolerance(self, slice_: Slice) -> tuple[float, str]:
        """How far apart a step and its equations may be, and why it is not the usual."""
        operators = {node.op_type for node in slice_.nodes}
        if any(word in name for name in operators for word in _FEW_BITS):
            return _QUANTISED, "quantised"
        kinds = {self._types.get(name) for node in slice_.nodes for name in node.output}
        if kinds & _HALVES:
            return _HALF, "in 16 bits"
        return TOLERANCE, ""


def _cell_of(pieces: Sequence[Piece], found: Found) -> Recovered:
    """The cell that has most of these pieces."""
    claimed = {(piece.role, name, piece.part) for piece in pieces for name in piece.tensors}

    def shared(cell: Recovered) -> int:
        own = {
            (piece.role, name, piece.part)
            for piece in cell.pieces
            for name in found.tensors.get(piece.leaf, ())
        }
        return len(own & claimed)

    best = max(found.cells, key=shared, default=None)
    if best is None or not shared(best):
        raise NoOpinion("its step was not found again in the graph")
    return best
