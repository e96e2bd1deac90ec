"""The cost of reading an ONNX file: little for large weights, a refusal for large graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from onnx import TensorProto, helper

from making.described import model_of
from making.onnx.graphs import Shape, graph, integers, model, node, save, value, weights
from making.onnx.results import counts, read, report
from making.tensorflow.bundles import varint
from rnninspect.errors import RefusedFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import Source, open_source
from rnninspect_onnx import OnnxReader

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = Shape("LSTM", 3, 2)
LARGE = Shape("LSTM", 16_384, 8192)  # W alone takes 2 GiB, more than protobuf reads


class Counting(Source):
    """A source that counts the bytes that are read from it."""

    taken = 0

    def read(self, offset: int, length: int) -> bytes:
        self.taken += length
        return super().read(offset, length)


def part(number: int, data: bytes) -> bytes:
    """A field of bytes in a message."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def sparse_file(folder: Path, shape: Shape) -> Path:
    """A model whose payloads are holes in the file."""
    heads = []
    for letter, dims in shape.shapes.items():
        size = 4
        for axis in dims:
            size *= axis
        head = TensorProto(name=letter, data_type=1, dims=dims).SerializeToString()
        heads.append((head + b"\x4a" + varint(size), size))
    nodes = graph([node(shape)], [], [value("X", None, None, shape.m)]).SerializeToString()
    length = len(nodes) + sum(
        1 + len(varint(len(head) + size)) + len(head) + size for head, size in heads
    )
    path = folder / "large.onnx"
    with path.open("wb") as file:
        file.write(b"\x08\x08\x3a" + varint(length) + nodes)
        for head, size in heads:
            file.write(b"\x2a" + varint(len(head) + size) + head)
            file.seek(size, 1)
        file.write(b"\x42\x04\x0a\x00\x10\x11")
    return path


def test_more_than_two_gigabytes_in_one_file(tmp_path: Path) -> None:
    of = report(sparse_file(tmp_path, LARGE))
    assert [count[1:] for count in counts(of)] == [(4 * (8192 * 16_384 + 8192**2 + 2 * 8192),) * 2]
    assert of.file_bytes > 3 * 2**30
    assert not of.findings


@pytest.mark.parametrize("shape", [SHAPE, Shape("LSTM", 1000, 1000), LARGE], ids=str)
def test_weights_are_not_read(tmp_path: Path, shape: Shape) -> None:
    opened = open_source(sparse_file(tmp_path, shape))
    source = Counting(opened.location, opened._store, 0, opened.size, opened.reading)
    assert len(model_of(OnnxReader(), source).tensors) == 3
    assert source.taken < 10 * 16 * 2**10
    opened.close()


@pytest.mark.parametrize("limit", ["nodes", "tensors", "recurrent", "fields"])
def test_each_limit_is_checked(tmp_path: Path, limit: str) -> None:
    again = helper.make_node("Identity", ["Y"], ["Z"], name="again")
    path = save(tmp_path, model(graph([node(SHAPE), node(SHAPE), again], weights(SHAPE))))
    assert len(read(path).layers) == 2
    with pytest.raises(RefusedFile, match=f"{limit}=0; --limit"):
        read(path, Limits(**{limit: 0}))


def test_many_layers_over_a_long_chain(tmp_path: Path) -> None:
    """The search for the tensors of all layers together is bounded."""
    chain = [
        helper.make_node("Concat", [f"w{at}", "W"], [f"w{at + 1}"], axis=1) for at in range(300)
    ]
    layers = [node(SHAPE) for _ in range(100)]
    for at, lstm in enumerate(layers):
        lstm.input[1] = f"w{200 + at}"
    tensors = [*weights(SHAPE), weights(SHAPE, "w")[0]]
    tensors[-1].name = "w0"
    path = save(tmp_path, graph([*chain, *layers], tensors))
    assert len(read(path).layers) == 100
    with pytest.raises(RefusedFile, match="the way from weights to their tensors"):
        read(path, Limits(nodes=10_000))


def test_shapes_do_not_grow_without_bound(tmp_path: Path) -> None:
    """2,000 nodes that each prepend 64 axes: 128,000 axes in all."""
    nodes = [
        helper.make_node("Unsqueeze", [f"w{at}", "axes"], [f"w{at + 1}"]) for at in range(2000)
    ]
    nodes += [
        helper.make_node("Gather", [f"w{at}", f"w{at}"], [f"w{at + 1}"]) for at in range(2000, 2100)
    ]
    lstm = node(SHAPE)
    lstm.input[1] = "w2100"
    tensors = [*weights(SHAPE)[1:], weights(SHAPE, "w")[0], integers("axes", range(64))]
    tensors[2].name = "w0"
    (layer,) = read(save(tmp_path, graph([*nodes, lstm], tensors))).layers
    assert layer.operands[0].shape is None
    assert [tensor.name for tensor in layer.operands[0].tensors] == ["w0"]


