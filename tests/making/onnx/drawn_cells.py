"""Steps of the less common cells drawn at random, with masks, as plain operators and numbers.

Each step is written twice by the same lines: over arrays of numpy, and over names of ONNX nodes.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from making.onnx.drawn_writers import Nodes, Writer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]
    Term = Any  # an array, or the name of a node's output

BATCH = 2
CELLS = (
    *("LSTM", "CIFG-LSTM", "GRU", "MGU", "UGRNN", "minGRU", "RNN", "IndRNN", "IndyLSTM"),
    *("peephole", "projection", "layer norm"),
)
MASKS = ("", "", "product", "where", "zoneout", "each unit")
ACTIVATIONS = ("Tanh", "Relu", "Sigmoid", "Softsign", "Elu")


class DrawnCell:
    """A cell with random weights, a random mask, and perhaps one operator changed.

    Attributes:
        cell: what is written, of CELLS above.
        name: the key of the table of cells, or empty if it was changed.
        sizes: inputs, units, and the width of the state that is fed back.
    """

    def __init__(self, seed: int, *, changed: bool = False) -> None:
        self._draw = random.Random(seed)  # noqa: S311 - draws of a test
        self._numbers = np.random.default_rng(seed)
        self.cell = self._draw.choice(CELLS)
        self.mask = "" if changed else self._draw.choice(MASKS)
        m, n = self._draw.randint(2, 6), self._draw.randint(2, 6)
        self.sizes = (m, n if m != n else n + 1)
        self.projection = self._draw.randint(2, 5) if self.cell == "projection" else None
        if self.projection and self.mask == "each unit":
            self.mask = "product"  # its two states differ in width
        self.changed = changed
        self.activation = self._draw.choice(ACTIVATIONS)
        self.biases = self._draw.choice((0, 1, 2))
        self.way = self._draw.random()
        self._arrays: dict[str, Array] = {}
        same = {"peephole": "LSTM", "projection": "LSTM", "layer norm": "LSTM"}
        self.name = same.get(self.cell, self.cell)

    @property
    def fed_back(self) -> int:
        return self.projection or self.sizes[1]

    def array(self, name: str, *shape: int) -> Array:
        """A weight, the same each time it is asked for."""
        if name not in self._arrays:
            self._arrays[name] = self._numbers.standard_normal(shape).astype(np.float32)
        return self._arrays[name]

    def number(self, number: float) -> Array:
        key = str(number)
        self._arrays.setdefault(key, np.asarray(number, np.float32))
        return self._arrays[key]

    # The step, over numbers or nodes alike.

    def step(self, to: Writer, x: Term, h: Term, c: Term, mask: Term) -> tuple[Term, Term]:
        if "LSTM" in self.name:
            new, memory = self._lstm(to, x, h, c)
            if self.projection:
                new = to.call(
                    "MatMul", new, to.stored(self.array("P", self.sizes[1], self.fed_back))
                )
            return self._masked(to, new, h, mask), self._masked(to, memory, c, mask)
        return self._masked(to, self._plain(to, x, h), h, mask), c

    def _sum(self, to: Writer, gate: str, x: Term, h: Term, *, state: bool = True) -> Term:
        (m, n), r = self.sizes, self.fed_back
        found = to.call("MatMul", x, to.stored(self.array(f"W{gate}", m, n)))
        found = self._normed(to, f"n{gate}", found)
        if self.biases:
            found = to.call("Add", found, to.stored(self.array(f"b{gate}", n)))
        if not state:
            return found
        if self.cell in ("IndRNN", "IndyLSTM"):
            other = to.call("Mul", h, to.stored(self.array(f"u{gate}", n)))
        else:
            other = to.call("MatMul", h, to.stored(self.array(f"R{gate}", r, n)))
            other = self._normed(to, f"m{gate}", other)
            if self.biases == 2:
                other = to.call("Add", other, to.stored(self.array(f"rb{gate}", n)))
        return to.call("Add", found, other)

    def _normed(self, to: Writer, name: str, value: Term) -> Term:
        if self.cell != "layer norm":
            return value
        n = self.sizes[1]
        gain, shift = self.array(f"{name}g", n), self.array(f"{name}s", n)
        return to.call("Norm", value, to.stored(gain), to.stored(shift))

    def _lstm(self, to: Writer, x: Term, h: Term, c: Term) -> tuple[Term, Term]:
        def gate(letter: str, memory: Term) -> Term:
            found = self._sum(to, letter, x, h)
            if self.cell == "peephole" and letter != "g":
                peep = to.call("Mul", memory, to.stored(self.array(f"p{letter}", self.sizes[1])))
                found = to.call("Add", found, peep)
            return to.call(self.activation if letter == "g" else "Sigmoid", found)

        f, g = gate("f", c), gate("g", c)
        i = self._rest(to, f) if self.name == "CIFG-LSTM" else gate("i", c)
        joins = "Sub" if self.changed and self.way < 0.5 else "Add"
        memory = to.call(joins, to.call("Mul", f, c), to.call("Mul", i, g))
        seen = to.call("Tanh", self._normed(to, "c", memory))
        return to.call(
            "Add" if self.changed and self.way >= 0.5 else "Mul", gate("o", memory), seen
        ), memory

    def _plain(self, to: Writer, x: Term, h: Term) -> Term:
        reads = self.name != "minGRU"
        if self.name in ("RNN", "IndRNN"):
            new = to.call(self.activation, self._sum(to, "g", x, h))
            return to.call("Add", new, h) if self.changed else new
        z = to.call("Sigmoid", self._sum(to, "z", x, h, state=reads))
        other = h
        if self.name in ("GRU", "MGU"):
            r = z if self.name == "MGU" else to.call("Sigmoid", self._sum(to, "r", x, h))
            other = to.call("Mul", r, h)
        g = to.call(self.activation, self._sum(to, "g", x, other, state=reads))
        rest = to.call("Add", to.stored(self.number(1)), z) if self.changed else self._rest(to, z)
        parts = (g, h) if self.way < 0.5 else (h, g)
        return to.call("Add", to.call("Mul", z, parts[0]), to.call("Mul", rest, parts[1]))

    def _rest(self, to: Writer, gate: Term) -> Term:
        one = to.stored(self.number(1))
        return (
            to.call("Sub", one, gate)
            if self.way < 0.7
            else to.call("Add", to.call("Neg", gate), one)
        )

    def _masked(self, to: Writer, new: Term, old: Term, mask: Term) -> Term:
        if not self.mask:
            return new
        if self.mask == "where":
            return to.call("Where", mask, new, old)
        if self.mask == "zoneout":
            kept, taken = (to.stored(self.number(number)) for number in (0.1, 0.9))
            return to.call("Add", to.call("Mul", kept, old), to.call("Mul", taken, new))
        rest = to.call("Sub", to.stored(self.number(1)), mask)
        return to.call("Add", to.call("Mul", mask, new), to.call("Mul", rest, old))

    def mask_shape(self, width: int) -> tuple[int, ...]:
        return (BATCH, width if self.mask == "each unit" else 1)

    # Models around it.

    def model(self, form: str, steps: int) -> onnx.ModelProto:
        """One step, an unrolled sequence or a Scan; gives the states."""
        (m, n), r = self.sizes, self.fed_back
        to = Nodes(self._draw)
        lead = () if form == "one step" else (steps,)
        masks = [("mask", self.mask_shape(n), self.mask == "where")] if self.has_mask else []
        fed = [_value("x", *lead, BATCH, m), _value("h", BATCH, r)]
        fed += [_value("c", BATCH, n)] if "LSTM" in self.name else []
        fed += [_value(name, *lead, *shape, boolean=kind) for name, shape, kind in masks]
        ends: tuple[str, ...] = ("h", "c")
        if form == "one step":
            ends = self.step(to, "x", "h", "c", "mask")
        elif form == "unrolled":
            for at in range(steps):
                index = to.stored(np.asarray(at))
                x, mask = (
                    to.call("Gather", name, index) if name == "x" or masks else ""
                    for name in ("x", "mask")
                )
                ends = self.step(to, x, ends[0], ends[1], mask)
        else:
            ends = self._scan(to, masks)
        outputs = [_value("h_end", BATCH, r), _value("c_end", BATCH, n)][
            : 1 + ("LSTM" in self.name)
        ]
        to.nodes += [
            helper.make_node("Identity", [end], [output.name])
            for end, output in zip(ends, outputs, strict=False)
        ]
        stored = [numpy_helper.from_array(array, name) for name, array in to.tensors.items()]
        graph = helper.make_graph(to.nodes, "drawn", fed, outputs, stored)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)

    @property
    def has_mask(self) -> bool:
        return self.mask in ("product", "where", "each unit")

    def _scan(self, to: Nodes, masks: list[Term]) -> tuple[str, ...]:
        (m, n), r = self.sizes, self.fed_back
        states = ["h", "c"][: 1 + ("LSTM" in self.name)]
        inner = Nodes(self._draw)
        inner.tensors, inner._known, inner._kept = to.tensors, to._known, to._kept
        ends = self.step(inner, "x_in", "h_in", "c_in", "mask_in")[: len(states)]
        names = [f"{state}_out" for state in states]
        inner.nodes += [
            helper.make_node("Identity", [end], [name])
            for end, name in zip(ends, names, strict=True)
        ]
        widths = [r, n]
        body = helper.make_graph(
            inner.nodes,
            "body",
            [
                *(
                    _value(f"{state}_in", BATCH, width)
                    for state, width in zip(states, widths, strict=False)
                ),
                _value("x_in", BATCH, m),
                *(_value(f"{name}_in", *shape, boolean=kind) for name, shape, kind in masks),
            ],
            [_value(name, BATCH, width) for name, width in zip(names, widths, strict=False)],
        )
        last = [f"{state}_last" for state in states]
        given = [*states, "x", *(name for name, *_ in masks)]
        to.nodes.append(
            helper.make_node("Scan", given, last, body=body, num_scan_inputs=1 + len(masks))
        )
        return tuple(last)


def _value(name: str, *shape: int, boolean: bool = False) -> onnx.ValueInfoProto:
    element = TensorProto.BOOL if boolean else TensorProto.FLOAT
    return helper.make_tensor_value_info(name, element, list(shape))
