"""Cells that tracing unrolled: two linear maps with constant weights, whose sum is the gates.

The operations are those of aten/src/ATen/native/RNN.cpp as TorchScript calls them: an LSTM splits
the sum of both maps into four, a GRU splits each map into three, and Elman's cell applies tanh or
relu to the sum. Its addition is in place, which distinguishes it from attention.
"""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_torch.script.calls import calls_in, constant_number, statements_with
from rnninspect_torch.script.statements import path_of
from rnninspect_torch.script.syntax import Assign, Call, Literal, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.script.syntax import Expression, Statement

_WORDS = ("torch.linear(", "torch.add", "torch.unsafe_chunk(", "torch.tanh(", "torch.relu(")
_ADDS = ("torch.add", "torch.add_")
_IN_PLACE = "torch.add_"
_ACTIVATIONS = ("torch.tanh", "torch.relu")
_SPLIT, _LINEAR = "torch.unsafe_chunk", "torch.linear"

LinearMap = tuple[int, int | None]  # the numbers of a linear map's weight and bias
Maps = tuple[LinearMap, ...]


class UnrolledCell(Record):
    """An unrolled cell: its gates, and for each map the numbers of its weight and bias constants.

    The map that is computed first comes first: the recurrent one, except in a GRU.
    """

    gates: int
    maps: tuple[LinearMap, LinearMap]


def find_cells(body: str) -> tuple[UnrolledCell, ...]:
    """The cells in the code of one class."""
    if "CONSTANTS.c" not in body:
        return ()
    statements = list(statements_with(body, _WORDS))
    known: dict[str, Maps] = {}
    in_place: set[str] = set()
    cells: list[UnrolledCell] = []
    elman: list[UnrolledCell] = []
    waiting: Maps = ()
    for statement in statements:
        for call in calls_in(statement):
            path = path_of(call.function)
            if path == _SPLIT:
                waiting = _split(call, known, waiting, cells)
            elif path in _ACTIVATIONS:
                elman += _elman_cell(call, known, in_place)
        _assign(statement, known, in_place)
    return (*cells, *elman)


def _assign(statement: Statement, known: dict[str, Maps], in_place: set[str]) -> None:
    """Note a variable that is a linear map, or the sum of two."""
    if isinstance(statement, Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
        known[target] = _maps(value, known)
        if isinstance(value, Call) and path_of(value.function) == _IN_PLACE:
            in_place.add(target)


def _split(call: Call, known: dict[str, Maps], waiting: Maps, cells: list[UnrolledCell]) -> Maps:
    """Add the cell whose gates are split here; what waits for the second split of a GRU."""
    parts = [each.value for each in call.arguments[1:] if isinstance(each, Literal)]
    if parts not in ([4, 1], [3, 1]) or len(call.arguments) != 1 + len(parts):
        return waiting
    maps = _maps(call.arguments[0], known)
    if parts[0] == 4:
        if len(maps) == 2:
            cells.append(UnrolledCell(4, (maps[0], maps[1])))
        return waiting
    if waiting and len(maps) == 1:
        cells.append(UnrolledCell(3, (waiting[0], maps[0])))
        return ()
    return maps if len(maps) == 1 else ()


def _elman_cell(call: Call, known: dict[str, Maps], in_place: set[str]) -> Iterator[UnrolledCell]:
    """Elman's cell: tanh or relu of a map to which another one is added in place."""
    given = call.arguments[0] if len(call.arguments) == 1 else None
    added = isinstance(given, Call) and path_of(given.function) == _IN_PLACE
    if given is not None and (added or (isinstance(given, Name) and given.path in in_place)):
        maps = _maps(given, known)
        if len(maps) == 2:
            yield UnrolledCell(1, (maps[0], maps[1]))


def _maps(expression: Expression, known: dict[str, Maps]) -> Maps:
    """The linear maps whose sum an expression is; none for any other expression."""
    if isinstance(expression, Name):
        return known.get(expression.path, ())
    if not isinstance(expression, Call):
        return ()
    path, arguments = path_of(expression.function), expression.arguments
    if path == _LINEAR and len(arguments) in (2, 3):
        numbers = [constant_number(each) for each in arguments[1:]]
        return () if numbers[0] is None else ((numbers[0], numbers[1] if numbers[1:] else None),)
    if path not in _ADDS or len(arguments) != 2:
        return ()
    one, other = (
        () if _is_sum(each) else _maps(each, known) for each in arguments
    )  # at most one more call deep
    return (*one, *other) if len(one) == len(other) == 1 else ()


def _is_sum(expression: Expression) -> bool:
    return isinstance(expression, Call) and path_of(expression.function) in _ADDS
