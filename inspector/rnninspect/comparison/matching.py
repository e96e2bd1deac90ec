"""Matches the layers of two files by name, by sizes and by order."""

from __future__ import annotations

from rnninspect.lean import Counter, defaultdict, deque
from rnninspect.model import Fate
from rnninspect.report import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from rnninspect.comparison.outline import LayerOutline

    Key = Callable[[LayerOutline], Hashable]
    Places = dict[int, int]  # place in the old file -> place in the new one

Pair = tuple["LayerOutline | None", "LayerOutline | None"]


def match(old: Sequence[LayerOutline], new: Sequence[LayerOutline]) -> tuple[Pair, ...]:
    """Pair the layers of two files; a layer of only one file is paired with None.

    Names are tried before sizes, and sizes before names: numbers that a framework appends
    (`lstm_1`) make a layer's name that of its neighbour. The pairing with fewer differences is
    kept, on a tie that by names. Unmatched layers are paired by their order between the others.
    """
    old, new = _joined(old, new), _joined(new, old)
    candidates = [_pairing(old, new, keys) for keys in ((_name, _shape), (_shape, _name))]
    best = min(candidates, key=lambda places: _differences(old, new, places))
    return tuple(_in_order(old, new, best))


def _name(layer: LayerOutline) -> Hashable:
    return layer.name


def _shape(layer: LayerOutline) -> Hashable:
    return layer.cell, layer.sizes


def _both(layer: LayerOutline) -> Hashable:
    return layer.name, layer.cell, layer.sizes


def _pairing(
    old: Sequence[LayerOutline], new: Sequence[LayerOutline], keys: Iterable[Key]
) -> Places:
    places: Places = {}
    for key in (_both, *keys):
        free = _by_key(new, set(places.values()), key)
        for place, layer in enumerate(old):
            if place not in places and free[key(layer)]:
                places[place] = free[key(layer)].popleft()
    return places | dict(_by_order(old, new, places))


def _by_key(
    layers: Sequence[LayerOutline], taken: set[int], key: Key
) -> defaultdict[Hashable, deque[int]]:
    free: defaultdict[Hashable, deque[int]] = defaultdict(deque)
    for place, layer in enumerate(layers):
        if place not in taken:
            free[key(layer)].append(place)
    return free


def _by_order(
    old: Sequence[LayerOutline], new: Sequence[LayerOutline], places: Places
) -> Iterator[tuple[int, int]]:
    """Pairs unmatched layers of the same cell that follow the same pair, in their order."""
    free: defaultdict[Hashable, deque[int]] = defaultdict(deque)
    for gap, place in _gaps(len(new), set(places.values())):
        free[gap, new[place].cell].append(place)
    for gap, place in _gaps(len(old), set(places)):
        waiting = free[places.get(gap, -1), old[place].cell]
        if waiting:
            yield place, waiting.popleft()


def _gaps(count: int, taken: set[int]) -> Iterator[tuple[int, int]]:
    """Each free place, after the closest taken one before it; -1 is the start."""
    gap = -1
    for place in range(count):
        if place in taken:
            gap = place
        else:
            yield gap, place


def _differences(old: Sequence[LayerOutline], new: Sequence[LayerOutline], places: Places) -> int:
    alone = len(old) + len(new) - 2 * len(places)
    return alone + sum(_both(old[left]) != _both(new[right]) for left, right in places.items())


def _in_order(
    old: Sequence[LayerOutline], new: Sequence[LayerOutline], places: Places
) -> Iterator[Pair]:
    """In the order of the new file; what was removed follows what it followed."""
    partners = {right: left for left, right in places.items()}
    removed = defaultdict(list)
    for gap, place in _gaps(len(old), set(places)):
        removed[gap].append(place)
    yield from ((old[place], None) for place in removed[-1])
    for place, layer in enumerate(new):
        partner = partners.get(place)
        yield (None if partner is None else old[partner]), layer
        if partner is not None:
            yield from ((old[place], None) for place in removed[partner])


def _joined(
    layers: Sequence[LayerOutline], others: Sequence[LayerOutline]
) -> Sequence[LayerOutline]:
    """Neighbours of one direction each as one layer, where the other file has it of two.

    Exporters to ONNX write a bidirectional layer as one node or as two.
    """
    own, wanted = Counter(map(_shape, layers)), Counter(map(_shape, others))
    result: list[LayerOutline] = []
    for layer in layers:
        below = result[-1] if result else None
        whole = layer.sizes._replace(directions=2)
        missing = wanted[layer.cell, whole] - own[layer.cell, whole]
        spare = own[_shape(layer)] - wanted[_shape(layer)]
        if below and _shape(below) == _shape(layer) and missing > 0 and spare > 1:
            result[-1] = _join(below, layer)
            own[_shape(layer)] -= 2
            own[layer.cell, whole] += 1
        else:
            result.append(layer)
    return result


def _join(first: LayerOutline, second: LayerOutline) -> LayerOutline:
    return first._replace(
        name=f"{first.name} + {second.name}",
        sizes=first.sizes._replace(directions=2),
        dtypes=tuple(sorted({*first.dtypes, *second.dtypes})),
        expected=first.expected + second.expected,
        stored=first.stored + second.stored,
        bytes=first.bytes + second.bytes,
        verdict=_join_verdicts(first.verdict, second.verdict),
        parts=2,
    )


def _join_verdicts(first: Verdict, second: Verdict) -> Verdict:
    """The rules that either breaks; weights are stored as they are used if they are in both."""
    rules = tuple(dict.fromkeys((*first.rules, *second.rules)))
    return Verdict(rules, second.fate if first.fate is Fate.STORED else first.fate)
