"""A model's nodes inside a function, or inside a branch of an If."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from numpy.typing import NDArray

DOMAIN = "own"


def as_function(model: onnx.ModelProto, draw: random.Random) -> None:
    """All nodes in a function that is given the inputs and the weights."""
    graph = model.graph
    given = [each.name for each in (*graph.input, *graph.initializer)]
    name = f"Part{draw.randrange(1000)}"
    made = helper.make_function(
        DOMAIN,
        name,
        given,
        [each.name for each in graph.output],
        list(graph.node),
        [*model.opset_import],
    )
    model.functions.append(made)
    if all(each.domain != DOMAIN for each in model.opset_import):
        model.opset_import.append(helper.make_opsetid(DOMAIN, 1))
        for function in model.functions:
            function.opset_import.append(helper.make_opsetid(DOMAIN, 1))
    del graph.node[:]
    graph.node.append(
        helper.make_node(name, given, [each.name for each in graph.output], domain=DOMAIN)
    )


def as_branch(model: onnx.ModelProto, draw: random.Random) -> None:
    """All nodes in the branch that is taken; the other one gives the states back."""
    graph = model.graph
    taken = draw.choice(("then_branch", "else_branch"))
    inner = helper.make_graph(list(graph.node), "taken", [], [_bare(each) for each in graph.output])
    back = [
        helper.make_node("Identity", [each.name.removesuffix("_end")], [f"{each.name}_back"])
        for each in graph.output
    ]
    outputs = [_bare(each, f"{each.name}_back") for each in graph.output]
    other = helper.make_graph(back, "other", [], outputs)
    left = "else_branch" if taken == "then_branch" else "then_branch"
    del graph.node[:]
    graph.input.append(helper.make_tensor_value_info("go_on", TensorProto.BOOL, []))
    names = [each.name for each in graph.output]
    for each in inner.output:
        each.name = f"{each.name}_in"
    for node in inner.node:
        for at, name in enumerate(node.output):
            if name in names:
                node.output[at] = f"{name}_in"
    condition = "go_on"
    if taken == "else_branch":
        graph.node.append(helper.make_node("Not", ["go_on"], ["stop"]))
        condition = "stop"
    graph.node.append(helper.make_node("If", [condition], names, **{taken: inner, left: other}))


def _bare(value: onnx.ValueInfoProto, name: str = "") -> onnx.ValueInfoProto:
    made = onnx.ValueInfoProto()
    made.CopyFrom(value)
    made.name = name or value.name
    return made


def stored_outside(path: Path, model: onnx.ModelProto) -> None:
    """Save a model whose tensors of a few bytes and more are in a file beside it."""
    path.with_name("weights.bin").unlink(missing_ok=True)
    onnx.save(
        model,
        str(path),
        save_as_external_data=True,
        location="weights.bin",
        size_threshold=64,
        convert_attribute=False,
    )


def on_grid(numbers: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Random weights that int8 with a scale of 2⁻⁵, and float16, can represent."""
    return (numbers.integers(-60, 61, shape) * 2.0**-5).astype(np.float32)
