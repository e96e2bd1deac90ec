"""The sizes of a cell by the names that people give them, and those that follow from others."""

from __future__ import annotations

from rnninspect.cells.sums import Sum
from rnninspect.errors import RnnInspectError
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from rnninspect.cells.symbols import Cell, Default, Role

# The names of sizes in mamba_ssm, flash-linear-attention, transformers and xlstm, by our words.
# A size with a word that is not here has that word as its name.
_NAMES = {
    "width": ("d-model",),
    "features": ("d-model",),
    "inner width": ("d-inner",),
    "state": ("d-state",),
    "complex states": ("d-state",),
    "states of the first": ("d-shift",),
    "taps": ("d-conv", "conv-size"),
    "taps of each axis": ("d-conv", "conv-size"),
    "rank of Δ": ("dt-rank",),
    "heads": ("num-heads", "n-heads"),
    "head size": ("head-size", "headdim", "head-dim"),
    "groups": ("n-groups", "num-groups"),
    "groups × state": ("groups-by-state",),
    "width of keys": ("key-dim",),
    "width of values": ("value-dim",),
    "width of queries": ("query-dim",),
    "width of the output": ("output-dim",),
    "key heads": ("num-key-heads", "n-key-heads"),
    "key size": ("head-k-dim", "key-head-dim"),
    "value size": ("head-v-dim", "value-head-dim"),
    "attention width": ("attention-dim",),
    "recurrent width": ("lru-width",),
    "width of forget gates": ("forget-dim",),
    "blocks": ("num-blocks", "n-blocks"),
    "rank of decay": ("decay-rank",),
    "rank of mixing": ("mix-rank",),
    "rank of learning rate": ("rate-rank",),
    "rank of gate": ("gate-rank",),
    "rank of value": ("value-rank",),
    "inputs": ("input-size",),
    "units": ("hidden-size",),
    "hidden units": ("hidden-size",),
    "order of memory": ("order",),
    "dimensions of memory": ("memory-d",),
    "inputs and hidden outputs": ("memory-inputs",),
    "projections of each": ("projections",),
    "projected": ("projection-size",),
    "inputs × window": ("inputs-by-window",),
    "units × projections": ("units-by-projections",),
}


class AskedSize(Record):
    """A size that a cell asks for: its symbol or factor, its names, and what it counts."""

    symbol: str
    names: tuple[str, ...]
    word: str


class Answer(Record):
    """All sizes of a layer by symbol, and the symbols of those that were chosen by default."""

    sizes: dict[str, int]
    chosen: tuple[str, ...]


class SizeError(RnnInspectError):
    """What is asked to be counted is no layer: a size is missing, unknown, or contradicts another.

    Args:
        template: the message, with `{}` for each name.
        names: names of sizes and options, as `asked_sizes` has them: `d-model`.
    """

    def __init__(self, template: str, *names: str) -> None:
        self.template, self.names = template, names
        super().__init__(self.spelled(lambda name: name.replace("-", "_")))

    def spelled(self, spell: Callable[[str], str]) -> str:
        """The message with names as a caller writes them; as keywords in the exception's text."""
        return self.template.format(*map(spell, self.names)) if self.names else self.template


def asked_sizes(cell: Cell) -> tuple[AskedSize, ...]:
    """What a cell with sizes of its own asks for: its symbols, and the factors of defaults."""
    known = dict(cell.symbols)
    asked = [
        AskedSize(symbol, _NAMES.get(word, (word.replace(" ", "-"),)), word)
        for symbol, word in cell.symbols
    ]
    for default in cell.defaults:
        if default.symbol not in known:
            owner = next(each for each in cell.defaults if default.symbol in each.whole.symbols())
            word = f"{known[owner.symbol]} as a multiple"
            asked.append(AskedSize(default.symbol, (default.symbol,), word))
    return tuple(asked)


