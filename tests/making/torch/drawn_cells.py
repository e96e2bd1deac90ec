"""Random recurrent cells as Python code, in the ways in which people write them by hand."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import torch

GATES = {"LSTM": "ifgo", "CIFG-LSTM": "fgo", "GRU": "zrg", "UGRNN": "zg", "RNN": "g"}
STYLES = ("linear", "weight", "matrix", "joined", "gates")
WRAPS = ("step", "given state", "zero state", "attribute")
WALKS = {
    "index": "for t in range(x.size(1)):\n            {s} = self.cell(x[:, t], {s})",
    "slice": "for t in range(x.size(1)):\n            {s} = self.cell(x[:, t, :], {s})",
    "unbind": "for xt in x.unbind(1):\n            {s} = self.cell(xt, {s})",
    "while": "t = 0\n        while t < x.size(1):\n            {s} = self.cell(x[:, t], {s})\n"
    "            t += 1",
}
HEAD = """
import torch
import torch.nn.functional as F
from torch import nn
from typing import List, Tuple


class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = {n}
        {init}

    def forward(self, x, {typed}):
        {body}
        return {states}
"""
NET = """

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = Cell()
        self.head = nn.Linear({n}, 2)
        {buffers}

    def forward(self, x{given}):
        {start}
        ys: List[torch.Tensor] = []
        {walk}
            ys.append(h)
        return self.head(torch.stack(ys, 1)), {states}
"""
STATEFUL = """

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = Cell()
        self.head = nn.Linear({n}, 2)
        self.register_buffer("h", torch.zeros(1, {n}))
        self.register_buffer("c", torch.zeros(1, {n}))

    def forward(self, x):
        {states} = self.cell(x, {own})
        {kept}
        return self.head(h)
"""


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A module's code, inputs to trace it with, and what should be found in it."""

    code: str
    inputs: tuple[torch.Tensor, ...] | tuple[Any, ...]
    cell: str
    input_size: int
    hidden_size: int
    biases: int
    wrap: str

    def module(self, folder: Path) -> Any:  # noqa: ANN401 - a module
        """The module, made from a file: scripting reads the source."""
        name = f"drawn_{abs(hash(self.code))}"
        path = folder / f"{name}.py"
        path.write_text(self.code)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module.Net().eval()


