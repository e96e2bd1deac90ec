"""The formats of files of results, by the ending of a name, and what each needs to be installed."""

from __future__ import annotations

from importlib.util import find_spec

from rnninspect.errors import ResultsError
from rnninspect.lean import StrEnum
from rnninspect.wording import installing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from rnninspect.rows.inspecting import ModelRows

    Read = Callable[[Path], Iterator[ModelRows]]
    Write = Callable[[Path, Iterable[ModelRows]], None]


class Format(StrEnum):
    """A format; its value is the ending of a file's name."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    DUCKDB = "duckdb"

    @property
    def packages(self) -> tuple[str, ...]:
        """What reads and writes it; in an extra named like the format."""
        return _PACKAGES.get(self, ())


_PACKAGES = {Format.PARQUET: ("pyarrow",), Format.DUCKDB: ("duckdb",)}


def format_of(path: Path) -> Format:
    """The format of a file, by its name.

    Raises:
        ResultsError: its ending is none of them, or the package for it is not installed.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending not in tuple(Format):
        known = ", ".join(f".{each}" for each in Format)
        raise ResultsError(f"{path}: the name of a file of results ends in one of {known}")
    found = Format(ending)
    for package in found.packages:
        if find_spec(package) is None:
            raise ResultsError(f"{path}: .{found} needs {package}: {installing(found)}")
    return found


def functions(kind: Format) -> tuple[Read, Write]:
    """The functions that read and that write a format; no package of another one is imported.

    `write` makes a new file with rows as they come, or raises OSError. `read` yields the rows of
    each model, or raises OSError or ResultsError.
    """
    match kind:
        case Format.JSONL:
            from rnninspect.results import jsonl  # noqa: PLC0415 - a format alone, as below

            return jsonl.read, jsonl.write
        case Format.CSV:
            from rnninspect.results import csv  # noqa: PLC0415

            return csv.read, csv.write
        case Format.PARQUET:
            from rnninspect.results import parquet  # noqa: PLC0415 - needs its package, as below

            return parquet.read, parquet.write
        case Format.DUCKDB:
            from rnninspect.results import duckdb  # noqa: PLC0415

            return duckdb.read, duckdb.write


def read_results(path: Path) -> Iterator[ModelRows]:
    """The rows of each model in a file of results, of any format.

    Raises:
        ResultsError: it cannot be read, or is something else; the message begins with the path.
    """
    read, _ = functions(format_of(path))
    try:
        yield from read(path)
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror or error}") from error
    except ResultsError as error:
        raise ResultsError(f"{path}: {error}") from error
