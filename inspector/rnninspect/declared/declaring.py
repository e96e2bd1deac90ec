"""Puts declared sizes into layers, and says where the stored shapes contradict them."""

from __future__ import annotations

from rnninspect.cells import CELLS
from rnninspect.declared.claims import claims_of
from rnninspect.declared.comparing import compare
from rnninspect.declared.positions import list_of, odd_positions
from rnninspect.model import Fact, Observation, Origin
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.cells import Sizes
    from rnninspect.declared.claims import Claims
    from rnninspect.declared.comparing import Compared
    from rnninspect.declared.document import Document
    from rnninspect.model import RecurrentLayer


class Declared(Record):
    """Layers with the sizes that a configuration declares, and what is wrong with them.

    Attributes:
        layers: in their order; the same object where nothing is declared of it.
        observations: declared sizes that are impossible, or that the shapes contradict.
        applies: whether the configuration declares anything of one of the layers.
    """

    layers: tuple[RecurrentLayer, ...]
    observations: tuple[Observation, ...] = ()
    applies: bool = False


def declare(layers: Sequence[RecurrentLayer], document: Document) -> Declared:
    """Layers found by signatures, with what a configuration declares of their sizes.

    A size that no key of the file declares stays inferred, and so does one whose declaration the
    shapes contradict. The layer is declared where all of its sizes are.
    """
    for part in document.parts():
        found = _Declaring(part).declare(layers)
        if found.applies:
            return found
    return Declared(tuple(layers))


def declare_first(
    layers: Sequence[RecurrentLayer], found: Iterable[Document | Observation]
) -> Declared:
    """What the first of some configurations declares that is about these layers.

    Those that follow are not read. Notes on configurations that cannot be are kept.
    """
    notes: list[Observation] = []
    for document in found:
        if isinstance(document, Observation):
            notes.append(document)
            continue
        declared = declare(layers, document)
        if declared.applies:
            return declared._replace(observations=(*notes, *declared.observations))
    return Declared(tuple(layers), tuple(notes))


class _Declaring:
    __slots__ = ("claims", "compared", "document", "notes")

    def __init__(self, document: Document) -> None:
        self.document = document
        self.claims: dict[str, Claims | None] = {}
        self.compared: dict[tuple[str, Sizes], Compared] = {}
        self.notes: list[Observation] = []

    def declare(self, layers: Sequence[RecurrentLayer]) -> Declared:
        meant = self._meant(layers)
        fresh = tuple(self._layer(layer) if list_of(layer) in meant else layer for layer in layers)
        applies = bool(self.notes) or any(layer.declared_by for layer in fresh)
        if applies and self.document.is_whole:
            about = [layer for layer in layers if list_of(layer) in meant]
            self.notes += (
                Observation(Fact.CONTRADICTION, detail)
                for detail in odd_positions(about, self.document)
            )
        return Declared(fresh, tuple(self.notes), applies)

    def _meant(self, layers: Sequence[RecurrentLayer]) -> set[str]:
        """The lists of layers that the configuration is about.

        Where it fits all layers of a list, others are those of another part of the model, which a
        configuration of its own describes: an encoder, a tower of another kind of input.
        """
        fitting: dict[str, bool] = {}
        for layer in layers:
            if (claims := self._claims(layer.cell)) is not None:
                name, fits = list_of(layer), not self._compared(layer, claims).differences
                fitting[name] = fitting.get(name, True) and fits
        return {name for name, fits in fitting.items() if fits} or set(fitting)

    def _compared(self, layer: RecurrentLayer, claims: Claims) -> Compared:
        key = layer.cell, layer.sizes
        if key not in self.compared:
            self.compared[key] = compare(layer.cell, dict(layer.sizes.own), claims)
        return self.compared[key]

    def _layer(self, layer: RecurrentLayer) -> RecurrentLayer:
        claims = self._claims(layer.cell)
        if claims is None:
            return layer
        compared = self._compared(layer, claims)
        self.notes += (
            Observation(Fact.CONTRADICTION, detail, layer=layer.name)
            for detail in self._details(compared, claims)
        )
        return self._with(layer, compared)

    def _claims(self, cell: str) -> Claims | None:
        """The claims on a cell; None where the configuration has none."""
        if cell not in self.claims:
            dialect = self.document.dialect_of(cell) if CELLS[cell].symbols else None
            claims = claims_of(self.document, dialect) if dialect else None
            self.claims[cell] = claims if claims and (claims.claims or claims.faults) else None
        return self.claims[cell]

    def _details(self, compared: Compared, claims: Claims) -> Iterator[str]:
        place = self.document.place
        for fault in claims.faults if claims.is_strict else ():
            yield f"{place}: {fault}"
        for difference in compared.differences:
            what = f" ({difference.what})" if difference.what else ""
            yield (
                f"{place}: {difference.text} is declared as {difference.declared}, "
                f"stored {difference.stored}{what}"
            )

    def _with(self, layer: RecurrentLayer, compared: Compared) -> RecurrentLayer:
        if not compared.declared:
            return layer
        order = [symbol for symbol, _ in CELLS[layer.cell].symbols]
        own = tuple(
            (symbol, compared.sizes[symbol]) for symbol in order if symbol in compared.sizes
        )
        declared = {symbol for symbol, _ in compared.declared}
        inferred = tuple(symbol for symbol, _ in own if symbol not in declared)
        return layer._replace(
            sizes=layer.sizes._replace(own=own),
            origin=Origin.INFERRED if inferred else Origin.DECLARED,
            inferred=inferred,
            declared_in=self.document.place,
            declared_by=compared.declared,
        )
