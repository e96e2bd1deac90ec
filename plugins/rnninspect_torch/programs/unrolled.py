"""Cells that tracing unrolled: two linear maps with constant weights, whose sum is the gates.

The operations are those of aten/src/ATen/native/RNN.cpp, in the text that TorchScript prints: an
LSTM splits the sum of both maps into four, a GRU splits each map into three, and Elman's cell
applies tanh or relu to the sum. Its addition is in place, which distinguishes it from attention.
"""

from __future__ import annotations

import re

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_ASSIGNED = re.compile(r"^ +(\w+) = (torch\.(?:linear|add_?)\(.{1,1000}\))$", re.MULTILINE)
_SPLIT = re.compile(r"= torch\.unsafe_chunk\((.{1,1000}), ([34]), 1\)$", re.MULTILINE)
# A variable, or a map with calls in its arguments.
_TERM = r"(?:\w{1,60}|torch\.linear\((?:[^()\n]|\([^()\n]{0,100}\)){1,200}\))"
_ACTIVATED = re.compile(rf"torch\.(?:tanh|relu)\((\w{{1,60}}|torch\.add_\({_TERM}, {_TERM}\))\)")
_WEIGHTS = re.compile(r", CONSTANTS\.c(\d{1,9})(?:, (?:CONSTANTS\.c(\d{1,9})|None))?\)$")

LinearMap = tuple[int, int | None]  # the numbers of a linear map's weight and bias


class UnrolledCell(Record):
    """An unrolled cell: its gates, and for each map the numbers of its weight and bias constants.

    The map that is computed first comes first: the recurrent one, except in a GRU.
    """

    gates: int
    maps: tuple[LinearMap, LinearMap]


def find_cells(body: str) -> tuple[UnrolledCell, ...]:
    """The cells in the code of one class."""
    known: dict[str, tuple[LinearMap, ...]] = {}
    for match in _ASSIGNED.finditer(body):
        known[match[1]] = _maps(match[2], known)
    cells: list[UnrolledCell] = []
    waiting: tuple[LinearMap, ...] = ()
    for match in _SPLIT.finditer(body):
        maps = _maps(match[1], known)
        if match[2] == "4":
            if len(maps) == 2:
                cells.append(UnrolledCell(4, (maps[0], maps[1])))
        elif waiting and len(maps) == 1:
            cells.append(UnrolledCell(3, (waiting[0], maps[0])))
            waiting = ()
        else:
            waiting = maps if len(maps) == 1 else ()
    return (*cells, *_elman_cells(body, known))


def _elman_cells(body: str, known: dict[str, tuple[LinearMap, ...]]) -> Iterator[UnrolledCell]:
    """Elman cells: tanh or relu of a map to which another one is added in place."""
    in_place = {
        match[1] for match in _ASSIGNED.finditer(body) if match[2].startswith("torch.add_(")
    }
    for match in _ACTIVATED.finditer(body):
        maps = _maps(match[1], known)
        if len(maps) == 2 and (match[1] in in_place or "(" in match[1]):
            yield UnrolledCell(1, (maps[0], maps[1]))


def _maps(expression: str, known: dict[str, tuple[LinearMap, ...]]) -> tuple[LinearMap, ...]:
    """The linear maps whose sum an expression is; none for any other expression."""
    if expression in known:
        return known[expression]
    if expression.startswith("torch.linear("):
        weights = _WEIGHTS.search(expression)
        if weights is None:
            return ()
        return ((int(weights[1]), int(weights[2]) if weights[2] else None),)
    if not expression.startswith("torch.add"):
        return ()
    first, second = _two_arguments(expression.partition("(")[2][:-1])
    one = _maps(first, known) if not first.startswith("torch.add") else ()
    other = _maps(second, known) if not second.startswith("torch.add") else ()
    return (*one, *other) if len(one) == len(other) == 1 else ()


def _two_arguments(arguments: str) -> tuple[str, str]:
    """The two arguments of a call, which may contain brackets."""
    depth = 0
    for index, character in enumerate(arguments):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character == "," and depth == 0:
            return arguments[:index], arguments[index + 1 :].strip()
    return arguments, ""
