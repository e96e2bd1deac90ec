"""The rows of a scan as they come: kept in parts, then made one file of results at once."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import blake2b
from itertools import islice

from rnninspect.errors import ResultsError
from rnninspect.results import parts
from rnninspect.results.files import format_of, functions, read_results
from rnninspect.results.writing import replacing, require_replaceable
from rnninspect.rows.schema import Verdict, storable
from rnninspect.rows.stamps import Stamp, stamp_now
from rnninspect.rows.summary import Summary
from rnninspect.source.locations import is_remote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from rnninspect.results.parts import Part
    from rnninspect.rows.inspecting import ModelRows

AT_ONCE = 16  # remote models whose files are looked up at a time
PART_ROWS, PART_SECONDS = 4_000, 10.0  # what a scan that is killed inspects again, at most
MISSING_FILE = "R204"  # a model that breaks it may be whole by now


class Results:
    """A file of results that is being made; use it with `with`.

    Rows that were added are on disk after PART_ROWS or PART_SECONDS, in a folder of parts beside
    the file. At the end of the block the file is made of them; where an exception ends it, the
    parts are left for `resume`. With `resume` the rows of the file, if there is one, and those of
    parts that were left are kept, but for models that are added again.

    Attributes:
        output: the file.
        folder: the folder of parts.
        part_format: their format.
        summary: of all rows of the file, once it is made.
    """

    def __init__(self, output: Path, *, resume: bool = False, kept: Collection[str] = ()) -> None:
        self.output, self.summary = output, Summary()
        self.folder = parts.folder_of(output)
        self._format = format_of(output)
        self.part_format = parts.format_of_parts(self._format)
        self._resume, self._twice, self._kept = resume, resume, kept
        self._waiting: list[ModelRows] = []
        self._rows, self._since = 0, time.monotonic()
        self._known: set[int] = set()
        self._number, self._lock = 1, -1

    def __enter__(self) -> Self:
        """Prepare the file.

        Raises:
            ResultsError: it cannot be made: it may not be written, it is not a file of results, an
                earlier scan left parts and is not resumed, or another scan is writing to it.
        """
        try:
            if status := require_replaceable(self.output, self._kept):
                _require_results(self.output, status.st_size)
            self._lock = self._locked()
        except OSError as error:
            raise ResultsError(f"{self.output}: {error.strerror or error}") from error
        try:
            if self._resume:
                self._known = _unchanged(self._rows_so_far())
            self._number = parts.next_number(self.folder)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._finish()
            else:
                with suppress(ResultsError):  # the first error is the one that counts
                    self._write_part()
        finally:
            self._close()

    def has(self, location: str) -> bool:
        """Whether the rows of a model are there, and its files are as they were."""
        return _key(storable(location)) in self._known

    @property
    def done(self) -> int:
        """How many models are there, and need not be inspected again."""
        return len(self._known)

    def add(self, rows: ModelRows) -> None:
        """Take in the rows of one more model; those of one that was added before are dropped.

        Raises:
            ResultsError: they cannot be written.
        """
        key = _key(rows.path)
        if key in self._known:
            return
        self._known.add(key)
        self._waiting.append(rows)
        self._rows += 1 + len(rows.layers)
        if self._rows >= PART_ROWS or time.monotonic() - self._since > PART_SECONDS:
            self._write_part()

    def next_number(self) -> int:
        """A number for a part that another process writes with `parts.write_part`."""
        self._number += 1
        return self._number - 1

    def adopt(self, part: Part, locations: Collection[str]) -> None:
        """Take in a part that another process wrote.

        Raises:
            ResultsError: it is not in the folder.
        """
        if not (self.folder / part.name).exists():
            raise ResultsError(
                f"{self.folder}: a worker wrote {part.name} elsewhere: "
                "the folder must be shared by all of them"
            )
        self._known.update(_key(storable(location)) for location in locations)
        self._twice = True  # a worker that was thought lost may yet write its part

    def _locked(self) -> int:
        self.folder.mkdir(exist_ok=True)
        if not self._resume and any(parts.parts_in(self.folder)):
            raise ResultsError(
                f"{self.folder}: parts of a scan that did not end; --resume goes on with it, "
                "or remove the folder"
            )
        return parts.lock(self.folder)

    def _rows_so_far(self) -> Iterator[ModelRows]:
        """The rows of the file, then those of parts: what comes later is newer."""
        if self.output.exists() and self.output.stat().st_size:
            yield from read_results(self.output)
        yield from self._rows_of_parts()

    def _rows_of_parts(self) -> Iterator[ModelRows]:
        for path in parts.parts_in(self.folder):
            yield from read_results(path)

    def _write_part(self) -> None:
        if self._waiting:
            try:
                parts.write_part(self.folder, self.part_format, self.next_number(), self._waiting)
            except OSError as error:
                raise self._unwritten(error) from error
        self._waiting, self._rows, self._since = [], 0, time.monotonic()

    def _finish(self) -> None:
        """Make the file of all rows, at once, and remove the parts."""
        self._write_part()
        _, write = functions(self._format)
        so_far = self._rows_so_far if self._resume else self._rows_of_parts
        try:
            with replacing(self.output, self._kept, self.folder.resolve()) as draft:
                write(draft, self._summed(_newest(so_far) if self._twice else so_far()))
        except OSError as error:
            raise self._unwritten(error) from error
        parts.remove(self.folder)

    def _summed(self, models: Iterator[ModelRows]) -> Iterator[ModelRows]:
        for rows in models:
            self.summary.add(rows.model)
            yield rows

    def _unwritten(self, error: OSError) -> ResultsError:
        left = f"; {self.folder} has the rows so far, --resume goes on with them"
        there = any(parts.parts_in(self.folder))
        return ResultsError(f"{self.output}: {error.strerror or error}{left if there else ''}")

    def _close(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
        with suppress(OSError):  # it has parts, or is gone
            self.folder.rmdir()


def _key(text: str) -> int:
    """A path in few bytes: a set of a million keys takes 100 MB."""
    return int.from_bytes(blake2b(text.encode(), digest_size=12).digest())


def _require_results(path: Path, size: int) -> None:
    """ResultsError unless the file has rows of this version, or nothing at all."""
    try:
        if size:
            next(read_results(path), None)
    except ResultsError as error:
        raise ResultsError(f"{error}; it is not replaced") from error


def _unchanged(models: Iterator[ModelRows]) -> set[int]:
    """The keys of models whose files are as they were when their newest rows were made."""
    found: set[int] = set()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while several := list(islice(models, 16 * AT_ONCE)):
            each = pool.map if any(is_remote(rows.path) for rows in several) else map
            for rows, unchanged in zip(several, each(_is_unchanged, several), strict=True):
                (found.add if unchanged else found.discard)(_key(rows.path))
    return found


def _is_unchanged(rows: ModelRows) -> bool:
    model = rows.model
    files, size, rules = model["files"], model["file_bytes"], model["rules"]
    if rows.verdict is Verdict.UNREADABLE or not isinstance(files, list):
        return False
    if not isinstance(size, int) or (isinstance(rules, list) and MISSING_FILE in rules):
        return False
    seen = Stamp(size, str(model["modified"] or ""), str(model["etag"] or ""))
    return stamp_now(map(str, files)) == seen


def _newest(models: Callable[[], Iterator[ModelRows]]) -> Iterator[ModelRows]:
    """Of each model the rows that come last, from two passes over them."""
    last = {_key(rows.path): number for number, rows in enumerate(models())}
    for number, rows in enumerate(models()):
        if last[_key(rows.path)] == number:
            yield rows