def test_names_of_layers_do_not_grow_without_bound(tmp_path: Path) -> None:
    """Sixty nested functions, called by nodes with names of 50,000 letters."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    functions = []
    for level in range(60):
        inner = node(SHAPE)
        if level:
            inner = helper.make_node(f"f{level - 1}", ["X", "W", "R", "B"], ["Y"], domain="own")
        inner.name = "n" * 50_000
        functions.append(
            helper.make_function("own", f"f{level}", ["X", "W", "R", "B"], ["Y"], [inner], opsets)
        )
    first = helper.make_node("f59", ["X", "W", "R", "B"], ["Y"], domain="own", name="n" * 50_000)
    whole = model(graph([first], weights(SHAPE)), functions=functions)
    (layer,) = read(save(tmp_path, whole)).layers
    assert len(layer.name) <= 1200


def test_layers_of_one_name_are_numbered(tmp_path: Path) -> None:
    described = read(save(tmp_path, graph([node(SHAPE), node(SHAPE)], weights(SHAPE))))
    assert [layer.name for layer in described.layers] == ["layer", "layer#2"]


@pytest.mark.parametrize(("most", "fits"), [(50, True), (60, False)])
def test_constants_count_for_more_than_other_nodes(most: int, fits: bool, tmp_path: Path) -> None:
    """Those that are decoded; the domain is unusual, so that these are."""
    numbers = [integers(f"c{at}", (at, 7)) for at in range(most)]
    nodes = [
        helper.make_node("Constant", [], [held.name], domain="ai.onnx", value=held)
        for held in numbers
    ]
    path = save(tmp_path, graph(nodes, []))
    with open_source(path, Limits(nodes=1_000)) as source:
        if fits:
            assert len(model_of(OnnxReader(), source).tensors) == most
        else:
            with pytest.raises(RefusedFile, match="nodes=1000"):
                model_of(OnnxReader(), source)


def test_what_stays_encoded_counts_for_less(tmp_path: Path) -> None:
    """Of nodes eight count as one, of tensors and fields five, unless nodes have to wait."""
    nodes = [helper.make_node("Relu", [f"x{at}"], [f"x{at + 1}"]) for at in range(1_000)]
    tensors = [weights(SHAPE)[2] for _ in range(1_000)]
    for at, tensor in enumerate(tensors):
        tensor.name = f"t{at}"
    bounds = {"nodes": 1_100, "tensors": 210, "fields": 2_100}
    path = save(tmp_path, graph(nodes, tensors))
    assert len(read(path, Limits(**bounds)).tensors) == 1_000
    for limit, bound in bounds.items():
        with pytest.raises(RefusedFile, match=f"{limit}="):
            read(path, Limits(**{limit: bound * 9 // 10}))
    layer = node(SHAPE)
    path = save(tmp_path, graph([*nodes, layer], tensors))
    assert len(read(path, Limits(**bounds | {"nodes": 1_200, "fields": 4_000})).tensors) == 1_000
    layer.input[0] = "x1000"
    path = save(tmp_path, graph([*nodes, layer], tensors))
    assert len(read(path, Limits(nodes=1_200)).tensors) == 1_000
    path = save(tmp_path, graph([*reversed(nodes), layer], tensors))
    with pytest.raises(RefusedFile, match="nodes=1200"):
        read(path, Limits(nodes=1_200))


@pytest.mark.parametrize("dims", [(2, 300), (), (1,) * 64, (1,) * 65])
def test_packed_dims_equal_unpacked_dims(dims: tuple[int, ...], tmp_path: Path) -> None:
    """onnx.proto declares them unpacked; a parser accepts both."""
    described = []
    for written in (
        b"".join(b"\x08" + varint(size) for size in dims),
        part(1, b"".join(map(varint, dims))),
    ):
        path = tmp_path / "packed.onnx"
        tensor = written + b"\x10\x01" + part(8, b"w") + part(9, bytes(4))
        path.write_bytes(b"\x08\x08" + part(7, part(5, tensor)))
        with open_source(path) as source:
            described.append(model_of(OnnxReader(), source))
    single, packed = described
    assert [held.shape for held in packed.tensors] == [held.shape for held in single.tensors]
    assert [note.detail for note in packed.observations] == [
        note.detail for note in single.observations
    ]
