"""Flax's own reader of MessagePack, which makes an array of all that it reads."""

from __future__ import annotations

from math import prod
from pathlib import Path

import flax
from flax.serialization import msgpack_restore

from rnninspect.verification.arrays import book_arrays, leaves_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.verification.question import Answer, Question


def version() -> str:
    """The version of Flax."""
    return str(flax.__version__)


def answer(question: Question, given: Answer) -> None:
    """Count the elements of all arrays, and those of each layer."""
    tree = msgpack_restore(Path(question.path).read_bytes())
    arrays = {name: leaf for name, leaf in leaves_of(tree) if hasattr(leaf, "shape")}
    book_arrays(question, given, {name: prod(array.shape) for name, array in arrays.items()})
