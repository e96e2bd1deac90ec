"""The subcommand that counts a layer without a file: its options are the sizes of all cells."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnninspect.cells import CELLS, OWN, Cell, every_cell
from rnninspect.cells.asking import SizeError, asked_sizes
from rnninspect.cli import options, words
from rnninspect.cli.showing import reporting, show
from rnninspect.counting import Asked, GatedCount, SizedCount, count_asked
from rnninspect.counting.asking import GATED
from rnninspect.render import FORMULA_SHEET, SIZE_SHEET

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_PREFIX = "size_"  # of a size in the signature of the command
Name = Annotated[
    str,
    typer.Argument(metavar="CELL", help="See `rnninspect cells`.", autocompletion=words.cells),
]
InputSize = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="m, the size of the input.")
]
HiddenSize = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="n, the size of the state.")
]
Levels = Annotated[
    int, typer.Option("--levels", "--layers", min=1, metavar="N", help="Levels of the stack.")
]
Projection = Annotated[
    int | None,
    typer.Option(
        "--projection", "--projection-size", min=1, metavar="N", help="p, the projected size."
    ),
]
KernelSize = Annotated[str | None, typer.Option(help="For a ConvLSTM or ConvGRU, such as 3x3.")]
Size = Annotated[
    list[str] | None,
    typer.Option(metavar="SYMBOL=NUMBER", help="A size by its symbol, such as B=128."),
]
Bidirectional = Annotated[bool, typer.Option("--bidirectional", help="Two directions.")]
NoBias = Annotated[bool, typer.Option("--no-bias", help="Without biases.")]
Peepholes = Annotated[bool, typer.Option("--peepholes", help="With peepholes.")]
With = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="WEIGHT", help="A weight that its layers mostly lack."),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="WEIGHT", help="A weight that its layers mostly have."),
]


def _with_sizes(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each size of any cell; typer reads the signature."""
    signature = inspect.signature(command, eval_str=True)
    own = [part for part in signature.parameters.values() if part.kind is not part.VAR_KEYWORD]
    more = [
        inspect.Parameter(
            _field(names), inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind
        )
        for names, words in _own_options().items()
        for kind in [_option(names, words)]
    ]
    command.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined] # mypy knows no such attribute of a function
    return command


def _own_options() -> dict[tuple[str, ...], list[str]]:
    """The names of all sizes that only some cells have, with what they count."""
    known: dict[tuple[str, ...], list[str]] = {}
    for cell in every_cell().values():
        for asked in asked_sizes(cell):
            if asked.names[0] not in GATED:
                words = known.setdefault(asked.names, [])
                words.extend([asked.word] if asked.word not in words else [])
    return known


def _field(names: tuple[str, ...]) -> str:
    return f"{_PREFIX}{names[0].replace('-', '_')}"


def _option(names: tuple[str, ...], words: list[str]) -> Any:  # noqa: ANN401 - an annotation
    option = typer.Option(
        *(f"--{name}" for name in names), min=1, metavar="N", help=f"{' or '.join(words)}."
    )
    return Annotated[int | None, option]


@_with_sizes
def count(  # noqa: PLR0913 - an option each
    cell: Name,
    *,
    input_size: InputSize = None,
    hidden_size: HiddenSize = None,
    levels: Levels = 1,
    projection: Projection = None,
    kernel_size: KernelSize = None,
    size: Size = None,
    bidirectional: Bidirectional = False,
    no_bias: NoBias = False,
    peepholes: Peepholes = False,
    with_weight: With = None,
    without_weight: Without = None,
    output_format: Annotated[str, options.format_option(SIZE_SHEET)] = "text",
    **own: int | None,
) -> None:
    """Count a layer without a file: parameters, state, multiply-adds.

    Each cell takes its own sizes; what its implementations choose by themselves may be left out.

    Example: rnninspect count mamba --d-model 768 --d-state 16 --expand 2
    """
    chosen = options.format_of(SIZE_SHEET, output_format)
    shared = {"input-size": input_size, "hidden-size": hidden_size, "projection-size": projection}
    by_symbol = options.sizes_by_symbol(size)
    asked = Asked(
        sizes=_named(shared, own) | by_symbol,
        layers=levels,
        kernel_size=options.kernel_size(kernel_size),
        bidirectional=bidirectional,
        bias=not no_bias,
        peepholes=peepholes,
        including=tuple(with_weight or ()),
        without=tuple(without_weight or ()),
    )
    counted = _counted(CELLS[options.cell(cell)], asked, by_symbol)
    show(FORMULA_SHEET if isinstance(counted, GatedCount) else SIZE_SHEET, counted, chosen)


def _named(shared: dict[str, int | None], own: dict[str, int | None]) -> dict[str, int]:
    """The sizes that are given, by the first name of their option."""
    given = shared | {
        name.removeprefix(_PREFIX).replace("_", "-"): value for name, value in own.items()
    }
    return {name: value for name, value in given.items() if value is not None}


def _counted(cell: Cell, asked: Asked, by_symbol: Collection[str]) -> GatedCount | SizedCount:
    """The count, or a usage error that names options."""

    def option(name: str) -> str:
        return f"--size {name}=NUMBER" if name in by_symbol or name in OWN else f"--{name}"

    with reporting():
        try:
            return count_asked(cell, asked)
        except SizeError as error:
            raise typer.BadParameter(error.spelled(option)) from error


COMMANDS = (count,)
