"""Guesses what a path that does not exist was meant to be."""

from __future__ import annotations

import os

from rnninspect.command.request import SUBCOMMANDS
from rnninspect.wording.nearest import nearest, suggestion


def hint_on(path: str) -> str:
    """A hint to append to an error: an option in the wrong place, or a misspelt subcommand."""
    if os.path.lexists(path):
        return ""
    if path.startswith("-") and path != "-":
        return "; options go before --"
    if not path.isalpha():
        return ""
    near = nearest(path, (*SUBCOMMANDS, "--help", "--version"))
    return suggestion([f"`rnninspect {word}`" for word in near])
