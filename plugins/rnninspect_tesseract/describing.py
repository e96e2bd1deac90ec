"""Describes a network: an LSTM for each of its cells, and every matrix once."""

from __future__ import annotations

from rnninspect.plugin import (
    DeclaredTotals,
    Operand,
    Origin,
    Purpose,
    Record,
    RecurrentLayer,
    Role,
    SavedModel,
    Sizes,
    SkippedLayer,
    Slot,
    StoredTensor,
    Sum,
    Symbol,
    no_formula,
    parsing,
)
from rnninspect_tesseract.components import opened
from rnninspect_tesseract.framework import TESSERACT
from rnninspect_tesseract.network import Writing
from rnninspect_tesseract.types import BOTH_WAYS, CELLS, WITH_OUTPUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_tesseract.components import Found
    from rnninspect_tesseract.network import Matrix, Network

_ROLES = (Role.KERNEL, Role.RECURRENT_KERNEL, Role.BIAS)
_GATES = 4
# A row of a gate's matrix has the weights of the inputs, of the fed-back outputs, and the bias.
_ROW = Sum(((1, (Symbol.INPUT.value,)), (1, (Symbol.HIDDEN.value,)), (1, ())))


class _Cell(Record):
    """An LSTM by its path, with its tensors in the order of its gates."""

    path: str
    network: Network
    tensors: tuple[StoredTensor, ...]


def describe(source: Source, found: Found) -> SavedModel:
    """Describe a file.

    Raises:
        UnreadableFile: the network is truncated or malformed.
        UnknownFormat: the trained data have no network.
        RefusedFile: a limit is exceeded.
    """
    with parsing("Tesseract network"):
        top = Writing(opened(source, found), found.order).network()
    described = Description()
    described.add(top, top.name or top.kind)
    return SavedModel(
        format="tesseract network" if found.alone else "tesseract trained data",
        framework=TESSERACT,
        producer=found.version,
        layers=tuple(described.layers),
        tensors=tuple(described.tensors),
        skipped=tuple(described.skipped),
        declared_totals=DeclaredTotals(top.weights, None, 0, "num_weights"),
    )


class Description:
    """What was found, network by network.

    Attributes:
        layers: the LSTMs.
        skipped: cells of other kinds.
        tensors: all matrices, and the scales of quantised ones.
    """

    def __init__(self) -> None:
        self.layers: list[RecurrentLayer] = []
        self.skipped: list[SkippedLayer] = []
        self.tensors: list[StoredTensor] = []

    def add(self, network: Network, path: str) -> None:
        """Add a network and all in it."""
        cells = self._cells(network, path)
        if network.kind == BOTH_WAYS and _alike(cells):
            self.layers.append(_layer(cells, path, "ParBidiLSTM(LSTM)"))
            return
        self.layers.extend(_layer([cell], cell.path, cell.network.kind) for cell in cells)

    def _cells(self, network: Network, path: str) -> list[_Cell]:
        """The LSTMs in a network; what is in it of other kinds is added."""
        own = tuple(self._stored(f"{path}/{label}", each) for label, each in network.matrices)
        found: list[_Cell] = []
        if network.kind in CELLS:
            if network.kind in WITH_OUTPUT or len(own) != _GATES:
                two = " that scans two axes" if len(own) > _GATES else ""
                reason = no_formula(f"{network.kind}{two}")
                self.skipped.append(SkippedLayer(path, network.kind, reason, own))
            else:
                found.append(_Cell(path, network, own))
        for number, part in enumerate(network.parts):
            below = f"{path}/{part.name or f'{part.kind}{number}'}"
            if part.kind == BOTH_WAYS:
                self.add(part, below)
            else:
                found.extend(self._cells(part, below))
        return found

    def _stored(self, name: str, matrix: Matrix) -> StoredTensor:
        tensor = StoredTensor(
            name,
            matrix.shape,
            matrix.dtype,
            matrix.bytes,
            str(matrix.offset),
            needed_bytes=matrix.bytes,
            held_bytes=matrix.bytes,
        )
        self.tensors.append(tensor)
        for label, purpose, count in (
            ("scales", Purpose.QUANTISATION, matrix.scales),
            ("updates", Purpose.OPTIMIZER, matrix.others),
        ):
            if count:
                size = count * matrix.other_bytes
                kind = f"float{8 * matrix.other_bytes}"
                place = f"{matrix.offset} {label}"
                self.tensors.append(
                    StoredTensor(f"{name}/{label}", (count,), kind, size, place, purpose)
                )
        return tensor


def _alike(cells: list[_Cell]) -> bool:
    """Whether these are the two directions of one layer."""
    shapes = {tuple(tensor.shape for tensor in cell.tensors) for cell in cells}
    return len(cells) == 2 and len(shapes) == 1


def _layer(cells: list[_Cell], path: str, kind: str) -> RecurrentLayer:
    first = cells[0]
    return RecurrentLayer(
        name=path.partition("/")[2] or path,
        kind=kind,
        cell="LSTM",
        sizes=Sizes(first.network.inputs, first.network.outputs, directions=len(cells)),
        origin=Origin.DECLARED,
        convention=TESSERACT,
        roles=frozenset(_ROLES),
        operands=tuple(
            Operand(
                name=tensor.name,
                slots=tuple(Slot(direction, role) for role in _ROLES),
                axes=((Symbol.HIDDEN,), _ROW),
                shape=tensor.shape,
                tensors=(tensor,),
            )
            for direction, cell in enumerate(cells)
            for tensor in cell.tensors
        ),
        original_name=path,
    )
