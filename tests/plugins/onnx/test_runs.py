"""What is read in runs and kept in columns is what it is one by one: messages, costs, reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hostile import onnx_entries
from making.onnx.cases import own_models
from making.onnx.columns import constants, elsewhere, typed
from making.onnx.graphs import Shape, graph, model, node, value, weights
from making.onnx.mutations import mutations, varied_model
from rnninspect.decode.protobuf import Message
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.inspection import inspect_file
from rnninspect.report import Report
from rnninspect.source.source import open_source
from rnninspect_onnx import describing, slicing
from rnninspect_onnx.graph import scopes
from rnninspect_onnx.protobuf.decoder import Decoder
from rnninspect_onnx.protobuf.initializers import Initializers, TensorKind
from rnninspect_onnx.protobuf.messages import GraphProto, ModelProto, Nodes
from rnninspect_onnx.protobuf.node_runs import NodeRuns
from rnninspect_onnx.protobuf.tensor_runs import TensorRuns
from rnninspect_onnx.protobuf.value_runs import ValueRuns
from rnninspect_onnx.tensors import columns

SAMPLES = sorted((Path(__file__).parents[3] / "sample_models/onnx").rglob("*.onnx"))
COUNT = 1_000
NEVER = 10**9
LARGE = 200_000  # bytes of a file
Outcome = tuple[object, object]
Both = Callable[[Path], tuple[Outcome, Outcome]]


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Both:
    """What a file is decoded to and what is reported of it, in runs and one by one."""

    def read(path: Path) -> tuple[Outcome, Outcome]:
        with monkeypatch.context() as patch:
            patch.setattr(columns, "FEW", 0)
            patch.setattr(scopes, "_MANY", 0)
            patch.setattr(slicing, "MANY", 0)
            in_runs = outcome(path), report(path)
        with monkeypatch.context() as patch:
            patch.setattr(NodeRuns, "take", lambda _, offset, *__: offset)
            patch.setattr(TensorRuns, "take", lambda _, offset, *__: offset)
            patch.setattr(ValueRuns, "take", lambda _, offset, *__: offset)
            patch.setattr(describing, "may_tell", lambda _: True)
            patch.setattr(slicing, "MANY", NEVER)
            return in_runs, (outcome(path), report(path))

    return read


def outcome(path: Path) -> object:
    """The messages of a file and what they cost, or why it cannot be decoded."""
    with open_source(path) as source:
        decoder = Decoder(source)
        try:
            found = decoder.model()
        except RefusedFile as error:  # one may exceed a limit that the other one does not
            return type(error)
        except UnreadableFile as error:
            return type(error), str(error)
        counts = (decoder._kept.counted, decoder._tensors.counted, decoder.wire.counted)
        links = [tuple(link) for each in graphs(found) for link in each.links()]
        decoded = whole(found, decoder)
        assert links == [tuple(link) for each in graphs(found) for link in each.links()]
        return counts, links, decoded


def report(path: Path) -> object:
    """What is reported of a file, or why it cannot be read; nothing of one that takes seconds."""
    if path.stat().st_size > LARGE:
        return None
    try:
        return inspect_file(path)
    except UnreadableFile as error:
        return type(error), str(error)


def graphs(found: ModelProto) -> list[Nodes]:
    """The nodes of each graph that is not in another one."""
    bodies = (function.body for function in found.functions)
    return [each.nodes for each in (found.graph, *bodies, *found.training)]


def whole(part: object, decoder: Decoder) -> object:
    """A message with all that it contains, as tuples and dicts; of types the shapes."""
    if isinstance(part, Nodes):
        return part.operators, len(part), [whole(each, decoder) for each in part]
    if isinstance(part, Initializers):
        return list(part.names), [whole(each, decoder) for each in part]
    if isinstance(part, GraphProto):
        shapes = {name: shape_of(declared, decoder) for name, declared in part.types.items()}
        return shapes, *(whole(each, decoder) for each in part if each is not part.types)
    if isinstance(part, dict):
        return {key: whole(each, decoder) for key, each in part.items()}
    return tuple(whole(each, decoder) for each in part) if isinstance(part, tuple) else part


def shape_of(declared: Message, decoder: Decoder) -> object:
    """A type's shape, or why it cannot be decoded."""
    try:
        return decoder.shape(declared)
    except UnreadableFile as error:
        return str(error)


