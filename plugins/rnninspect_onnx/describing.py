"""From the messages of an ONNX file to its description: layers, tensors, and what was noticed."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, RecurrentLayer, SavedModel, SkippedLayer, parsing
from rnninspect_onnx.graph.leaves import Leaves
from rnninspect_onnx.graph.values import Kind, Value
from rnninspect_onnx.layers.building import Weights, describe_site
from rnninspect_onnx.layout import LAYOUT
from rnninspect_onnx.protobuf.decoder import Decoder
from rnninspect_onnx.resolver import Resolver
from rnninspect_onnx.tensors.inventory import duplicate_names, entries
from rnninspect_onnx.tensors.stored import Described, Uses, describe_tensors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.plugin import Source
    from rnninspect_onnx.graph.values import Dims
    from rnninspect_onnx.layers.building import DescribedSite
    from rnninspect_onnx.protobuf.messages import Graph, Model
    from rnninspect_onnx.recurrent.loop_cells import LoopCell
    from rnninspect_onnx.resolver import Site

_SHOWN_AXES = 8


def describe(source: Source, format_name: str = "onnx") -> SavedModel:
    """Describe a ModelProto.

    Raises:
        UnreadableFile: it is no protobuf, or holds no graph.
        RefusedFile: a limit is exceeded.
    """
    with parsing("model"):
        return _describe(source, format_name)


def _describe(source: Source, format_name: str) -> SavedModel:
    decoder = Decoder(source)
    model = decoder.model()
    resolver = Resolver(decoder, model.functions)
    scope = resolver.run_graph(model.graph)
    sites = tuple(resolver.sites)
    for at, graph in enumerate(model.training):
        resolver.run_graph(graph, f"training_{at}/", scope)
    leaves = Leaves(source)
    described = describe_tensors(source, entries(model), _uses(resolver, leaves))
    weights = Weights(leaves, described.tensors)
    found = [describe_site(site, weights) for site in sites]
    return SavedModel(
        format=format_name,
        framework="onnx",
        producer=model.producer,
        layers=tuple(site.layer for site in found if isinstance(site.layer, RecurrentLayer)),
        tensors=tuple(described.tensors.values()),
        skipped=tuple(site.layer for site in found if isinstance(site.layer, SkippedLayer)),
        observations=(
            *(observation for site in found for observation in site.observations),
            *_loop_cells(resolver.cells, weights),
            *described.observations,
            *duplicate_names(model),
            *_listed_otherwise(model.graph, decoder),
            *_in_training(resolver.sites[len(sites) :]),
            *(_zeros(source, model, described, found) if source.reads_values else ()),
        ),
    )


def _zeros(
    source: Source, model: Model, described: Described, found: list[DescribedSite]
) -> Iterator[Observation]:
    from rnninspect_onnx.layers.zero_bias import ZeroHalves  # noqa: PLC0415 - only on request

    tensors = {
        described.tensors[entry.tensor.place].identity: entry.tensor for entry in entries(model)
    }
    halves = ZeroHalves(source, tensors)
    for site in found:
        if isinstance(site.layer, RecurrentLayer):
            yield from halves.observations(site.layer)


def _uses(resolver: Resolver, leaves: Leaves) -> Uses:
    parts, states = list[Value](), [*resolver.starts]
    for site in resolver.sites:
        operator = LAYOUT.get((site.call.node.domain, site.call.node.operator))
        if operator is not None:
            parts += _given(site, (weight.position for weight in operator.weights))
            states += _given(site, operator.states)
    quantised = leaves.short_of(Kind.SCALED, Kind.COMPUTED)
    return Uses(
        weights=frozenset(part.place for part in parts if part.place is not None),
        parts=_places(parts, leaves),
        scales=_places(resolver.scales, leaves.short_of(Kind.COMPUTED)),
        states=_places(states, leaves.short_of(Kind.PICKED, Kind.COMPUTED)),
        quantised=_places(resolver.weights, quantised),
        packed={place: count for value, count in resolver.packed for place in quantised.of(value)},
    )


def _given(site: Site, positions: Iterable[int]) -> Iterator[Value]:
    for position in positions:
        value = site.call.input(position)
        if value is not None:
            yield value


def _places(values: Iterable[Value], leaves: Leaves) -> frozenset[int]:
    return frozenset(place for value in values for place in leaves.of(value))


def _listed_otherwise(graph: Graph, decoder: Decoder) -> Iterator[Observation]:
    """Initializers that the graph lists as inputs too, in another shape than they have."""
    inputs = set(graph.inputs)
    for tensor in graph.initializers:
        declared = graph.types.get(tensor.name) if tensor.name in inputs else None
        shape = None if declared is None else decoder.shape(declared)
        if shape is None or _fits(shape, tensor.dims):
            continue
        listed = ", ".join("?" if size is None else str(size) for size in shape[:_SHOWN_AXES])
        detail = f"stored in one shape, and listed as an input of shape [{listed}]"
        yield Observation(Fact.CONTRADICTION, detail, tensor=tensor.name)


def _fits(declared: Dims, dims: tuple[int, ...]) -> bool:
    pairs = zip(declared, dims, strict=False)
    return len(declared) == len(dims) and all(size in (None, held) for size, held in pairs)


def _loop_cells(cells: Iterable[LoopCell], weights: Weights) -> Iterator[Observation]:
    """Bodies of loops that look like recurrent cells, by the tensors that multiply their states."""
    for cell in cells:
        tensors = {t.identity: t for matrix in cell.matrices for t in weights.of(matrix)}
        names = [tensor.name for tensor in tensors.values()]
        tensors |= {t.identity: t for other in cell.others for t in weights.of(other)}
        if names:
            detail = (
                f"the loop at {cell.name} looks like a recurrent cell: "
                f"{' and '.join(cell.activations)} of products of {', '.join(names[:_SHOWN_AXES])} "
                "with a value that the loop carries"
            )
            held = tuple(tensors.values())
            yield Observation(Fact.POSSIBLE, detail, tensor=names[0], tensors=held)


def _in_training(sites: Iterable[Site]) -> Iterator[Observation]:
    """Recurrent nodes that only training runs: named, not counted among the model's layers."""
    for site in sites:
        detail = f"a training graph runs {site.call.node.operator} at {site.name}: not counted"
        yield Observation(Fact.UNUSUAL, detail)
