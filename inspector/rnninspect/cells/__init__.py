"""Every recurrent cell, its weights and its formula; the one place that knows them."""

from __future__ import annotations

from rnninspect.cells.formula import Formula, count, formula, term, textbook_roles
from rnninspect.cells.sums import Sum, parse_sum
from rnninspect.cells.symbols import (
    BIASES,
    OWN,
    SHARED_ROLES,
    Cell,
    Factor,
    Role,
    Sizes,
    Symbol,
    Weight,
)
from rnninspect.cells.table import CELLS, GATE_COUNTS, convolved, every_cell

__all__ = [
    "BIASES",
    "CELLS",
    "GATE_COUNTS",
    "OWN",
    "SHARED_ROLES",
    "Cell",
    "Factor",
    "Formula",
    "Role",
    "Sizes",
    "Sum",
    "Symbol",
    "Weight",
    "convolved",
    "count",
    "every_cell",
    "formula",
    "parse_sum",
    "term",
    "textbook_roles",
]
