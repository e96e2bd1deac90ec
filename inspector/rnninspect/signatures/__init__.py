"""Cells by the names that implementations give their weights: data that every plugin can read.

`may_be_known` looks at names without loading a table; `find` then gives the modules that a
signature explains, and `layer_of` makes layers of them.
"""

from __future__ import annotations

from rnninspect.signatures.odd import may_be_known

__all__ = ["may_be_known"]
