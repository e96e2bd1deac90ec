"""Decodes a model's tables; payloads are never read, and each part is counted before it is."""

from __future__ import annotations

from rnninspect.decode.flatbuffers import (
    INT8,
    INT32,
    UINT8,
    UINT32,
    FlatBuffer,
    numbers_at,
    rows_of,
    text_at,
)
from rnninspect.plugin import Limit, UnreadableFile, plural
from rnninspect_tflite.schema.numbers import (
    CUSTOM,
    OPERATORS,
    ModelSlot,
    OperatorSlot,
    TensorSlot,
)
from rnninspect_tflite.schema.producer import producer_of
from rnninspect_tflite.schema.records import Model, Operator, Subgraph, Tensor
from rnninspect_tflite.schema.rows import operators_of, shape_of, tensors_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.flatbuffers import Pages, Table, Tables
    from rnninspect.plugin import Source

_MOST_AXES = 64
_STEPS_OF_A_SUBGRAPH, _STEPS_OF_A_TENSOR, _STEPS_OF_AN_OPERATOR = 24, 6, 5
_FIELDS = (
    (TensorSlot.SHAPE, UINT32),
    (TensorSlot.NAME, UINT32),
    (TensorSlot.TYPE, INT8),
    (TensorSlot.BUFFER, UINT32),
    (TensorSlot.EXTERNAL_BUFFER, UINT32),
    (TensorSlot.IS_VARIABLE, UINT8),
    (TensorSlot.QUANTISATION, UINT32),
    (TensorSlot.SPARSITY, UINT32),
)
_OPERATOR = (
    (OperatorSlot.CODE, UINT32),
    (OperatorSlot.INPUTS, UINT32),
    (OperatorSlot.OUTPUTS, UINT32),
)
_DETAILS = slice(6, None)  # the last of these fields
_PLACEHOLDER = 127  # in the older field of an operator's code: look into the newer one


class Decoder:
    """Decodes one model.

    Attributes:
        root: the table of the model, for parts that are read when they are needed.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        whole = FlatBuffer(source)
        self.root, self._pages = whole.root(), whole.pages

    def model(self) -> Model:
        """The subgraphs with all their tensors and operators.

        Raises:
            UnreadableFile: a table, an index or a name is malformed, or there is no subgraph.
            RefusedFile: a limit is exceeded.
        """
        codes = [_code(table) for table in self._counted(ModelSlot.OPERATOR_CODES)]
        tables = self._counted(ModelSlot.SUBGRAPHS)
        subgraphs = tuple(self._subgraph(at, table, codes) for at, table in enumerate(tables))
        if not subgraphs:
            raise UnreadableFile("the model has no subgraph")
        return Model(subgraphs, producer_of(self.root, self.source), self._entries(len(subgraphs)))

    def _counted(self, slot: ModelSlot) -> list[Table]:
        tables = self.root.tables(slot)
        self.source.spend(Limit.NODES, len(tables))
        return list(tables)

    def _entries(self, count: int) -> tuple[int, ...]:
        named = (table.integer(4, UINT32) for table in self._counted(ModelSlot.SIGNATURES))
        return tuple(dict.fromkeys((0, *(at for at in named if at < count))))

    def _subgraph(self, at: int, table: Table, codes: list[tuple[str, str]]) -> Subgraph:
        name = table.text(4) or ""
        tensors, operators = table.tables(0), table.tables(3)
        self.source.spend(Limit.TENSORS, len(tensors))
        self.source.spend(Limit.NODES, len(operators))
        self.source.spend(Limit.STEPS, _STEPS_OF_A_SUBGRAPH + _STEPS_OF_A_TENSOR * len(tensors))
        self.source.spend(Limit.STEPS, _STEPS_OF_AN_OPERATOR * len(operators))
        stored = tensors_of(at, _tensors(self._pages, at, tensors), tensors)
        inputs, outputs = (
            self._indices(table.offset, place, table.integer(slot, UINT32), len(tensors))
            if (place := table.place(slot)) is not None
            else ()
            for slot in (1, 2)
        )
        made = operators_of(self._operators(operators, codes, len(tensors)), operators)
        kinds = frozenset([operator.name for operator in made])
        return Subgraph(at, name, stored, inputs, outputs, made, kinds)

    def _operators(
        self, tables: Tables, codes: list[tuple[str, str]], tensors: int
    ) -> Iterator[Operator]:
        for number, (offset, places, numbers) in enumerate(rows_of(tables, _OPERATOR)):
            code = numbers[0]
            if code >= len(codes):
                raise UnreadableFile(
                    f"the operator at offset {offset} has the code {code}: "
                    f"not one of {plural(len(codes), 'code')}",
                    place=f"offset {offset}",
                )
            inputs, outputs = (
                self._indices(offset, offset + place, distance, tensors) if place else ()
                for place, distance in zip(places[1:], numbers[1:], strict=True)
            )
            yield Operator(*codes[code], inputs, outputs, tables, number)

    def _indices(self, table: int, place: int, distance: int, count: int) -> tuple[int, ...]:
        """Indices of tensors, of which -1 is none, by what is stored at a place of a table."""
        numbers = numbers_at(self._pages, self._pages.target(place, distance, "a vector"), INT32)
        self.source.spend(Limit.STEPS, len(numbers))
        indices = numbers.integers()
        if indices and not -1 <= min(indices) <= max(indices) < count:
            raise UnreadableFile(
                f"the table at offset {table} names a tensor that is not among the "
                f"{count} of its subgraph",
                place=f"offset {table}",
            )
        return indices


def _code(table: Table) -> tuple[str, str]:
    """An operator's name, and that of a custom one."""
    old, new = table.integer(0, INT8), table.integer(3, INT32)
    number = max(old if old != _PLACEHOLDER or not new else 0, new)
    name = OPERATORS.get(number, f"operator {number}")
    return name, (table.text(1) or "" if name == CUSTOM else "")


def _tensors(pages: Pages, subgraph: int, tables: Tables) -> Iterator[Tensor]:
    known: dict[bytes, tuple[int, ...]] = {}
    for index, (offset, places, numbers) in enumerate(rows_of(tables, _FIELDS)):
        shape, name, kind, buffer, external, is_variable, *_ = numbers
        dims: tuple[int, ...] = ()
        if places[0]:
            dims = _dims(pages, offset, pages.target(offset + places[0], shape, "a vector"), known)
        text = places[1] and text_at(pages, pages.target(offset + places[1], name, "a string"))
        yield Tensor(
            subgraph,
            index,
            text or f"tensor {index}",
            dims,
            shape_of(dims),
            kind,
            buffer,
            external,
            is_variable != 0,
            any(places[_DETAILS]),
            tables,
        )


def _dims(
    pages: Pages, tensor: int, offset: int, known: dict[bytes, tuple[int, ...]]
) -> tuple[int, ...]:
    """The shape at an offset; `known` has others by their bytes."""
    count, first = pages.items(offset, INT32.size, "a vector")
    if count > _MOST_AXES:
        raise UnreadableFile(
            f"the tensor at offset {tensor} has {plural(count, 'axis', 'axes')}",
            place=f"offset {tensor}",
        )
    data = pages.run(first, count * INT32.size, "a vector")
    dims = known.get(data)
    if dims is None:
        dims = known[data] = tuple([size for (size,) in INT32.iter_unpack(data)])
    return dims
