"""The rows and the sentences that a comparison's table and Markdown consist of."""

from __future__ import annotations

from rnninspect.comparison import Kind
from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.names import shorten_apart
from rnninspect.wording import plural
from rnninspect.wording.order import in_natural_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rnninspect.comparison import Comparison, Outline, Row
    from rnninspect.render.report.columns import Value

HEADS, NUMBERS = ("Layer", "Change", "Old", "New", "±", "± bytes"), (2, 3, 4, 5)
LONGEST_NAME, LONGEST_PATH, LONGEST_REASON = 60, 60, 300


def summary(comparison: Comparison) -> str:
    """The numbers of changed and unchanged layers, and of changes by convention, in one line."""
    changed = sum(_kinds(row) != [Kind.CONVENTION] for row in comparison.rows)
    counts = (
        (changed, "changed"),
        (len(comparison.rows) - changed, "by convention only"),
        (comparison.unchanged, "unchanged"),
    )
    listed = ", ".join(f"{number:,} {word}" for number, word in counts if number)
    if comparison.reordered:
        listed += "; the layers are in another order"
    if changed:
        return listed
    head = "no change but conventions" if comparison.rows else "no change"
    if listed:
        return f"{head}: {listed}"
    known = " of a known cell" if comparison.old.skipped or comparison.new.skipped else ""
    return f"{head}: no recurrent layer{known} in either"


def heading(comparison: Comparison) -> str:
    """The two files."""
    return " → ".join(_title(file) for file in (comparison.old, comparison.new))


def _title(file: Outline) -> str:
    path = shorten(for_terminal(file.path), LONGEST_PATH)
    errors = f", {plural(file.errors, 'error')}" if file.errors else ""
    return f"{path} ({shorten(for_terminal(file.format), LONGEST_PATH)}{errors})"


def _kinds(row: Row) -> list[Kind]:
    return list(dict.fromkeys(change.kind for change in row.changes))


def names_of(comparison: Comparison, width: int) -> dict[str, str]:
    """The rows' names, safe for a terminal and at most `width` columns wide, no two alike."""
    harmless = {row.name: for_terminal(row.name) for row in comparison.rows}
    short = shorten_apart(harmless.values(), width)
    return {name: short[text] for name, text in harmless.items()}


def grid_of(comparison: Comparison, names: Mapping[str, str]) -> Iterator[list[Value]]:
    """A line for each row, by HEADS, then the totals; `names` has the rows' names as shown."""
    for row in _ordered(comparison):
        before = None if row.old is None else row.old.parameters
        after = None if row.new is None else row.new.parameters
        kinds = ", ".join(_kinds(row))
        moved = (_signed(row.moved.parameters), _signed(row.moved.bytes))
        yield [names.get(row.name, ""), kinds, before, after, *moved]
    old, new = comparison.old, comparison.new
    moved = (_signed(new.parameters - old.parameters), _signed(new.bytes - old.bytes))
    yield ["(total)", "", old.parameters, new.parameters, *moved]


def _ordered(comparison: Comparison) -> Sequence[Row]:
    """The rows in the natural order of names, unless the files have another order."""
    return in_natural_order(comparison.rows, lambda row: row.name)


def _signed(number: int) -> str:
    return f"{number:+,}" if number else "0"


def plain(value: Value) -> str:
    """The text of a cell."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else value


def reasons_of(comparison: Comparison) -> Iterator[str]:
    """A line for each change, with its reason."""
    names = names_of(comparison, LONGEST_NAME)
    for row in _ordered(comparison):
        for change in row.changes:
            reason = shorten(for_terminal(change.reason), LONGEST_REASON)
            yield f"{names[row.name]}: {change.kind}: {reason}"
