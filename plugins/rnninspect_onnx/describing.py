"""Describes an ONNX model from its decoded messages: layers, tensors, observations."""

from __future__ import annotations

from rnninspect.plugin import (
    Fact,
    Observation,
    Recurrences,
    RecurrentLayer,
    SavedModel,
    Search,
    Searched,
    SkippedLayer,
    StoredTensor,
    parsing,
)
from rnninspect_onnx.graph.leaves import Leaves
from rnninspect_onnx.graph.values import Value, ValueKind
from rnninspect_onnx.layers.building import WeightTensors, describe_nodes
from rnninspect_onnx.layers.by_names import by_names
from rnninspect_onnx.layout import LAYOUT
from rnninspect_onnx.operators.uses_by_name import StoredUses
from rnninspect_onnx.resolver import Resolver
from rnninspect_onnx.slicing import may_tell
from rnninspect_onnx.tensors.inventory import duplicate_names, entries, parts
from rnninspect_onnx.tensors.stored import DescribedTensors, TensorUses, describe_tensors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet
    from typing import TypeVar

    from rnninspect.plugin import Source
    from rnninspect_onnx.graph.values import Dims
    from rnninspect_onnx.layers.building import DescribedNode
    from rnninspect_onnx.protobuf.decoding import Decoders, Decoding
    from rnninspect_onnx.protobuf.messages import GraphProto, ModelProto
    from rnninspect_onnx.recovered.translation import Translation
    from rnninspect_onnx.recurrent.loop_cells import LoopCell
    from rnninspect_onnx.recurrent.nodes import RecurrentCall

    _Kind = TypeVar("_Kind", RecurrentLayer, SkippedLayer)

_SHOWN_AXES = 8


def describe(source: Source, decoder_of: Decoders, format_name: str = "onnx") -> SavedModel:
    """Describe a model, decoded by what `decoder_of` makes for the file.

    Raises:
        UnreadableFile: it cannot be decoded, or has no graph.
        RefusedFile: a limit is exceeded.
    """
    with parsing("model"):
        return _describe(source, decoder_of(source), format_name)


def _describe(source: Source, decoder: Decoding, format_name: str) -> SavedModel:
    model = decoder.model()
    translation = _translation(model, decoder)
    resolver = Resolver(decoder, model.functions, translation)
    recurrent_calls, operators = _run(resolver, model, translation)
    model.graph.nodes.release()
    leaves = Leaves(source)
    described = describe_tensors(source, parts(model), _uses(resolver, leaves))
    weights = WeightTensors(leaves, described.tensors)
    found = list(describe_nodes(recurrent_calls, weights))
    recovered = _recovered(translation, weights)
    possible = tuple(_loop_cells(resolver.cells, weights, recovered))
    tensors = described.tensors.tensors(recovered.states)
    named = by_names(source, tensors, recovered.identities | _identities(found))
    return SavedModel(
        format=format_name,
        framework="onnx",
        producer=model.producer,
        layers=(*_of_kind(RecurrentLayer, found), *recovered.layers, *named.layers),
        tensors=tensors,
        skipped=(*_of_kind(SkippedLayer, found), *recovered.skipped),
        observations=(
            *(observation for node in found for observation in node.observations),
            *recovered.observations,
            *named.observations,
            *possible,
            *described.observations,
            *duplicate_names(model),
            *_contradicting_inputs(model.graph, decoder),
            *_in_training(resolver.recurrent_calls[len(recurrent_calls) :]),
            *(_zeros(source, model, described, found) if source.reads_values else ()),
        ),
        search=Search(Searched.OPERATORS, operators, recovered.finished),
    )


def _run(
    resolver: Resolver, model: ModelProto, translation: Translation | None
) -> tuple[tuple[RecurrentCall, ...], int]:
    """The recurrent calls of the model's graph and its operators; training graphs are run too."""
    if translation is None and not may_tell(model):
        return (), len(model.graph.nodes)
    scope = resolver.run_graph(model.graph, alone=not model.training)
    if translation is not None:
        translation.close(scope)
        resolver.stop_translating()
    found = tuple(resolver.recurrent_calls), resolver.operators
    for at, graph in enumerate(model.training):
        resolver.run_graph(graph, f"training_{at}/", scope)
    return found


def _identities(found: Iterable[DescribedNode]) -> AbstractSet[str]:
    """The identities of the tensors of recurrent nodes."""
    operands = (layer.operands for layer in _of_kind(RecurrentLayer, found))
    return {tensor.identity for some in operands for one in some for tensor in one.tensors}


def _of_kind(kind: type[_Kind], found: Iterable[DescribedNode]) -> Iterator[_Kind]:
    return (node.layer for node in found if isinstance(node.layer, kind))


def _zeros(
    source: Source, model: ModelProto, described: DescribedTensors, found: list[DescribedNode]
) -> Iterator[Observation]:
    from rnninspect_onnx.layers.zero_bias import ZeroBiasSearch  # noqa: PLC0415 - only on request

    tensors = {
        tensor.identity: entry.tensor
        for entry in entries(model)
        if (tensor := described.tensors.get(entry.tensor.offset)) is not None
    }
    search = ZeroBiasSearch(source, tensors)
    for layer in _of_kind(RecurrentLayer, found):
        yield from search.observations(layer)


