"""Graphs of TensorFlow that are small to store and large to run, or that contradict themselves."""

from __future__ import annotations

from pathlib import Path

from hostile.entry import Hostile, written
from making.tensorflow.bundles import field, varint
from making.tensorflow.graphdefs import (
    constant,
    function,
    function_name,
    graph,
    loop,
    node,
    number,
    shape,
    tensor,
    text,
    whole,
)

X = node("x", "Placeholder", shape=shape(2, 3))
RETURNS = node("back", "NextIteration", "x")  # so that the graph is worth running


def chain(count: int, operator: str = "Add", *, backwards: bool = False) -> bytes:
    """So many nodes, each of which reads the one before."""
    nodes = [node(f"n{at}", operator, f"n{at - 1}" if at else "x", "x") for at in range(count)]
    return graph(RETURNS, *(reversed(nodes) if backwards else nodes), X)


def cycle(count: int) -> bytes:
    """Nodes in a circle that no loop makes."""
    return graph(
        RETURNS, X, *(node(f"n{at}", "Tanh", f"n{(at - 1) % count}") for at in range(count))
    )


def calls(levels: int, operator: str = "PartitionedCall") -> bytes:
    """Functions each of which calls the next one twice."""
    library = []
    for level in range(levels):
        inner = function_name(f"f{level + 1}")
        if operator == "If":
            nodes = [node("q", operator, "a", "a", then_branch=inner, else_branch=inner)]
        else:
            nodes = [node("p", operator, "a", f=inner), node("q", operator, "p:output:0", f=inner)]
        last = [node("q", "Tanh", "a")]
        body = nodes if level + 1 < levels else last
        library.append(function(f"f{level}", ["a"], ["o"], body, {"o": "q:output:0"}))
    return graph(
        X, RETURNS, node("c", "PartitionedCall", "x", f=function_name("f0")), functions=library
    )


def itself(operator: str) -> bytes:
    """A function that calls itself, or is its own loop's body."""
    own = function_name("f")
    inner = node("p", operator, "a", f=own, body=own, cond=own)
    body = function("f", ["a"], ["o"], [inner], {"o": "p:output:0"})
    return graph(X, node("c", operator, "x", f=own, body=own, cond=own), functions=[body])


def many_loops(count: int) -> bytes:
    """So many loops of one value."""
    nodes = []
    for at in range(count):
        nodes += [
            node(f"e{at}", "Enter", "x", frame_name=text(f"f{at}")),
            node(f"m{at}", "Merge", f"e{at}", f"n{at}"),
            node(f"n{at}", "NextIteration", f"m{at}"),
        ]
    return graph(X, *nodes)


def long_ways(count: int, length: int) -> bytes:
    """So many loops that all return by way of one long chain of copies."""
    ways = [node(f"i{at}", "Identity", f"i{at + 1}") for at in range(length)]
    merges = [node(f"m{at}", "Merge", "x", f"r{at}") for at in range(count)]
    returns = [node(f"r{at}", "NextIteration", "i0") for at in range(count)]
    return graph(X, *merges, *ways, node(f"i{length}", "Tanh", "x"), *returns)


def splits(count: int, parts: int) -> bytes:
    """A value that is split into so many parts, again and again."""
    wide = node("x", "Placeholder", shape=shape(2, parts))
    cuts = [node(f"s{at}", "Split", "axis", "x", num_split=number(parts)) for at in range(count)]
    return graph(wide, RETURNS, whole("axis", 1), *cuts)


def wide_sums(count: int, terms: int) -> bytes:
    """Sums of so many terms each."""
    return graph(X, RETURNS, *(node(f"s{at}", "AddN", *["x"] * terms) for at in range(count)))


def two_gigabytes(path: Path) -> None:
    """A Const of two gigabytes of nothing, in a sparse file."""
    size = 2**31 - 2**20
    content = field(1, 1) + field(2, field(2, field(1, size // 4))) + varint(4 << 3 | 2)
    inner = content + varint(size)
    sizes = [len(inner) + size]
    value = varint(8 << 3 | 2) + varint(sizes[0])
    entry = field(1, "value") + varint(2 << 3 | 2) + varint(len(value) + sizes[0]) + value
    whole_entry = len(entry) + sizes[0]
    head = field(1, "w") + field(2, "Const") + varint(5 << 3 | 2) + varint(whole_entry) + entry
    start = varint(1 << 3 | 2) + varint(len(head) + sizes[0]) + head + inner
    with path.open("wb") as file:
        file.write(start)
        file.truncate(len(start) + size)


def splat(*sizes: int) -> bytes:
    """A Const of a shape like this whose one value is written down."""
    dims = b"".join(field(2, field(1, size)) for size in sizes)
    return graph(X, constant("w", field(1, 1) + field(2, dims) + field(5, bytes(4))))


ENTRIES: dict[str, Hostile] = {
    "sound.pb": written(loop, 0),
    "long_chain.pb": written(lambda: chain(100_000), 0),
    "long_chain_backwards.pb": written(lambda: chain(60_000, backwards=True), 0),
    "products_of_one_matrix.pb": written(
        lambda: graph(
            X,
            constant("w", tensor((3, 3))),
            *(node(f"m{at}", "MatMul", f"m{at - 1}" if at else "x", "w") for at in range(30_000)),
        ),
        0,
    ),
    "cycle.pb": written(lambda: cycle(5_000), 1),
    "calls_doubling.pb": written(lambda: calls(40), 0),
    "branches_doubling.pb": written(lambda: calls(40, "If"), 0),
    "calls_deep.pb": written(lambda: itself("PartitionedCall")),
    "loop_in_itself.pb": written(lambda: itself("While")),
    "many_loops.pb": written(lambda: many_loops(20_000)),
    "long_ways.pb": written(lambda: long_ways(3_000, 20_000)),
    "splits.pb": written(lambda: splits(400, 10_000)),
    "wide_sums.pb": written(lambda: wide_sums(40, 20_000)),
    "many_constants.pb": written(
        lambda: graph(X, *(constant(f"c{at}", tensor((2, 2))) for at in range(60_000))), 0
    ),
    "one_name.pb": written(lambda: graph(X, *[node("same", "Tanh", "x")] * 50_000), 1),
    "missing_inputs.pb": written(
        lambda: graph(X, *(node(f"n{at}", "Tanh", f"q{at}") for at in range(50_000))), 1
    ),
    "missing_kernel.pb": written(lambda: loop(reads="gone"), 1),
    "two_gigabytes.pb": Hostile(two_gigabytes, 0),
    "huge_splat.pb": written(lambda: splat(2**31, 2**31)),
    "negative_shape.pb": written(lambda: splat(-5, 3), 1),
    "short_content.pb": written(lambda: loop(kernel=tensor((5, 2), bytes(8))), 1),
    "deep_text.pbtxt": written(
        b"node { name: 'x' op: 'X' " + b"attr { value { list { func { " * 5_000
    ),
    "endless_text.pbtxt": written(b"node { name: 'x' op: 'X' input: [" + b"'a'," * 500_000),
    "open_string.pbtxt": written(b"node { name: 'x' op: 'X' input: 'aaa\n", 2),
}
