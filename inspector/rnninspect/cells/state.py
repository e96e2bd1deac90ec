"""What a layer remembers between two steps: elements for one sequence."""

from __future__ import annotations

from rnninspect.cells.symbols import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.cells.symbols import Cell, Sizes

# Gated cells that keep a memory c beside h.
_WITH_MEMORY = frozenset(
    {
        *("LSTM", "CIFG-LSTM", "LayerNormLSTM", "LayerNormBasicLSTM", "IndyLSTM", "NAS"),
        *("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
    }
)
# A cell that may convolve its inputs and does not keeps none of the earlier ones.
_WITHOUT_CONVOLUTION = {"k": 1}


def state_elements(cell: Cell, sizes: Sizes) -> int | None:
    """Elements that one sequence keeps between steps, in all directions.

    A convolved state has as many positions as the input, so that its elements are known only where
    the weights say how many. None where a size that the state needs is not known.
    """
    if cell.state is not None:
        own = _WITHOUT_CONVOLUTION | dict(sizes.own)
        return cell.state.value(own) if cell.state.symbols() <= own.keys() else None
    places = dict(sizes.own).get(Symbol.PLACES.value, 0) if sizes.kernel_size else 1
    if not places:
        return None
    memory = sizes.hidden_size if cell.name in _WITH_MEMORY else 0
    return sizes.directions * places * (sizes.fed_back + memory)
