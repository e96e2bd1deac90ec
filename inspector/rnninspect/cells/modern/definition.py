"""Makes a cell that brings sizes of its own from a description in text.

The parts of the description:
    name: as people call it.
    summary: a clause for people.
    sizes: its symbols with their words: `d width, E inner width`.
    weights: a line for each, `name  axis, axis`; `?` after the name where it may be absent.
    width: of its sizes the one that limits on the hidden size are about.
    state: elements kept between steps: `E*N + E*(k-1)`.
    relations: sizes that are products of others: `E = H*P, K = H*D`.
    equations: its step, as people write it.
    variant_of: the cell it is a form of.
    often: of the weights that may be absent those that a layer mostly has.
    work: multiply-adds of a step on its state, beside those of its weights; None where they
        depend on how the cell is run. See `rnninspect.cells.work`.
    defaults: sizes that its implementations choose where none is given, `R = d/16` rounded up;
        a name that is no symbol is a factor that people give: `E = expand*d`.
    known_as: other names, of the cell or of models that are made of it.
    apart: the weights of several axes that are no matrices of a product.
"""

from __future__ import annotations

from rnninspect.cells.sums import parse_products, parse_sum
from rnninspect.cells.symbols import Cell, Default, Role, Weight

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

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
    often: str = "",
    work: str | None = "",
    apart: str = "",
    defaults: str = "",
    known_as: str = "",
) -> Cell:
    """A cell from text; its parts are described above."""
    lines = [line.split(None, 1) for line in weights.strip().splitlines()]
    symbols = (part.split(None, 1) for part in sizes.split(","))
    related = (part.partition("=") for part in relations.split(",") if part)
    return Cell(
        name=name,
        gates=(),
        weights=tuple(_weight(word, axes, apart.split()) for word, axes in lines),
        summary=summary,
        variant_of=variant_of,
        symbols=tuple((symbol, word) for symbol, word in symbols),
        width=width,
        state=parse_products(state),
        relations=tuple((symbol.strip(), parse_sum(text)) for symbol, _, text in related),
        equations=equations,
        often=frozenset(map(Role, often.split())),
        work=None if work is None else parse_products(work),
        defaults=tuple(_default(text) for text in defaults.split(",") if text),
        known_as=tuple(name.strip() for name in known_as.split(",") if name),
    )


def _default(text: str) -> Default:
    symbol, _, value = text.partition("=")
    whole, _, parts = value.partition("/")
    return Default(symbol.strip(), parse_sum(whole), parse_sum(parts or "1"))


def _weight(word: str, axes: str, apart: Collection[str]) -> Weight:
    sums = tuple(parse_sum(axis) for axis in axes.split(","))
    name = word.rstrip(_OPTIONAL)
    several = sum(bool(each.symbols()) for each in sums) > 1
    return Weight(Role(name), sums, word.endswith(_OPTIONAL), several and name not in apart)
