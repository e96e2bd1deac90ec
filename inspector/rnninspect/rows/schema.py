"""The columns of the two tables: their names, types and meanings, once for every file format."""

from __future__ import annotations

from rnninspect.lean import StrEnum
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    Value = str | int | float | bool | list[str] | list[int] | dict[str, int] | None
    Row = dict[str, Value]  # by column, all of them and in their order

SCHEMA_VERSION = 1  # raised where a column changes its name, its type or its meaning
LARGEST_INTEGER = 2**63 - 1


class Kind(StrEnum):
    """The type of a column; any value of it may be missing."""

    TEXT = "text"
    INTEGER = "integer"  # of 64 bits; what is larger is missing
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"  # text in ISO 8601, UTC, in microseconds; a point in time where a file has those
    TEXTS = "texts"
    INTEGERS = "integers"
    SIZES = "sizes"  # from a symbol to an integer


class Column(Record):
    """One column: its name, its type, and what it means to a reader of the documentation."""

    name: str
    kind: Kind
    meaning: str


class Verdict(StrEnum):
    """What is said of a model as a whole, from the best to the worst."""

    OK = "ok"
    PARTIAL = "partial"  # no finding above a note, but not all of the file was understood
    WARNING = "warning"
    ERROR = "error"
    UNREADABLE = "unreadable"


PATH = Column("path", Kind.TEXT, "the model, as it was named or found")
MODELS = (
    PATH,
    Column("verdict", Kind.TEXT, f"one of {', '.join(Verdict)}"),
    Column("format", Kind.TEXT, "the file format, as in a report"),
    Column("framework", Kind.TEXT, "the framework"),
    Column("producer", Kind.TEXT, "what wrote it, with its version"),
    Column("file_bytes", Kind.INTEGER, "bytes of all files of the model"),
    Column("parameters", Kind.INTEGER, "stored parameters, each once"),
    Column("recurrent", Kind.INTEGER, "those of its recurrent layers"),
    Column("other", Kind.INTEGER, "the others"),
    Column("bytes", Kind.INTEGER, "stored bytes of the parameters"),
    Column("tensors", Kind.INTEGER, "stored tensors that are parameters"),
    Column("attributed", Kind.INTEGER, "those that are understood"),
    Column("layer_count", Kind.INTEGER, "its recurrent layers"),
    Column("skipped_count", Kind.INTEGER, "recurrent layers without a known formula"),
    Column(
        "state_elements",
        Kind.INTEGER,
        "state of all layers, for one sequence; null if not known",
    ),
    Column("state_bytes", Kind.INTEGER, "the same in bytes"),
    Column("rules", Kind.TEXTS, "the rules that it breaks, notes included, sorted"),
    Column("fault", Kind.TEXT, "its first finding of level error"),
    Column("reason", Kind.TEXT, "why it cannot be read"),
    Column("files", Kind.TEXTS, "its files: the one at the path, shards, external data"),
    Column("modified", Kind.TIME, "when one of them was last written to"),
    Column("etag", Kind.TEXT, "the ETags of remote files, in their order"),
)
LAYERS = (
    PATH,
    Column("name", Kind.TEXT, "the layer"),
    Column("stack", Kind.TEXT, "the stack that it is a level of"),
    Column("level", Kind.INTEGER, "which level, from 0"),
    Column("levels", Kind.INTEGER, "of how many"),
    Column("root", Kind.TEXT, "the network of a checkpoint that has several"),
    Column("kind", Kind.TEXT, "the framework's class"),
    Column("cell", Kind.TEXT, "the family of its cell"),
    Column("variant", Kind.TEXT, "the cell itself, where the family has several"),
    Column("input_size", Kind.INTEGER, "m"),
    Column("hidden_size", Kind.INTEGER, "n"),
    Column("projection_size", Kind.INTEGER, "p"),
    Column("kernel_size", Kind.INTEGERS, "taps of a convolution, by axis"),
    Column("own_sizes", Kind.SIZES, "sizes that only its cell has, by symbol"),
    Column("directions", Kind.INTEGER, "D, 1 or 2"),
    Column("bias_vectors", Kind.INTEGER, "bias vectors of a direction, 0 to 2"),
    Column("peepholes", Kind.FLAG, "whether it has peepholes"),
    Column("sizes", Kind.TEXT, "where its sizes are from: declared, inferred, recovered"),
    Column("convention", Kind.TEXT, "whose formula it follows"),
    Column("gate_order", Kind.TEXT, "its gates in stored order, by letter"),
    Column("formula", Kind.TEXT, "the formula in symbols"),
    Column("expected", Kind.INTEGER, "parameters by the formula"),
    Column("stored", Kind.INTEGER, "parameters in the file"),
    Column("bytes", Kind.INTEGER, "stored bytes"),
    Column("bits_per_weight", Kind.NUMBER, "stored bits for a stored parameter"),
    Column("dtypes", Kind.TEXTS, "the element types of its tensors"),
    Column("state_elements", Kind.INTEGER, "state that one sequence keeps between steps"),
    Column("state_bytes", Kind.INTEGER, "the same in bytes"),
    Column("verdict", Kind.TEXT, "ok, computed, input, or the rules of level error"),
    Column("rules", Kind.TEXTS, "the rules that it breaks, notes included, sorted"),
)
INNER = LAYERS[1:]  # the columns of a layer inside its model's row


def fitting(row: Row, columns: tuple[Column, ...]) -> Row:
    """The row as every format can store it, with its columns in order; a missing value is None.

    An integer of more than 64 bits is None, and a character that is not Unicode becomes an escape,
    as a byte of a path that is not UTF-8 does.
    """
    return {column.name: _fitting(row.get(column.name)) for column in columns}


def _fitting(value: Value) -> Value:
    match value:
        case bool():
            return value
        case int():
            return value if abs(value) <= LARGEST_INTEGER else None
        case str():
            return storable(value)
        case list():
            items = [_fitting(item) for item in value]
            return [item for item in items if item is not None]  # type: ignore[return-value]
        case dict():
            return {storable(key): size for key, size in value.items() if size <= LARGEST_INTEGER}
    return value


def storable(text: str) -> str:
    """Text without a character that UTF-8 cannot store: it becomes an escape."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