def varied() -> onnx.ModelProto:
    """A model of all kinds of messages, in which plain nodes and tensors follow each other."""
    made = varied_model()
    for at in range(3):
        name = f"plain{at}" * (1 + 30 * at)
        turned = helper.make_node("Transpose", ["Y", name], [f"t{at}"], perm=[1, 0], name=name)
        made.graph.node.extend([helper.make_node("Relu", [f"t{at}"], ["é"]), turned])
        made.graph.initializer.append(helper.make_tensor(name, 1, (2, 200), bytes(1600), raw=True))
    made.graph.initializer.append(numpy_helper.from_array(numpy_helper.np.arange(3), "three"))
    made.graph.node.extend(constants(2))
    made.graph.initializer.extend([*typed(4), *elsewhere(4, "w.data"), *typed(2)])
    made.graph.node.extend(quantised())
    made.graph.node.append(helper.make_node("Max", ["Y", "", "Y"], ["z"], domain="ai.onnx"))
    names = [*(f"t{at}" for at in range(6)), "é", "Y", "t0", "long" * 50]
    made.graph.value_info.extend(value(name, "n", 1, 2) for name in names)
    made.graph.value_info.add(name="typeless")
    made.graph.value_info.extend([value("z"), value("mul", None, 3), value("mi", 2, 2)])
    return made


def quantised() -> list[onnx.NodeProto]:
    """Nodes with scales, as ONNX Runtime's quantisers write them for a static and a dynamic one."""
    return [
        helper.make_node(operator, inputs.split(), outputs.split())
        for operator, inputs, outputs in (
            ("QuantizeLinear", "Y scale0 zero0", "q"),
            ("DequantizeLinear", "q scale0 zero0", "d"),
            ("DequantizeLinear", "plain1 scale1 zero1", "w"),
            ("MatMul", "d w", "m"),
            ("DynamicQuantizeLinear", "m", "mq ms mz"),
            ("Mul", "ms scale2", "mul"),
            ("MatMulInteger", "mq plain2 mz zero2", "mi"),
        )
    ]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_each_sample(path: Path, both: Both) -> None:
    in_runs, one_by_one = both(path)
    assert in_runs == one_by_one


@pytest.mark.parametrize("name", onnx_entries.ENTRIES)
def test_each_hostile_file(name: str, both: Both, tmp_path: Path) -> None:
    path = tmp_path / "onnx" / name
    path.parent.mkdir()
    onnx_entries.ENTRIES[name].make(path)
    in_runs, one_by_one = both(path)
    assert in_runs == one_by_one


