"""R3: what loading the file with its framework would do."""

from __future__ import annotations

from rnninspect.model import Fact
from rnninspect.rules.finding import Level, Rule, observed

RULES = (
    Rule(
        "R301",
        "code-on-load",
        Level.WARNING,
        "The framework runs code named by the file when it loads the file.",
        "Whoever made the file decides what runs on the machine that loads it.",
        "Load it only if you trust its origin; prefer safetensors or a plain state dict.",
        observed(Fact.CODE),
    ),
    Rule(
        "R302",
        "link-outside",
        Level.ERROR,
        "The file links to data in another file.",
        "A loader that follows the link reads files outside the model.",
        "Do not load the file; ask its author. rnninspect did not follow the link.",
        observed(Fact.LINK_OUTSIDE),
    ),
)
