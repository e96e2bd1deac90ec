"""What the table and the Markdown of a summary have in common: their grids and lines."""

from __future__ import annotations

from rnninspect.rows.schema import Verdict
from rnninspect.rules import RULES
from rnninspect.wording import plural
from rnninspect.wording.order import in_natural_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.render.report.columns import Value
    from rnninspect.rows.summary import Part, Summary

HEADS = ("Format", "Models", *Verdict, "Parameters", "Recurrent", "Layers", "Bytes")
RULE_HEADS, LARGEST_HEADS = ("Rule", "Name", "Level", "Models"), ("Parameters", "Model")
_SUMS = ("parameters", "recurrent", "layer_count", "file_bytes")


def headline(summary: Summary) -> str:
    """`12 models: 9 ok, 2 error, 1 unreadable`."""
    verdicts = summary.total.verdicts
    said = ", ".join(f"{verdicts[word]:,} {word}" for word in Verdict if verdicts[word])
    return f"{plural(summary.total.models, 'model')}{f': {said}' if said else ''}"


def format_table(summary: Summary) -> tuple[list[str], list[list[Value]]]:
    """A line for each format, the one with most models first, and the total; no blank column."""
    parts = sorted(summary.parts.items(), key=lambda item: (-item[1].models, item[0]))
    grid = [_line(name, part) for name, part in parts]
    grid += [_line("(total)", summary.total)] if len(grid) > 1 else []
    kept = [at for at in range(len(HEADS)) if any(line[at] is not None for line in grid)]
    return [HEADS[at] for at in kept], [[line[at] for at in kept] for line in grid]


def _line(name: str, part: Part) -> list[Value]:
    verdicts = (part.verdicts[word] or None for word in Verdict)
    return [name, part.models, *verdicts, *(part.sums[column] for column in _SUMS)]


def rule_grid(summary: Summary) -> list[list[Value]]:
    """How many models break each rule, the worst first; a rule of another version has no name."""
    return [
        [code, RULES[code].name, RULES[code].level.value, models]
        if code in RULES
        else [code, None, None, models]
        for code, models in sorted(summary.rules.items(), key=lambda item: _rank(item[0]))
    ]


def _rank(code: str) -> tuple[int, str]:
    return (-RULES[code].level.weight if code in RULES else 0, code)


def largest_grid(summary: Summary) -> list[list[Value]]:
    """The largest models, if there are several."""
    largest = summary.largest
    return [[size, path] for size, path in largest] if len(largest) > 1 else []


def named_blocks(summary: Summary) -> dict[str, list[str]]:
    """A line for each of the first models with a fault and of those that cannot be read."""
    verdicts = summary.total.verdicts
    blocks = {
        "faults": _named(summary.faults, verdicts[Verdict.ERROR]),
        "unreadable": _named(summary.unreadable, verdicts[Verdict.UNREADABLE]),
    }
    return {head: lines for head, lines in blocks.items() if lines}


def _named(named: list[tuple[str, str]], number: int) -> list[str]:
    ordered = in_natural_order(named, lambda one: one[0])
    lines = [f"{path}: {why}" for path, why in ordered]
    more = number - len(lines)
    return [*lines, f"and {more:,} more"] if more > 0 else lines
