"""R3: what would happen to somebody who loads the file."""

from __future__ import annotations

from rnninspect.model import Fact
from rnninspect.rules.finding import Level, Rule, observed

RULES = (
    Rule(
        "R301",
        "code-on-load",
        Level.WARNING,
        "Its framework would run code that the file names when it loads the file.",
        "Whoever made the file decides what runs on the machine that loads it.",
        "Load it only if you trust its origin; prefer safetensors or a plain state dict.",
        observed(Fact.CODE),
    ),
    Rule(
        "R302",
        "link-outside",
        Level.ERROR,
        "The file links to data in another file.",
        "A loader that follows the link reads a file that the model has no business with.",
        "Do not load the file; ask its author. rnninspect has opened nothing.",
        observed(Fact.LINK_OUTSIDE),
    ),
)
