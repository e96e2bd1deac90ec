"""Shapes of values before a recurrent layer, against onnx's shape inference, and test models.

A wrong shape of X would be a false finding, so nothing that is inferred here may contradict onnx.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper, shape_inference

from making.onnx.cases import own_models
from making.onnx.graphs import graph, integers, model, save, value
from making.onnx.results import counts, errors, report
from rnninspect.source.source import open_source
from rnninspect_onnx.protobuf.decoder import Decoder
from rnninspect_onnx.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_onnx.graph.values import Dims

SAMPLES = Path(__file__).parents[3] / "sample_models"
GRAPHS, LENGTH = 400, 10
OPERATORS = ("LSTM", "GRU", "RNN")
WEIGHT_INPUTS = (1, 2, 3, 7)


def ours(path: Path) -> dict[str, Dims]:
    with open_source(path) as source:
        decoder = Decoder(source)
        read = decoder.model()
        scope = Resolver(decoder, read.functions).run_graph(read.graph)
    known = ((name, value) for name, value in scope.values.items() if value is not None)
    return {name: value.shape for name, value in known if value.shape is not None}


def inferred_by_onnx(whole: onnx.ModelProto) -> dict[str, Dims]:
    inferred = shape_inference.infer_shapes(whole, data_prop=True).graph
    shapes = {}
    for info in (*inferred.value_info, *inferred.output):
        kind = info.type.tensor_type
        if kind.HasField("shape"):
            dims = kind.shape.dim
            shapes[info.name] = tuple(
                dim.dim_value if dim.HasField("dim_value") else None for dim in dims
            )
    return shapes


def contradictions(left: dict[str, Dims], right: dict[str, Dims]) -> Iterator[str]:
    for name in left.keys() & right.keys():
        pairs = list(zip(left[name], right[name], strict=False))
        differ = any(None not in pair and pair[0] != pair[1] for pair in pairs)
        if differ or len(left[name]) != len(right[name]):
            yield f"{name}: {left[name]} and {right[name]}"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("onnx/*.onnx")), ids=lambda path: path.name)
def test_samples_without_their_declared_shapes(tmp_path: Path, path: Path) -> None:
    whole = onnx.load(path, load_external_data=False)
    del whole.graph.value_info[:]
    assert not list(contradictions(ours(save(tmp_path, whole)), inferred_by_onnx(whole)))


def step(rank: int, chance: random.Random) -> tuple[str, list[str], dict[str, object]]:
    """One node for a value of this rank: operator, further inputs, attributes."""
    axis = chance.randrange(-rank, rank)
    order = chance.sample(range(rank), rank)
    steps: list[tuple[str, list[str], dict[str, object]]] = [
        ("Transpose", [], {"perm": order}),
        ("Transpose", [], {}),
        ("Unsqueeze", [f"i{axis}"], {}),
        ("Relu", [], {}),
        ("Softmax", [], {"axis": axis}),
        ("Concat", ["v"], {"axis": axis}),
        ("Slice", ["i1", "i9", f"i{axis}"], {}),
        ("Slice", ["i-2", "end", f"i{axis}"], {}),
        ("Slice", ["i-1", "start", f"i{axis}", "i-1"], {}),
        ("Gather", ["pick"], {"axis": axis}),
        ("Gather", ["pair"], {"axis": axis}),
        ("Flatten", [], {"axis": axis}),
        ("ReduceMean", [], {"axes": [axis], "keepdims": chance.randrange(2)}),
        ("ReduceSum", [f"i{axis}"], {"keepdims": chance.randrange(2)}),
        ("Reshape", ["i-1"], {}),
        ("Reshape", ["flat"], {}),
        ("Reshape", ["kept"], {}),
        ("Add", ["scalar"], {}),
        ("Mul", ["row"], {}),
        ("MatMul", ["square"], {}),
        ("Tile", [f"tile{rank}"], {}),
        ("Pad", [f"pad{rank}"], {}),
        ("Split", [], {"axis": axis}),
        ("Expand", [f"wide{rank}"], {}),
        ("TopK", ["i1"], {"axis": axis}),
        ("ArgMax", [], {"axis": axis, "keepdims": chance.randrange(2)}),
        ("ReverseSequence", ["lengths"], {}),
    ]
    return chance.choice(steps)


def constants() -> list[onnx.TensorProto]:
    floats = {"scalar": (), "row": (1,), "square": (4, 4)}
    numbers: dict[str, list[int]] = {
        **{f"i{number}": [number] for number in range(-9, 10)},
        "end": [2**63 - 1],
        "start": [-(2**63)],
        "pair": [0, 0],
        "flat": [0, -1],
        "kept": [0, 0, -1],
        "lengths": [1, 1, 1],
    }
    for rank in range(1, 7):
        numbers[f"tile{rank}"] = [2] * rank
        numbers[f"pad{rank}"] = [1] * (2 * rank)
        numbers[f"wide{rank}"] = [1] * rank
    return [
        *(
            numpy_helper.from_array(np.ones(shape, np.float32), name)
            for name, shape in floats.items()
        ),
        *(integers(name, held) for name, held in numbers.items()),
        numpy_helper.from_array(np.array(0, np.int64), "pick"),
    ]


def grown(seed: int, dims: tuple[int | str, ...]) -> onnx.ModelProto:
    """A random chain of nodes, each accepted by onnx's strict inference."""
    chance = random.Random(seed)  # noqa: S311 - nobody's secret depends on it
    nodes: list[onnx.NodeProto] = []
    whole = model(graph([], constants(), [value("x0", *dims)]))
    rank = len(dims)
    while len(nodes) < LENGTH:
        operator, more, attributes = step(rank, chance)
        given, output = f"x{len(nodes)}", f"x{len(nodes) + 1}"
        more = [given if name == "v" else name for name in more]
        outputs = [output, f"{output}b"] if operator in ("Split", "TopK") else [output]
        made = helper.make_node(operator, [given, *more], outputs, **attributes)
        candidate = model(graph([*nodes, made], constants(), [value("x0", *dims)]))
        try:
            shapes = strictly_inferred_by_onnx(candidate)
        except shape_inference.InferenceError:
            continue
        found = shapes.get(output)
        if found is None or not 1 <= len(found) <= 5 or any(size == 0 for size in found):
            continue
        nodes.append(made)
        whole, rank = candidate, len(found)
    return whole


