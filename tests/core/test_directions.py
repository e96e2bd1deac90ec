"""Two cells over one sequence, from its start and from its end, are one layer with D = 2."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from making.by_hand import report, tensor
from making.hand_graphs import M, Maker, N
from rnninspect.graphs import Graph, Origin, Value, View, without_axis
from rnninspect.graphs.outcome import recurrences
from rnninspect.model import SavedModel, StoredTensor

STEPS = 4


def tensors_of(key: object) -> tuple[StoredTensor, ...]:
    """A maker's key is the number of the leaf, and its shape."""
    return (tensor(str(key), key[1]),) if isinstance(key, tuple) else ()


def stored(to: Maker, *shape: int) -> Value:
    return to.graph.leaf(Origin.STORED, (len(to.graph.leaves), shape), shape)


def at_a_turn(graph: Graph, sequence: Value) -> Value:
    seen = Maker.known(graph.at_run_time(sequence, 0, (1, *sequence.shape[1:])))
    return Maker.known(without_axis(graph, seen, 0))


def loop(to: Maker, x: Value, weights: tuple[Value, Value], name: str) -> None:
    h = to.other(weights[1].shape[0] or 0)
    sums = to.call("add", to.product(x, weights[0]), to.product(h, weights[1]))
    assert isinstance(h, View)
    to.graph.carry(name, [(h, to.call("tanh", sums))])


def both_ways(
    to: Maker,
    names: Sequence[str] = "ab",
    *,
    reversals: tuple[int, int] = (0, 1),
    other_size: int = N,
    shared: bool = False,
) -> SavedModel:
    sequence = to.graph.leaf(Origin.INPUT, None, (STEPS, 1, M))
    weights = stored(to, M, N), stored(to, N, N)
    others = weights if shared else (stored(to, M, other_size), stored(to, other_size, other_size))
    for name, count, each in zip(names, reversals, (weights, others), strict=True):
        given: Value = sequence
        for _ in range(count):
            given = to.graph.reverse(given, 0)
        loop(to, at_a_turn(to.graph, given), each, name)
    layers = recurrences(to.graph, tensors_of, "by hand").layers
    tensors = {t.identity: t for layer in layers for o in layer.operands for t in o.tensors}
    return SavedModel("graph", "none", "", layers, tuple(tensors.values()))


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (("net/rnn/forward/loop", "net/rnn/backward/loop"), "net/rnn"),
        (("/rnn/Gemm", "/rnn/Gemm_1"), "/rnn"),
        (("/Gemm", "/Gemm_1"), "/Gemm"),
        (("node_1", "node_2"), "node_1"),
    ],
)
def test_a_layer_of_both_directions_has_the_name_of_the_module_around_them(
    names: tuple[str, str], name: str
) -> None:
    (layer,) = both_ways(Maker(), names).layers
    assert layer.name == name


@pytest.mark.parametrize("reversals", [(0, 1), (1, 0), (2, 1)])
def test_a_loop_over_each_direction_is_one_layer(reversals: tuple[int, int]) -> None:
    (layer,) = both_ways(Maker(), reversals=reversals).layers
    assert (layer.kind, layer.sizes.directions) == ("Bidirectional(RNN) (loop)", 2)
    assert layer.name == ("a" if reversals[1] == 1 else "b")
    assert {slot.direction for operand in layer.operands for slot in operand.slots} == {0, 1}


@pytest.mark.parametrize("reversals", [(0, 0), (1, 1), (0, 2)])
def test_two_loops_in_one_direction_are_two_layers(reversals: tuple[int, int]) -> None:
    layers = both_ways(Maker(), reversals=reversals).layers
    assert [layer.sizes.directions for layer in layers] == [1, 1]


def test_directions_of_different_sizes_are_two_layers() -> None:
    layers = both_ways(Maker(), other_size=N + 1).layers
    assert [layer.sizes.hidden_size for layer in layers] == [N, N + 1]


def test_directions_that_share_their_weights_store_them_once() -> None:
    made = report(both_ways(Maker(), shared=True))
    (counted,) = made.layers
    assert counted.layer.sizes.directions == 2
    assert (counted.expected, counted.stored) == (2 * (M * N + N * N), M * N + N * N)
    assert [finding for finding in made.findings if finding.level == "error"] == []


@pytest.mark.parametrize("hoisted", [False, True])
def test_an_unrolled_sequence_in_each_direction(*, hoisted: bool) -> None:
    to = Maker()
    sequence: Value = to.graph.leaf(Origin.INPUT, None, (STEPS, 1, M))
    for turned in (False, True):
        kernel, recurrent = stored(to, M, N), stored(to, N, N)
        h: Value = to.fed(N)
        given = to.graph.reverse(sequence, 0) if turned and not hoisted else sequence
        if hoisted:
            by = to.multiplier(kernel)
            given = Maker.known(to.graph.linear(sequence, 2, by, (STEPS, 1, N), 2, "all steps"))
            given = to.graph.reverse(given, 0) if turned else given
        for at in range(STEPS):
            width = given.shape[-1]
            part = Maker.known(to.graph.part(given, 0, at, 1, (1, 1, width)))
            x = Maker.known(without_axis(to.graph, part, 0))
            fed = x if hoisted else to.product(x, kernel)
            h = to.call("tanh", to.call("add", fed, to.product(h, recurrent)))
        to.graph.outputs.append(h)
    (layer,) = recurrences(to.graph, tensors_of, "by hand").layers
    assert layer.kind == f"Bidirectional(RNN) (unrolled, {STEPS} steps)"
