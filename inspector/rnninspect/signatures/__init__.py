"""Cells by the names that implementations give their weights: data that every reader uses.

`known_layers` describes the layers among the tensors of a file; `may_be_known` looks at their names
without loading a table. Inside, `matching.find` gives the modules that a signature explains, and
`layers.layer_of` makes layers of them.
"""

from __future__ import annotations

from rnninspect.signatures.describing import known_layers
from rnninspect.signatures.odd import may_be_known

__all__ = ["known_layers", "may_be_known"]
