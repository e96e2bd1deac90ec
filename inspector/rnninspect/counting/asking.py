"""What can be asked to be counted: a cell with its sizes, by name or symbol, and its weights."""

from __future__ import annotations

from rnninspect.cells import Cell, Role, Sizes, Symbol
from rnninspect.cells.asking import SizeError, answer, asked_sizes
from rnninspect.counting.gated import GatedCount, LayerSpec
from rnninspect.counting.sized import SizedCount
from rnninspect.readers import conventions_of
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GATED = ("input-size", "hidden-size", "projection-size")  # the names of sizes of gated cells


class Asked(Record):
    """A layer to count.

    Attributes:
        sizes: by name, as `rnninspect.cells.asking` has them (`d-model`), or by symbol.
        layers: levels of a stack, or equal layers.
        kernel_size: taps of a convolution, by axis.
        bidirectional: whether there are two directions.
        bias: whether it has biases.
        peepholes: whether it has peepholes.
        including: weights that its layers mostly lack.
        without: weights that its layers mostly have.
    """

    sizes: Mapping[str, int]
    layers: int = 1
    kernel_size: tuple[int, ...] = ()
    bidirectional: bool = False
    bias: bool = True
    peepholes: bool = False
    including: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def count_asked(cell: Cell, asked: Asked) -> GatedCount | SizedCount:
    """Count a layer without a file.

    Raises:
        SizeError: a size is missing, unknown or contradicts another.
        PluginError: an installed reader fails, or names what the cell cannot have.
    """
    for name, size in {**asked.sizes, "layers": asked.layers}.items():
        if size < 1:
            raise SizeError(f"{{}} is {size}, not a positive number", name)
    return _sized(cell, asked) if cell.symbols else _gated(cell, asked)


def _gated(cell: Cell, asked: Asked) -> GatedCount:
    roles = cell.required() | ({Role.PEEPHOLE} if asked.peepholes else set())
    own = cell.own_symbols(roles)
    refused = [name for name in asked.sizes if name not in (*GATED, *own)]
    changed = {"with": asked.including, "without": asked.without}
    _refuse(cell, [*refused, *(word for word, names in changed.items() if names)])
    _require_taps(cell, asked.kernel_size)
    _require(cell, [name for name in GATED[:2] if name not in asked.sizes])
    for symbol in own:
        if symbol not in asked.sizes:
            raise SizeError(f"{cell.name} needs {{}}: {cell.word(symbol)}", symbol)
    sizes = Sizes(
        input_size=asked.sizes["input-size"],
        hidden_size=asked.sizes["hidden-size"],
        projection_size=asked.sizes.get("projection-size"),
        kernel_size=asked.kernel_size,
        directions=2 if asked.bidirectional else 1,
        own=tuple((symbol, asked.sizes[symbol]) for symbol in own),
    )
    spec = LayerSpec(cell.name, sizes, asked.layers, bias=asked.bias, peepholes=asked.peepholes)
    return GatedCount(spec, tuple(conventions_of(cell.name)))


def _require(cell: Cell, missing: list[str]) -> None:
    if missing:
        raise SizeError(f"{cell.name} needs {' and '.join(['{}'] * len(missing))}", *missing)


def _require_taps(cell: Cell, taps: tuple[int, ...]) -> None:
    """SizeError if a convolutional cell has no kernel size, or another cell has one."""
    convolves = any(Symbol.TAPS in weight.factors for weight in cell.weights)
    if convolves and not taps:
        raise SizeError(f"{cell.name} needs {{}}", "kernel-size")
    if taps and not convolves:
        raise SizeError(f"{cell.name} does not take {{}}: it has no convolution", "kernel-size")


def _sized(cell: Cell, asked: Asked) -> SizedCount:
    by_name = {name: each.symbol for each in asked_sizes(cell) for name in each.names}
    by_name |= {symbol: symbol for symbol in by_name.values()}
    flags = {
        "bidirectional": asked.bidirectional,
        "no-bias": not asked.bias,
        "peepholes": asked.peepholes,
        "kernel-size": asked.kernel_size,
    }
    _refuse(cell, [name for name, given in flags.items() if given])
    _refuse(cell, [name for name in asked.sizes if name not in by_name])
    given = {by_name[name]: size for name, size in asked.sizes.items()}
    roles = _changed(cell, asked.including, asked.without)
    try:
        found = answer(cell, roles, given)
    except SizeError as error:
        raise _with_sizes(cell, error.template, error.names) from error
    sizes = Sizes(0, 0, own=tuple(found.sizes.items()))
    return SizedCount(cell, roles, sizes, asked.layers, found.chosen)


def _changed(cell: Cell, more: Iterable[str], less: Iterable[str]) -> frozenset[Role]:
    """The usual weights of a cell with some more and without others."""
    optional = {weight.role for weight in cell.weights if weight.optional}
    for name in (*more, *less):
        if name not in optional:
            known = ", ".join(sorted(optional)) or "no such weight"
            raise SizeError(f"{cell.name} may have or lack {known}, not {name!r}")
    return (cell.usual() | set(map(Role, more))) - set(less)


def _refuse(cell: Cell, names: list[str]) -> None:
    """SizeError if something is given that the cell does not take."""
    if names:
        raise _with_sizes(
            cell, f"{cell.name} does not take {', '.join(['{}'] * len(names))}", names
        )


def _with_sizes(cell: Cell, template: str, names: Iterable[str]) -> SizeError:
    """An error that ends with the sizes that the cell asks for."""
    own = [each.names[0] for each in asked_sizes(cell)] if cell.symbols else GATED[:2]
    return SizeError(f"{template}; its sizes: {', '.join(['{}'] * len(own))}", *names, *own)
