"""How the time grows with steps and nodes: `python -m tests.benchmark.growth`, with the exponents.

The steps are those of an LSTM that was unrolled, which is recognised; the nodes are those of layers
of attention without a recurrent step, which must be seen to have none. Whole processes, of which
the fastest of some runs counts, without the time of a file of one step or layer.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from .measure import exponent, run

M, N = 8, 4  # inputs and units
STEPS = (1, 250, 500, 1_000, 2_000)
NODES = (10, 12_500, 25_000, 50_000, 100_000)
RUNS = 5

Nodes = list[onnx.NodeProto]


def unrolled(steps: int) -> onnx.ModelProto:
    """An LSTM of so many steps over one pair of matrices."""
    nodes: Nodes = [helper.make_node("Split", ["x"], [f"x{t}" for t in range(steps)], axis=0)]
    h, c = "h", "c"
    for t in range(steps):
        gates = [f"{gate}{t}" for gate in "ifgo"]
        nodes += [
            helper.make_node("MatMul", [f"x{t}", "W"], [f"a{t}"]),
            helper.make_node("MatMul", [h, "R"], [f"b{t}"]),
            helper.make_node("Add", [f"a{t}", f"b{t}"], [f"s{t}"]),
            helper.make_node("Split", [f"s{t}"], [f"p{gate}" for gate in gates], axis=1),
        ]
        for gate, function in zip(gates, ("Sigmoid", "Sigmoid", "Tanh", "Sigmoid"), strict=True):
            nodes.append(helper.make_node(function, [f"p{gate}"], [gate]))
        nodes += [
            helper.make_node("Mul", [f"f{t}", c], [f"k{t}"]),
            helper.make_node("Mul", [f"i{t}", f"g{t}"], [f"n{t}"]),
            helper.make_node("Add", [f"k{t}", f"n{t}"], [f"c{t}"]),
            helper.make_node("Tanh", [f"c{t}"], [f"t{t}"]),
            helper.make_node("Mul", [f"o{t}", f"t{t}"], [f"h{t}"]),
        ]
        h, c = f"h{t}", f"c{t}"
    fed = {"x": (steps, M), "h": (1, N), "c": (1, N)}
    return _model(nodes, fed, h, {"W": (M, 4 * N), "R": (N, 4 * N)})


def attention(count: int) -> onnx.ModelProto:
    """Layers of attention of so many nodes in all, each with matrices of its own."""
    nodes: Nodes = []
    shapes = {}
    last = "x"
    for at in range(count // 10 or 1):
        for part in "qkv":
            shapes[f"w{part}{at}"] = (N, N)
            nodes.append(helper.make_node("MatMul", [last, f"w{part}{at}"], [f"{part}{at}"]))
        nodes += [
            helper.make_node("Transpose", [f"k{at}"], [f"t{at}"], perm=[1, 0]),
            helper.make_node("MatMul", [f"q{at}", f"t{at}"], [f"s{at}"]),
            helper.make_node("Softmax", [f"s{at}"], [f"a{at}"]),
            helper.make_node("MatMul", [f"a{at}", f"v{at}"], [f"y{at}"]),
            helper.make_node("Sigmoid", [f"y{at}"], [f"g{at}"]),
            helper.make_node("Mul", [f"g{at}", f"y{at}"], [f"z{at}"]),
            helper.make_node("Add", [f"z{at}", last], [f"x{at}"]),
        ]
        last = f"x{at}"
    return _model(nodes, {"x": (3, N)}, last, shapes)


def _model(
    nodes: Nodes, fed: dict[str, tuple[int, int]], given: str, stored: dict[str, tuple[int, int]]
) -> onnx.ModelProto:
    def value(name: str, shape: tuple[int, int]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    tensors = [
        helper.make_tensor(name, TensorProto.FLOAT, shape, bytes(4 * math.prod(shape)), raw=True)
        for name, shape in stored.items()
    ]
    inputs = [value(name, shape) for name, shape in fed.items()]
    graph = helper.make_graph(nodes, "g", inputs, [value(given, (1, N))], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def measured(
    make: Callable[[int], onnx.ModelProto], counts: tuple[int, ...], runs: int = RUNS
) -> Iterator[tuple[int, float, float]]:
    """Of each count the seconds of the processor and the peak in megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            path = Path(folder) / f"{count}.onnx"
            path.write_bytes(make(count).SerializeToString())
            found = [run([sys.executable, "-m", "rnninspect", str(path)]) for _ in range(runs)]
            yield count, min(each.busy for each in found), max(each.peak for each in found) / 1e6


def main() -> None:
    """Print a table for each kind, and its exponent."""
    for name, make, counts in (("steps", unrolled, STEPS), ("nodes", attention, NODES)):
        rows = list(measured(make, counts))
        sys.stdout.write(f"| {name} | processor | peak |\n|---:|---:|---:|\n")
        for count, seconds, peak in rows:
            sys.stdout.write(f"| {count:,} | {seconds * 1_000:,.0f} ms | {peak:.0f} MB |\n")
        floor = rows[0][1]
        growing = [(count, seconds - floor) for count, seconds, _ in rows[1:]]
        sys.stdout.write(f"\nexponent {exponent(growing):.2f}\n\n")


if __name__ == "__main__":
    main()
