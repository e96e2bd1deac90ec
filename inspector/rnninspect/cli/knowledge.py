"""The subcommands that open no file: what the tool knows."""

from __future__ import annotations

from typing import Annotated

import typer

from rnninspect.cli.showing import reporting, show
from rnninspect.readers import built_in_readers, installed_readers
from rnninspect.render import LISTING, RULE_PAGE
from rnninspect.render.knowledge.listings import (
    cell_listing,
    modern_cell_listing,
    reader_listing,
    rule_listing,
)
from rnninspect.rules import RULES


def rules() -> None:
    """List the rules.

    Example: rnninspect rules
    """
    show(LISTING, rule_listing())


def rule(
    code: Annotated[str, typer.Argument(metavar="RULE", help="A code or a name.")],
) -> None:
    """Explain one rule: what it finds, why it matters, what to do.

    Example: rnninspect rule R101
    """
    found = [known for known in RULES.values() if code.lower() in {known.code.lower(), known.name}]
    if not found:
        raise typer.BadParameter(f"no rule {code!r}; `rnninspect rules` lists them")
    show(RULE_PAGE, found[0])


def readers() -> None:
    """List the installed readers.

    Example: rnninspect readers
    """
    with reporting():
        known = [*built_in_readers(), *installed_readers()]
    show(LISTING, reader_listing(known))


def cells() -> None:
    """List the cells and their formulas.

    Example: rnninspect cells
    """
    show(LISTING, cell_listing())
    typer.echo()
    show(LISTING, modern_cell_listing())


COMMANDS = (rules, rule, readers, cells)
