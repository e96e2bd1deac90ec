"""Keras' opinion, in the child: loads the model, or rebuilds its layers from their sizes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import h5py
import keras

from rnninspect.plugin import Purpose
from rnninspect.verification.question import NeedsTrust, NoOpinion
from rnninspect_keras.judge.files import FOLDER, SUFFIXES, WHOLE, declared, links_outside
from rnninspect_keras.judge.layers import cudnn_layers, rebuild

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from rnninspect.verification.question import Answer, Part, Question

CHECKPOINT = "checkpoint"
SAVED_MODEL = "saved"
GRAPH = "graph"
TFJS = "tensorflow.js"


def version() -> str:
    """The version of Keras."""
    return str(keras.__version__)


def answer(question: Question, given: Answer) -> None:
    """Count the layers of the loaded model, or rebuild them where there is no model."""
    name = question.format.lower()
    if GRAPH in name:
        from rnninspect_keras.judge import graphs  # noqa: PLC0415 - only for such a file

        graphs.answer(question, given)
    elif SAVED_MODEL in name or CHECKPOINT in name:
        from rnninspect_keras.judge import by_tensorflow  # noqa: PLC0415 - only for such a file

        by_tensorflow.answer(question, given)
    elif TFJS in name:
        from rnninspect_keras.judge.tfjs import count  # noqa: PLC0415 - as above

        count(question, given)
    elif name in WHOLE:
        model = _load(question, given)
        given.total = int(model.count_params())
        given.purposes = [Purpose.QUANTISATION.value]  # scales are weights of a layer, too
        for part in question.parts:
            given.book(part.name, partial(_counted, model, part))
    else:
        with h5py.File(question.path, "r") as file:
            outside = None if question.trusted else links_outside(file)
            if outside:
                raise NeedsTrust(f"it contains {outside}, which h5py would open")
            given.total, given.everything = _elements(file), True
            arrays = dict(_datasets(file))
            for part in question.parts:
                given.book(part.name, partial(rebuild, part, partial(_array, arrays)))


def _load(question: Question, given: Answer) -> Any:  # noqa: ANN401 - Keras is untyped
    """The model, loaded by the Keras that the file declares.

    Without trust only what is on the closed list is loaded: `safe_mode` alone is not enough, for
    Keras 2 ignores it for HDF5 files, and imports what functions are named by.
    """
    found = declared(question)
    # Keras 2 takes a folder for a SavedModel, and would load one of another name or form.
    is_folder = question.format.lower() == FOLDER
    older = _keras_2() if found.generation == 2 and not is_folder else None
    with TemporaryDirectory() as own:
        path = Path(own) / f"model{SUFFIXES[question.format.lower()]}"
        path.symlink_to(question.path)
        if older is None:
            return keras.saving.load_model(path, compile=False, safe_mode=not question.trusted)
        given.version = f"{version()} with tf_keras {older.__version__}"
        return older.models.load_model(
            path, cudnn_layers(), compile=False, safe_mode=not question.trusted
        )


def _keras_2() -> Any:  # noqa: ANN401 - as above
    try:
        import tf_keras  # noqa: PLC0415 - an optional second opinion
    except ImportError:
        return None
    return tf_keras


def _counted(model: Any, part: Part) -> int:  # noqa: ANN401 - as above
    """Keras' own count of the layer, or of its cell at the layer's level."""
    found = model
    for place, name in enumerate(part.name.split("/")):
        inner = _inside(found, name)
        if inner is None and place:
            found = _wrapped(found)
            inner = _inside(found, name)
        if inner is None and place and part.stack and hasattr(found, "cell"):
            inner = found.cell.cells[part.level]
        if inner is None:
            raise NoOpinion(f"Keras shows no layer named {part.name}")
        found = inner
    return int(found.count_params())


def _wrapped(layer: Any) -> Any:  # noqa: ANN401 - as above
    """The layer inside of wrappers without a name of their own in a report: TimeDistributed."""
    while hasattr(layer, "layer") and not hasattr(layer, "forward_layer"):
        layer = layer.layer
    return layer


def _inside(layer: Any, name: str) -> Any:  # noqa: ANN401 - as above
    """The layer of that name directly inside of another."""
    direction = getattr(layer, f"{name}_layer", None)
    if direction is not None:
        return direction
    for inner in layer._flatten_layers(recursive=False, include_self=False):  # noqa: SLF001 - both Keras have it
        if inner.name == name:
            return inner
    return None


def _datasets(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - as above
    """Every dataset by its path; no link out of the file is followed."""
    for name in group:
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.HardLink):
            inner = group[name]
            if isinstance(inner, h5py.Dataset):
                yield path + name, inner
            else:
                yield from _datasets(inner, f"{path}{name}/")


def _elements(file: Any) -> int:  # noqa: ANN401 - as above
    return sum(int(dataset.size or 0) for _, dataset in _datasets(file))


def _array(arrays: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - as above
    if name not in arrays:
        raise NoOpinion(f"Keras shows no array named {name}")
    return arrays[name][()]
