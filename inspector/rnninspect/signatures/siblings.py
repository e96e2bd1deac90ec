"""What the other modules of a stack say of one: their sizes, and that it is one of them."""

from __future__ import annotations

from rnninspect.lean import Counter
from rnninspect.signatures.matching import faults, knows_sizes, read
from rnninspect.signatures.parts import ends
from rnninspect.wording.order import without_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rnninspect.cells import Sizes
    from rnninspect.signatures.matching import Found, Given
    from rnninspect.signatures.signature import Signature

    Shapes = Mapping[str, tuple[int, ...]]
    Members = Callable[[Iterable[str], Iterable[str]], dict[str, dict[str, str]]]


def settled(every: list[Found], shapes: Shapes) -> list[Found]:
    """Each as it is, or with the sizes of most of its kind if they explain as many tensors.

    Where two tensors of a module contradict each other, its kin say which of them is wrong.
    """
    wrong = [faults(found, shapes) for found in every]
    if not any(wrong):
        return every
    usual = _usual([found for found, misfits in zip(every, wrong, strict=True) if not misfits])
    found_so: list[Found] = []
    for found, misfits in zip(every, wrong, strict=True):
        other = found._replace(sizes=usual.get(found.signature, found.sizes))
        better = misfits and knows_sizes(other) and faults(other, shapes) <= misfits
        found_so.append(other if better else found)
    return found_so


def _usual(every: Iterable[Found]) -> dict[Signature, Sizes]:
    """The sizes that most modules of a signature have."""
    counts: dict[Signature, Counter[Sizes]] = {}
    for found in every:
        counts.setdefault(found.signature, Counter())[found.sizes] += 1
    return {signature: sizes.most_common(1)[0][0] for signature, sizes in counts.items()}


def missed(every: list[Found], given: Given, members: Members) -> list[Found]:
    """The modules beside known ones that lack the odd name, or whose shapes leave a size open.

    Args:
        every: the known ones.
        given: the network.
        members: gathers the tensors of modules among all names.
    """
    kinds = {
        without_numbers(prefix): found.signature
        for found in every
        if without_numbers(prefix := _prefix(found)) != prefix
    }
    tails = {name for signature in kinds.values() for name in signature.weights()}
    known = {_prefix(found) for found in every}
    beside: dict[str, Signature] = {}
    for name in given.shapes if kinds else ():
        for at in ends(name):
            if name[at:] in tails and (path := name[:at]) not in known and path not in beside:
                kind = kinds.get(without_numbers(path))
                if kind is not None:
                    beside[path] = kind
    usual = _usual(every)
    of = members(given.shapes, beside) if beside else {}
    found = (
        read(path, kind._replace(strict=False), given._replace(members=of[path]), usual[kind])
        for path, kind in beside.items()
    )
    return [each for each in found if each is not None]


def _prefix(found: Found) -> str:
    """The text before the names of its tensors, with the separator."""
    full = next(iter(found.names.values()))
    return full[: len(found.path) + 1] if found.path else ""
