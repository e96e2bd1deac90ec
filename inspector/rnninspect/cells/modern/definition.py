"""A cell that brings sizes of its own, as it is described in text."""

from __future__ import annotations

from rnninspect.cells.sums import parse_products, parse_sum
from rnninspect.cells.symbols import Cell, Default, Role, Weight
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

_OPTIONAL = "?"


class DescribedCell(Record):
    """A cell in text, which is parsed when the cell is asked for: a file has one or two of fifty.

    Attributes:
        name: as people call it.
        summary: a clause for people.
        sizes: its symbols with their words: `d width, E inner width`.
        weights: a line for each, `name  axis, axis`; `?` after the name where it may be absent.
        state: elements kept between steps: `E*N + E*(k-1)`.
        equations: its step, as people write it.
        width: of its sizes the one that limits on the hidden size are about.
        relations: sizes that are products of others: `E = H*P, K = H*D`.
        variant_of: the cell it is a form of.
        often: of the weights that may be absent those that a layer mostly has.
        work: multiply-adds of a step on its state, beside those of its weights; None where they
            depend on how the cell is run. See `rnninspect.cells.work`.
        apart: the weights of several axes that are no matrices of a product.
        defaults: sizes that its implementations choose where none is given, `R = d/16` rounded
            up; a name that is no symbol is a factor that people give: `E = expand*d`.
        known_as: other names, of the cell or of models that are made of it.
    """

    name: str
    summary: str
    sizes: str
    weights: str
    state: str
    equations: tuple[str, ...]
    width: str = "d"
    relations: str = ""
    variant_of: str = ""
    often: str = ""
    work: str | None = ""
    apart: str = ""
    defaults: str = ""
    known_as: str = ""

    def cell(self) -> Cell:
        """The cell."""
        lines = [line.split(None, 1) for line in self.weights.strip().splitlines()]
        symbols = (part.split(None, 1) for part in self.sizes.split(","))
        related = (part.partition("=") for part in self.relations.split(",") if part)
        return Cell(
            name=self.name,
            gates=(),
            weights=tuple(_weight(word, axes, self.apart.split()) for word, axes in lines),
            summary=self.summary,
            variant_of=self.variant_of,
            symbols=tuple((symbol, word) for symbol, word in symbols),
            width=self.width,
            state=parse_products(self.state),
            relations=tuple((symbol.strip(), parse_sum(text)) for symbol, _, text in related),
            equations=self.equations,
            often=frozenset(map(Role, self.often.split())),
            work=None if self.work is None else parse_products(self.work),
            defaults=tuple(_default(text) for text in self.defaults.split(",") if text),
            known_as=tuple(name.strip() for name in self.known_as.split(",") if name),
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
