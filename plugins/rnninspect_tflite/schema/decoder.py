"""Decodes a model's tables; payloads are never read, and each part is counted before it is."""

from __future__ import annotations

from rnninspect.decode.flatbuffers import INT8, INT32, UINT32, FlatBuffer
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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.flatbuffers import Table
    from rnninspect.plugin import Source

_MOST_AXES = 64
_STEPS_OF_A_SUBGRAPH, _STEPS_OF_A_TENSOR, _STEPS_OF_AN_OPERATOR = 24, 6, 5
_PLACEHOLDER = 127  # in the older field of an operator's code: look into the newer one


class Decoder:
    """Decodes one model.

    Attributes:
        root: the table of the model, for parts that are read when they are needed.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root = FlatBuffer(source).root()

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
        return Subgraph(
            at,
            name,
            tuple(_tensor(at, index, inner) for index, inner in enumerate(tensors)),
            self._indices(table, 1, len(tensors)),
            self._indices(table, 2, len(tensors)),
            tuple(self._operator(inner, codes, len(tensors)) for inner in operators),
        )

    def _operator(self, table: Table, codes: list[tuple[str, str]], tensors: int) -> Operator:
        code = table.integer(OperatorSlot.CODE, UINT32)
        if code >= len(codes):
            raise UnreadableFile(
                f"the operator at offset {table.offset} has the code {code}: "
                f"not one of {plural(len(codes), 'code')}",
                place=f"offset {table.offset}",
            )
        inputs = self._indices(table, OperatorSlot.INPUTS, tensors)
        outputs = self._indices(table, OperatorSlot.OUTPUTS, tensors)
        return Operator(*codes[code], inputs, outputs, table)

    def _indices(self, table: Table, slot: int, count: int) -> tuple[int, ...]:
        """Indices of tensors, of which -1 is none."""
        numbers = table.numbers(slot, INT32)
        self.source.spend(Limit.STEPS, len(numbers))
        indices = numbers.integers()
        if indices and not -1 <= min(indices) <= max(indices) < count:
            raise UnreadableFile(
                f"the table at offset {table.offset} names a tensor that is not among the "
                f"{count} of its subgraph",
                place=f"offset {table.offset}",
            )
        return indices


def _code(table: Table) -> tuple[str, str]:
    """An operator's name, and that of a custom one."""
    old, new = table.integer(0, INT8), table.integer(3, INT32)
    number = max(old if old != _PLACEHOLDER or not new else 0, new)
    name = OPERATORS.get(number, f"operator {number}")
    return name, (table.text(1) or "" if name == CUSTOM else "")


def _tensor(subgraph: int, index: int, table: Table) -> Tensor:
    sizes = table.numbers(TensorSlot.SHAPE, INT32)
    if len(sizes) > _MOST_AXES:
        raise UnreadableFile(
            f"the tensor at offset {table.offset} has {plural(len(sizes), 'axis', 'axes')}",
            place=f"offset {table.offset}",
        )
    dims = sizes.integers()
    name = table.text(TensorSlot.NAME)
    return Tensor(
        subgraph,
        index,
        name or f"tensor {index}",
        dims,
        tuple(None if size < 0 else size for size in dims),
        table.integer(TensorSlot.TYPE, INT8),
        table.integer(TensorSlot.BUFFER, UINT32),
        table.integer(TensorSlot.EXTERNAL_BUFFER, UINT32),
        table.flag(TensorSlot.IS_VARIABLE),
        table,
    )
