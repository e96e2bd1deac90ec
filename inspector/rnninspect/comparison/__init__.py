"""What changed between two saved models, of one format or of two."""

from __future__ import annotations

from rnninspect.comparison.change import Change, Kind
from rnninspect.comparison.layers import Sides, changes, dialect, label
from rnninspect.comparison.matching import match
from rnninspect.comparison.outline import LayerOutline, Outline, outline
from rnninspect.record import Record
from rnninspect.wording import no_formula

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.comparison.matching import Pair

__all__ = ["Change", "Comparison", "Kind", "LayerOutline", "Outline", "Row", "compare", "outline"]

REST, SHARED = "(everything else)", "(shared, counted once)"
COPIES = "(copies, not counted)"


class Amount(Record):
    """Stored parameters, and the bytes that they take."""

    parameters: int
    bytes: int


class Row(Record):
    """One layer, or the rest of the network, that differs; None on the side that lacks it."""

    name: str
    old: Amount | None
    new: Amount | None
    changes: tuple[Change, ...]

    @property
    def moved(self) -> Amount:
        """By how much it grew."""
        old, new = self.old or Amount(0, 0), self.new or Amount(0, 0)
        return Amount(new.parameters - old.parameters, new.bytes - old.bytes)


class Comparison(Record):
    """Two files and what differs.

    Attributes:
        unchanged: how many layers no row names.
        reordered: whether the matched layers are in another order. That alone is not a change: a
            state dict may list its layers in any order.
    """

    old: Outline
    new: Outline
    rows: tuple[Row, ...]
    unchanged: int
    reordered: bool

    @property
    def changed(self) -> bool:
        """Whether more than conventions differs."""
        return any(
            change.kind is not Kind.CONVENTION for row in self.rows for change in row.changes
        )


def compare(old: Outline, new: Outline) -> Comparison:
    """Match the layers of two files and name what differs.

    The parameters of the rows move by as much as the totals of the files.
    """
    pairs = match(old.layers, new.layers)
    rows = [row for pair in pairs if (row := _row(pair, old, new)).changes]
    unchanged = len(pairs) - len(rows)
    rows.extend([*_skipped(old, new), *_shared(old, new), *_rest(old, new)])
    return Comparison(old, new, tuple(rows), unchanged, _reordered(pairs, old))


def _reordered(pairs: Iterable[Pair], old: Outline) -> bool:
    """Pairs come in the order of the new file; layers that were joined of two have no one place."""
    places = {id(layer): place for place, layer in enumerate(old.layers)}
    order = [places[id(left)] for left, right in pairs if right and id(left) in places]
    return order != sorted(order)


def _row(pair: Pair, old_file: Outline, new_file: Outline) -> Row:
    match pair:
        case (LayerOutline() as old, LayerOutline() as new):
            found = tuple(changes(Sides(old, new, old_file, new_file)))
            return Row(new.name, _amount(old), _amount(new), found)
        case (None, LayerOutline() as new):
            return Row(new.name, None, _amount(new), (Change(Kind.ADDED, _what(new)),))
        case (LayerOutline() as old, None):
            return Row(old.name, _amount(old), None, (Change(Kind.REMOVED, _what(old)),))
        case _:
            raise AssertionError("a pair has at least one layer")


def _amount(layer: LayerOutline) -> Amount:
    return Amount(layer.stored, layer.bytes)


def _what(layer: LayerOutline) -> str:
    return f"{layer.kind}, {layer.sizes.input_size} → {layer.sizes.hidden_size}"


def _skipped(old: Outline, new: Outline) -> Iterator[Row]:
    """Layers without a formula; one that both files have at the same place is left out."""
    if old.skipped == new.skipped:
        return
    from collections import Counter  # noqa: PLC0415 - which few networks need

    before, after = Counter(old.skipped), Counter(new.skipped)
    for which, lost in (("old", before - after), ("new", after - before)):
        for name, kind in lost.elements():
            reason = no_formula(f"{kind} of the {which} file")
            yield Row(name, None, None, (Change(Kind.UNKNOWN, reason),))


def _shared(old: Outline, new: Outline) -> Iterator[Row]:
    """What the rows of layers count too often: shared weights, or those of a second network."""
    before, after = _twice(old), _twice(new)
    if before == after:
        return
    if all(-_twice(file).parameters <= file.copies for file in (old, new)):
        change = Change(Kind.RESIZED, "a second copy of recurrent layers has more or fewer weights")
        yield Row(COPIES, before, after, (change,))
    else:
        change = Change(Kind.RESIZED, "layers share more or fewer of their weights")
        yield Row(SHARED, before, after, (change,))


def _twice(file: Outline) -> Amount:
    """The weights that several layers share, which their rows count more than once."""
    return Amount(file.recurrent - sum(layer.stored for layer in file.layers), 0)


def _rest(old: Outline, new: Outline) -> Iterator[Row]:
    before, after = _remaining(old), _remaining(new)
    if old.other != new.other:
        yield Row(REST, before, after, (_why_rest_moved(old, new),))
    elif before != after and _twice(old) == _twice(new):
        change = Change(Kind.RETYPED, "the same parameters in other element types")
        yield Row(REST, before, after, (change,))


def _remaining(file: Outline) -> Amount:
    return Amount(file.other, file.bytes - sum(layer.bytes for layer in file.layers))


def _why_rest_moved(old: Outline, new: Outline) -> Change:
    """Across formats, parameters of one may be constants or states in another."""
    less, more = sorted((old, new), key=lambda file: file.other)
    number = more.other - less.other
    if dialect(old) != dialect(new) and number <= less.constants:
        reason = f"{label(less)} keeps {number:,} of them as constants or states"
        return Change(Kind.CONVENTION, reason)
    across = ", not matched one by one across formats" if dialect(old) != dialect(new) else ""
    return Change(Kind.RESIZED, f"parameters outside the recurrent layers{across}")
