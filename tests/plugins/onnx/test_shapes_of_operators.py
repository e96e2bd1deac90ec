"""Output shapes of each operator, against those of the ONNX project's own test models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnx
import pytest

from making.onnx.cases import own_models
from making.onnx.graphs import save
from rnninspect.source.source import open_source
from rnninspect_onnx.protobuf.decoder import Decoder
from rnninspect_onnx.resolver import Resolver

if TYPE_CHECKING:
    from pathlib import Path

    from rnninspect_onnx.graph.values import Dims

MANY, ENOUGH, OPERATORS = 1000, 900, 140


def declared(info: onnx.ValueInfoProto) -> Dims | None:
    """The shape of a test model's output when it is run."""
    tensor = info.type.tensor_type
    if not tensor.HasField("shape"):
        return None
    dims = tensor.shape.dim
    return tuple(dim.dim_value if dim.HasField("dim_value") else None for dim in dims)


def found(path: Path, name: str) -> Dims | None:
    with open_source(path) as source:
        decoder = Decoder(source)
        read = decoder.model()
        value = Resolver(decoder, read.functions).run_graph(read.graph).values.get(name)
    return None if value is None else value.shape


def agree(ours: Dims, theirs: Dims) -> bool:
    pairs = zip(ours, theirs, strict=False)
    return len(ours) == len(theirs) and all(
        None in (size, real) or size == real for size, real in pairs
    )


@pytest.mark.filterwarnings("ignore")  # some cases overflow on purpose
def test_output_shapes_of_the_operators_own_models(tmp_path: Path) -> None:
    compared, known, operators, wrong = 0, 0, set[str](), list[str]()
    for case, whole in own_models().items():
        if "sequence" in case or "optional" in case:
            continue
        path = save(tmp_path, whole)
        for info in whole.graph.output:
            theirs, ours = declared(info), found(path, info.name)
            compared += 1
            if ours is None or theirs is None:
                continue
            known += 1
            operators |= {node.op_type for node in whole.graph.node}
            if not agree(ours, theirs):
                wrong.append(f"{case} {info.name}: {ours}, and it is {theirs}")
    assert not wrong, "\n".join(wrong)
    assert compared > MANY
    assert known > ENOUGH
    assert len(operators) > OPERATORS
