"""Describes stored tensors: the purpose of each, the bytes it needs and those it has."""

from __future__ import annotations

import math

from rnninspect.plugin import Fact, Observation, Purpose, Record, StoredTensor, plural
from rnninspect_onnx.protobuf.payload import (
    ELEMENT_TYPES,
    may_be_weight,
    needed_bytes,
    payload_bytes,
)
from rnninspect_onnx.protobuf.tensor_messages import TensorProto
from rnninspect_onnx.tensors.columns import Collected, Common
from rnninspect_onnx.tensors.inventory import Container, TensorEntry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from rnninspect.plugin import Source
    from rnninspect_onnx.protobuf.initializers import TensorKind
    from rnninspect_onnx.tensors.external import Extent, ExternalFiles
    from rnninspect_onnx.tensors.inventory import TensorBlock


_NOWHERE = -1  # the offset of no tensor


class TensorUses(Record):
    """What tensors are used for, by their offsets.

    Attributes:
        weights: of recurrent layers.
        parts: operands from which weights of recurrent layers are computed.
        scales: scales and zero points.
        states: initial states of recurrent layers and of loops.
        quantised: weights of operators of quantised models.
        packed: number of parameters of weights with several in a byte.
    """

    weights: frozenset[int]
    parts: frozenset[int]
    scales: AbstractSet[int]
    states: frozenset[int]
    quantised: AbstractSet[int]
    packed: Mapping[int, int]

    def in_order(self) -> list[int]:
        """The offsets of all tensors that are used for something of these."""
        sets = (self.weights, self.parts, self.scales, self.states, self.quantised)
        return sorted(set[int]().union(*sets, self.packed))


class DescribedTensors(Record):
    """The stored tensors, and observations on them."""

    tensors: Collected
    observations: tuple[Observation, ...]


def describe_tensors(
    source: Source, parts: Iterable[TensorEntry | TensorBlock], uses: TensorUses
) -> DescribedTensors:
    """Describe each tensor once; a function that is called twice stores its tensors once."""
    external = _External(source)
    observations: list[Observation] = []
    tensors = Collected(
        lambda entry: _describe(entry, uses, external),
        lambda kind, container: _common(kind, container, uses),
        uses.in_order(),
        _Purposes(uses).at,
        external.files,
    )
    for part in parts:
        for place, entry in tensors.unusual(part):
            observations += _contradictions(entry)
            if entry.tensor.external is not None:
                external.files().add(entry.tensor, entry.name, place, _needed(entry.tensor))
            tensors.put(place, _describe(entry, uses, external))
    if external.found is not None:
        for place in external.found.shared():
            tensors.at(place)
        observations += external.found.observations(tensors.names)
    return DescribedTensors(tensors, tuple(observations))


class _Purposes:
    """The purposes of plain tensors, of which those of one kind and with the same uses have one."""

    def __init__(self, uses: TensorUses) -> None:
        self._uses = uses
        self._known: dict[tuple[object, ...], Purpose] = {}

    def at(self, offset: int, kind: TensorKind, container: Container) -> Purpose | None:
        """The purpose of one; None if several of its parameters are in a byte."""
        uses = self._uses
        if offset in uses.packed:
            return None
        key = (
            *(id(kind), container, offset in uses.weights, offset in uses.parts),
            *(offset in uses.scales, offset in uses.states, offset in uses.quantised),
        )
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _purpose_at(offset, kind, container, uses)
        return known


def _purpose_at(offset: int, kind: TensorKind, container: Container, uses: TensorUses) -> Purpose:
    """The purpose of a plain tensor."""
    tensor = TensorProto("", kind.dims, len(kind.dims), kind.element_type, offset)
    return _purpose(TensorEntry("", tensor, container), uses)


