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
from rnninspect.rules.naming import rule_named, similar_rules
from rnninspect.wording.nearest import suggestion


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
    found = rule_named(code)
    if not found:
        text = f"no rule {code!r}{suggestion([near.name for near in similar_rules(code)]) or ';'}"
        raise typer.BadParameter(f"{text} `rnninspect rules` lists them", param_hint="'RULE'")
    show(RULE_PAGE, found)


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