def strictly_inferred_by_onnx(whole: onnx.ModelProto) -> dict[str, Dims]:
    shape_inference.infer_shapes(whole, strict_mode=True, data_prop=True)
    return inferred_by_onnx(whole)


@pytest.mark.parametrize("dims", [(2, 3, 4), ("s", "b", 4), ("s", 3, 4, 4)], ids=str)
def test_random_graphs(tmp_path: Path, dims: tuple[int | str, ...]) -> None:
    compared = 0
    for seed in range(GRAPHS // 4):
        whole = grown(seed, dims)
        known, expected = ours(save(tmp_path, whole)), inferred_by_onnx(whole)
        assert not list(contradictions(known, expected)), seed
        compared += len(known.keys() & expected.keys())
    assert compared > GRAPHS


@pytest.mark.filterwarnings("ignore")  # onnx's other cases overflow on purpose
def test_the_operators_own_test_models(tmp_path: Path) -> None:
    nodes = {name: whole.graph.node for name, whole in own_models().items()}
    cases = [name for name, of in nodes.items() if len(of) == 1 and of[0].op_type in OPERATORS]
    assert len(cases) > 10
    for name in cases:
        whole, (recurrent,) = own_models()[name], nodes[name]
        dims = {
            info.name: [dim.dim_value for dim in info.type.tensor_type.shape.dim]
            for info in whole.graph.input
        }
        letters = [recurrent.input[at] for at in WEIGHT_INPUTS if at < len(recurrent.input)]
        parameters = sum(int(np.prod(dims[letter])) for letter in letters if letter)
        of = report(save(tmp_path, whole))
        assert [count[1:] for count in counts(of)] == [(parameters, 0)], name
        assert not errors(of), name
