"""ONNX graphs that are made to be expensive for whoever looks for recurrent steps in them."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from hostile.entry import Hostile, written
from hostile.onnx_entries import field

N = 4
Nodes = list[onnx.NodeProto]


def stored(name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.zeros(shape, np.float32), name)


def fed(name: str, *shape: int, element: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, element, list(shape))


WEIGHTS = {"W": (N, 4 * N), "R": (N, 4 * N), "B": (4 * N,), "U": (N, N), "V": (N, N)}


def built(
    nodes: Nodes, inputs: list[onnx.ValueInfoProto], outputs: list[str], functions: object = ()
) -> bytes:
    """A model over the weights above; what it gives is as wide as a state."""
    text = b"".join(node.SerializeToString() for node in nodes)
    used = [name for name in WEIGHTS if field(1, name.encode()) in text]
    tensors = [stored(name, *WEIGHTS[name]) for name in used]
    graph = helper.make_graph(nodes, "g", inputs, [fed(name, 2, N) for name in outputs], tensors)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    made = helper.make_model(graph, opset_imports=opsets, functions=functions, ir_version=9)
    return bytes(made.SerializeToString())


def step(x: str, h: str, c: str, tag: str) -> Nodes:
    """A step of an LSTM; the new states are named after the tag."""

    def node(operator: str, *names: str, **given: object) -> onnx.NodeProto:
        *inputs, output = names
        return helper.make_node(operator, inputs, [f"{output}{tag}"], **given)

    split = helper.make_node("Split", [f"z{tag}"], [f"z{each}{tag}" for each in "ifgo"], axis=-1)
    return [
        node("MatMul", x, "W", "xk"),
        node("MatMul", h, "R", "hk"),
        node("Add", f"xk{tag}", f"hk{tag}", "z"),
        split,
        *(node("Sigmoid", f"z{each}{tag}", each) for each in "ifo"),
        node("Tanh", f"zg{tag}", "g"),
        node("Mul", f"f{tag}", c, "fc"),
        node("Mul", f"i{tag}", f"g{tag}", "ig"),
        node("Add", f"fc{tag}", f"ig{tag}", "c"),
        node("Tanh", f"c{tag}", "tc"),
        node("Mul", f"o{tag}", f"tc{tag}", "h"),
    ]


def states(count: int) -> bytes:
    """One step with so many states as inputs and outputs, all alike."""
    nodes: Nodes = []
    inputs, outputs = [fed("x", 2, N)], []
    for at in range(count):
        inputs += [fed(f"h_{at}", 2, N), fed(f"c_{at}", 2, N)]
        outputs += [f"h{at}", f"c{at}"]
        nodes += step("x", f"h_{at}", f"c_{at}", str(at))
    return built(nodes, inputs, outputs)


def gates(count: int) -> bytes:
    """A state that is multiplied by so many gates."""
    nodes: Nodes = []
    last = "h"
    for at in range(count):
        nodes += [
            helper.make_node("MatMul", [last if at % 2 else "h", "U"], [f"p{at}"]),
            helper.make_node("Sigmoid", [f"p{at}"], [f"s{at}"]),
            helper.make_node("Mul", [last, f"s{at}"], [f"h{at}"]),
        ]
        last = f"h{at}"
    return built(nodes, [fed("x", 2, N), fed("h", 2, N)], [last])


def shared_layers(count: int) -> bytes:
    """So many layers over one matrix, each made of all activations before it by sums."""
    nodes: Nodes = []
    last, total = "x", "x"
    for at in range(count):
        nodes += [
            helper.make_node("MatMul", [total, "U"], [f"p{at}"]),
            helper.make_node("Tanh", [f"p{at}"], [f"a{at}"]),
            helper.make_node("Add", [total, f"a{at}"], [f"t{at}"]),
        ]
        last, total = f"a{at}", f"t{at}"
    return built(nodes, [fed("x", 2, N), fed("h", 2, N)], [last])


def loop(body: Nodes, given: list[str], made: list[str], outside: list[str], name: str) -> Nodes:
    """A Loop that carries the given states."""
    start = [fed("t", element=TensorProto.INT64), fed("go", element=TensorProto.BOOL)]
    inner = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), *body],
        "body",
        [*start, *(fed(each, 2, N) for each in given)],
        [fed("on", element=TensorProto.BOOL), *(fed(each, 2, N) for each in made)],
    )
    outputs = [f"{each}_{name}" for each in made]
    return [helper.make_node("Loop", ["", "", *outside], outputs, body=inner, name=name)]


def loops(count: int) -> bytes:
    """So many loops over the same weights, one behind the other."""
    nodes: Nodes = []
    h, c = "h0", "c0"
    for at in range(count):
        nodes += loop(step("x", "h", "c", "_n"), ["h", "c"], ["h_n", "c_n"], [h, c], f"l{at}")
        h, c = f"h_n_l{at}", f"c_n_l{at}"
    return built(nodes, [fed("x", 2, N), fed("h0", 2, N), fed("c0", 2, N)], [h])


def nested(depth: int) -> bytes:
    """Loops in loops, each with a step, each carrying the states of the one inside it."""
    body = step("x", "h", "c", "_n")
    for level in range(depth):
        inner = loop(body, ["h", "c"], ["h_n", "c_n"], ["h", "c"], f"l{level}")
        body = [*inner, *step("x", f"h_n_l{level}", f"c_n_l{level}", "n")]
    nodes = loop(body, ["h", "c"], ["h_n", "c_n"], ["h", "c"], "top")
    return built(nodes, [fed("x", 2, N), fed("h", 2, N), fed("c", 2, N)], ["h_n_top"])


def carried(count: int) -> bytes:
    """One loop that carries so many states, each of which is multiplied by the same matrix."""
    body: Nodes = []
    for at in range(count):
        body += step("x", f"h_{at}", f"c_{at}", str(at))
    old = [name for at in range(count) for name in (f"h_{at}", f"c_{at}")]
    new = [name for at in range(count) for name in (f"h{at}", f"c{at}")]
    starts = [fed(f"{name}s", 2, N) for name in old]
    nodes = loop(body, old, new, [f"{name}s" for name in old], "l")
    return built(nodes, [fed("x", 2, N), *starts], ["h0_l"])


def functions(levels: int) -> bytes:
    """Functions with a step, each of which calls the next one twice."""
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    made = []
    for level in range(levels):
        calls: Nodes = []
        h = "h"
        if level + 1 < levels:
            for at in range(2):
                call = ["x", h, "c", "W", "R"]
                calls.append(helper.make_node(f"f{level + 1}", call, [f"b{at}"], domain="own"))
                h = f"b{at}"
        nodes = [*calls, *step("x", h, "c", "_n")]
        given = ["x", "h", "c", "W", "R"]
        made.append(helper.make_function("own", f"f{level}", given, ["h_n"], nodes, opsets))
    call = helper.make_node("f0", ["x", "h", "c", "W", "R"], ["y"], domain="own")
    return built([call], [fed("x", 2, N), fed("h", 2, N), fed("c", 2, N)], ["y"], made)


def picks(count: int) -> bytes:
    """A sequence that is stacked and unstacked again at each of so many steps."""
    nodes: Nodes = [helper.make_node("Constant", [], ["zero"], value_int=0)]
    nodes.append(helper.make_node("Constant", [], ["axis"], value_ints=[0]))
    h, c = "h", "c"
    for at in range(count):
        nodes += step("x", h, c, str(at))
        raised = [f"{each}{at}r" for each in "hc"]
        nodes += [
            helper.make_node("Unsqueeze", [f"{each}{at}", "axis"], [f"{each}{at}r"])
            for each in "hc"
        ]
        nodes.append(helper.make_node("Concat", raised, [f"s{at}"], axis=0))
        nodes.append(helper.make_node("Gather", [f"s{at}", "zero"], [f"h{at}p"], axis=0))
        h, c = f"h{at}p", f"c{at}"
    return built(nodes, [fed("x", 2, N), fed("h", 2, N), fed("c", 2, N)], [h])


def inserted(count: int) -> bytes:
    """A sequence into which each step inserts its state, and from which it takes the last one."""
    nodes: Nodes = [helper.make_node("SequenceEmpty", [], ["s"])]
    nodes.append(helper.make_node("Constant", [], ["last"], value_int=-1))
    h, c, kept = "h", "c", "s"
    for at in range(count):
        nodes += step("x", h, c, str(at))
        nodes.append(helper.make_node("SequenceInsert", [kept, f"h{at}"], [f"s{at}"]))
        nodes.append(helper.make_node("SequenceAt", [f"s{at}", "last"], [f"h{at}p"]))
        h, c, kept = f"h{at}p", f"c{at}", f"s{at}"
    return built(nodes, [fed("x", 2, N), fed("h", 2, N), fed("c", 2, N)], [h])


def joined(count: int) -> bytes:
    """Products of one matrix, all joined and multiplied with their sum again and again."""
    nodes: Nodes = []
    parts = ["x"]
    for at in range(count):
        nodes += [
            helper.make_node("Concat", parts[-64:], [f"j{at}"], axis=0),
            helper.make_node("MatMul", [f"j{at}", "U"], [f"p{at}"]),
            helper.make_node("Tanh", [f"p{at}"], [f"t{at}"]),
        ]
        parts.append(f"t{at}")
    return built(nodes, [fed("x", 2, N), fed("h", 2, N)], [parts[-1]])


def chosen(depth: int) -> bytes:
    """A loop whose state goes through so many branches, one behind the other."""
    body = step("x", "h", "c", "_n")
    last = "h_n"
    for at in range(depth):
        one = helper.make_graph(step("x", last, "c", f"a{at}"), "one", [], [fed(f"ha{at}", 2, N)])
        back = [helper.make_node("Identity", [last], [f"hb{at}"])]
        other = helper.make_graph(back, "other", [], [fed(f"hb{at}", 2, N)])
        given = {"then_branch": one, "else_branch": other}
        body.append(helper.make_node("If", ["go"], [f"i{at}"], **given))
        last = f"i{at}"
    nodes = loop(body, ["h", "c"], [last, "c_n"], ["h", "c"], "l")
    return built(nodes, [fed("x", 2, N), fed("h", 2, N), fed("c", 2, N)], [f"{last}_l"])


ENTRIES: dict[str, Hostile] = {
    "step_states.onnx": written(lambda: states(1_000)),
    "step_gates.onnx": written(lambda: gates(12_000)),
    "step_layers.onnx": written(lambda: shared_layers(12_000)),
    "step_loops.onnx": written(lambda: loops(1_000)),
    "step_nested.onnx": written(lambda: nested(12)),
    "step_carried.onnx": written(lambda: carried(1_000)),
    "step_functions.onnx": written(lambda: functions(11)),
    "step_picks.onnx": written(lambda: picks(1_500)),
    "step_inserted.onnx": written(lambda: inserted(1_500)),
    "step_joined.onnx": written(lambda: joined(4_000)),
    "step_chosen.onnx": written(lambda: chosen(300)),
}
