"""The linear layers of a blob: which arrays each has, its sizes, and what is stored of sparse ones.

Sources: linear_init and find_idx_check in dnn/parse_lpcnet_weights.c, compute_linear in
dnn/nnet_arch.h. A sparse matrix is stored in blocks of 8 outputs and 4 inputs; its index has, for
each 8 outputs, the number of blocks and the first input of each. Its diagonal may be kept apart.
"""

from __future__ import annotations

from math import isqrt
from struct import unpack

from rnninspect.lean import Counter
from rnninspect.plugin import Limit, Purpose, Record, StoredTensor, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rnninspect.plugin import Source
    from rnninspect_audio.records import Array

FLOAT, INT8, INDEX, DIAGONAL = "weights_float", "weights_int8", "weights_idx", "weights_diag"
BIAS, SUBIAS, SCALE = "bias", "subias", "scale"
_WORDS = (FLOAT, INT8, INDEX, DIAGONAL, SUBIAS, BIAS, SCALE)
_AUXILIARY = frozenset({INDEX, SUBIAS, SCALE})
_OF_OUTPUTS = (SUBIAS, SCALE, DIAGONAL)  # arrays of an element for each
_ROWS, _COLUMNS = 8, 4  # of a block
_GATES = 3
_BYTES_IN_A_STEP = _WIDTH = 4  # a number of an index


class Linear(Record):
    """A linear layer.

    Attributes:
        name: what the names of its arrays begin with, `gru1_input`.
        arrays: its arrays by the rest of their names.
        lengths: what its arrays say of its outputs, one number each; none of a dense float matrix.
        outputs: what most of them say; 0 if nothing does.
        rows: of a sparse matrix the outputs that its index lists.
        columns: of a sparse matrix the inputs up to the last that is used; 0 of a dense one.
        blocks: of a sparse matrix how many blocks its index lists.
    """

    name: str
    arrays: Mapping[str, Array]
    lengths: tuple[int, ...] = ()
    outputs: int = 0
    rows: int = 0
    columns: int = 0
    blocks: int = 0

    @property
    def matrix(self) -> Array | None:
        """The weights that programs compute with: in float, if they are stored so."""
        return self.arrays.get(FLOAT) or self.arrays.get(INT8)

    @property
    def inputs(self) -> int:
        """How many inputs it has; 0 if its weights are no whole number of columns."""
        if self.columns or self.matrix is None or not self.outputs:
            return self.columns
        return 0 if self.matrix.length % self.outputs else self.matrix.length // self.outputs


def split_name(name: str) -> tuple[str, str]:
    """The layer and the rest of an array's name; the rest is empty if it belongs to no layer."""
    for word in _WORDS:
        if name.endswith(f"_{word}"):
            return name[: -len(word) - 1], word
    return name, ""


def linear_layers(source: Source, arrays: Iterable[Array]) -> dict[str, Linear]:
    """The layers by their names; the indices of sparse ones are read."""
    named: dict[str, dict[str, Array]] = {}
    for each in arrays:
        layer, word = split_name(each.name)
        named.setdefault(layer, {}).setdefault(word, each)  # the first of two counts
    return {name: _sized(source, Linear(name, own)) for name, own in named.items()}


def _sized(source: Source, layer: Linear) -> Linear:
    own, rows, blocks, columns = layer.arrays, 0, 0, 0
    lengths = [own[word].length for word in (BIAS, *_OF_OUTPUTS) if word in own]
    if INDEX in own:
        rows, blocks, columns = _index(source, own[INDEX])
        lengths.append(rows)
    elif layer.name.endswith("_recurrent") and layer.matrix:
        units = isqrt(layer.matrix.length // _GATES)
        lengths += [_GATES * units] * (_GATES * units * units == layer.matrix.length)
    return layer._replace(
        lengths=tuple(lengths),
        outputs=commonest(lengths),
        rows=rows,
        columns=columns,
        blocks=blocks,
    )


def faults_of(layer: Linear) -> Iterator[str]:
    """What contradicts itself in a layer, but for its weights and its bias: a clause for each."""
    own, size = layer.arrays, _ROWS * _COLUMNS
    for word in _OF_OUTPUTS:
        if word in own and own[word].length != layer.outputs:
            yield f"{own[word].length:,} elements in {word}, and {layer.outputs:,} outputs"
    if INDEX in own and layer.rows != layer.outputs:
        yield f"its index has {layer.rows:,} rows of {layer.outputs:,}"
    for word in (FLOAT, INT8):
        if INDEX in own and word in own and own[word].length != layer.blocks * size:
            listed = f"{layer.blocks:,} blocks of {size}"
            yield f"its index lists {listed}, {word} has {own[word].length:,} elements"
    if FLOAT in own and INT8 in own and own[FLOAT].length != own[INT8].length:
        yield f"{own[FLOAT].length:,} weights in float, {own[INT8].length:,} in int8"


def commonest(numbers: Iterable[int]) -> int:
    """The number that is there most often, of several the first; 0 if there is none."""
    return next((number for number, _ in Counter(numbers).most_common(1)), 0)


def _index(source: Source, index: Array) -> tuple[int, int, int]:
    """Rows, blocks and columns that the index of a sparse matrix lists.

    Raises:
        UnreadableFile: it ends within a row, or has an input that no block starts at.
        RefusedFile: a limit is exceeded.
    """
    source.limits.require(Limit.HEADER_BYTES, index.bytes, index.name)
    source.spend(Limit.STEPS, index.bytes // _BYTES_IN_A_STEP)
    numbers = unpack(f"<{index.length}i", source.read(index.start, index.bytes))
    at = rows = blocks = columns = 0
    while at < len(numbers):
        count = numbers[at]
        inputs = numbers[at + 1 : at + 1 + max(count, 0)]
        if count < 0 or len(inputs) < count or any(each % _COLUMNS for each in inputs):
            place = f"offset {index.start + at * _WIDTH}"
            raise UnreadableFile(f"{index.name}: malformed row at {place}", place=place)
        if count and min(inputs) < 0:
            place = f"offset {index.start + at * _WIDTH}"
            raise UnreadableFile(f"{index.name}: a negative input at {place}", place=place)
        columns = max(columns, max(inputs, default=-_COLUMNS) + _COLUMNS)
        at, rows, blocks = at + 1 + count, rows + _ROWS, blocks + count
    return rows, blocks, columns


def stored_tensors(layer: Linear, inputs: int) -> dict[str, StoredTensor]:
    """Its arrays as stored tensors: a matrix by its whole size, if it has one, each once.

    Args:
        layer: the layer.
        inputs: how many inputs it has; 0 leaves its weights flat.
    """
    return {word: _stored(layer, word, each, inputs) for word, each in layer.arrays.items()}


def _stored(layer: Linear, word: str, each: Array, inputs: int) -> StoredTensor:
    shape: tuple[int, ...] = (each.length,)
    is_sparse = INDEX in layer.arrays
    elements = inputs * layer.outputs
    if word in (FLOAT, INT8) and elements and (is_sparse or elements == each.length):
        shape = (inputs, layer.outputs)
    purpose = Purpose.PARAMETER
    if word in _AUXILIARY:
        purpose = Purpose.QUANTISATION
    elif word == INT8 and FLOAT in layer.arrays:
        purpose = Purpose.COPY  # programs compute with the other
    return StoredTensor(
        each.name,
        shape,
        each.dtype,
        each.bytes,
        str(each.start),
        purpose,
        elements=0 if word == DIAGONAL and is_sparse else None,  # the matrix's size counts them
        held_bytes=each.bytes,
    )
