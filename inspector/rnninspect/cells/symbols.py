"""Symbols, roles, weights and cells: the words that formulas are written in."""

from __future__ import annotations

import math

from rnninspect.cells.sums import Sum
from rnninspect.lean import StrEnum, lru_cache
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import ClassVar


class Symbol(StrEnum):
    """A size that formulas and shapes are written in."""

    GATES = "g"  # feed-forward nets inside the cell
    INPUT = "m"  # input_size
    HIDDEN = "n"  # hidden_size
    FED_BACK = "r"  # width of the fed-back state: p if projected, else n
    PROJECTION = "p"  # projection_size
    TAPS = "k"  # taps of a convolution; as an axis of a tensor, its axes one by one
    DIRECTIONS = "D"
    JOINED = "m+r"  # rows of a kernel joined from kernel and recurrent kernel, one above the other
    # Sizes that only some cells have; they are in `Sizes.own`.
    BACKBONE = "B"  # units of the net in front of a CfC's heads
    DEEPER = "l"  # layers of that net beyond its first
    OUTPUTS = "o"  # motor neurons, those of an LTC's state that it hands on
    PLACES = "s"  # positions of a convolved state, where each has a weight of its own
    RANK = "q"  # filters of an SVDF unit
    MEMORY = "T"  # inputs that an SVDF remembers


# The symbols that only some cells have, and what they count.
OWN: dict[str, str] = {
    Symbol.BACKBONE.value: "units in the backbone",
    Symbol.DEEPER.value: "backbone layers beyond the first",
    Symbol.OUTPUTS.value: "outputs",
    Symbol.PLACES.value: "positions of the state",
    Symbol.RANK.value: "rank",
    Symbol.MEMORY.value: "remembered inputs",
}


Factor = int | Symbol


class Role(str):
    """What a weight is for: a name. Cells that bring sizes of their own bring roles too.

    Equal roles are one object. The roles that several cells have are attributes of the class.
    """

    __slots__ = ()
    _known: ClassVar[dict[str, Role]] = {}
    KERNEL: ClassVar[Role]
    RECURRENT_KERNEL: ClassVar[Role]
    BIAS: ClassVar[Role]
    RECURRENT_BIAS: ClassVar[Role]
    PEEPHOLE: ClassVar[Role]
    PROJECTION: ClassVar[Role]
    PROJECTION_BIAS: ClassVar[Role]
    NORMALISATION: ClassVar[Role]  # gains and shifts of the norms inside the cell
    # Roles that only some cells have.
    BACKBONE: ClassVar[Role]  # layers of a CfC's backbone beyond the first
    BACKBONE_BIAS: ClassVar[Role]
    HEAD: ClassVar[Role]  # what a CfC makes of its backbone's output
    HEAD_BIAS: ClassVar[Role]
    MEMBRANE: ClassVar[Role]  # an LTC's leaks and capacities
    INPUT_SCALE: ClassVar[Role]
    INPUT_SHIFT: ClassVar[Role]
    OUTPUT_SCALE: ClassVar[Role]
    OUTPUT_SHIFT: ClassVar[Role]
    MASK: ClassVar[Role]  # of a sparse wiring: stored as a parameter, never trained
    RECURRENT_MASK: ClassVar[Role]
    TIME_KERNEL: ClassVar[Role]  # an SVDF's filters over the inputs that it remembers

    def __new__(cls, name: str) -> Role:  # noqa: PYI034 - one object for each name
        """The role of this name."""
        found = cls._known.get(name)
        if found is None:
            found = cls._known[name] = str.__new__(cls, name)
        return found

    @property
    def value(self) -> str:
        """Its name."""
        return str(self)


_ROLES = """
    kernel recurrent_kernel bias recurrent_bias peephole projection projection_bias
    normalisation backbone backbone_bias head head_bias membrane input_scale input_shift
    output_scale output_shift mask recurrent_mask time_kernel
"""
SHARED_ROLES = tuple(map(Role, _ROLES.split()))
for _role in SHARED_ROLES:
    setattr(Role, _role.upper(), _role)


BIASES = frozenset({Role.BIAS, Role.RECURRENT_BIAS})
# Roles that a layer always has if its cell has them.
_NEVER_OPTIONAL = frozenset(
    {
        *(Role.KERNEL, Role.RECURRENT_KERNEL, Role.NORMALISATION),
        *(Role.HEAD, Role.HEAD_BIAS, Role.MEMBRANE, Role.TIME_KERNEL),
    }
)


class Sizes(Record):
    """The values of the symbols in one layer's formula; counts of units, not bytes.

    `own` has the sizes that only this cell has, besides those of every layer. A cell that brings
    symbols of its own has all its sizes there, and 0 as input_size and hidden_size.
    """

    input_size: int
    hidden_size: int
    projection_size: int | None = None
    kernel_size: tuple[int, ...] = ()
    directions: int = 1
    own: tuple[tuple[str, int], ...] = ()

    @property
    def fed_back(self) -> int:
        """Width of the state that the cell reads again: p if projected, else n."""
        return self.hidden_size if self.projection_size is None else self.projection_size

    @property
    def taps(self) -> int:
        """Elements of the kernel's window; 1 where the cell does not convolve."""
        return math.prod(self.kernel_size)

    @property
    def joined(self) -> int:
        """Rows of a kernel joined from kernel and recurrent kernel, one above the other."""
        return self.input_size + self.fed_back

    def value(self, factor: Factor | Sum, gates: int) -> int:
        """The number that a factor means in a cell with the given number of gates."""
        return self.values((factor,), gates)[0]

    def values(self, factors: Iterable[Factor | Sum], gates: int) -> list[int]:
        """The numbers that factors mean in a cell with the given number of gates."""
        symbols, in_sums = by_symbol(self, gates), _in_sums(self, gates)
        return [
            symbols[factor]
            if isinstance(factor, Symbol)
            else factor.value(in_sums)
            if isinstance(factor, Sum)
            else factor
            for factor in factors
        ]


