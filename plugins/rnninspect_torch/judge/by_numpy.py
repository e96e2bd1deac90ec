"""NumPy's own reader, which loads one array after the other."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np

from rnninspect.plugin import Limit, Limits
from rnninspect.verification.arrays import book_arrays, leaves_of
from rnninspect.verification.question import NeedsTrust

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.verification.question import Answer, Question

_NUMBERS = "fiucb"  # kinds of element types
_ARCHIVE, _FILE = "npz of numpy arrays", "npy of numpy arrays"


def version() -> str:
    """The version of NumPy."""
    return str(np.__version__)


def answer(question: Question, given: Answer) -> None:
    """Count the elements of all arrays, and those of each layer."""
    book_arrays(question, given, dict(_loaded(question)))


def _loaded(question: Question) -> Iterator[tuple[str, int]]:
    """The elements of each array by its name.

    Raises:
        NeedsTrust: the file has pickled objects, and is not trusted.
    """
    if question.format == _ARCHIVE:
        yield from _members(question)
        return
    if not question.trusted:
        raise NeedsTrust("it is pickled; whatever loads it would run what the pickle names")
    if question.format == _FILE:
        yield from _arrays(np.load(question.path, allow_pickle=True))
        return
    with Path(question.path).open("rb") as file:
        yield from _arrays(pickle.load(file))  # noqa: S301 - trusted


def _members(question: Question) -> Iterator[tuple[str, int]]:
    with np.load(question.path, allow_pickle=question.trusted) as archive:
        unpacked = sum(member.file_size for member in archive.zip.infolist())
        Limits()._replace(expansion=question.expansion).require(Limit.EXPANSION, unpacked)
        for name in archive.files:
            try:
                array = archive[name]
            except ValueError as error:
                if "allow_pickle" not in str(error):
                    raise
                raise NeedsTrust("it has pickled objects, which numpy would load") from error
            yield from _arrays(array, name)


def _arrays(value: object, path: str = "") -> Iterator[tuple[str, int]]:
    """The arrays of numbers in a value, by the keys above them."""
    if isinstance(value, np.ndarray) and value.dtype == object and value.ndim == 0:
        value = value.item()
    for name, leaf in leaves_of(value, path):
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind in _NUMBERS:
            yield name, int(leaf.size)