class _External:
    """The files with external data; not found as long as no tensor has some."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.found: ExternalFiles | None = None

    def files(self) -> ExternalFiles:
        if self.found is None:
            from rnninspect_onnx.tensors.external import ExternalFiles  # noqa: PLC0415 - small models have none

            self.found = ExternalFiles(self._source)
        return self.found


def _common(kind: TensorKind, container: Container, uses: TensorUses) -> Common | None:
    """What the plain tensors of a kind have in common."""
    needed = needed_bytes(kind.dims, kind.element_type)
    if needed is None:
        return None
    purpose = _purpose_at(_NOWHERE, kind, container, uses)
    return Common(kind.dims, ELEMENT_TYPES[kind.element_type].name, needed, purpose)


def _describe(entry: TensorEntry, uses: TensorUses, external: _External) -> StoredTensor:
    tensor = entry.tensor
    needed = _needed(tensor)
    stored, identity = payload_bytes(tensor), str(tensor.offset)
    if tensor.external is not None:
        extent = external.files().extent(tensor, needed)
        stored, identity = extent.available, _external_identity(extent, tensor)
    elements = uses.packed.get(tensor.offset)
    if entry.dims is not None:
        elements = _elements(tensor.dims)
    known = ELEMENT_TYPES.get(tensor.element_type)
    size = needed if stored is None else stored
    return StoredTensor(
        entry.name,
        tensor.dims if entry.dims is None else entry.dims,
        f"type {tensor.element_type}" if known is None else known.name,
        size or 0,
        identity,
        _purpose(entry, uses),
        elements,
        needed,
        stored,
    )


def _needed(tensor: TensorProto) -> int | None:
    return needed_bytes(tensor.dims, tensor.element_type) if _has_shape(tensor) else None


def _has_shape(tensor: TensorProto) -> bool:
    return tensor.rank == len(tensor.dims)


def _external_identity(extent: Extent, tensor: TensorProto) -> str:
    """Tensors with the same bytes of the same file, type and shape are identical."""
    dims = "x".join(str(size) for size in tensor.dims)
    return f"{extent.location}@{extent.offset}+{extent.length}:{tensor.element_type}:{dims}"


def _purpose(entry: TensorEntry, uses: TensorUses) -> Purpose:
    """The purpose of a tensor by its use, else by its type and shape.

    An initial state is a state, even zeros that tracing stored. A float tensor with an axis, in an
    initializer or a Constant node, is a weight even if it has one element (the bias of one unit);
    one without an axis is a constant, and so is the value of a ConstantOfShape.
    """
    offset = entry.tensor.offset
    if entry.container is Container.TRAINING:
        return Purpose.OPTIMIZER
    if offset in uses.weights:
        return Purpose.PARAMETER
    return Purpose.QUANTISATION if offset in uses.scales else _by_type(entry, uses)


def _by_type(entry: TensorEntry, uses: TensorUses) -> Purpose:
    """The purpose of a tensor by its type and shape."""
    offset, tensor = entry.tensor.offset, entry.tensor
    known = ELEMENT_TYPES.get(tensor.element_type)
    shape = tensor.dims if entry.dims is None else entry.dims
    if known is not None and may_be_weight(known) and offset in uses.states:
        return Purpose.STATE  # a scalar too, if a whole state starts from it
    if known is None or not shape:
        return Purpose.CONSTANT
    if offset in uses.quantised or (offset in uses.parts and may_be_weight(known)):
        return Purpose.PARAMETER
    is_array = entry.container is not Container.ATTRIBUTE or _elements(shape) > 1
    return Purpose.PARAMETER if known.is_real and is_array else Purpose.CONSTANT


def _elements(dims: tuple[int, ...]) -> int:
    return math.prod(dims) if all(size >= 0 for size in dims) else 0


def _contradictions(entry: TensorEntry) -> Iterable[Observation]:
    tensor = entry.tensor
    if not _has_shape(tensor):
        detail = f"it declares {plural(tensor.rank, 'axis', 'axes')}"
        yield Observation(Fact.CONTRADICTION, detail, tensor=entry.name)
    if tensor.element_type not in ELEMENT_TYPES:
        detail = f"unknown element type {tensor.element_type}"
        yield Observation(Fact.CONTRADICTION, detail, tensor=entry.name)
    payloads = (tensor.raw_bytes is not None) + len(tensor.typed)
    if tensor.external is not None and payloads:
        detail = "its data are both in this file and in an external one"
        yield Observation(Fact.CONTRADICTION, detail, tensor=entry.name)
    elif payloads > 1:
        yield Observation(
            Fact.CONTRADICTION, f"its data are in {payloads} fields", tensor=entry.name
        )
