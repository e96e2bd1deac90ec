"""The columns and the rows of the table, Markdown and CSV formats."""

from __future__ import annotations

from itertools import groupby

from rnninspect.counter import bias_vectors
from rnninspect.dtypes import DTYPES, ElementKind
from rnninspect.lean import StrEnum
from rnninspect.model import Purpose
from rnninspect.record import Record
from rnninspect.rules import Level
from rnninspect.wording.order import in_natural_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rnninspect.counter import LayerCount
    from rnninspect.model import StoredTensor
    from rnninspect.report import Report

Value = str | int | None
SHARED, COPIES = "(shared, counted once)", "(copies, not counted)"
_WIDE = 32  # bits; narrower floats are not computed in everywhere


LETTERS = {
    "m": "input size",
    "n": "hidden size",
    "p": "projection size",
    "k": "kernel size",
    "D": "directions",
    "b": "bias vectors",
}


class RowKind(StrEnum):
    """What a row shows; a subtotal repeats numbers of the rows above it."""

    LAYER = "layer"
    SUBTOTAL = "subtotal"
    SHARED = "shared"
    OTHER = "other"
    TOTAL = "total"


class Row(Record):
    """One line; `values` are by column name, a missing one stays blank.

    `alone` is whether it is of a layer that is no level of a stack.
    """

    kind: RowKind
    values: dict[str, Value]
    alone: bool = False


class Column(Record):
    """One column of the report.

    Attributes:
        name: the word for `--columns` and the CSV header.
        title: its head in a table.
        value: its value for a layer.
        drop: its place in the order in which columns are dropped to fit a terminal, the lowest
            first; 0 for never. Names are shortened before a column from `ANSWERS` on is dropped.
        own: whether layers that are alike may differ in it: only by their names and findings.
    """

    name: str
    title: str
    value: Callable[[Report, LayerCount], Value]
    drop: int = 0
    own: bool = False


ANSWERS = 7


def _taps(counted: LayerCount) -> str | None:
    return "×".join(map(str, counted.layer.sizes.kernel_size)) or None


def _own_sizes(counted: LayerCount) -> str | None:
    return " ".join(f"{symbol}={size}" for symbol, size in counted.layer.sizes.own) or None


def _gated(counted: LayerCount, value: Value) -> Value:
    """A size of gated cells; nothing for a cell that brings all its sizes."""
    return None if counted.cell.symbols else value


def _bits(counted: LayerCount) -> str | None:
    """Bits per weight, where a layer is not in a type that all frameworks compute in."""
    if all(map(_is_plain, counted.dtypes)):
        return None
    bits = counted.bits_per_weight
    return None if bits is None else f"{bits:.4g}"


def _is_plain(dtype: str) -> bool:
    element = DTYPES.get(dtype)
    return element is not None and element.kind is ElementKind.FLOAT and element.bits >= _WIDE


COLUMNS = (
    Column("layer", "Layer", lambda _, counted: counted.layer.name, own=True),
    Column("kind", "Kind", lambda _, counted: counted.layer.kind, 13),
    Column("cell", "Cell", lambda _, counted: counted.layer.cell, 9),
    Column("input_size", "m", lambda _, each: _gated(each, each.layer.sizes.input_size), 11),
    Column("hidden_size", "n", lambda _, each: _gated(each, each.layer.sizes.hidden_size), 12),
    Column("projection_size", "p", lambda _, counted: counted.layer.sizes.projection_size, 10),
    Column("kernel_size", "k", lambda _, counted: _taps(counted), 10),
    Column("own_sizes", "Sizes", lambda _, counted: _own_sizes(counted), 7),
    Column("directions", "D", lambda _, each: _gated(each, each.layer.sizes.directions), 6),
    Column("bias_vectors", "b", lambda _, each: _gated(each, bias_vectors(each.layer)), 5),
    Column("state", "State", lambda _, counted: counted.state_elements, 4),
    Column("formula", "Formula", lambda _, counted: counted.formula.symbolic, 7),
    Column("expected", "Expected", lambda _, counted: counted.expected, 8),
    Column("stored", "Stored", lambda _, counted: counted.stored),
    Column("bytes", "Bytes", lambda _, counted: counted.bytes, 2),
    Column("bits", "Bits", lambda _, counted: _bits(counted), 3),
    Column("verdict", "Verdict", lambda report, each: report.verdict(each).text, own=True),
)
BY_NAME = {column.name: column for column in COLUMNS}


def ordered(report: Report) -> Report:
    """The report with its layers as people read them: in the natural order of names."""
    layers = in_natural_order(report.layers, lambda counted: counted.layer.name)
    return report._replace(layers=layers)


def rows_in_words(report: Report) -> list[Row]:
    """The rows as people read them: in order, and verdicts in words."""
    words = BY_NAME["verdict"]._replace(value=verdict_in_words)
    return list(rows_of(ordered(report), (*COLUMNS[:-1], words)))


