"""TensorFlow's opinion of SavedModels and checkpoints, in the child of Keras."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import tensorflow as tf
from tensorflow.core.protobuf import trackable_object_graph_pb2

from rnninspect.verification.question import NeedsTrust, NoOpinion
from rnninspect_keras.judge.checkpoints import linked_prefix
from rnninspect_keras.judge.layers import rebuild
from rnninspect_keras.recognition import INDEX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from rnninspect.verification.question import Answer, Question

OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"


def answer(question: Question, given: Answer) -> None:
    """Load the file, count what TensorFlow finds stored, and rebuild the layers from that."""
    given.version = f"{given.version} with tensorflow {tf.__version__}"
    given.total, given.everything = 0, True
    if "saved" not in question.format.lower():
        with TemporaryDirectory() as own:
            read_checkpoint(linked_prefix(question, Path(own)), question, given)
    elif not question.trusted:
        raise NeedsTrust("a SavedModel is a program, which TensorFlow would run")
    else:
        path = Path(question.path)
        folder = path if path.is_dir() else path.parent
        tf.saved_model.load(str(folder))
        prefix = folder / "variables" / "variables"
        if prefix.with_name(prefix.name + INDEX).exists():
            read_checkpoint(prefix, question, given)
        # Without variables the report counts the constants of the graph, too.
        given.everything = bool(given.total)


def read_checkpoint(prefix: Path, question: Question, given: Answer) -> None:
    """Count what the checkpoint of this prefix stores, in all and in each layer."""
    reader = tf.train.load_checkpoint(str(prefix))
    shapes = reader.get_variable_to_shape_map()
    given.total = sum(math.prod(shape) for name, shape in shapes.items() if name != OBJECTS)
    keys = dict.fromkeys(shapes.keys() - {OBJECTS}) | _keys(reader, shapes)

    def fetch(name: str) -> Any:  # noqa: ANN401 - an array
        if name not in keys:
            raise NoOpinion(f"TensorFlow shows no array named {name}")
        return reader.get_tensor(keys[name] or name)

    for part in question.parts:
        given.book(part.name, partial(rebuild, part, fetch))


def _keys(reader: Any, shapes: Any) -> dict[str, str]:  # noqa: ANN401 - TensorFlow is untyped
    """The key of each variable's array by the variable's own name, where one alone has that."""
    if OBJECTS not in shapes:
        return {}
    graph = trackable_object_graph_pb2.TrackableObjectGraph.FromString(reader.get_tensor(OBJECTS))
    named: dict[str, set[str]] = {}
    for node in graph.nodes:
        for attribute in node.attributes:
            named.setdefault(attribute.full_name, set()).add(attribute.checkpoint_key)
    return {name: key for name, (key, *others) in named.items() if name and not others}
