"""Layers counted without a file, whose counts can print themselves."""

from __future__ import annotations

from rnninspect import counting
from rnninspect.api.shown import Shown
from rnninspect.cells import CELLS
from rnninspect.cells.asking import SizeError
from rnninspect.cells.naming import cell_named, similar_names
from rnninspect.counting import Asked, count_asked
from rnninspect.render import FORMULA_SHEET, SIZE_SHEET
from rnninspect.wording.nearest import suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnninspect.render import Formats


class GatedCount(Shown, counting.GatedCount):
    """A layer of a gated cell (RNN, GRU, LSTM, …), counted by each framework's `conventions`.

    `state_elements`, `multiply_adds` (of one step) and `equations` are those of all its levels.
    """

    __slots__ = ()

    def _formats(self) -> Formats:
        return FORMULA_SHEET

    def __repr__(self) -> str:
        counts = (f"{one.name} {one.parameters:,}" for one in self.conventions if one.parameters)
        return f"<GatedCount {self.spec.cell}: {', '.join(counts)}>"


class SizedCount(Shown, counting.SizedCount):
    """Layers of a cell that brings sizes of its own (Mamba, RWKV, …), whose count is one number.

    It has `parameters`, `formula`, `state_elements`, `multiply_adds` (of one step), `equations`.
    """

    __slots__ = ()

    def _formats(self) -> Formats:
        return SIZE_SHEET

    def __repr__(self) -> str:
        return f"<SizedCount {self.cell.name}: {self.formula} = {self.parameters:,} parameters>"


def count(  # noqa: PLR0913 - what a layer may have
    cell: str,
    *,
    layers: int = 1,
    bidirectional: bool = False,
    bias: bool = True,
    peepholes: bool = False,
    kernel_size: int | Sequence[int] = (),
    including: Sequence[str] = (),
    without: Sequence[str] = (),
    **sizes: int,
) -> GatedCount | SizedCount:
    """Count a layer without a file, as `rnninspect count` does; parameters are elements.

    A gated cell gives a `GatedCount`, with a count for each convention; others a `SizedCount`.

    Args:
        cell: as people write it: `lstm`, `GRU`, `mamba2`; `rnninspect cells` lists them.
        layers: levels of a stack, or equal layers.
        bidirectional: whether there are two directions.
        bias: whether it has biases.
        peepholes: whether an LSTM has peepholes.
        kernel_size: taps of a convolution, by axis.
        including: weights that layers of the cell mostly lack, by role.
        without: weights that they mostly have.
        sizes: in units, by name (`input_size`, `d_model`) or by the formula's symbol (`B`).

    Raises:
        SizeError: there is no such cell, or a size is missing, unknown or contradicts another.
        PluginError: an installed reader is broken.

    Example:
        >>> from rnninspect import count
        >>> {one.parameters for one in count("lstm", input_size=3, hidden_size=2).conventions}
        {48, 56}
        >>> count("mamba", d_model=768, d_state=16, expand=2).parameters
        3770880
    """
    asked = Asked({}, layers, (), bidirectional, bias, peepholes, (*including,), (*without,))
    return _counted(cell, asked, kernel_size, sizes)


def _counted(
    cell: str, asked: Asked, kernel_size: int | Sequence[int], sizes: Mapping[str, int]
) -> GatedCount | SizedCount:
    name = cell_named(cell)
    if name is None:
        raise SizeError(f"no cell {cell!r}{suggestion(similar_names(cell))}")
    asked = asked._replace(
        sizes={name.replace("_", "-"): size for name, size in sizes.items()},
        kernel_size=(kernel_size,) if isinstance(kernel_size, int) else tuple(kernel_size),
    )
    found = count_asked(CELLS[name], asked)
    return GatedCount(*found) if isinstance(found, counting.GatedCount) else SizedCount(*found)
