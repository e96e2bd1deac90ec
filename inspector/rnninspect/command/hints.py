"""Guesses what a path that does not exist was meant to be."""

from __future__ import annotations

import os
from difflib import get_close_matches

from rnninspect.command.request import SUBCOMMANDS


def hint_on(path: str) -> str:
    """A hint to append to an error: an option in the wrong place, or a misspelt subcommand."""
    if os.path.lexists(path):
        return ""
    if path.startswith("-") and path != "-":
        return "; options go before --"
    near = get_close_matches(path, (*SUBCOMMANDS, "--help", "--version"), 1)
    return f"; did you mean `rnninspect {near[0]}`?" if path.isalpha() and near else ""