@pytest.mark.filterwarnings("ignore")  # some cases overflow on purpose
def test_each_model_of_the_onnx_project(both: Both, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    for name, made in own_models().items():
        path.write_bytes(made.SerializeToString())
        in_runs, one_by_one = both(path)
        assert in_runs == one_by_one, name


def test_mutations(both: Both, tmp_path: Path) -> None:
    path, seen = tmp_path / "mutated.onnx", 0
    (tmp_path / "w.data").write_bytes(bytes(64))
    data = varied().SerializeToString()
    for mutated in (data, *mutations(data, COUNT)):
        path.write_bytes(mutated)
        in_runs, one_by_one = both(path)
        assert in_runs == one_by_one, mutated.hex()
        seen += isinstance(in_runs[1], Report)
    assert seen > COUNT // 20


def test_what_is_plain_is_read_in_runs(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(varied().SerializeToString())
    with open_source(path) as source:
        found = Decoder(source).model().graph
    assert len(found.nodes) - len(found.nodes.holders) == 42
    assert sum(len(each) for each in found.nodes.storing if isinstance(each, Initializers)) == 24
    plain = [kind for kind in found.initializers.kinds if isinstance(kind, TensorKind)]
    assert len(plain) == 36
    assert sum(kind.location == "w.data" for kind in plain) == 4
    assert sum(kind.typed is not None for kind in plain) == 28


def test_a_window_may_end_anywhere(both: Both, tmp_path: Path) -> None:
    """Names of all lengths: the ends of windows fall on each part of a node and of a tensor."""
    nodes = [
        helper.make_node("Add", ["a" * (at % 97), "b"], [f"c{at}" * (at % 5)], name="n" * (at % 61))
        for at in range(2_000)
    ]
    tensors = [
        helper.make_tensor(
            "t" * (at % 89), TensorProto.FLOAT, (at % 200,), bytes(4 * (at % 200)), raw=True
        )
        for at in range(1_000)
    ]
    shape = Shape()
    path = tmp_path / "model.onnx"
    tensors += [*elsewhere(600, "d" * 40), *typed(200)]
    made = model(graph([node(shape), *nodes, *constants(70)], [*weights(shape), *tensors]))
    path.write_bytes(made.SerializeToString())
    in_runs, one_by_one = both(path)
    assert in_runs == one_by_one


@pytest.mark.parametrize("first", range(0, 1_200, 199))
def test_constants(first: int, both: Both, tmp_path: Path) -> None:
    """The values of Constant nodes, in the order of the file, and what they cost."""
    shape, path = Shape(), tmp_path / "model.onnx"
    (tmp_path / "w.data").write_bytes(bytes(400))
    nodes = constants(12, first)
    path.write_bytes(model(graph([node(shape), *nodes], weights(shape))).SerializeToString())
    in_runs, one_by_one = both(path)
    assert in_runs == one_by_one
    assert first > 400 or isinstance(in_runs[1], Report)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"offset": "00"},
        {"offset": "0"},  # as the first one, with another length
        {"offset": "0", "length": "8"},  # those of the first one, which is tied then
        {"offset": "8"},
        {"offset": "4"},
        {"offset": "-1"},
        {"offset": "1_0"},
        {"offset": "9" * 18},
        {"offset": "9" * 19},
        {"length": "23"},
        {"length": "0"},
        {"length": ""},
        {"location": ""},
        {"location": "x" * 111},
        {"location": "y" * 113},
        {"location": "y" * 130},
        {"location": "../w.data"},
        {"location": "./w.data"},
        {"location": "./w.data", "offset": "0"},
        {"checksum": "0"},
        {"location": "short.data"},
    ],
    ids=str,
)
@pytest.mark.parametrize("turned", [False, True])
def test_external_data(
    changed: dict[str, str], both: Both, tmp_path: Path, *, turned: bool
) -> None:
    """What is unusual is found among plain ones, in whatever order the tensors are."""
    (tmp_path / "w.data").write_bytes(bytes(400))
    for name in ("short.data", "a.data", "b.data"):
        (tmp_path / name).write_bytes(bytes(90))
    shape, path = Shape(), tmp_path / "model.onnx"
    tensors = elsewhere(10, "w.data", **changed) + elsewhere(4, "./w.data") * turned
    tensors += elsewhere(3, "b.data") + elsewhere(2, "a.data", checksum="0")
    if turned:
        tensors.reverse()
    made = model(graph([node(shape)], [*weights(shape), *tensors, *tensors[:2]]))
    path.write_bytes(made.SerializeToString())
    in_runs, one_by_one = both(path)
    assert in_runs == one_by_one
    assert isinstance(in_runs[1], Report)


def test_functions(both: Both, tmp_path: Path) -> None:
    """The nodes of a function, whose fields are others than a graph's, and its references."""
    shape, path = Shape(), tmp_path / "model.onnx"
    (tmp_path / "w.data").write_bytes(bytes(400))
    referring = helper.make_node("Transpose", ["Y"], ["t"])
    referring.attribute.add(name="perm", ref_attr_name="order", type=onnx.AttributeProto.INTS)
    body = [*constants(3), referring, *quantised(), node(shape, x="x"), *constants(2, 40)]
    opsets = [helper.make_opsetid("", 17)]
    inner = helper.make_function(
        *("own", "Inner", ["x", "W", "R", "B"], ["Y"], body, opsets), ["order"]
    )
    calls = [
        helper.make_node("Inner", ["X", "W", "R", "B"], [f"y{at}"], domain="own", order=[1, 0, 2])
        for at in range(2)
    ]
    data = model(graph(calls, weights(shape)), functions=[inner]).SerializeToString()
    for mutated in (data, *mutations(data, COUNT // 4)):
        path.write_bytes(mutated)
        in_runs, one_by_one = both(path)
        assert in_runs == one_by_one, mutated.hex()
    path.write_bytes(data)
    assert len(inspect_file(path).layers) == 1  # which both calls share
    with open_source(path) as source:
        [function] = Decoder(source).model().functions
    nodes = function.body.nodes
    assert len(nodes) - len(nodes.holders) > len(nodes) // 2
