"""A comparison as a table, as Markdown and as JSON."""

from __future__ import annotations

import json

from rnninspect import __version__
from rnninspect.comparison import Kind
from rnninspect.render.escape import for_markdown, for_terminal, shorten
from rnninspect.render.grid import GAP, draw, draw_markdown
from rnninspect.render.report.names import shorten_apart
from rnninspect.render.widths import width_of
from rnninspect.report import SCHEMA_VERSION
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rnninspect.comparison import Comparison, Outline, Row
    from rnninspect.render.report.columns import Value
    from rnninspect.render.report.json import Json

HEADS, NUMBERS = ("Layer", "Change", "Old", "New", "±", "± bytes"), (2, 3, 4, 5)
NARROWEST_NAME, LONGEST_NAME, LONGEST_PATH, LONGEST_REASON = 12, 60, 60, 300


def diff_table(comparison: Comparison, width: int) -> str:
    """What differs, then why, each row once, and a verdict in one line."""
    rest = [[_plain(value) for value in line[1:]] for line in (HEADS, *_grid(comparison, {}))]
    others = sum(max(map(width_of, column)) + len(GAP) for column in zip(*rest, strict=True))
    room = max(NARROWEST_NAME, min(LONGEST_NAME, width - others))
    grid = list(_grid(comparison, _names(comparison, room)))
    text = [_heading(comparison), ""]
    if comparison.rows:
        text += [draw(HEADS, grid), "", *_reasons(comparison), ""]
    return "\n".join([*text, verdict(comparison)])


def diff_markdown(comparison: Comparison, _: int) -> str:
    """The same as Markdown."""
    lines = [f"### {for_markdown(_heading(comparison))}", ""]
    if comparison.rows:
        names = shorten_apart((row.name for row in comparison.rows), LONGEST_NAME)
        rows = _grid(comparison, names)
        grid = [[for_markdown(_plain(value)) for value in line] for line in rows]
        lines.append(draw_markdown(HEADS, grid, NUMBERS))
        lines += ["", *(f"- {for_markdown(line)}" for line in _reasons(comparison)), ""]
    return "\n".join([*lines, for_markdown(verdict(comparison))])


def diff_json(comparison: Comparison, _: int) -> str:
    """The same for programs, in ASCII."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "rnninspect", "version": __version__},
        "changed": comparison.changed,
        "unchanged": comparison.unchanged,
        "reordered": comparison.reordered,
        "old": _file(comparison.old),
        "new": _file(comparison.new),
        "rows": [_row(row) for row in comparison.rows],
    }
    return json.dumps(document, indent=1).replace("\x7f", "\\u007f")


DIFF_RENDERERS: dict[str, Callable[[Comparison, int], str]] = {
    "table": diff_table,
    "markdown": diff_markdown,
    "json": diff_json,
}


def verdict(comparison: Comparison) -> str:
    """One line: how much changed, how much differs only by convention, and how much does not."""
    changed = sum(_kinds(row) != [Kind.CONVENTION] for row in comparison.rows)
    counts = (
        (changed, "changed"),
        (len(comparison.rows) - changed, "by convention alone"),
        (comparison.unchanged, "unchanged"),
    )
    told = ", ".join(f"{number:,} {word}" for number, word in counts if number)
    if comparison.reordered:
        told += "; the layers stand in another order"
    if changed:
        return told
    head = "no change but conventions" if comparison.rows else "no change"
    return f"{head}: {told or 'no recurrent layer in either'}"


def _heading(comparison: Comparison) -> str:
    return " → ".join(_title(file) for file in (comparison.old, comparison.new))


def _title(file: Outline) -> str:
    path = shorten(for_terminal(file.path), LONGEST_PATH)
    errors = f", {plural(file.errors, 'error')}" if file.errors else ""
    return f"{path} ({shorten(for_terminal(file.format), LONGEST_PATH)}{errors})"


def _kinds(row: Row) -> list[Kind]:
    return list(dict.fromkeys(change.kind for change in row.changes))


def _names(comparison: Comparison, width: int) -> dict[str, str]:
    """The rows' names as a terminal may show them, in at most so many columns."""
    harmless = {row.name: for_terminal(row.name) for row in comparison.rows}
    short = shorten_apart(harmless.values(), width)
    return {name: short[text] for name, text in harmless.items()}


def _grid(comparison: Comparison, names: Mapping[str, str]) -> Iterator[list[Value]]:
    for row in comparison.rows:
        before = None if row.old is None else row.old.parameters
        after = None if row.new is None else row.new.parameters
        kinds = ", ".join(_kinds(row))
        moved = (_signed(row.moved.parameters), _signed(row.moved.bytes))
        yield [names.get(row.name, ""), kinds, before, after, *moved]
    old, new = comparison.old, comparison.new
    moved = (_signed(new.parameters - old.parameters), _signed(new.bytes - old.bytes))
    yield ["(total)", "", old.parameters, new.parameters, *moved]


def _signed(number: int) -> str:
    return f"{number:+,}" if number else "0"


def _plain(value: Value) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else value


def _reasons(comparison: Comparison) -> Iterator[str]:
    names = _names(comparison, LONGEST_NAME)
    for row in comparison.rows:
        for change in row.changes:
            reason = shorten(for_terminal(change.reason), LONGEST_REASON)
            yield f"{names[row.name]}: {change.kind}: {reason}"


def _file(file: Outline) -> Json:
    return {
        "path": file.path,
        "format": file.format,
        "framework": file.framework,
        "file_bytes": file.file_bytes,
        "parameters": file.parameters,
        "recurrent": file.recurrent,
        "other": file.other,
        "bytes": file.bytes,
        "errors": file.errors,
    }


def _row(row: Row) -> Json:
    amounts = {"old": row.old, "new": row.new, "moved": row.moved}
    return {
        "name": row.name,
        "changes": [{"kind": change.kind.value, "reason": change.reason} for change in row.changes],
        "parameters": {key: amount and amount.parameters for key, amount in amounts.items()},
        "bytes": {key: amount and amount.bytes for key, amount in amounts.items()},
    }