@lru_cache(maxsize=64)  # a layer's sizes are asked for again and again, and then the next one's
def by_symbol(sizes: Sizes, gates: int) -> dict[str, int]:
    """The number that each symbol means in a cell with this many gates; 0 where there is none."""
    return dict.fromkeys(OWN, 0) | dict(sizes.own) | _shared(sizes, gates)


@lru_cache(maxsize=64)
def _in_sums(sizes: Sizes, gates: int) -> dict[str, int]:
    """The same for a cell whose sizes are sums of its own symbols, which may be any letters."""
    return _shared(sizes, gates) | dict(sizes.own)


def _shared(sizes: Sizes, gates: int) -> dict[str, int]:
    return {
        Symbol.GATES: gates,
        Symbol.INPUT: sizes.input_size or 0,
        Symbol.HIDDEN: sizes.hidden_size or 0,
        Symbol.FED_BACK: sizes.fed_back or 0,
        Symbol.PROJECTION: sizes.projection_size or 0,
        Symbol.TAPS: sizes.taps,
        Symbol.DIRECTIONS: sizes.directions,
        Symbol.JOINED: sizes.joined,
    }


class Weight(Record):
    """One weight that a cell may have, and the sizes whose product is its count per direction.

    `optional`: whether only few layers of the cell have it, whatever others with the role do.
    `multiplies`: whether it is the matrix of a product or a convolution.
    """

    role: Role
    factors: tuple[Factor | Sum, ...]
    optional: bool = False
    multiplies: bool = False


class Default(Record):
    """A size that is chosen where none is given: `whole` over `parts`, rounded up."""

    symbol: str
    whole: Sum
    parts: Sum


class Cell(Record):
    """A step function: its gates and its weights.

    Attributes:
        name: as people call it.
        gates: of a gated cell, what each is for; others have none.
        weights: what a layer of it may have, in the order of the formula.
        summary: a clause for people.
        variant_of: the cell it is a form of.
        symbols: the sizes that a cell brings itself, with their words; then it has no others.
        width: of its own sizes the one that limits on the hidden size are about.
        state: products that add up to the elements that one sequence keeps between steps; none of
            a gated cell.
        relations: sizes that are products of others, which then need not be given.
        equations: its step, as people write it.
        often: the weights that its layers mostly have, and some lack.
        work: products that add up to the multiply-adds of a step on the state; None if unknown.
        defaults: the sizes that its implementations choose, in the order in which they do.
        known_as: other names of it, or of models that are made of it.
    """

    name: str
    gates: tuple[str, ...]
    weights: tuple[Weight, ...]
    summary: str
    variant_of: str = ""
    symbols: tuple[tuple[str, str], ...] = ()
    width: str = ""
    state: tuple[tuple[Sum, ...], ...] = ()
    relations: tuple[tuple[str, Sum], ...] = ()
    equations: tuple[str, ...] = ()
    often: frozenset[Role] = frozenset()
    work: tuple[tuple[Sum, ...], ...] | None = ()
    defaults: tuple[Default, ...] = ()
    known_as: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name

    @property
    def family(self) -> str:
        """The cell that people name it by: its own name, or that of which it is a form."""
        return self.variant_of or self.name

    def parameters(self, role: Role, sizes: Sizes) -> int:
        """Elements of one weight in one direction; KeyError if the cell has no such weight."""
        return self.counts({role}, sizes)[role]

    def counts(self, roles: Collection[Role], sizes: Sizes) -> dict[Role, int]:
        """Elements of each of these weights that the cell may have, in one direction."""
        gates = len(self.gates)
        return {
            weight.role: math.prod(sizes.values(weight.factors, gates))
            for weight in self.weights
            if weight.role in roles
        }

    def roles(self) -> frozenset[Role]:
        """All roles that a layer of this cell may have."""
        return frozenset(weight.role for weight in self.weights)

    def usual(self) -> frozenset[Role]:
        """The roles without those that only few layers of this cell have."""
        kept = frozenset(weight.role for weight in self.weights if not weight.optional)
        return kept | self.often

    def required(self) -> frozenset[Role]:
        """The roles that every layer of this cell has."""
        if self.symbols:
            return self.usual() - self.often
        return self.usual() & _NEVER_OPTIONAL

    def own_symbols(self, roles: Collection[Role]) -> tuple[str, ...]:
        """The sizes of its own that these weights are written in."""
        if self.symbols:
            return tuple(symbol for symbol, _ in self.symbols)
        factors = (
            factor for weight in self.weights if weight.role in roles for factor in weight.factors
        )
        return tuple(
            dict.fromkeys(
                factor for factor in factors if isinstance(factor, Symbol) and factor in OWN
            )
        )

    def word(self, symbol: str) -> str:
        """What one of its own sizes counts."""
        return dict(self.symbols).get(symbol) or OWN.get(symbol, symbol)
