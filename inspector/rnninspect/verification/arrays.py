"""What a judge counts that only loads arrays by name: all of them, and those of each layer."""

from __future__ import annotations

import re
from functools import partial

from rnninspect.verification.question import NoOpinion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect.verification.question import Answer, Part, Question


def book_arrays(question: Question, given: Answer, counts: Mapping[str, int]) -> None:
    """Answer by the elements of each array of the file, by its name there."""
    given.total, given.everything = sum(counts.values()), True
    names: dict[str, list[str]] = {}
    for name in counts:
        names.setdefault(_parts(name), []).append(name)
    for part in question.parts:
        given.book(part.name, partial(_count, part, counts, names))


def leaves_of(tree: object, path: str = "") -> Iterator[tuple[str, object]]:
    """The values in dicts and lists, by the keys above them joined with `/`."""
    if isinstance(tree, dict):
        pairs = [(str(key), value) for key, value in tree.items()]
    elif isinstance(tree, list | tuple):
        pairs = [(str(key), value) for key, value in enumerate(tree)]
    else:
        yield path, tree
        return
    for key, value in pairs:
        yield from leaves_of(value, f"{path}/{key}" if path else key)


def _parts(name: str) -> str:
    """A name whatever separates its parts: a layer may have it with others than the file."""
    return re.sub(r"[/_]", ".", re.sub(r":\d+$", "", name))


def _count(part: Part, counts: Mapping[str, int], names: Mapping[str, list[str]]) -> int:
    total = 0
    for tensor in {filling.tensor for filling in part.fillings}:
        found = [tensor] if tensor in counts else names.get(_parts(tensor), [])
        if len(found) != 1:
            raise NoOpinion(f"it has {len(found)} arrays by the name of {tensor}")
        total += counts[found[0]]
    return total
