"""Cells by the way their authors spell the names of weights: of libraries, hand-written, possible.

`remainder` selects the tensors whose names may be a cell's, before any table is loaded;
`building.describe_cells` makes layers and notes of them; `unnamed_arrays.possible_layers` looks at
lists of arrays that have no names. Cells with fixed names of their own are in `signatures`.
"""

from __future__ import annotations

from rnninspect.spellings.prefilter import remainder

__all__ = ["HAND_WRITTEN", "remainder"]

HAND_WRITTEN = "hand-written"  # the convention of cells that are not in a library
