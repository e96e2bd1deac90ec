"""gguf's own reader, llama.cpp's in Python: it maps the file and computes every size itself."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version as version_of

from gguf import GGUFReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.verification.question import Answer, Part, Question


def version() -> str:
    """The version of gguf."""
    return version_of("gguf")


def answer(question: Question, given: Answer) -> None:
    """Count the elements of all tensors, and those of each layer."""
    counts = {tensor.name: int(tensor.n_elements) for tensor in GGUFReader(question.path).tensors}
    given.total, given.everything = sum(counts.values()), True
    for part in question.parts:
        given.book(part.name, partial(_count, part, counts))


def _count(part: Part, counts: dict[str, int]) -> int:
    return sum(counts[name] for name in {filling.tensor for filling in part.fillings})