class _Writer:
    def __init__(self, draw: Random) -> None:
        self.draw = draw
        self.kind = draw.choice(sorted(GATES))
        self.order = draw.sample(GATES[self.kind], len(GATES[self.kind]))
        self.m, self.n = draw.sample(range(2, 9), 2)
        self.style = draw.choice(STYLES)
        self.biases = draw.choice((0, 1) if self.style == "joined" else (0, 1, 2))
        if self.kind == "UGRNN":  # whose formula has one bias
            self.biases = min(self.biases, 1)
        self.axis = draw.choice(("1", "-1"))
        self.candidate: Callable[[], str] = str
        self.init: list[str] = []
        self.body: list[str] = []

    def add(self, one: str, other: str) -> str:
        return self.draw.choice(
            (f"{one} + {other}", f"{other} + {one}", f"torch.add({one}, {other})")
        )

    def product(self, one: str, other: str) -> str:
        return self.draw.choice(
            (f"{one} * {other}", f"{other} * {one}", f"torch.mul({one}, {other})")
        )

    def split(self, value: str, names: list[str]) -> None:
        listed, count = ", ".join(names), len(names)
        if count == 1:
            self.body.append(f"{listed} = {value}")
            return
        places = enumerate(names)
        ways = (
            [f"{listed} = {value}.chunk({count}, {self.axis})"],
            [f"{listed} = torch.split({value}, self.n, dim={self.axis})"],
            [f"{each} = {value}[:, {at} * self.n : {at + 1} * self.n]" for at, each in places],
        )
        self.body += self.draw.choice(ways)

    def layer(self, name: str, inputs: int, units: int, *, bias: bool) -> str:
        """A linear map, as a layer or over a parameter; what applies it, but for its operand."""
        if self.style in ("linear", "joined", "gates"):
            self.init.append(f"self.{name} = nn.Linear({inputs}, {units}, bias={bias})")
            return f"self.{name}({{}})"
        turned = self.style == "matrix"
        shape = (inputs, units) if turned else (units, inputs)
        self.init.append(f"self.{name} = nn.Parameter(torch.randn{shape})")
        form = (
            f"({{}} @ self.{name})"
            if turned
            else self.draw.choice(
                (f"F.linear({{}}, self.{name})", f"torch.mm({{}}, self.{name}.t())")
            )
        )
        if bias:
            self.init.append(f"self.{name}_b = nn.Parameter(torch.randn({units}))")
            form = f"({form} + self.{name}_b)"
        return form

    def sums(self) -> None:
        """What goes into each gate, `p` and its letter."""
        one, two = self.biases > 0, self.biases > 1
        if self.style == "gates":
            for gate in self.order:
                wide = self.layer(f"w{gate}", self.m, self.n, bias=one).format("x")
                back = self.layer(f"u{gate}", self.n, self.n, bias=two)
                if self.kind == "GRU" and gate == "g":
                    self.candidate = partial(self.reset, wide, back)
                else:
                    self.body.append(f"p{gate} = {self.add(wide, back.format('h'))}")
            return
        count = len(self.order) * self.n
        names = [f"p{gate}" for gate in self.order]
        if self.style == "joined" and self.kind != "GRU":
            both = self.layer("k", self.m + self.n, count, bias=one)
            self.split_of(both.format(f"torch.cat([x, h], {self.axis})"), names)
            return
        if self.style == "joined":
            gates = [f"p{gate}" for gate in self.order if gate != "g"]
            both = self.layer("k", self.m + self.n, 2 * self.n, bias=one)
            self.split_of(both.format(f"torch.cat((x, h), dim={self.axis})"), gates)
            last = self.layer("q", self.m + self.n, self.n, bias=one)
            joined = last.format(f"torch.cat([x, r_ * h], {self.axis})")
            self.candidate = partial(str, joined)
            return
        wide = self.layer("w", self.m, count, bias=one).format("x")
        back = self.layer("u", self.n, count, bias=two).format("h")
        if self.kind != "GRU":
            self.split_of(self.add(wide, back), names)
            return
        self.split_of(wide, [f"a{gate}" for gate in self.order], "a_")
        self.split_of(back, [f"b{gate}" for gate in self.order], "b_")
        self.body += [f"p{gate} = {self.add(f'a{gate}', f'b{gate}')}" for gate in "zr"]
        self.candidate = partial(self.add, "ag", self.product("r_", "bg"))

    def split_of(self, value: str, names: list[str], variable: str = "s_") -> None:
        self.body.append(f"{variable} = {value}")
        self.split(variable, names)

    def reset(self, wide: str, back: str) -> str:
        """The candidate of a GRU, with the reset gate before or behind the product."""
        before, behind = back.format("r_ * h"), f"r_ * {back.format('h')}"
        return self.add(wide, self.draw.choice((before, behind)))

    def step(self) -> None:
        """The gates and the new states."""
        bounded = self.draw.choice(("torch.sigmoid", "torch.sigmoid", "F.hardsigmoid"))
        if self.kind == "GRU":
            self.body += [f"r_ = {bounded}(pr)", f"pg = {self.candidate()}"]
        for gate in GATES[self.kind]:
            if gate != "r":
                name = self.draw.choice(("torch.tanh", "F.hardtanh")) if gate == "g" else bounded
                self.body.append(f"{gate}_ = {name}(p{gate})")
        draw = self.draw.choice
        if self.kind == "LSTM":
            plain = self.add(self.product("f_", "c"), self.product("i_", "g_"))
            self.body.append(f"c = {draw((plain, 'torch.addcmul(f_ * c, i_, g_)'))}")
        elif self.kind == "CIFG-LSTM":
            coupled = ("f_ * c + (1 - f_) * g_", "torch.lerp(g_, c, f_)", "f_ * (c - g_) + g_")
            self.body.append(f"c = {draw(coupled)}")
        if self.kind.endswith("LSTM"):
            self.body.append(f"h = {self.product('o_', draw(('torch.tanh(c)', 'c.tanh()')))}")
        elif self.kind == "RNN":
            self.body.append("h = g_")
        else:
            ways = (
                "z_ * h + (1 - z_) * g_",
                "(1.0 - z_) * h + z_ * g_",
                "g_ + z_ * (h - g_)",
                "torch.lerp(h, g_, z_)",
            )
            self.body.append(f"h = {draw(ways)}")


def drawn_cell(draw: Random) -> DrawnCell:
    """A random cell in a random network around it."""
    writer = _Writer(draw)
    writer.sums()
    writer.step()
    states = ["h", "c"] if writer.kind.endswith("LSTM") else ["h"]
    listed = ", ".join(states)
    lines = "\n        ".join
    code = HEAD.format(
        n=writer.n,
        init=lines(writer.init),
        typed=", ".join(f"{each}: torch.Tensor" for each in states),
        body=lines(writer.body),
        states=listed,
    )
    wrap = draw.choice(WRAPS)
    sequence, state = torch.randn(3, draw.randint(2, 4), writer.m), torch.zeros(3, writer.n)
    clones = tuple(state.clone() for _ in states)
    inputs: tuple[Any, ...] = (sequence,)
    zeros = lines(f"{each} = torch.zeros(x.size(0), {writer.n})" for each in states)
    walk = draw.choice(sorted(WALKS.values())).format(s=listed)
    parts = {"n": writer.n, "walk": walk, "states": listed, "buffers": "pass"}
    if wrap == "step":
        code, inputs = code + "\n\nNet = Cell\n", (torch.randn(3, writer.m), *clones)
    elif wrap == "zero state":
        code += NET.format(given="", start=zeros, **parts)
    elif wrap == "given state":
        typed = "".join(f", {each}: torch.Tensor" for each in states)
        code, inputs = code + NET.format(given=typed, start="pass", **parts), (sequence, *clones)
    else:
        own = ", ".join(f"self.{each}" for each in states)
        kept = lines(f"self.{each} = {each}" for each in states)
        code += STATEFUL.format(n=writer.n, states=listed, own=own, kept=kept)
        inputs = (torch.randn(1, writer.m),)
    return DrawnCell(code, inputs, writer.kind, writer.m, writer.n, writer.biases, wrap)
