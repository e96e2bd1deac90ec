"""Values that a document needs again later, on disk, so that memory stays flat."""

from __future__ import annotations

import pickle
from array import array
from tempfile import SpooledTemporaryFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType
    from typing import Any, Self

_IN_MEMORY = 2**22  # bytes: those of some hundred reports are never written to the disk


class Kept:
    """Values in the order in which they were added; each is made anew when it is asked for.

    They are in a file without a name, which only this process can read and which is gone when it is
    closed or the process ends.
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed at the end of `with`
        self._ends = array("q", [0])

    def add(self, value: object) -> None:
        """Keep a value, which must be one that a process can hand to another.

        Raises:
            OSError: the disk is full.
        """
        self._file.seek(self._ends[-1])
        self._file.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
        self._ends.append(self._file.tell())

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> Any:  # noqa: ANN401 - a value of the type that was added
        """The value of an index; IndexError if there is none."""
        place = range(len(self))[index]
        start, end = self._ends[place], self._ends[place + 1]
        self._file.seek(start)
        return pickle.loads(self._file.read(end - start))  # noqa: S301 - what `add` has written

    def __iter__(self) -> Iterator[Any]:
        return map(self.__getitem__, range(len(self)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


class Again(Kept):
    """Values that come once, which can be gone through more than once; the last ones as they come.

    Args:
        values: as they come.
    """

    def __init__(self, values: Iterable[object]) -> None:
        super().__init__()
        self._coming = iter(values)

    def __iter__(self) -> Iterator[Any]:
        yield from super().__iter__()
        for value in self._coming:
            self.add(value)
            yield value
