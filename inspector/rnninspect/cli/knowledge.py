"""The subcommands that open no file: what the tool knows."""

from __future__ import annotations

from typing import Annotated

import typer

from rnninspect.cli import options, words
from rnninspect.cli.showing import reporting, show
from rnninspect.readers import built_in_readers, installed_readers
from rnninspect.render import CATALOGUE, RULE_PAGE
from rnninspect.render.knowledge.listings import (
    Catalogue,
    cell_catalogue,
    reader_catalogue,
    rule_catalogue,
)
from rnninspect.rules.naming import rule_named, similar_rules
from rnninspect.wording.nearest import suggestion

Format = Annotated[str, options.format_option(CATALOGUE)]


def rules(*, output_format: Format = "table") -> None:
    """List the rules.

    Example: rnninspect rules
    """
    _show(rule_catalogue(), output_format)


def rule(
    code: Annotated[
        str,
        typer.Argument(metavar="RULE", help="A code or a name.", autocompletion=words.rules),
    ],
    *,
    output_format: Annotated[str, options.format_option(RULE_PAGE)] = "text",
) -> None:
    """Explain one rule: what it finds, why it matters, what to do.

    Example: rnninspect rule R101
    """
    found = rule_named(code)
    if not found:
        text = f"no rule {code!r}{suggestion([near.name for near in similar_rules(code)]) or ';'}"
        raise typer.BadParameter(f"{text} `rnninspect rules` lists them", param_hint="'RULE'")
    show(RULE_PAGE, found, options.format_of(RULE_PAGE, output_format))


def readers(*, output_format: Format = "table") -> None:
    """List the installed readers.

    Example: rnninspect readers
    """
    with reporting():
        known = [*built_in_readers(), *installed_readers()]
        _show(reader_catalogue(known), output_format)


def cells(*, output_format: Format = "table") -> None:
    """List the cells and their formulas.

    Example: rnninspect cells
    """
    _show(cell_catalogue(), output_format)


def _show(catalogue: Catalogue, output_format: str) -> None:
    show(CATALOGUE, catalogue, options.format_of(CATALOGUE, output_format))


COMMANDS = (rules, rule, readers, cells)
