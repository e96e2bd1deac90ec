"""One rule in full."""

from __future__ import annotations

import textwrap

from rnninspect.render.colour import heading, judged
from rnninspect.rules import FAMILIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.render.view import View
    from rnninspect.rules import Rule


def render(rule: Rule, view: View) -> Iterator[str]:
    """What it finds, why that matters, and what to do."""
    family = FAMILIES.get(rule.code[:2], "")
    name = heading(f"{rule.code} {rule.name}", colour=view.colour)
    head = f"{name} ({judged(rule.level, colour=view.colour)}, {family})"
    parts = [("", rule.summary), ("Why: ", rule.why), ("Fix: ", rule.fix)]
    lines = [textwrap.fill(label + text, view.width) for label, text in parts]
    yield "\n".join([head, "", *lines, ""])
