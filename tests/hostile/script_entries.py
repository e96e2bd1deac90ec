"""TorchScript whose code is small to store and long to run, or nested beyond any use."""

from __future__ import annotations

from functools import partial

from hostile.entry import Hostile, written
from making.torch.scripts import READ, WEIGHTS, method, scripted, unrolled

TWICE = ("a0 = torch.tanh(torch.linear(x, w))", "b0 = torch.tanh(torch.linear(a0, w))")


def net(*lines: str, functions: str = "") -> bytes:
    """A module whose code is looked at: a matrix is applied twice, and then these lines."""
    return scripted(method(*READ, *TWICE, *lines), WEIGHTS, functions=functions)


def doubling(levels: int) -> bytes:
    """Functions that call the next one twice: 2^levels calls."""
    functions = "".join(
        f"def f{at}(x: Tensor) -> Tensor:\n  a = __torch__.f{at + 1}(x, )\n"
        f"  return __torch__.f{at + 1}(a, )\n"
        for at in range(levels)
    )
    last = f"def f{levels}(x: Tensor) -> Tensor:\n  return torch.tanh(x)\n"
    return net("return __torch__.f0(b0, )", functions=functions + last)


def statements(count: int) -> bytes:
    lines = (f"y{at} = torch.tanh(torch.add(b0, torch.linear(x, w)))" for at in range(count))
    return net(*lines, "return b0")


def conditions(count: int) -> bytes:
    """Conditions that are not known, each with variables of its own."""
    lines = (
        line
        for at in range(count)
        for line in ("if torch.gt(x, 0):", f"  c{at} = a0", "else:", f"  c{at} = b0")
    )
    return net(*lines, "return b0")


def loops(count: int) -> bytes:
    lines = (
        line
        for _ in range(count)
        for line in ("for i in range(9):", "  b0 = torch.tanh(torch.linear(b0, w))")
    )
    return net(*lines, "return b0")


def nested(word: str, depth: int) -> bytes:
    lines = [f"{'  ' * at}{word}" for at in range(depth)]
    return net(*lines, f"{'  ' * depth}b0 = torch.linear(b0, w)", "return b0")


def tuples(count: int) -> bytes:
    """Two tuples of 2^count items each, of which a condition takes one."""
    lines = ["a = (x, x)", "b = (x, h)", *["a = (a, a)"] * count, *["b = (b, b)"] * count]
    chosen = ("if torch.gt(x, 0):", "  c = a", "else:", "  c = b")
    return net(*lines, *chosen, "for i in range(3):", "  c = (a, b)", "return c")


def repeated(line: str, count: int) -> bytes:
    return net("a = [x, x]", *[line] * count, "return b0")


ENTRIES: dict[str, Hostile] = {
    f"{name}.pt": written(make, 0)
    for name, make in {
        "doubling_calls": partial(doubling, 60),
        "endless_recursion": partial(net, "return (self).forward(b0, h, )"),
        "100000_statements": partial(statements, 100_000),
        "10000_conditions": partial(conditions, 10_000),
        "5000_loops": partial(loops, 5_000),
        "nested_loops": partial(nested, "for i in range(9):", 39),
        "300_blocks": partial(nested, "if torch.gt(x, 0):", 300),
        "brackets": partial(net, "y = " + "torch.tanh(" * 50_000 + "x" + ")" * 50_000, "return b0"),
        "open_string": partial(net, 'y = f("' + '\\"' * 100_000, "return b0"),
        "doubled_tuples": partial(tuples, 200),
        "doubled_lists": partial(repeated, "a = torch.add(a, a)", 2_000),
        "many_axes": partial(repeated, "x = torch.unsqueeze(x, 0)", 20_000),
        "many_parts": partial(repeated, "y = torch.chunk(x, 4096, 1)", 5_000),
        "1000_steps": partial(unrolled, 1_000),
        "10000_steps": partial(unrolled, 10_000),
    }.items()
}
