"""Many tensors and operators of a subgraph in columns; each is made when it is asked for."""

from __future__ import annotations

from _collections_abc import Sequence  # without the module `collections`

from rnninspect_tflite.schema.records import Operator, Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, MutableSequence

    from rnninspect.decode.flatbuffers import Tables

_FEW = 10_000  # that are made at once, since each is asked for several times


class TensorRows(Sequence[Tensor]):
    """Tensors of one subgraph in their order.

    Attributes:
        names: of the tensors.
        dims: their shapes; equal ones are one tuple.
    """

    __slots__ = (
        *("_buffers", "_detailed", "_external", "_shapes", "_subgraph", "_tables", "_types"),
        *("_variable", "dims", "names"),
    )

    def __init__(self, subgraph: int, tables: Tables) -> None:
        self._subgraph, self._tables = subgraph, tables
        self.names: list[str] = []
        self.dims: list[tuple[int, ...]] = []
        self._shapes: dict[tuple[int, ...], tuple[int, ...]] = {}
        count = len(tables)
        self._types, self._buffers = integers("b", count), integers("I", count)
        self._detailed = bytearray()
        self._external: dict[int, int] = {}
        self._variable: set[int] = set()

    def add(self, tensor: Tensor) -> None:
        """Add the next one."""
        at = len(self.names)
        self.names.append(tensor.name)
        self.dims.append(self._shapes.setdefault(tensor.dims, tensor.dims))
        self._types.append(tensor.element_type)
        self._buffers.append(tensor.buffer)
        self._detailed.append(tensor.is_detailed)
        if tensor.external:
            self._external[at] = tensor.external
        if tensor.is_variable:
            self._variable.add(at)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> Tensor:  # type: ignore[override]  # no slices
        at = index if index >= 0 else index + len(self.names)
        dims = self.dims[at]
        return Tensor(
            self._subgraph,
            at,
            self.names[at],
            dims,
            shape_of(dims),
            self._types[at],
            self._buffers[at],
            self._external.get(at, 0),
            at in self._variable,
            bool(self._detailed[at]),
            self._tables,
        )


class OperatorRows(Sequence[Operator]):
    """Operators of one subgraph in their order."""

    __slots__ = ("_codes", "_ends", "_indices", "_kinds", "_tables")

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._codes: dict[tuple[str, str], int] = {}
        count = len(tables)
        self._kinds, self._indices = integers("I", count), integers("i", count)
        self._ends = integers("Q", count)
        self._ends.append(0)

    def add(self, operator: Operator) -> None:
        """Add the next one."""
        code = (operator.name, operator.custom)
        self._kinds.append(self._codes.setdefault(code, len(self._codes)))
        for indices in (operator.inputs, operator.outputs):
            self._indices.extend(indices)
            self._ends.append(len(self._indices))

    def __len__(self) -> int:
        return len(self._kinds)

    def __getitem__(self, index: int) -> Operator:  # type: ignore[override]  # no slices
        at = range(len(self._kinds))[index]
        return self._made(at, list(self._codes)[self._kinds[at]])

    def __iter__(self) -> Iterator[Operator]:
        return map(self._made, range(len(self)), map(list(self._codes).__getitem__, self._kinds))

    def _made(self, at: int, code: tuple[str, str]) -> Operator:
        first, middle, last = self._ends[2 * at : 2 * at + 3]
        inputs, outputs = tuple(self._indices[first:middle]), tuple(self._indices[middle:last])
        return Operator(*code, inputs, outputs, self._tables, at)


def are_few(count: int) -> bool:
    """Whether a value may be kept for each tensor or operator."""
    return count <= _FEW


def integers(code: str, count: int) -> MutableSequence[int]:
    """Integers of a type of `array`, one or more for each of so many tensors or operators.

    A list where they are few: to import `array` takes longer than to read a small model.
    """
    if are_few(count):
        return []
    from array import array  # noqa: PLC0415 - for large files

    return array(code)


def shape_of(dims: tuple[int, ...]) -> tuple[int | None, ...]:
    """A shape with None for sizes that are known only at run time."""
    return dims if min(dims, default=0) >= 0 else tuple([None if n < 0 else n for n in dims])


def tensors_of(subgraph: int, tensors: Iterable[Tensor], tables: Tables) -> Sequence[Tensor]:
    """The tensors of a subgraph, in columns if there are many."""
    if are_few(len(tables)):
        return tuple(tensors)
    rows = TensorRows(subgraph, tables)
    for tensor in tensors:
        rows.add(tensor)
    return rows


def operators_of(operators: Iterable[Operator], tables: Tables) -> Sequence[Operator]:
    """The operators of a subgraph, in columns if there are many."""
    if are_few(len(tables)):
        return tuple(operators)
    rows = OperatorRows(tables)
    for operator in operators:
        rows.add(operator)
    return rows
