"""The multiply-adds of one step: products of matrices and convolutions, and those on a state.

Counted are, for one sequence and all directions,

* each element of a weight that is the matrix of a product or a convolution over time, once, as the
  sum over m inputs and n units takes n·m of them: 4(nm + n²) of an LSTM;
* what a state that is a matrix, or one for each head, costs beside these, as the entry of the cell
  says: its decay, what is added to it, and its reading are one each for each of its elements, so
  that Mamba has 3·E·N and RWKV-7, whose delta rule reads and changes it twice more, 5·S·d.

Not counted are products of vectors (biases, gates, peepholes, decays, gains of a normalisation) and
activations, which are fewer by a factor of the width: as in Kaplan et al., Scaling Laws for Neural
Language Models (2020), section 2.1, and unlike torchinfo, which counts each parameter once.
A convolution over maps takes as many at each position of its output.
"""

from __future__ import annotations

from rnninspect.cells.products import known_sum
from rnninspect.cells.symbols import Role, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from rnninspect.cells.symbols import Cell, Sizes, Weight

_MASKS = frozenset({Role.MASK, Role.RECURRENT_MASK})
_NO_SIZES = frozenset({Symbol.GATES, Symbol.PLACES})
_SOLVED = frozenset({"LTC"})  # by several substeps, whose number no weight says


def multiply_adds(cell: Cell, roles: Collection[Role], sizes: Sizes) -> int | None:
    """Multiply-adds of one step of a layer with these weights; None if they are not known."""
    if cell.work is None or cell.name in _SOLVED:
        return None
    on_state = known_sum(cell.work, dict(sizes.own))
    if on_state is None:
        return None
    products = (
        cell.parameters(weight.role, sizes)
        for weight in cell.weights
        if weight.role in roles and multiplies(cell, weight)
    )
    return sizes.directions * (sum(products) + on_state)


def multiplies(cell: Cell, weight: Weight) -> bool:
    """Whether a weight is the matrix of a product or a convolution: it has two sizes and more."""
    if cell.symbols:
        return weight.multiplies
    sizes = [each for each in weight.factors if isinstance(each, Symbol) and each not in _NO_SIZES]
    return weight.role not in _MASKS and len(sizes) > 1
