"""Makes a cell that brings sizes of its own from a description in text."""

from __future__ import annotations

from rnninspect.cells.sums import parse_sum
from rnninspect.cells.symbols import Cell, Role, Weight

_OPTIONAL = "?"


def cell(  # noqa: PLR0913 - the parts of a cell, by keyword
    name: str,
    summary: str,
    *,
    sizes: str,
    weights: str,
    state: str,
    width: str = "d",
    relations: str = "",
    equations: tuple[str, ...],
    variant_of: str = "",
) -> Cell:
    """A cell from text.

    Args:
        name: as people call it.
        summary: a clause for people.
        sizes: its symbols with their words: `d width, E inner width`.
        weights: a line for each, `name  axis, axis`; `?` after the name where it may be absent.
        width: of its sizes the one that limits on the hidden size are about.
        state: elements kept between steps: `E*N + E*k - E`.
        relations: sizes that are products of others: `E = H*P, K = H*D`.
        equations: its step, as people write it.
        variant_of: the cell it is a form of.
    """
    lines = [line.split(None, 1) for line in weights.strip().splitlines()]
    symbols = (part.split(None, 1) for part in sizes.split(","))
    related = (part.partition("=") for part in relations.split(",") if part)
    return Cell(
        name=name,
        gates=(),
        weights=tuple(_weight(word, axes) for word, axes in lines),
        summary=summary,
        variant_of=variant_of,
        symbols=tuple((symbol, word) for symbol, word in symbols),
        width=width,
        state=parse_sum(state),
        relations=tuple((symbol.strip(), parse_sum(text)) for symbol, _, text in related),
        equations=equations,
    )


def _weight(word: str, axes: str) -> Weight:
    sums = tuple(parse_sum(axis) for axis in axes.split(","))
    return Weight(Role(word.rstrip(_OPTIONAL)), sums, optional=word.endswith(_OPTIONAL))
