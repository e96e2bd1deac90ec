"""What a layer remembers between two steps: elements for one sequence.

Of a cell with sizes of its own that is the sum in its entry; what a convolution over time keeps are
its last k - 1 inputs, though some implementations store k. Of a gated cell it is h, and c if it has
one.
"""

from __future__ import annotations

from rnninspect.cells.products import known_sum
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
WITHOUT_CONVOLUTION = {"k": 1}


def state_elements(cell: Cell, sizes: Sizes) -> int | None:
    """Elements that one sequence keeps between steps, in all directions.

    A convolved state has as many positions as the input, so that its elements are known only where
    the weights say how many. None where a size that the state needs is not known.
    """
    if cell.symbols:
        return known_sum(cell.state, WITHOUT_CONVOLUTION | dict(sizes.own))
    places = dict(sizes.own).get(Symbol.PLACES.value, 0) if sizes.kernel_size else 1
    each = elements_of_a_place(cell, sizes)
    return sizes.directions * places * each if places else None


def elements_of_a_place(cell: Cell, sizes: Sizes) -> int:
    """Elements that a gated cell keeps in one direction at each position of its maps."""
    own = dict(sizes.own)
    if Symbol.MEMORY in own:  # filters over the last inputs, not a state that returns
        return own[Symbol.RANK] * own[Symbol.MEMORY] * sizes.hidden_size
    return sizes.fed_back + (sizes.hidden_size if cell.name in _WITH_MEMORY else 0)
