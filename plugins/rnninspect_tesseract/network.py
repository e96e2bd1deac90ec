"""A network as it is written: kinds, sizes and matrices, whose elements are not read.

Sources: lstm/network.cpp, plumbing.cpp, lstm.cpp, fullyconnected.cpp and weightmatrix.cpp of
Tesseract 5, in which each class writes itself.
"""

from __future__ import annotations

import struct
from math import ceil, log2

from rnninspect.decode.cursor import Cursor
from rnninspect.plugin import Limit, Record, UnreadableFile
from rnninspect_tesseract.types import (
    CELLS,
    CONNECTED,
    CONTAINERS,
    INPUT,
    KINDS,
    SCALED,
    WITH_OUTPUT,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from rnninspect.plugin import Source

_DEEPEST = 32
_MOST_PARTS = 10_000
_LONGEST_NAME = 1000
_STEPS_OF_A_NETWORK = 40
_LAYER_RATES = 64  # a flag: a learning rate for each part follows
_INT8, _ADAM, _DOUBLE = 1, 4, 128  # flags of a matrix
_GATES = ("candidate", "input", "forget", "output", "forget of the second axis")
_BINARY = "LSTMBinarySoftmax"


class Matrix(Record):
    """A matrix of weights: a row for each output, whose last element is its bias.

    Attributes:
        shape: rows and columns.
        dtype: the element type.
        offset: where it starts in the network, in bytes.
        bytes: those of its elements.
        scales: numbers by which the rows of an int8 matrix are scaled.
        others: elements that are kept for training alone.
        other_bytes: bytes of each of these numbers.
    """

    shape: tuple[int, int]
    dtype: str
    offset: int
    bytes: int
    scales: int = 0
    others: int = 0
    other_bytes: int = 8


class Network(Record):
    """A network and what it is made of.

    Attributes:
        kind: its class, `Series`.
        name: its name in the network's specification, `Lfx96`.
        inputs, outputs: their numbers, as declared.
        weights: parameters in all of it, as declared.
        parts: the networks in it.
        matrices: its own matrices by what they are for.
    """

    kind: str
    name: str
    inputs: int
    outputs: int
    weights: int
    parts: tuple[Network, ...] = ()
    matrices: tuple[tuple[str, Matrix], ...] = ()


class Writing:
    """Reads a network as its classes write themselves, one inside the other."""

    def __init__(self, source: Source, order: str) -> None:
        self.cursor = Cursor(source)
        self.networks = 0
        self._order: Literal["little", "big"] = "little" if order == "<" else "big"
        self._head = struct.Struct(f"{order}4i")  # flags, inputs, outputs, weights

    def network(self, depth: int = 0) -> Network:
        """The network at the cursor.

        Raises:
            UnreadableFile: truncated, nested too deeply, or of an unknown kind.
            RefusedFile: a limit would be exceeded.
        """
        cursor, at = self.cursor, self.cursor.offset
        cursor.source.spend(Limit.STEPS, _STEPS_OF_A_NETWORK)
        self.networks += 1
        if depth > _DEEPEST or self.networks > _MOST_PARTS:
            raise UnreadableFile(
                f"too many networks in each other at offset {at}", place=f"offset {at}"
            )
        if cursor.byte():
            raise UnreadableFile(f"no network at offset {at}", place=f"offset {at}")
        kind = self._text()
        if kind not in KINDS:
            raise UnreadableFile(
                f"unsupported kind of network at offset {at}: {kind[:40]!r}", place=f"offset {at}"
            )
        training = cursor.take(2)[0] == 1
        flags, inputs, outputs, weights = self._head.unpack(cursor.take(self._head.size))
        if min(inputs, outputs, weights) < 0:
            raise UnreadableFile(
                f"a negative size at offset {cursor.offset}", place=f"offset {cursor.offset}"
            )
        made = Network(kind, self._text(), inputs, outputs, weights)
        if kind in CONTAINERS:
            return made._replace(parts=self._parts(flags, depth))
        if kind in CELLS:
            return self._cell(made, training=training, depth=depth)
        if kind in CONNECTED:
            return made._replace(matrices=(("weights", self._matrix(training=training)),))
        cursor.take(4 * (5 if kind == INPUT else 2 if kind in SCALED else 0))
        return made

    def _word(self) -> int:
        return int.from_bytes(self.cursor.take(4), self._order)

    def _text(self) -> str:
        length = self._word()
        if length > _LONGEST_NAME:
            raise UnreadableFile(
                f"a name of {length:,} bytes at offset {self.cursor.offset}",
                place=f"offset {self.cursor.offset}",
            )
        return self.cursor.take(length).decode("utf-8", "replace")

    def _parts(self, flags: int, depth: int) -> tuple[Network, ...]:
        count = self._word()
        if count > _MOST_PARTS:
            raise UnreadableFile(
                f"too many networks in one at offset {self.cursor.offset}",
                place=f"offset {self.cursor.offset}",
            )
        parts = tuple(self.network(depth + 1) for _ in range(count))
        if flags & _LAYER_RATES:
            self.cursor.skip(4 * self._word())
        return parts

    def _cell(self, made: Network, *, training: bool, depth: int) -> Network:
        """An LSTM; one that scans two axes has a fifth gate."""
        width = self._word()  # of what its gates read
        fed = 0
        if made.kind in WITH_OUTPUT and made.outputs > 0:
            fed = ceil(log2(made.outputs)) if made.kind == _BINARY else made.outputs
        matrices = [(_GATES[0], self._matrix(training=training))]
        rows = matrices[0][1].shape[0]
        two_axes = width - fed == made.inputs + 2 * rows
        gates = _GATES[1 : 5 if two_axes else 4]
        matrices.extend((gate, self._matrix(training=training)) for gate in gates)
        parts = (self.network(depth + 1),) if made.kind in WITH_OUTPUT else ()
        return made._replace(matrices=tuple(matrices), parts=parts)

    def _matrix(self, *, training: bool) -> Matrix:
        mode = self.cursor.byte()
        new = bool(mode & _DOUBLE)
        width = 8 if new else 4
        if mode & _INT8:
            found = self._array("int8", 1)
            count = self._word()
            self.cursor.skip(count * width)
            return found._replace(scales=count, other_bytes=width)
        found = self._array(f"float{8 * width}", width)
        if not training:
            return found
        arrays = [self._array("", width) for _ in range(2 if mode & _ADAM or not new else 1)]
        others = sum(each.shape[0] * each.shape[1] for each in arrays)
        return found._replace(others=others, other_bytes=width)

    def _array(self, dtype: str, width: int) -> Matrix:
        """An array with its sizes, and the value of its empty element."""
        rows, columns = self._word(), self._word()
        self.cursor.skip(width)
        offset = self.cursor.offset
        self.cursor.skip(rows * columns * width)
        return Matrix((rows, columns), dtype, offset, rows * columns * width)
