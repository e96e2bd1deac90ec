"""Tells the formats apart and opens each: archives, HDF5 files, sharded weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnninspect.decode.hdf5 import File
from rnninspect.plugin import UnreadableFile
from rnninspect_keras.archive import CONFIG, find_members, open_weights, read_json, read_version
from rnninspect_keras.declared import parse_json
from rnninspect_keras.legacy import LAYERS
from rnninspect_keras.model import describe_legacy, describe_native, describe_tensors
from rnninspect_keras.native import VARIABLES
from rnninspect_keras.store import read_store

if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source
    from rnninspect_keras.declared import Json
    from rnninspect_keras.store import Store

MODEL_CONFIG, LEGACY_WEIGHTS = "model_config", "model_weights"


def read_archive(source: Source) -> SavedModel:
    """A `.keras` archive."""
    members = find_members(source)
    if CONFIG not in members:
        raise UnreadableFile(f"the archive has no {CONFIG}")
    config = read_json(source, members, CONFIG)
    producer = _producer(read_version(source, members))
    store = read_store(File(open_weights(source, members)))
    return describe_native("keras archive", producer, store, config, source.limits)


def read_hdf5(source: Source) -> SavedModel:
    """An HDF5 file: a whole model, weights of either format, or something else."""
    store = read_store(File(source))
    root = store.groups[""]
    producer = _producer(_version(store))
    if MODEL_CONFIG in root.attributes() or LEGACY_WEIGHTS in store.groups:
        config = _config(root.text(MODEL_CONFIG), source)
        return describe_legacy("keras hdf5 model", producer, store, config, source.limits)
    if any(name in (LAYERS, f"{LAYERS}0") for name in root.attributes()):
        return describe_legacy("keras hdf5 weights", producer, store, None, source.limits)
    if any(path.rpartition("/")[2] == VARIABLES for path in store.groups):
        return describe_native("keras weights", producer, store, None, source.limits)
    return describe_tensors("hdf5", "", store)


def _config(text: str | None, source: Source) -> Json:
    return None if text is None else parse_json(text, source.limits, MODEL_CONFIG)


def _version(store: Store) -> str:
    """The version of Keras that an HDF5 file states, at its root or at its weights."""
    groups = (store.groups[place] for place in ("", LEGACY_WEIGHTS) if place in store.groups)
    return next((text for group in groups if (text := group.text("keras_version"))), "")


def _producer(version: str) -> str:
    return f"keras {version}" if version else "keras"
