"""Graphs of the core made by hand: rows of inputs and states, and what is calculated with them."""

from __future__ import annotations

from rnninspect.graphs import Graph, Multiplier, Origin, Recovered, Survey, Value, survey

M, N = 5, 3


class Maker:
    """A graph over rows of x and of states, in which each operation is expected to be followed."""

    def __init__(self, budget: int = 100_000) -> None:
        self.graph = Graph(budget)

    def fed(self, width: int) -> Value:
        value = self.graph.leaf(Origin.INPUT, None, (1, width))
        self.graph.inputs.append(value)
        return value

    def other(self, width: int) -> Value:
        """What a loop carries, or cuts out of a sequence."""
        return self.graph.leaf(Origin.OTHER, None, (1, width))

    def stored(self, *shape: int) -> Value:
        return self.graph.leaf(Origin.STORED, shape, shape)

    def number(self, number: float) -> Value:
        return self.graph.number(number)

    @staticmethod
    def multiplier(matrix: Value) -> Multiplier:
        return Multiplier(matrix, 0, 1)

    def product(self, value: Value, matrix: Value) -> Value:
        columns = matrix.shape[1]
        by = self.multiplier(matrix)
        return self.known(self.graph.linear(value, 1, by, (1, columns), 1, "product"))

    def call(self, name: str, *values: Value) -> Value:
        shape = (1, max(value.shape[-1] or 0 for value in values if value.shape))
        return self.known(self.graph.apply(name, values, shape))

    def part(self, value: Value, at: int, width: int = N) -> Value:
        return self.known(self.graph.part(value, 1, at * width, width, (1, width)))

    @staticmethod
    def known(value: Value | None) -> Value:
        assert value is not None
        return value

    def gates(self, x: Value, h: Value, count: int) -> list[Value]:
        """The sums under the gates: one kernel, one recurrent kernel and two biases for all."""
        width = count * N
        kernel = self.call("add", self.product(x, self.stored(M, width)), self.stored(width))
        state = self.call("add", self.product(h, self.stored(N, width)), self.stored(width))
        return [self.part(self.call("add", kernel, state), at) for at in range(count)]

    def survey(self, *outputs: Value) -> Survey:
        self.graph.outputs += outputs
        return survey(self.graph)

    def found(self, *outputs: Value) -> list[Recovered]:
        return list(self.survey(*outputs).cells)
