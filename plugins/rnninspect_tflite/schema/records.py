"""What is decoded of a model: subgraphs, tensors and operators, without payloads."""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.decode.flatbuffers import Table, Tables

Shape = tuple[int | None, ...]
Key = tuple[int, int]
"""Which tensor: its subgraph and its number there."""


class Tensor(Record):
    """A tensor of a subgraph, stored or computed.

    Attributes:
        subgraph, number: which one it is.
        name: as the file gives it; `tensor 5` where it has none.
        dims: its shape as the file gives it.
        shape: the same with None for sizes that are known only at run time.
        element_type: number of its type.
        buffer: which buffer has its elements; buffer 0 is empty.
        external: which external buffer has them; 0 for none.
        is_variable: whether an operator keeps its state in it.
        is_detailed: whether its table has quantisation or sparsity.
        tables: those of its subgraph's tensors.
    """

    subgraph: int
    number: int
    name: str
    dims: tuple[int, ...]
    shape: Shape
    element_type: int
    buffer: int
    external: int
    is_variable: bool
    is_detailed: bool
    tables: Tables

    @property
    def key(self) -> Key:
        """Equal for the same tensor alone."""
        return self.subgraph, self.number

    @property
    def table(self) -> Table:
        """Its table, for quantisation and sparsity."""
        return self.tables[self.number]


class Operator(Record):
    """An operator; an input that is absent has the index -1.

    Attributes:
        name: of a built-in operator its name in the schema, or its number; `CUSTOM`.
        custom: the name of a custom operator.
        inputs, outputs: the numbers of tensors.
        tables, number: those of its subgraph's operators, and which of them it is.
    """

    name: str
    custom: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    tables: Tables
    number: int

    @property
    def table(self) -> Table:
        """Its table."""
        return self.tables[self.number]

    @property
    def options(self) -> Table | None:
        """Its options; the operator says what they are."""
        return self.table.table(4)


class Subgraph(Record):
    """A subgraph: the main one is the first.

    Attributes:
        number, name: which one it is.
        tensors, operators: in columns where there are many (`schema.rows`).
        inputs, outputs: the numbers of tensors.
        kinds: the names of its operators.
    """

    number: int
    name: str
    tensors: Sequence[Tensor]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    operators: Sequence[Operator]
    kinds: frozenset[str]


class Model(Record):
    """A model.

    Attributes:
        producer: what wrote it.
        entries: the subgraphs that a caller may run: the main one, and those of signatures.
    """

    subgraphs: tuple[Subgraph, ...]
    producer: str
    entries: tuple[int, ...]
