"""Names what changed between two layers, and separates conventions from changes."""

from __future__ import annotations

from rnninspect.cells import CELLS, Role
from rnninspect.comparison.change import Change, Kind
from rnninspect.dtypes import DTYPES
from rnninspect.readers import framework_named, resets_after
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.comparison.outline import LayerOutline, Outline

VECTORS = {0: "no bias", 1: "one bias vector", 2: "two bias vectors"}
SHORT = {0: "none", 1: "one", 2: "two"}


class Sides(Record):
    """Two matched layers, and their files."""

    old: LayerOutline
    new: LayerOutline
    old_file: Outline
    new_file: Outline

    @property
    def across(self) -> bool:
        """Whether the two files name and store layers in different ways."""
        return dialect(self.old_file) != dialect(self.new_file)

    @property
    def files(self) -> tuple[str, str]:
        """What to call the two files: by framework, else by format."""
        if self.old_file.framework != self.new_file.framework:
            return label(self.old_file), label(self.new_file)
        return self.old_file.format, self.new_file.format

    @property
    def conventions(self) -> tuple[str, str]:
        """What to call the two conventions: by framework, else in their own words."""
        if self.old_file.framework != self.new_file.framework:
            return label(self.old_file), label(self.new_file)
        return self.old.convention, self.new.convention

    @property
    def resets(self) -> tuple[str, str] | None:
        """Where a GRU's reset gate acts, if it does not act in the same place."""
        if self.old.convention == self.new.convention:
            return None
        old = resets_after(self.old.cell, self.old.convention)
        new = resets_after(self.new.cell, self.new.convention)
        if old is None or new is None or old == new:
            return None
        return ("after", "before") if old else ("before", "after")


def dialect(file: Outline) -> str:
    """What names are common to: all formats of a framework that keeps them, or one format."""
    return file.framework if framework_named(file.framework).keeps_names else file.format


def label(file: Outline) -> str:
    """A framework's name as it is written."""
    return framework_named(file.framework).label


def changes(sides: Sides) -> Iterator[Change]:
    """Everything that differs, the mathematics first."""
    if sides.old.cell == sides.new.cell:
        yield from _resized(sides)
        yield from _reset(sides)
        yield from _biases(sides)
    else:
        yield Change(Kind.REPLACED, f"{sides.old.cell} → {sides.new.cell}")
        yield from _resized(sides)
    yield from _stored(sides)
    yield from _judged(sides)
    yield from _retyped(sides)
    yield from _named(sides)


def _resized(sides: Sides) -> Iterator[Change]:
    old, new = sides.old.sizes, sides.new.sizes
    named = (
        ("input size", old.input_size, new.input_size),
        ("hidden size", old.hidden_size, new.hidden_size),
        ("projection", old.projection_size or "none", new.projection_size or "none"),
        ("kernel", _taps(old.kernel_size), _taps(new.kernel_size)),
        ("directions", old.directions, new.directions),
        ("peepholes", _yes(sides.old.peepholes), _yes(sides.new.peepholes)),
    )
    moved = [f"{name} {before} → {after}" for name, before, after in named if before != after]
    before, after = dict(old.own), dict(new.own)
    cell = CELLS[sides.new.cell]
    moved.extend(
        f"{cell.word(symbol)} {before.get(symbol, 'none')} → {after.get(symbol, 'none')}"
        for symbol in {**before, **after}
        if before.get(symbol) != after.get(symbol)
    )
    if moved:
        yield Change(Kind.RESIZED, ", ".join(moved))


def _reset(sides: Sides) -> Iterator[Change]:
    if sides.resets:
        old, new = sides.resets
        reason = f"the reset gate acts {new} the recurrent product instead of {old} it"
        yield Change(Kind.REPLACED, reason)


def _biases(sides: Sides) -> Iterator[Change]:
    old, new = sides.old.bias_vectors, sides.new.bias_vectors
    if old == new:
        return
    each = CELLS[sides.new.cell].parameters(Role.BIAS, sides.new.sizes)
    number = f"{(new - old) * each * sides.new.sizes.directions:+,}"
    note = _bias_note(sides)
    if note is None:
        yield Change(Kind.RESIZED, f"{VECTORS[old]} → {SHORT[new]}: {number}")
    else:
        here, there = sides.conventions
        words = f"{VECTORS[old]} in {here}, {SHORT[new]} in {there}"
        yield Change(Kind.CONVENTION, f"{words}: {number}{note}")


def _bias_note(sides: Sides) -> str | None:
    """What happens to vectors that only one convention has; None if that is not a convention."""
    if sides.resets:
        return None
    exporter = _exporter(sides)
    if exporter and 0 in (sides.old.bias_vectors, sides.new.bias_vectors):
        return f"; an exporter from {exporter} fills them with zeros"
    if exporter:
        return f", which add up to the one; an exporter from {exporter} fills the second with zeros"
    if not (sides.old.bias_vectors and sides.new.bias_vectors):
        return None
    if sides.conventions[0] == sides.conventions[1]:
        return None
    return ", which add up to the one"


def _exporter(sides: Sides) -> str:
    """The framework whose layers an exporter fills up to two bias vectors; empty if neither's."""
    old, new = sides.old_file, sides.new_file
    for plain, filled, layer in ((old, new, sides.new), (new, old, sides.old)):
        sources = framework_named(filled.framework).zero_biases_from
        if layer.bias_vectors == 2 and plain.framework in sources:
            return label(plain)
    return ""


def _stored(sides: Sides) -> Iterator[Change]:
    """Weights that are absent, computed or inputs: fewer are stored than the formula counts."""
    old, new = sides.old, sides.new
    if new.expected - new.stored == old.expected - old.stored:
        return
    reason = f"stores {_share(new)}, was {_share(old)}"
    fine = sides.across and old.verdict.sound and new.verdict.sound
    yield Change(Kind.CONVENTION if fine else Kind.RESIZED, reason)


def _judged(sides: Sides) -> Iterator[Change]:
    old, new = sides.old.verdict, sides.new.verdict
    if old.text != new.text and not (old.sound and new.sound):
        yield Change(Kind.JUDGED, f"{old.text} → {new.text}")


def _retyped(sides: Sides) -> Iterator[Change]:
    old, new = sides.old.dtypes, sides.new.dtypes
    if old and new and old != new:
        known = [DTYPES[dtype] for dtype in (*old, *new) if dtype in DTYPES]
        quantised = any(element.is_quantised for element in known)
        kind = Kind.REQUANTISED if quantised else Kind.RETYPED
        yield Change(kind, f"{' and '.join(old)} → {' and '.join(new)}")


def _named(sides: Sides) -> Iterator[Change]:
    old, new = sides.old, sides.new
    here, there = sides.files
    if old.parts != new.parts:
        first, second = ("one layer", "two of one direction each")[:: 1 if new.parts == 2 else -1]
        yield Change(Kind.CONVENTION, f"{first} in {here}, {second} in {there}")
    if old.name != new.name:
        if sides.across:
            reason = f"called {old.name} in {here}, {new.name} in {there}"
            yield Change(Kind.CONVENTION, reason)
        else:
            yield Change(Kind.RENAMED, f"{old.name} → {new.name}")


def _share(layer: LayerOutline) -> str:
    return f"{layer.stored:,} of {layer.expected:,}"


def _taps(kernel_size: tuple[int, ...]) -> str:
    return "×".join(map(str, kernel_size)) or "none"


def _yes(present: bool) -> str:  # noqa: FBT001 - it is the value to be shown
    return "yes" if present else "no"
