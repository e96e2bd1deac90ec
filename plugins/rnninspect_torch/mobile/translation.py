"""Translates the kernel calls of an ExecuTorch method into the core's graph.

A method is a list of calls, unrolled over time, whose values all have shapes. Calls are those of
operators that write their results into given tensors: `aten::mm.out(a, b, out) -> out`. A view is
not a call, but a value at the place in memory of the value that it is a view of.
"""

from __future__ import annotations

from rnninspect.decode.flatbuffers import FLOAT64, INT32, INT64, UINT8, UINT32
from rnninspect.graphs import Exhausted, Graph, Value, budget_for
from rnninspect.plugin import Limit
from rnninspect_torch.mobile.worth import calls_of, operators_of
from rnninspect_torch.recovered.operators.given import Given
from rnninspect_torch.recovered.operators.program import Program
from rnninspect_torch.recovered.operators.table import run
from rnninspect_torch.recovered.operators.values import UNKNOWN, ListValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnninspect.decode.flatbuffers import Table, Tables
    from rnninspect.plugin import Source
    from rnninspect_torch.networks.named_tensors import NamedTensor

_VALUES, _INPUTS, _OUTPUTS, _CHAINS = 2, 3, 4, 5  # fields of an execution plan
_KERNEL, _MOVE = 1, 3  # of the union InstructionArguments; a jump is 4
_INT, _BOOL, _DOUBLE, _TENSOR, _INTS, _TENSORS = 2, 3, 4, 5, 7, 10  # of the union KernelTypes
_LONGEST_LIST, _MOST_ARGUMENTS, _HIGHEST_RANK = 4_096, 64, 16
_ALLOCATION = 6  # field of a tensor


def translate(plan: Table, stored: Mapping[int, NamedTensor], source: Source) -> Graph | None:
    """The core's graph of a method; None if it jumps, or takes too long.

    `stored` has the constants by the numbers of their values.
    """
    count = calls_of(plan)
    source.spend(Limit.STEPS, count)
    translation = _Translation(plan, stored, Program(budget_for(count), {}))
    try:
        if not all(map(translation.run, plan.tables(_CHAINS))):
            return None
        translation.close(plan.numbers(_OUTPUTS, INT32).integers())
    except Exhausted:
        return None
    return translation.program.graph