def rows_of(report: Report, columns: Sequence[Column] = COLUMNS) -> Iterator[Row]:
    """A row for each layer and stack, then everything else and the total.

    The `stored` and the `bytes` of all rows but subtotals and the total add up to the total.
    """
    known: dict[object, dict[str, Value]] = {}
    own = [column for column in columns if column.own]
    for stack, group in groupby(report.layers, key=_stack_of):
        levels = tuple(group)
        for counted in levels:
            alike = (id(counted.in_common), counted.layer.kind)
            if alike not in known:
                known[alike] = {column.name: column.value(report, counted) for column in columns}
            values = {column.name: column.value(report, counted) for column in own}
            yield Row(RowKind.LAYER, known[alike] | values, stack is None)
        if stack is not None and len(levels) > 1:
            yield _subtotal(levels)
    totals = report.totals
    recurrent = _recurrent_bytes(report)
    yield from _counted_elsewhere(report, recurrent)
    rest: dict[str, Value] = {
        "layer": "(everything else)",
        "stored": totals.other,
        "bytes": totals.bytes - recurrent,
    }
    yield Row(RowKind.OTHER, rest)
    whole: dict[str, Value] = {
        "layer": "(total)",
        "stored": totals.parameters,
        "bytes": totals.bytes,
        "state": totals.state if report.layers else None,
    }
    yield Row(RowKind.TOTAL, whole)


def _counted_elsewhere(report: Report, recurrent: int) -> Iterator[Row]:
    """What the rows of layers have too much or too little of; `recurrent` are bytes."""
    unused = sum(_alternatives(counted) for counted in report.layers)
    if unused:
        yield Row(RowKind.SHARED, {"layer": "(alternatives)", "stored": unused})
    copies = [tensor for counted in report.layers for tensor in _copies(counted)]
    copied = sum(tensor.parameters for tensor in copies)
    copied_bytes = sum(tensor.bytes for tensor in copies)
    if copied:
        yield Row(RowKind.SHARED, {"layer": COPIES, "stored": -copied, "bytes": -copied_bytes})
    twice = sum(counted.stored for counted in report.layers) - report.totals.recurrent - copied
    if twice + unused:
        shared = recurrent - sum(counted.bytes for counted in report.layers) + copied_bytes
        yield Row(RowKind.SHARED, {"layer": SHARED, "stored": -twice - unused, "bytes": shared})


def _copies(counted: LayerCount) -> list[StoredTensor]:
    """The tensors of a layer in a copy of the network, which no total counts."""
    return [tensor for tensor in counted.tensors if tensor.purpose is Purpose.COPY]


def _alternatives(counted: LayerCount) -> int:
    """Parameters stored for a layer that another run uses instead of those in its row."""
    if True not in [operand.chosen for operand in counted.layer.operands]:
        return 0
    return sum(
        sum(tensor.parameters for tensor in operand.operand.tensors) - operand.parameters
        for operand in counted.operands
        if operand.operand.chosen
    )


def usual(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[Column, ...]:
    """The columns without that of the state, unless a layer is chosen for the size of its state."""
    modern = any(row.values.get("own_sizes") is not None for row in rows)
    return tuple(column for column in columns if modern or column.name != "state")


def without_named_cells(rows: Sequence[Row]) -> list[Row]:
    """The rows with their cell left blank where the kind names it: nothing beside `BiLSTM`."""
    return [
        row._replace(values=row.values | {"cell": None}) if _names_its_cell(row) else row
        for row in rows
    ]


def _names_its_cell(row: Row) -> bool:
    """Whether the kind contains the cell, and is not a wrapper of several: `… (LSTM, GRU)`."""
    kind, cell = (str(row.values.get(name, "")).lower() for name in ("kind", "cell"))
    return cell == kind or (cell in kind and ", " not in kind.partition(" (")[0])


def verdict_in_words(report: Report, counted: LayerCount) -> str:
    """`FAIL R107` with the rules of level error, else `warn R110` with those of level warning.

    A layer that breaks neither is `ok`, or has the fate of its weights: `computed`, `input`.
    """
    verdict = report.verdict(counted)
    if verdict.rules:
        return f"FAIL {verdict.text}"
    warnings = report.findings_of(counted.layer.name, Level.WARNING)
    rules = dict.fromkeys(finding.rule for finding in warnings)
    return f"warn {' '.join(rules)}" if rules else verdict.text


def present(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[Column, ...]:
    """The columns that have a value in at least one row."""
    return tuple(
        column for column in columns if any(row.values.get(column.name) is not None for row in rows)
    )


def _recurrent_bytes(report: Report) -> int:
    """Bytes of the parameters of all recurrent layers, each tensor once.

    A copy of the network does not count, nor does it in the total.
    """
    sizes = {
        tensor.identity: tensor.bytes
        for counted in report.layers
        for tensor in counted.tensors
        if tensor.purpose is Purpose.PARAMETER
    }
    return sum(sizes.values())


def _stack_of(counted: LayerCount) -> tuple[str, str | None] | None:
    stack = counted.layer.stack
    return None if stack is None else (stack.name, counted.layer.root)


def _subtotal(levels: tuple[LayerCount, ...]) -> Row:
    values: dict[str, Value] = {"layer": f"= {len(levels)} levels"}
    values["expected"] = sum(counted.expected for counted in levels)
    values["stored"] = sum(counted.stored for counted in levels)
    values["bytes"] = sum(counted.bytes for counted in levels)
    return Row(RowKind.SUBTOTAL, values)
