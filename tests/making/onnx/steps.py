"""Steps of recurrent cells drawn at random, as plain operators and as numbers."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from making.onnx.wrapping import on_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

GATES = {"LSTM": "ifgo", "CIFG-LSTM": "fgo", "GRU": "zrg", "RNN": "g"}
BATCH = 2


def _sigmoid(values: Array) -> Array:
    return (1 / (1 + np.exp(-values))).astype(np.float32)


class DrawnStep:
    """A cell with random weights and a random way to write it.

    Attributes:
        cell: key of CELLS.
        sizes: inputs and units.
        parameters: elements of its weights.
    """

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)  # noqa: S311 - draws of a test
        self._numbers = np.random.default_rng(seed)
        self.cell = self._draw.choice(sorted(GATES))
        self.sizes = (self._draw.randint(2, 6), self._draw.randint(2, 6))
        self.gates = list(GATES[self.cell])
        self._draw.shuffle(self.gates)
        self.tensors: dict[str, Array] = {}
        self.nodes: list[onnx.NodeProto] = []
        self.reset_before = self.cell == "GRU" and self._draw.random() < 0.5
        self.joined = self.cell != "GRU" and self._draw.random() < 0.3
        self.separate = self.cell == "GRU" or self._draw.random() < 0.3
        self.biases = self._draw.choice((0, 1, 2))
        self.ways = [self._draw.random() for _ in range(12)]
        self._names = 0
        self.mask = "none"
        self._make_weights()

    @property
    def parameters(self) -> int:
        return sum(array.size for array in self.weights.values())

    def _make_weights(self) -> None:
        (m, n), g = self.sizes, len(self.gates)
        shapes: dict[str, tuple[int, ...]] = {"W": (g, m, n), "R": (g, n, n)}
        shapes |= {"b": (g, n)} if self.biases else {}
        shapes |= {"rb": (g, n)} if self.biases == 2 else {}
        self.weights = {name: on_grid(self._numbers, shape) for name, shape in shapes.items()}

    # What it computes.

    def step(self, x: Array, h: Array, c: Array) -> tuple[Array, Array]:
        def product(gate: str, state: Array) -> tuple[Array, Array]:
            at = self.gates.index(gate)
            bias, state_bias = (
                self.weights[name][at] if name in self.weights else np.float32(0)
                for name in ("b", "rb")
            )
            left = x @ self.weights["W"][at] + bias
            return left, state @ self.weights["R"][at] + state_bias

        def gate(name: str, state: Array = h) -> Array:
            return _sigmoid(sum(product(name, state)))  # type: ignore[arg-type]

        if self.cell == "RNN":
            return np.tanh(sum(product("g", h))), c
        if self.cell == "GRU":
            z, r = gate("z"), gate("r")
            left, right = product("g", r * h if self.reset_before else h)
            g = np.tanh(left + (right if self.reset_before else r * right))
            return z * h + (1 - z) * g, c
        f, o, g = gate("f"), gate("o"), np.tanh(sum(product("g", h)))
        c = f * c + (gate("i") if self.cell == "LSTM" else 1 - f) * g
        return o * np.tanh(c), c

    # How it is written.

    def node(self, operator: str, *inputs: str, **attributes: object) -> str:
        if operator in ("Add", "Mul") and self._draw.random() < 0.5:
            inputs = inputs[::-1]
        self._names += 1
        name = f"v{self._names}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def stored(self, array: Array) -> str:
        name = next((key for key, held in self.tensors.items() if _same(held, array)), "")
        if not name:
            name = f"t{len(self.tensors)}"
            self.tensors[name] = array
        return name

    def _linear(self, value: str, matrix: Array, bias: Array | None) -> str:
        way = self.ways[0]
        if way < 0.3:
            given = [] if bias is None else [self.stored(bias)]
            return self.node("Gemm", value, self.stored(matrix.T.copy()), *given, transB=1)
        if way < 0.5:
            turned = self.node("Transpose", self.stored(matrix.T.copy()), perm=[1, 0])
            product = self.node("MatMul", value, turned)
        else:
            product = self.node("MatMul", value, self.stored(matrix))
        return product if bias is None else self.node("Add", product, self.stored(bias))

    def _cut(self, value: str, count: int) -> list[str]:
        n = self.sizes[1]
        if count == 1:
            return [value]
        if self.ways[1] < 0.5:
            self._names += 1
            names = [f"s{self._names}_{at}" for at in range(count)]
            self.nodes.append(helper.make_node("Split", [value], names, axis=-1, num_outputs=count))
            return names
        axis = self.stored(np.array([1]))
        bounds = [self.stored(np.array([at * n])) for at in range(count + 1)]
        return [self.node("Slice", value, bounds[at], bounds[at + 1], axis) for at in range(count)]

    def _sums(self, x: str, h: str, gates: list[str]) -> dict[str, str]:
        picked = [self.gates.index(gate) for gate in gates]
        kernel = {name: array[picked] for name, array in self.weights.items()}
        places = list(range(len(gates)))
        groups = [[at] for at in places] if self.separate else [places]
        found: dict[str, str] = {}
        for group in groups:
            wide = {
                name: np.concatenate(list(array[group]), axis=-1) for name, array in kernel.items()
            }
            value = self._sum(x, h, wide)
            cut = self._cut(value, len(group))
            found |= dict(zip([gates[at] for at in group], cut, strict=True))
        return found

    def _sum(self, x: str, h: str, wide: dict[str, Array]) -> str:
        if self.joined:
            both = np.concatenate([wide["W"], wide["R"]])
            bias = wide.get("b")
            bias = bias + wide["rb"] if bias is not None and "rb" in wide else bias
            return self._linear(self.node("Concat", x, h, axis=-1), both, bias)
        left = self._linear(x, wide["W"], wide.get("b"))
        return self.node("Add", left, self._linear(h, wide["R"], wide.get("rb")))

    def write(self, x: str, h: str, c: str) -> tuple[str, str]:
        """Add the nodes of one step; the names of the new states."""
        if self.cell == "RNN":
            return self.node("Tanh", self._sums(x, h, ["g"])["g"]), c
        if self.cell == "GRU":
            return self._write_gru(x, h), c
        sums = self._sums(x, h, self.gates)
        active = {
            gate: self.node("Tanh" if gate == "g" else "Sigmoid", value)
            for gate, value in sums.items()
        }
        other = active.get("i") or self._complement(active["f"])
        kept, fresh = self.node("Mul", active["f"], c), self.node("Mul", other, active["g"])
        c = self.node("Add", kept, fresh)
        return self.node("Mul", active["o"], self.node("Tanh", c)), c

    def _complement(self, gate: str) -> str:
        one = self.stored(np.array(1, np.float32))
        if self.ways[2] < 0.5:
            return self.node("Sub", one, gate)
        return self.node("Add", one, self.node("Neg", gate))

    def _write_gru(self, x: str, h: str) -> str:
        at = self.gates.index("g")
        z, r = (self.node("Sigmoid", each) for each in self._sums(x, h, ["z", "r"]).values())
        parts = {name: array[at] for name, array in self.weights.items()}
        left = self._linear(x, parts["W"], parts.get("b"))
        if self.reset_before:
            right = self._linear(self.node("Mul", r, h), parts["R"], parts.get("rb"))
        else:
            right = self.node("Mul", r, self._linear(h, parts["R"], parts.get("rb")))
        g = self.node("Tanh", self.node("Add", left, right))
        if self.ways[3] < 0.4:
            return self.node("Add", g, self.node("Mul", z, self.node("Sub", h, g)))
        rest = self.node("Mul", self._complement(z), g)
        return self.node("Add", self.node("Mul", z, h), rest)

    def _mask_at(self, index: str) -> str:
        return "" if self.mask == "none" else self.node("Gather", "mask", index, axis=0)

    def _masked(self, mask: str, new: tuple[str, str], old: tuple[str, str]) -> tuple[str, str]:
        """The new states where the mask is one, and the old ones where it is zero."""
        if self.mask == "none":
            return new
        first, second = (self._choice(mask, *pair) for pair in zip(new, old, strict=True))
        return first, second

    def _choice(self, mask: str, new: str, old: str) -> str:
        if new == old:
            return new
        one = self.stored(np.array(1, np.float32))
        if self.mask == "where":
            return self.node("Where", self.node("Equal", mask, one), new, old)
        if self.mask == "difference":
            return self.node("Add", old, self.node("Mul", mask, self.node("Sub", new, old)))
        rest = self.node("Mul", self.node("Sub", one, mask), old)
        return self.node("Add", self.node("Mul", mask, new), rest)

    # Models around it.

    def model(self, form: str, steps: int) -> onnx.ModelProto:
        """One step, an unrolled sequence, a Loop or a Scan, over xs, h and c; gives both states."""
        m, n = self.sizes
        fed = [_value("h", BATCH, n), _value("c", BATCH, n)]
        if form == "one step":
            fed.insert(0, _value("x", BATCH, m))
            ends = self.write("x", "h", "c")
        elif form == "unrolled":
            fed.insert(0, _value("xs", steps, BATCH, m))
            ends = ("h", "c")
            for at in range(steps):
                index = self.stored(np.array(at))
                new = self.write(self.node("Gather", "xs", index, axis=0), *ends)
                ends = self._masked(self._mask_at(index), new, ends)
        else:
            fed.insert(0, _value("xs", steps, BATCH, m))
            ends = self._loop(form, steps)
        if self.mask != "none":
            fed.append(_value("mask", steps, BATCH, 1))
        self.nodes.append(helper.make_node("Identity", [ends[0]], ["h_end"]))
        outputs = [_value("h_end", BATCH, n)]
        if "LSTM" in self.cell:
            self.nodes.append(helper.make_node("Identity", [ends[1]], ["c_end"]))
            outputs.append(_value("c_end", BATCH, n))
        else:
            fed = [value for value in fed if value.name != "c" or form in ("loop", "scan")]
        stored = [numpy_helper.from_array(array, name) for name, array in self.tensors.items()]
        graph = helper.make_graph(self.nodes, "drawn", fed, outputs, stored)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)

    def _loop(self, form: str, steps: int) -> tuple[str, str]:
        m, n = self.sizes
        outer, self.nodes = self.nodes, []
        states = [_value("h_in", BATCH, n), _value("c_in", BATCH, n)]
        if form == "loop":
            x = self.node("Gather", "xs", "turn", axis=0)
            mask, old = self._mask_at("turn"), ("h_in", "c_in")
            new = self._masked(mask, self.write(x, *old), old)
            go = self.node("Identity", "go")
            ends = [self.node("Identity", name) for name in new]
            inputs = [
                _value("turn", element=TensorProto.INT64),
                _value("go", element=TensorProto.BOOL),
            ]
            outputs = [_value(go, element=TensorProto.BOOL)]
            body = helper.make_graph(
                self.nodes,
                "body",
                [*inputs, *states],
                [*outputs, *(_value(name, BATCH, n) for name in ends)],
            )
            given = [self.stored(np.array(steps)), self.stored(np.ones((), np.bool_)), "h", "c"]
            made = helper.make_node("Loop", given, ["h_last", "c_last"], body=body)
        else:
            new = self.write("x_in", "h_in", "c_in")
            ends = [self.node("Identity", name) for name in new]
            body = helper.make_graph(
                self.nodes,
                "body",
                [*states, _value("x_in", BATCH, m)],
                [_value(name, BATCH, n) for name in ends],
            )
            made = helper.make_node(
                "Scan", ["h", "c", "xs"], ["h_last", "c_last"], body=body, num_scan_inputs=1
            )
        self.nodes = [*outer, made]
        return "h_last", "c_last"


def _value(name: str, *shape: int, element: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, element, list(shape))


def _same(one: Array, other: Array) -> bool:
    return one.dtype == other.dtype and np.array_equal(one, other)