def _uses(resolver: Resolver, leaves: Leaves) -> TensorUses:
    parts, states = list[Value](), [*resolver.initial_values]
    for recurrent in resolver.recurrent_calls:
        operator = LAYOUT.get((recurrent.call.node.domain, recurrent.call.node.operator))
        if operator is not None:
            parts += _inputs_at(recurrent, (weight.position for weight in operator.weights))
            states += _inputs_at(recurrent, operator.states)
    quantised = leaves.not_within(ValueKind.SCALED, ValueKind.COMPUTED)
    told = StoredUses(set(), set()) if resolver.told is None else resolver.told
    told.scales.update(_offsets(resolver.scales, leaves.not_within(ValueKind.COMPUTED)))
    told.weights.update(_offsets(resolver.weights, quantised))
    return TensorUses(
        weights=frozenset(part.offset for part in parts if part.offset is not None),
        parts=_offsets(parts, leaves),
        scales=told.scales,
        states=_offsets(states, leaves.not_within(ValueKind.GATHERED, ValueKind.COMPUTED)),
        quantised=told.weights,
        packed={
            offset: count for value, count in resolver.packed for offset in quantised.of(value)
        },
    )


def _inputs_at(recurrent: RecurrentCall, positions: Iterable[int]) -> Iterator[Value]:
    for position in positions:
        value = recurrent.call.input(position)
        if value is not None:
            yield value


def _offsets(values: Iterable[Value], leaves: Leaves) -> frozenset[int]:
    return frozenset(offset for value in values for offset in leaves.of(value))


def _contradicting_inputs(graph: GraphProto, decoder: Decoding) -> Iterator[Observation]:
    """Initializers that are also graph inputs, declared with another shape than stored."""
    inputs, names = {*graph.inputs}, graph.initializers.names
    for at in [at for at, name in enumerate(names) if name in inputs]:
        tensor = graph.initializers[at]
        declared = graph.types.get(tensor.name)
        shape = None if declared is None else decoder.shape(declared)
        if shape is None or _agrees(shape, tensor.dims):
            continue
        listed = ", ".join("?" if size is None else str(size) for size in shape[:_SHOWN_AXES])
        detail = (
            f"stored as {list(tensor.dims[:_SHOWN_AXES])}, declared as an input of shape [{listed}]"
        )
        yield Observation(Fact.CONTRADICTION, detail, tensor=tensor.name)


def _agrees(declared: Dims, dims: tuple[int, ...]) -> bool:
    pairs = zip(declared, dims, strict=False)
    return len(declared) == len(dims) and all(size in (None, stored) for size, stored in pairs)


def _translation(model: ModelProto, decoder: Decoding) -> Translation | None:
    """What translates the model while it is run; None where it cannot contain a cell."""
    from rnninspect_onnx.recovered.worth import may_contain_cell, nodes_within  # noqa: PLC0415 - see below

    if not may_contain_cell(model, decoder):
        return None
    from rnninspect.graphs import budget_for  # noqa: PLC0415 - few models need it
    from rnninspect_onnx.recovered.numbers import Numbers  # noqa: PLC0415 - as above
    from rnninspect_onnx.recovered.translation import Translation  # noqa: PLC0415 - as above

    return Translation(Numbers(decoder, entries(model)), budget_for(nodes_within(model)))


def _recovered(translation: Translation | None, weights: WeightTensors) -> Recurrences:
    if translation is None:
        return Recurrences()
    from rnninspect.graphs import recurrences  # noqa: PLC0415 - few models need it

    def tensors_of(key: object) -> tuple[StoredTensor, ...]:
        return weights.of(key) if isinstance(key, Value) else ()

    return recurrences(translation.graph, tensors_of, "onnx")


def _loop_cells(
    cells: Iterable[LoopCell], weights: WeightTensors, recovered: Recurrences
) -> Iterator[Observation]:
    """Loop bodies that look like recurrent cells, with the tensors that multiply their states.

    Those in which recognition found a step are not reported twice.
    """
    names = {layer.name for layer in recovered.layers}
    names |= {layer.name for layer in recovered.skipped}
    known = recovered.identities
    for cell in cells:
        tensors = {t.identity: t for matrix in cell.matrices for t in weights.of(matrix)}
        if cell.name in names or not known.isdisjoint(tensors):
            continue
        matrices = [tensor.name for tensor in tensors.values()]
        tensors |= {t.identity: t for other in cell.others for t in weights.of(other)}
        if matrices:
            detail = (
                f"the loop at {cell.name} looks like a recurrent cell: "
                f"{' and '.join(cell.activations)} of products of "
                f"{', '.join(matrices[:_SHOWN_AXES])} with a value that the loop carries"
            )
            stored = tuple(tensors.values())
            yield Observation(Fact.POSSIBLE, detail, tensor=matrices[0], tensors=stored)


def _in_training(recurrent_calls: Iterable[RecurrentCall]) -> Iterator[Observation]:
    """Recurrent nodes of training graphs: reported, but not counted as layers of the model."""
    for recurrent in recurrent_calls:
        detail = (
            f"a training graph runs {recurrent.call.node.operator} at {recurrent.name}: not counted"
        )
        yield Observation(Fact.UNUSUAL, detail)
