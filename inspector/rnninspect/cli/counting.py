"""The subcommand that counts a layer without a file: its options are the sizes of all cells."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnninspect.cells import CELLS, Cell, Role, Sizes, every_cell
from rnninspect.cells.asking import SizeError, answer, asked_sizes
from rnninspect.cli import options, words
from rnninspect.cli.showing import reporting, show
from rnninspect.readers import conventions_of
from rnninspect.render import FORMULA_SHEET, SIZE_SHEET
from rnninspect.render.knowledge.formula_sheet import FormulaSheet, LayerSpec
from rnninspect.render.knowledge.size_sheet import SizeSheet

if TYPE_CHECKING:
    from collections.abc import Callable

_PREFIX = "size_"  # of a size in the signature of the command
_SHARED = ("input-size", "hidden-size", "projection-size")  # gated cells have these too
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one call asks for: `named` are sizes by their option, `pairs` those by symbol."""

    named: dict[str, int]
    pairs: list[str]
    levels: int
    kernel_size: str | None
    flags: frozenset[str]
    more: tuple[str, ...]
    less: tuple[str, ...]


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
            if asked.names[0] not in _SHARED:
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
    shared = {"input-size": input_size, "hidden-size": hidden_size, "projection-size": projection}
    flags = {"--bidirectional": bidirectional, "--no-bias": no_bias, "--peepholes": peepholes}
    asked = _Asked(
        named=_named(shared, own),
        pairs=size or [],
        levels=levels,
        kernel_size=kernel_size,
        flags=frozenset(flag for flag, wanted in flags.items() if wanted),
        more=tuple(with_weight or ()),
        less=tuple(without_weight or ()),
    )
    _count(CELLS[options.cell(cell)], asked, options.format_of(SIZE_SHEET, output_format))


def _named(shared: dict[str, int | None], own: dict[str, int | None]) -> dict[str, int]:
    """The sizes that are given, by the first name of their option."""
    given = shared | {
        name.removeprefix(_PREFIX).replace("_", "-"): value for name, value in own.items()
    }
    return {name: value for name, value in given.items() if value is not None}


def _count(cell: Cell, asked: _Asked, chosen: str) -> None:
    if cell.symbols:
        show(SIZE_SHEET, _size_sheet(cell, asked), chosen)
    else:
        show(FORMULA_SHEET, _formula_sheet(cell, asked), chosen)


def _formula_sheet(cell: Cell, asked: _Asked) -> FormulaSheet:
    """The sheet of a gated cell."""
    named = asked.named
    changed = [word for word, names in (("--with", asked.more), ("--without", asked.less)) if names]
    _refuse(cell, [*(f"--{name}" for name in named if name not in _SHARED), *changed])
    taps = options.kernel_size(asked.kernel_size)
    options.kernel_size_fits(cell.name, taps)
    missing = [f"--{name}" for name in ("input-size", "hidden-size") if name not in named]
    if missing:
        raise typer.BadParameter(f"{cell.name} needs {' and '.join(missing)}")
    peepholes = "--peepholes" in asked.flags
    roles = cell.required() | ({Role.PEEPHOLE} if peepholes else set())
    sizes = Sizes(
        input_size=named["input-size"],
        hidden_size=named["hidden-size"],
        projection_size=named.get("projection-size"),
        kernel_size=taps,
        directions=2 if "--bidirectional" in asked.flags else 1,
        own=options.own_sizes(asked.pairs, cell.name, cell.own_symbols(roles)),
    )
    has_bias = "--no-bias" not in asked.flags
    spec = LayerSpec(cell.name, sizes, asked.levels, bias=has_bias, peepholes=peepholes)
    with reporting():
        conventions = conventions_of(cell.name)
    return FormulaSheet(spec, tuple(conventions))


def _size_sheet(cell: Cell, asked: _Asked) -> SizeSheet:
    """The sheet of a cell that brings sizes of its own."""
    _refuse(cell, [*sorted(asked.flags), *(["--kernel-size"] if asked.kernel_size else [])])
    by_name = {name: each.symbol for each in asked_sizes(cell) for name in each.names}
    _refuse(cell, [f"--{name}" for name in asked.named if name not in by_name])
    given = {by_name[name]: value for name, value in asked.named.items()}
    given |= options.sizes_by_symbol(asked.pairs, cell.name, tuple(by_name.values()))
    usual, optional = cell.usual(), {weight.role for weight in cell.weights if weight.optional}
    for name in (*asked.more, *asked.less):
        if name not in optional:
            known = ", ".join(sorted(optional)) or "no such weight"
            raise typer.BadParameter(f"{cell.name} may have or lack {known}, not {name!r}")
    roles = (usual | set(map(Role, asked.more))) - set(asked.less)
    try:
        found = answer(cell, roles, given)
    except SizeError as error:
        raise typer.BadParameter(f"{error}; {_sizes_of(cell)}") from error
    sizes = Sizes(0, 0, own=tuple(found.sizes.items()))
    return SizeSheet(cell, roles, sizes, asked.levels, found.chosen)


def _refuse(cell: Cell, words: list[str]) -> None:
    """A usage error if options are given that the cell does not take."""
    if words:
        raise typer.BadParameter(f"{cell.name} does not take {', '.join(words)}; {_sizes_of(cell)}")


def _sizes_of(cell: Cell) -> str:
    """A clause with the options for a cell's sizes."""
    if cell.symbols:
        names = [f"--{each.names[0]}" for each in asked_sizes(cell)]
    else:
        names = ["--input-size", "--hidden-size"]
    return f"its sizes: {', '.join(names)}"


COMMANDS = (count,)