def answer(cell: Cell, roles: Collection[Role], given: Mapping[str, int]) -> Answer:
    """The sizes of a layer with these weights from those that are given, by symbol or factor.

    Raises:
        SizeError: a size that the formula needs is missing, or two contradict each other.
    """
    sizes = dict(given)
    chosen: list[str] = []
    while _relate(cell, sizes) or _choose(cell, sizes, chosen):
        pass
    missing = _missing(cell, roles, sizes)
    if missing:
        listed = ", ".join(f"{{}} ({each.word})" for each in missing)
        raise SizeError(f"{cell.name} needs {listed}", *(each.names[0] for each in missing))
    _check(cell, sizes, given)
    own = {symbol: sizes[symbol] for symbol, _ in cell.symbols if symbol in sizes}
    factors = given.keys() - dict(cell.symbols).keys()
    follow = {each.symbol for each in cell.defaults if factors & each.whole.symbols()}
    return Answer(own, tuple(each for each in chosen if each in own and each not in follow))


def _missing(
    cell: Cell, roles: Collection[Role], sizes: Mapping[str, int]
) -> tuple[AskedSize, ...]:
    """The sizes to ask for: in place of a product the factors of it that are not known."""
    needed = {
        symbol
        for weight in cell.weights
        if weight.role in roles
        for factor in weight.factors
        if isinstance(factor, Sum)
        for symbol in factor.symbols()
    }
    for symbol, product in reversed(cell.relations):
        if symbol in needed - sizes.keys():
            needed = (needed - {symbol}) | product.symbols()
    return tuple(each for each in asked_sizes(cell) if each.symbol in needed - sizes.keys())


def _relate(cell: Cell, sizes: dict[str, int]) -> bool:
    """Add the sizes that are products of known ones, or the factor of one that is missing."""
    before = len(sizes)
    for symbol, product in cell.relations:
        unknown = product.symbols() - sizes.keys()
        if not unknown:
            sizes.setdefault(symbol, product.value(sizes))
        elif symbol in sizes and len(unknown) == 1:
            (factor,) = unknown
            others = product.value({**sizes, factor: 1})
            if sizes[symbol] % others:
                words = f"{{}} {sizes[symbol]:,} is not a multiple of {others:,}"
                text = f"{words}: {symbol} = {product.spelled(str, '·')}"
                raise SizeError(text, _name(cell, symbol))
            sizes[factor] = sizes[symbol] // others
    return len(sizes) > before


def _choose(cell: Cell, sizes: dict[str, int], chosen: list[str]) -> bool:
    """Add the first size that is chosen by default and is not known."""
    for default in _open(cell, sizes):
        sizes[default.symbol] = _value(default, sizes)
        chosen.append(default.symbol)
        return True
    return False


def _open(cell: Cell, sizes: Mapping[str, int]) -> Iterator[Default]:
    factors = {each.symbol for each in cell.defaults} - dict(cell.symbols).keys()
    for default in cell.defaults:
        needs = default.whole.symbols() | default.parts.symbols()
        if default.symbol in sizes or needs - sizes.keys():
            continue
        if default.symbol not in factors or _wanted(cell, default.symbol, sizes):
            yield default


def _wanted(cell: Cell, factor: str, sizes: Mapping[str, int]) -> bool:
    """Whether the size that a factor is for is still open, and nothing else is in its way."""
    owner = next(each for each in cell.defaults if factor in each.whole.symbols())
    return owner.symbol not in sizes


def _value(default: Default, sizes: Mapping[str, int]) -> int:
    return -(-default.whole.value(sizes) // default.parts.value(sizes))


def _check(cell: Cell, sizes: Mapping[str, int], given: Mapping[str, int]) -> None:
    for symbol, product in cell.relations:
        if product.symbols() <= sizes.keys() and sizes[symbol] != product.value(sizes):
            _contradict(cell, symbol, sizes[symbol], product, product.value(sizes))
    for default in cell.defaults:
        factors = default.whole.symbols() - dict(cell.symbols).keys()
        if factors and factors <= given.keys() and sizes[default.symbol] != _value(default, sizes):
            value = _value(default, sizes)
            _contradict(cell, default.symbol, sizes[default.symbol], default.whole, value)


def _contradict(cell: Cell, symbol: str, number: int, product: Sum, value: int) -> None:
    text = product.spelled(str, "·")
    message = f"{{}} {number:,} contradicts {symbol} = {text} = {value:,}"
    raise SizeError(message, _name(cell, symbol))


def _name(cell: Cell, symbol: str) -> str:
    return next(each.names[0] for each in asked_sizes(cell) if each.symbol == symbol)
