"""Blobs of weights as RNNoise 0.2 and Opus load them: GRUs are pairs of linear layers.

compute_generic_gru in dnn/nnet.c: gates in the order update, reset, candidate; the reset gate acts
on the recurrent product. Layers without biases (FARGAN's) have none.
"""

from __future__ import annotations

from math import prod

from rnninspect.lean import Counter, re
from rnninspect.plugin import (
    BIASES,
    Fact,
    Observation,
    Origin,
    Purpose,
    RecurrentLayer,
    Role,
    SavedModel,
    Sizes,
    SkippedLayer,
    Symbol,
    parsing,
    plural,
)
from rnninspect_audio.arrays import operand
from rnninspect_audio.framework import DNNW, OPUS, RNNOISE
from rnninspect_audio.linear import (
    BIAS,
    DIAGONAL,
    FLOAT,
    INDEX,
    INT8,
    Linear,
    commonest,
    faults_of,
    linear_layers,
    stored_tensors,
)
from rnninspect_audio.records import arrays_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from rnninspect.plugin import Axis, Operand, Source, StoredTensor

_GATES = 3
_COLUMNS: Axis = (Symbol.GATES, Symbol.HIDDEN)
_INPUT, _RECURRENT = "_input", "_recurrent"
# The weights of each half: its matrix, its bias, and the axis of its inputs.
_HALVES = {
    _INPUT: (Role.KERNEL, Role.BIAS, Symbol.INPUT),
    _RECURRENT: (Role.RECURRENT_KERNEL, Role.RECURRENT_BIAS, Symbol.HIDDEN),
}
_KERNELS = frozenset({Role.KERNEL, Role.RECURRENT_KERNEL})
_OF_RNNOISE = "vad_dense"  # a layer that no network of Opus has
_LIKE_A_CELL = re.compile(r"(.*?(?:gru|lstm|rnn)[a-z0-9]*)(?:_|$)", re.IGNORECASE)

Tensors = dict[str, dict[str, "StoredTensor"]]


def describe(source: Source) -> SavedModel:
    """Describe a file.

    Raises:
        UnreadableFile: a record, or the index of a sparse matrix, is truncated or malformed.
        RefusedFile: a limit is exceeded.
    """
    with parsing("DNNw blob"):
        arrays = tuple(arrays_in(source))
        linear = linear_layers(source, arrays)
        units = {name: _units(linear, name) for name in _pairs(linear)}
        for name, count in units.items():
            for half in _HALVES if count else ():
                whole = linear[name + half]
                linear[whole.name] = whole._replace(outputs=_GATES * count)
        tensors = {
            name: stored_tensors(layer, _inputs(layer, units)) for name, layer in linear.items()
        }
        layers = [_layer(name, linear, tensors, count) for name, count in units.items() if count]
    by_name = {each.name: each for own in tensors.values() for each in own.values()}
    taken = {each.name for layer in layers for one in layer.operands for each in one.tensors}
    return SavedModel(
        format="dnnw blob",
        framework=RNNOISE if _OF_RNNOISE in linear else OPUS,
        producer="",
        layers=tuple(layers),
        tensors=tuple(by_name.values()),
        skipped=tuple(_skipped(by_name, taken)),
        observations=tuple(_notes(linear, tensors, (each.name for each in arrays))),
    )


def _pairs(linear: Mapping[str, Linear]) -> Iterator[str]:
    """The names of cells: what an input and a recurrent layer have in common."""
    for name in linear:
        cell = name.removesuffix(_RECURRENT)
        if cell != name and cell + _INPUT in linear:
            yield cell


def _units(linear: Mapping[str, Linear], name: str) -> int:
    """The units of a cell by the outputs of both its layers; 0 if these are no three gates."""
    lengths = [length for half in _HALVES for length in linear[name + half].lengths]
    return commonest(length for length in lengths if length % _GATES == 0) // _GATES


def _inputs(layer: Linear, units: Mapping[str, int]) -> int:
    return units.get(layer.name.removesuffix(_RECURRENT), 0) or layer.inputs


def _layer(name: str, linear: Mapping[str, Linear], tensors: Tensors, units: int) -> RecurrentLayer:
    matrix = linear[name + _INPUT].matrix
    inputs = linear[name + _INPUT].inputs or (matrix.length // (_GATES * units) if matrix else 0)
    halves = [tensors[name + half] for half in _HALVES]
    return RecurrentLayer(
        name=name,
        kind="GRU",
        cell="GRU",
        sizes=Sizes(max(inputs, 1), units),
        origin=Origin.INFERRED,
        convention=DNNW,
        roles=_KERNELS | (BIASES if any(BIAS in own for own in halves) else frozenset()),
        operands=tuple(
            operand
            for own, half in zip(halves, _HALVES.values(), strict=True)
            for operand in _operands(own, *half)
        ),
        gate_order="zrg",
    )


def _operands(
    own: Mapping[str, StoredTensor], kernel: Role, bias: Role, inputs: Symbol
) -> Iterator[Operand]:
    """What fills the slots of one half of a cell."""
    matrix = own.get(FLOAT) or own.get(INT8)
    if matrix:
        parts = (matrix, own[DIAGONAL]) if DIAGONAL in own else (matrix,)
        axes = ((inputs,), _COLUMNS)
        yield operand(matrix, (kernel,), axes)._replace(tensors=parts)
    if BIAS in own:
        yield operand(own[BIAS], (bias,), (_COLUMNS,))


def _skipped(tensors: Mapping[str, StoredTensor], taken: Collection[str]) -> Iterator[SkippedLayer]:
    """Cells by their names that are no pair of layers, as of LPCNet."""
    others: dict[str, list[StoredTensor]] = {}
    for name, tensor in tensors.items():
        found = _LIKE_A_CELL.match(name)
        if found and name not in taken and tensor.purpose is Purpose.PARAMETER:
            others.setdefault(found[1], []).append(tensor)
    for name, own in others.items():
        reason = "its arrays are no pair of an input and a recurrent layer"
        yield SkippedLayer(name, "GRU", reason, tuple(own))


def _notes(
    linear: Mapping[str, Linear], tensors: Tensors, names: Iterable[str]
) -> Iterator[Observation]:
    for name, layer in linear.items():
        for fault in faults_of(layer):
            yield Observation(Fact.CONTRADICTION, f"{name}: {fault}")
    sparse = [layer for layer in linear.values() if INDEX in layer.arrays and layer.matrix]
    if sparse:
        stored = sum(
            layer.arrays[word].length
            for layer in sparse
            for word in (FLOAT if FLOAT in layer.arrays else INT8, DIAGONAL)
            if word in layer.arrays
        )
        whole = sum(
            prod(tensors[layer.name][FLOAT if FLOAT in layer.arrays else INT8].shape)
            for layer in sparse
        )
        matrices = plural(len(sparse), "sparse matrix", "sparse matrices")
        detail = f"{matrices}: {stored:,} of {whole:,} weights are stored"
        yield Observation(Fact.UNUSUAL, detail)
    for name, number in Counter(names).items():
        if number > 1:
            yield Observation(Fact.DUPLICATE_NAME, name, tensor=name)
