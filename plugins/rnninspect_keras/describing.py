"""From a container's parts to the description of its model."""

from __future__ import annotations

from rnninspect.lean import partial
from rnninspect.plugin import (
    Limit,
    Purpose,
    SavedModel,
    UnreadableFile,
)
from rnninspect.signatures.odd import may_be_known
from rnninspect.stored.kinds import chosen
from rnninspect_keras.configuration.declared import read_declared
from rnninspect_keras.configuration.finding import Finder
from rnninspect_keras.layers.known import plain, with_known_layers
from rnninspect_keras.layers.saved import saved
from rnninspect_keras.matching.quantisation import assign_quantisation_purposes
from rnninspect_keras.matching.wrappers import assign_wrapper_purposes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.decode.json import Json
    from rnninspect.plugin import Limits, Source, StoredTensor
    from rnninspect_keras.containers.store import Store
    from rnninspect_keras.layers.assembling import AnyLayer

# Groups at the root of the file that contain something other than weights.
_NOT_WEIGHTS = {
    "optimizer": Purpose.OPTIMIZER,
    "optimizer_weights": Purpose.OPTIMIZER,
    "metrics": Purpose.STATE,
}
_SEEDS = "seed_generator"


def describe_native(
    name: str, producer: str, store: Store, config: Json, source: Source
) -> SavedModel:
    """A model in Keras' own format, with its configuration or, where that is None, without."""
    from rnninspect_keras.matching.native import match_native  # noqa: PLC0415 - other forms need none of it
    from rnninspect_keras.matching.native_unconfigured import (  # noqa: PLC0415 - as above
        in_file_order,
        native_candidates,
        native_names,
    )

    limits = source.limits
    _assign_purposes(store)
    assign_wrapper_purposes(store)
    finder = _find(config, store, limits)
    assign_quantisation_purposes(store, finder.packed)
    found, taken = match_native(finder.found, store)
    candidates = in_file_order(native_candidates(store, taken))
    cells = sum(candidate.sure for candidate in candidates)
    _require_cells(limits, cells)
    if candidates:
        from rnninspect_keras.matching.unconfigured import recognise  # noqa: PLC0415 - not where all is configured

        found.extend(_bounded(recognise(candidates), limits))
    model = saved(
        name,
        producer,
        store.stored(),
        found,
        [*store.observations, *finder.observations],
        finder.search,
    )
    return with_known_layers(model, native_names(store), source)


def describe_legacy(
    name: str, producer: str, store: Store, config: Json, source: Source
) -> SavedModel:
    """A model in the older HDF5 format; its weights are in `model_weights` or at the root."""
    from rnninspect_keras.matching.legacy import (  # noqa: PLC0415 - Keras' own format needs none of it
        list_layers,
        match_legacy,
    )

    limits = source.limits
    base = "model_weights" if "model_weights" in store.groups else ""
    _assign_purposes(store)
    if base:
        _exclude_others(store, base)
    assign_wrapper_purposes(store)
    finder = _find(config, None, limits)
    assign_quantisation_purposes(store, finder.packed)
    listed = list_layers(store, base, {layer.top for layer in finder.found})
    found = list(_bounded(match_legacy(finder.found, listed.layers), limits))
    model = saved(
        name,
        producer,
        store.stored(),
        found,
        [*store.observations, *finder.observations, *listed.observations],
        finder.search,
    )
    return with_known_layers(model, _legacy_names(store, base), source)


def describe_named(
    name: str, producer: str, store: Store, config: Json, source: Source
) -> SavedModel:
    """A model whose weights are one list, each with the name of its layer before its own."""
    from rnninspect_keras.matching.legacy import match_legacy  # noqa: PLC0415 - as above
    from rnninspect_keras.matching.named import group_by_layers, near_cells  # noqa: PLC0415 - as above

    _assign_purposes(store)
    assign_wrapper_purposes(store)
    finder = _find(config, None, source.limits)
    assign_quantisation_purposes(store, finder.packed)
    named = store.tensors.items() if store.columns is None else near_cells(finder.found, store)
    groups = group_by_layers(finder.found, named, source)
    found = list(_bounded(match_legacy(finder.found, groups), source.limits))
    observations = [*store.observations, *finder.observations]
    model = saved(name, producer, store.stored(), found, observations)
    return with_known_layers(model, _plain_names(store), source)


def describe_tensors(name: str, producer: str, store: Store, source: Source) -> SavedModel:
    """An HDF5 file that is not a Keras model: its tensors, and cells by TensorFlow 1's names."""
    from rnninspect_keras.variable_names.recognising import (  # noqa: PLC0415 - Keras' files need no names
        may_be_cell,
        recognise_by_names,
    )

    named = (
        store.tensors.items() if store.columns is None or chosen(store.paths, may_be_cell) else ()
    )
    found = recognise_by_names(named, partial(_require_cells, source.limits))
    model = saved(name, producer, store.stored(), found, store.observations)
    return with_known_layers(model, _plain_names(store), source)


def _plain_names(store: Store) -> Iterator[tuple[str, StoredTensor]]:
    return store.near_cells(list(map(plain, store.paths)))


def _legacy_names(store: Store, base: str) -> Iterator[tuple[str, StoredTensor]]:
    """The tensors by the names of their variables, which begin with their layer's."""
    if store.columns is not None and not may_be_known(_variables(store, base)):
        return iter(())
    return store.near_cells(list(_variables(store, base)))


def _variables(store: Store, base: str) -> Iterator[str]:
    start = f"{base}/" if base else ""
    for path in store.paths:
        top, _, inside = path.removeprefix(start).partition("/")
        yield plain(inside if inside.startswith(f"{top}/") else f"{top}/{inside}")


def _require_cells(limits: Limits, cells: int) -> None:
    """RefusedFile if that many cells make too many layers, with two directions in each."""
    limits.require(Limit.RECURRENT, (cells + 1) // 2, "the number of recurrent cells")


def _bounded(found: Iterable[AnyLayer], limits: Limits) -> Iterator[AnyLayer]:
    """The layers one by one; RefusedFile before more than the limit are computed."""
    for number, layer in enumerate(found, 1):
        limits.require(Limit.RECURRENT, number, "the number of recurrent layers")
        yield layer


def _find(config: Json, store: Store | None, limits: Limits) -> Finder:
    groups = {} if store is None else store.groups
    finder = Finder(limits, groups.__contains__)
    model = read_declared(config)
    if config is not None and model is None:
        raise UnreadableFile("the configuration does not describe a model")
    if model is not None:
        finder.walk_model(model)
    return finder


def _assign_purposes(store: Store) -> None:
    paths = store.paths
    for place in chosen(paths, _may_be_aside):
        path = paths[place]
        purpose = _NOT_WEIGHTS.get(path.partition("/")[0])
        if purpose is None and any(part.startswith(_SEEDS) for part in path.split("/")):
            purpose = Purpose.STATE
        if purpose is not None:
            store.mark(path, purpose)


def _may_be_aside(kind: str) -> bool:
    return _SEEDS in kind or kind.startswith(tuple(_NOT_WEIGHTS))


def _exclude_others(store: Store, base: str) -> None:
    """Arrays beside a whole model's weights are not parameters."""
    for path in store.paths:
        if not path.startswith(f"{base}/"):
            store.mark(path, Purpose.CONSTANT)
