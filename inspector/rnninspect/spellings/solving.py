"""Solves for sizes: the values of symbols that give each tensor its shape."""

from __future__ import annotations

from rnninspect.cells import Sizes, Symbol
from rnninspect.model import LARGEST_SIZE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.cells import Factor
    from rnninspect.model import Axis

    Shape = tuple[int, ...]

_PASSES = 4  # each solves at least one symbol; no cell has a longer chain of symbols
_OF_EVERY_LAYER = {Symbol.INPUT, Symbol.HIDDEN, Symbol.JOINED, Symbol.TAPS}


def solve(shaped: Iterable[tuple[Shape, tuple[Axis, ...]]]) -> Sizes | None:
    """The sizes that explain all shapes; None if there are none.

    Each shape comes with its axes in symbols. An axis is a product of known symbols and at most
    one unknown one, or m+n. A size without an axis is 0; taps are then empty.
    """
    axes: list[tuple[int, Axis]] = []
    windows: set[Shape] = set()
    for shape, symbols in shaped:
        window = (Symbol.TAPS,) in symbols
        plain = symbols[:-1] if window else symbols
        if len(shape) < len(plain) or (not window and len(shape) > len(plain)):
            return None
        if window:
            windows.add(shape[len(plain) :])
        axes.extend(zip(shape[: len(plain)], plain, strict=True))
    known = _settled(axes)
    if known is None or len(windows) > 1 or not all(_fits(axis, known) for axis in axes):
        return None
    own = tuple((symbol, size) for symbol, size in known.items() if symbol not in _OF_EVERY_LAYER)
    inputs, hidden = known.get(Symbol.INPUT, 0), known.get(Symbol.HIDDEN, 0)
    return Sizes(inputs, hidden, None, windows.pop() if windows else (), own=own)


def _settled(axes: list[tuple[int, Axis]]) -> dict[Symbol, int] | None:
    known: dict[Symbol, int] = {}
    for _ in range(_PASSES):
        before = len(known)
        for size, axis in axes:
            unknown = [factor for factor in _symbols(axis) if factor not in known]
            if len(unknown) != 1:
                continue
            if unknown == [Symbol.JOINED]:
                if Symbol.HIDDEN in known:
                    known[Symbol.INPUT] = size - known[Symbol.HIDDEN]
                    known[Symbol.JOINED] = size
                continue
            rest = 1
            for factor in axis:
                rest *= known.get(factor, 1) if isinstance(factor, Symbol) else factor
            known[unknown[0]] = size // rest
        if len(known) == before:
            break
    sound = all(0 < size <= LARGEST_SIZE for size in known.values())
    return known if sound else None


def _symbols(axis: Axis) -> Iterator[Symbol]:
    return (factor for factor in axis if isinstance(factor, Symbol))


def _fits(sized: tuple[int, Axis], known: dict[Symbol, int]) -> bool:
    size, axis = sized
    product = 1
    for factor in axis:
        product *= _value(factor, known)
    return product == size


def _value(factor: Factor, known: dict[Symbol, int]) -> int:
    """The value of a factor; 0 if unknown, which matches no size."""
    if factor is Symbol.JOINED:
        return known.get(Symbol.INPUT, 0) + known.get(Symbol.HIDDEN, 0)
    return known.get(factor, 0) if isinstance(factor, Symbol) else factor
