"""The subcommands that open no file: what the tool knows."""

from __future__ import annotations

from typing import Annotated

import typer

from rnninspect.cells import CELLS, Role, Sizes
from rnninspect.cli import options
from rnninspect.cli.showing import reporting, show
from rnninspect.readers import built_in_readers, conventions_of, installed_readers
from rnninspect.render import FORMULA_SHEET, LISTING, RULE_PAGE
from rnninspect.render.knowledge.formula_sheet import FormulaSheet, LayerSpec
from rnninspect.render.knowledge.listings import (
    cell_listing,
    modern_cell_listing,
    reader_listing,
    rule_listing,
)
from rnninspect.rules import RULES


def count(  # noqa: PLR0913 - an option each
    cell: Annotated[str, typer.Argument(metavar="CELL", help="See `rnninspect cells`.")],
    *,
    input_size: Annotated[int, typer.Option(min=1, help="m, the size of the input.")],
    hidden_size: Annotated[int, typer.Option(min=1, help="n, the size of the state.")],
    levels: Annotated[int, typer.Option(min=1, help="Levels of the stack.")] = 1,
    projection: Annotated[int | None, typer.Option(min=1, help="p, the projected size.")] = None,
    kernel_size: Annotated[
        str | None, typer.Option(help="For a ConvLSTM or ConvGRU, such as 3x3.")
    ] = None,
    size: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SYMBOL=NUMBER", help="A size that only this cell has, such as B=128."
        ),
    ] = None,
    bidirectional: Annotated[bool, typer.Option("--bidirectional", help="Two directions.")] = False,
    no_bias: Annotated[bool, typer.Option("--no-bias", help="Without biases.")] = False,
    peepholes: Annotated[bool, typer.Option("--peepholes", help="With peepholes.")] = False,
) -> None:
    """Count a layer without a file, by each framework's convention.

    Example: rnninspect count lstm --input-size 3 --hidden-size 2
    """
    name = options.cell(cell)
    taps = options.kernel_size(kernel_size)
    options.kernel_size_fits(name, taps)
    roles = CELLS[name].required() | ({Role.PEEPHOLE} if peepholes else set())
    own = options.own_sizes(size, name, CELLS[name].own_symbols(roles))
    sizes = Sizes(input_size, hidden_size, projection, taps, 2 if bidirectional else 1, own)
    spec = LayerSpec(name, sizes, levels, bias=not no_bias, peepholes=peepholes)
    with reporting():
        known = conventions_of(name)
    show(FORMULA_SHEET, FormulaSheet(spec, tuple(known)))


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


COMMANDS = (count, rules, rule, readers, cells)
