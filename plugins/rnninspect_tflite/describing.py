"""Describes a TFLite model: layers, tensors, observations."""

from __future__ import annotations

from rnninspect.plugin import (
    BIASES,
    Fact,
    Observation,
    Purpose,
    Recurrences,
    RecurrentLayer,
    Role,
    SavedModel,
    Search,
    Searched,
    SkippedLayer,
    parsing,
)
from rnninspect_tflite.operators.contradictions import contradictions
from rnninspect_tflite.operators.values import Value
from rnninspect_tflite.recurrent.directions import pair_directions
from rnninspect_tflite.recurrent.filters import SVDF, describe_filters
from rnninspect_tflite.recurrent.layers import describe_call, initial_states, is_recurrent
from rnninspect_tflite.recurrent.loops import describe_suspects
from rnninspect_tflite.running import Runner
from rnninspect_tflite.schema.decoder import Decoder
from rnninspect_tflite.tensors.buffers import Buffers
from rnninspect_tflite.tensors.stored import Stored
from rnninspect_tflite.worth import may_contain_cell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.plugin import Source, StoredTensor
    from rnninspect_tflite.operators.values import Call
    from rnninspect_tflite.recovered.translation import Translation
    from rnninspect_tflite.schema.records import Model, Operator


def describe(source: Source) -> SavedModel:
    """Describe a model.

    Raises:
        UnreadableFile: a table, an index or a name is malformed.
        RefusedFile: a limit is exceeded.
    """
    with parsing("model"):
        return _describe(source)


def _describe(source: Source) -> SavedModel:
    decoder = Decoder(source)
    model = decoder.model()
    buffers = Buffers(decoder.root, source)
    translation = _translation(model, buffers)
    runner = Runner(source, model, buffers, _is_wanted, translation)
    runner.run()
    calls = [call for call in runner.calls if call.operator.name != SVDF]
    states = runner.states.union(key for call in calls for key in initial_states(call))
    stored = Stored(model, buffers, states)
    found = [describe_call(call, stored.tensors) for call in calls]
    recovered = Recurrences() if translation is None else _recovered(translation, stored)
    observations = (
        *runner.faults,
        *contradictions(model, buffers),
        *recovered.observations,
        *_without_bias(model, recovered.layers),
        *describe_suspects(runner.suspects, stored.tensors, recovered),
        *describe_filters([call for call in runner.calls if call.operator.name == SVDF]),
        *stored.observations(),
        *buffers.observations(),
    )
    tensors = stored.all()  # after all that asks for one of them
    operators = sum(len(graph.operators) for graph in model.subgraphs)
    return SavedModel(
        format="tflite",
        framework="tflite",
        producer=model.producer,
        layers=_layers(runner, list(zip(calls, found, strict=True)), recovered),
        tensors=recovered.with_purposes(tensors) if recovered.states else tensors,
        skipped=(
            *(each for each in found if isinstance(each, SkippedLayer)),
            *recovered.skipped,
        ),
        observations=observations,
        search=Search(Searched.OPERATORS, operators, recovered.finished),
    )


def _layers(
    runner: Runner,
    found: list[tuple[Call, RecurrentLayer | SkippedLayer]],
    recovered: Recurrences,
) -> tuple[RecurrentLayer, ...]:
    """Fused operators and recovered cells; two that read one sequence from both ends are one."""
    fused = (
        (layer, runner.readings.of(call.inputs[:1]))
        for call, layer in found
        if isinstance(layer, RecurrentLayer)
    )
    loops = ((layer, runner.loops.get(layer.name, frozenset())) for layer in recovered.layers)
    return pair_directions([*fused, *loops])


def _without_bias(model: Model, layers: Iterable[RecurrentLayer]) -> Iterator[Observation]:
    """Recovered layers that have none, though the network that was converted may have had one."""
    if not model.producer.startswith("tensorflow"):
        return
    for layer in layers:
        if not layer.roles & BIASES:
            detail = "no bias is stored: TensorFlow's converter leaves out a bias of zeros"
            yield Observation(Fact.UNUSUAL, detail, layer=layer.name)


def _is_wanted(operator: Operator) -> bool:
    return operator.name == SVDF or is_recurrent(operator)


def _translation(model: Model, buffers: Buffers) -> Translation | None:
    if not may_contain_cell(model):
        return None
    from rnninspect_tflite.recovered.translation import Translation  # noqa: PLC0415 - few models need it

    return Translation(buffers, sum(len(graph.operators) for graph in model.subgraphs))


def _recovered(translation: Translation, stored: Stored) -> Recurrences:
    from rnninspect.graphs import recurrences  # noqa: PLC0415 - few models need it

    def tensors_of(key: object) -> tuple[StoredTensor, ...]:
        leaves = key.leaves if isinstance(key, Value) else ()
        found = (stored.tensors.get(leaf.key) for leaf in leaves)
        return tuple(each for each in found if each and each.purpose is Purpose.PARAMETER)

    one_bias = frozenset({Role.BIAS})
    return recurrences(translation.graph, tensors_of, "tflite", one_bias)