class _Translation:
    """The values of one method while its calls are followed."""

    def __init__(self, plan: Table, stored: Mapping[int, NamedTensor], program: Program) -> None:
        self.program = program
        self._values: Tables = plan.tables(_VALUES)
        self._names = operators_of(plan)
        self._stored = stored
        self._known: dict[int, object] = {}
        self._fed: set[int] = set()
        self._written_at: dict[tuple[int, ...], int] = {}  # place in memory -> last value there
        for number in plan.numbers(_INPUTS, INT32).integers(_LONGEST_LIST):
            self._write(number)

    def run(self, chain: Table) -> bool:
        """Follow a list of calls; False if one is a jump."""
        for instruction in chain.tables(2):
            kind, call = instruction.integer(0, UINT8), instruction.table(1)
            if call is None or kind not in (_KERNEL, _MOVE):
                return False
            if kind == _MOVE:
                self._known[call.integer(1, INT32)] = self.value(call.integer(0, INT32))
            else:
                arguments = call.numbers(1, INT32)
                if len(arguments) <= _MOST_ARGUMENTS:
                    self._call(call.integer(0, INT32), arguments.integers())
        return True

    def _call(self, operator: int, arguments: Sequence[int]) -> None:
        if not 0 <= operator < len(self._names) or not arguments:
            return
        name, results = self._names[operator], self._results(arguments)
        self.program.label = name
        self.program.graph.expressions.spend(len(results))
        given = [self.value(each) for each in arguments[: -self._written(arguments)]]
        call = Given(self.program, given, {}, len(results))
        found = call.get(1, "src") if name.startswith("copy_") else run(self.program, name, call)
        listed = found if type(found) is tuple else (found,)
        if name.startswith("copy_"):
            results = [arguments[0], *results]
            listed = listed * len(results)
        for at, number in enumerate(results):
            made = listed[at] if at < len(listed) else None
            shape = self._shape(number)
            fits = isinstance(made, Value) and len(made.shape) == len(shape)
            self._known[number] = made if fits else self.program.made(shape)
            self._write(number)

    def _written(self, arguments: Sequence[int]) -> int:
        """How many arguments at the end are what is written to, and what is returned."""
        is_list = len(arguments) > 1 and self._of(arguments[-2])[0] == _TENSORS
        return 2 if (arguments[-1] == arguments[-2:][0] and len(arguments) > 1) or is_list else 1

    def _results(self, arguments: Sequence[int]) -> list[int]:
        """The values that a call writes: its last argument, or those in its last list."""
        for number in reversed(arguments[-2:]):
            kind, table = self._of(number)
            if kind == _TENSOR:
                return [number]
            if kind == _TENSORS and table is not None:
                return list(table.numbers(0, INT32).integers(_LONGEST_LIST))
        return []

    def value(self, number: int) -> object:
        """What a value is by now: a constant, the result of a call, or given from outside."""
        if number not in self._known:
            self._known[number] = self._initial(number)
        return self._known[number]

    def _initial(self, number: int) -> object:
        kind, table = self._of(number)
        if table is None:
            return None
        if kind in (_INT, _BOOL, _DOUBLE):
            return _plain(kind, table)
        if kind == _TENSOR:
            return self._tensor(number)
        if kind == _INTS:
            return ListValue(self._integers(table))
        if kind == _TENSORS:
            items = table.numbers(0, INT32).integers(_LONGEST_LIST)
            tensors = [item for item in items if self._of(item)[0] == _TENSOR]
            return ListValue([self.value(item) for item in tensors])
        return UNKNOWN

    def _integers(self, table: Table) -> list[object]:
        """A list of whole numbers, each of which is a value of the method."""
        numbers = table.numbers(0, INT64).integers(_LONGEST_LIST)
        is_number = [self._of(number)[0] == _INT for number in numbers]
        return [
            self.value(number) if plain else UNKNOWN
            for number, plain in zip(numbers, is_number, strict=True)
        ]

    def _tensor(self, number: int) -> Value:
        if number in self._stored:
            return self.program.stored(self._stored[number])
        base = self._written_at.get(self._place(number), number)
        if base != number:
            sizes: list[object] = list(self._shape(number))
            call = Given(self.program, [self.value(base), ListValue(sizes)], {}, 1)
            found = run(self.program, "view", call)
            return found if isinstance(found, Value) else self.program.made(self._shape(number))
        view = self.program.fed(number, self._shape(number))
        self.program.graph.inputs.append(view)
        self._fed.add(number)
        return view

    def _write(self, number: int) -> None:
        if place := self._place(number):
            self._written_at[place] = number

    def _place(self, number: int) -> tuple[int, ...]:
        """Where a tensor is in memory; empty if nothing was planned for it."""
        kind, table = self._of(number)
        planned = table.table(_ALLOCATION) if kind == _TENSOR and table is not None else None
        return () if planned is None else tuple(planned.integer(at, UINT32) for at in range(3))

    def _of(self, number: int) -> tuple[int, Table | None]:
        value = self._values[number]
        return value.integer(0, UINT8), value.table(1)

    def _shape(self, number: int) -> tuple[int, ...]:
        kind, table = self._of(number)
        if kind != _TENSOR or table is None:
            return ()
        return table.numbers(2, INT32).integers(_HIGHEST_RANK)

    def close(self, outputs: Sequence[int]) -> None:
        """Note what the method gives, and the states that it changed."""
        for number in dict.fromkeys((*outputs, *sorted(self._fed))):
            given = self._known.get(number)
            fed = isinstance(given, Value) and given in self.program.graph.inputs
            if isinstance(given, Value) and not fed:
                self.program.graph.outputs.append(given)


def _plain(kind: int, table: Table) -> object:
    if kind == _INT:
        return table.integer(0, INT64)
    return table.flag(0) if kind == _BOOL else table.real(0, FLOAT64)
