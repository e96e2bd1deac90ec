"""Every recurrent cell, its weights and its formula; the one place that knows them."""

from __future__ import annotations

from rnninspect.cells.formula import Formula, count, formula, term, textbook_roles
from rnninspect.cells.symbols import (
    BIASES,
    OWN,
    Cell,
    Factor,
    Role,
    Sizes,
    Symbol,
    Weight,
)
from rnninspect.cells.table import CELLS, GATE_COUNTS

__all__ = [
    "BIASES",
    "CELLS",
    "GATE_COUNTS",
    "OWN",
    "Cell",
    "Factor",
    "Formula",
    "Role",
    "Sizes",
    "Symbol",
    "Weight",
    "count",
    "formula",
    "term",
    "textbook_roles",
]
