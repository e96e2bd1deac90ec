"""Cells by the names that people write: any case, with or without hyphens, and other names."""

from __future__ import annotations

from rnninspect.cells.table import every_cell
from rnninspect.lean import re
from rnninspect.wording.nearest import nearest

_SEPARATORS = re.compile(r"[\s_,-]+")
# Other names of gated cells; those that bring sizes of their own have theirs in their entries.
_KNOWN_AS = {
    "SimpleRNN": "RNN",
    "Elman": "RNN",
    "ConvLSTM": "ConvLSTM2D",
    "ConvGRU": "ConvGRU2D",
    "Liquid": "LTC",
    "Echo state network": "ESN",
    "Minimal gated unit": "MGU",
}


def cell_named(name: str) -> str | None:
    """The cell that a name means, as CELLS has it; None if there is none."""
    return _by_name().get(_plain(name))


def similar_names(name: str) -> list[str]:
    """The cells whose names are close to one that means none, the closest first."""
    known = _by_name()
    return list(dict.fromkeys(known[each] for each in nearest(_plain(name), known, 3)))


def _by_name() -> dict[str, str]:
    cells = every_cell()
    others = _KNOWN_AS | {other: cell.name for cell in cells.values() for other in cell.known_as}
    own = {_plain(name): name for name in cells}
    return {_plain(other): name for other, name in others.items()} | own


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name.lower())
