"""Cells by the names that implementations give their weights: data that every reader uses.

`known_layers` describes the layers among the tensors of a file; `possible_layers` notes modules
with some of a cell's names and no layer; `may_be_known` looks at names before a table is loaded.
Inside, `matching.find` gives the modules that a signature explains, `layers.layer_of` makes layers.
"""

from __future__ import annotations

from rnninspect.signatures.describing import known_layers
from rnninspect.signatures.marks import possible_layers
from rnninspect.signatures.odd import may_be_known

__all__ = ["known_layers", "may_be_known", "possible_layers"]
