"""Opens what Keras itself saves: archives, folders, HDF5 files, sharded weights."""

from __future__ import annotations

from rnninspect.decode.hdf5 import File
from rnninspect.plugin import Fact, Limit, Observation, UnreadableFile
from rnninspect_keras.containers.archive import (
    CONFIG,
    PICKLED_WEIGHTS,
    SHARDED,
    WEIGHTS,
    Container,
    archive_container,
    folder_container,
    read_json,
    read_version,
)
from rnninspect_keras.containers.datasets import read_store
from rnninspect_keras.containers.json_text import parse_config
from rnninspect_keras.containers.store import VARIABLES
from rnninspect_keras.describing import describe_legacy, describe_native, describe_tensors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.json import Json
    from rnninspect.plugin import Limits, SavedModel, Source
    from rnninspect_keras.containers.store import Store

_MODEL_CONFIG, _LEGACY_WEIGHTS = "model_config", "model_weights"
_SHARD = "_00000.weights.h5"  # the end of a shard's name
_LISTS = ("layer_names", "layer_names0")  # of the older format; the second where it is split


def read_archive(source: Source) -> SavedModel:
    """A `.keras` archive."""
    return _read_container(archive_container(source), source)


def read_folder(source: Source) -> SavedModel:
    """An archive's members as files of a folder."""
    return _read_container(folder_container(source), source)


def _read_container(container: Container, source: Source) -> SavedModel:
    config = read_json(container, CONFIG)
    if config is None:
        raise UnreadableFile(f"the {container.kind} has no {CONFIG}")
    producer = _producer(read_version(container))
    opened: list[Source] = []
    try:
        store = _stored(container, source.limits, opened)
        store.observations.extend(container.observations)
        return describe_native(f"keras {container.kind}", producer, store, config, source)
    finally:
        _close(opened)


def _close(opened: list[Source]) -> None:
    for part in opened:
        part.close()


def _stored(container: Container, limits: Limits, opened: list[Source]) -> Store:
    """The tensors of a model's weights, in the one of their forms that there is."""
    if container.has(WEIGHTS):
        opened.append(container.open(WEIGHTS))
        return read_store(File(opened[0]))
    if container.has(SHARDED):
        from rnninspect_keras.containers.sharded import read_sharded  # noqa: PLC0415 - seldom needed

        return read_sharded(read_json(container, SHARDED), container, limits, opened)
    if container.has(PICKLED_WEIGHTS):
        raise UnreadableFile(f"{PICKLED_WEIGHTS} contains pickled objects, which are not read")
    raise UnreadableFile(f"the {container.kind} has no {WEIGHTS}")


def read_shards(source: Source) -> SavedModel:
    """Weights over several HDF5 files, by the index beside them."""
    source.limits.require(Limit.EXPANSION, source.size, "the index of shards")
    index = parse_config(source.read(0, source.size), source, "the index of shards")
    from rnninspect_keras.containers.sharded import read_sharded  # noqa: PLC0415 - seldom needed

    opened: list[Source] = []
    try:
        store = read_sharded(index, folder_container(source), source.limits, opened)
        return describe_native("keras sharded weights", "keras", store, None, source)
    finally:
        _close(opened)


def read_hdf5(source: Source) -> SavedModel:
    """An HDF5 file: a whole model, weights of either format, or something else."""
    store = read_store(File(source))
    root = store.hdf5_group("")
    producer = _producer(_version(store))
    if _MODEL_CONFIG in root.attributes() or _LEGACY_WEIGHTS in store.groups:
        config = _config(root.text(_MODEL_CONFIG), source)
        return describe_legacy("keras hdf5 model", producer, store, config, source)
    if any(name in _LISTS for name in root.attributes()):
        return describe_legacy("keras hdf5 weights", producer, store, None, source)
    if any(path.rpartition("/")[2] == VARIABLES for path in store.groups):
        _note_index(source, store)
        return describe_native("keras weights", producer, store, None, source)
    return describe_tensors("hdf5", "", store, source)


def _note_index(source: Source, store: Store) -> None:
    """Say so where the file is one shard of several: what it lacks is in the others."""
    base, number = source.name[: -len(_SHARD)], source.name[-len(_SHARD) :]
    if number[:1] == "_" and number[1:6].isdecimal() and number.endswith(_SHARD[6:]):
        index = f"{base}.weights.json"
        if source.neighbour(index).path is not None:
            clause = f"one of several shards: {index} lists them all"
            store.observations.append(Observation(Fact.UNUSUAL, clause))


def _config(text: str | None, source: Source) -> Json:
    return None if text is None else parse_config(text, source, _MODEL_CONFIG)


def _version(store: Store) -> str:
    """The version of Keras that an HDF5 file states, at its root or at its weights."""
    groups = filter(None, map(store.groups.get, ("", _LEGACY_WEIGHTS)))
    return next((text for group in groups if (text := group.text("keras_version"))), "")


def _producer(version: str) -> str:
    return f"keras {version}" if version else "keras"
