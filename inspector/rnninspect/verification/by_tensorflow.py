"""TensorFlow's opinion of SavedModels and checkpoints, in the child of Keras."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import tensorflow as tf

from rnninspect.verification.question import NeedsTrust

if TYPE_CHECKING:
    from rnninspect.verification.question import Answer, Question

PREFIX = ".index"
BOOKKEEPING = "_CHECKPOINTABLE_OBJECT_GRAPH"


def answer(question: Question, given: Answer) -> None:
    """Count what TensorFlow finds stored; build the layers anew from the arrays of a checkpoint."""
    path = Path(question.path)
    if "saved" in question.format.lower():
        if not question.trusted:
            raise NeedsTrust("a SavedModel is a program, which TensorFlow would run")
        tf.saved_model.load(str(path if path.is_dir() else path.parent))
        prefix = (path if path.is_dir() else path.parent) / "variables" / "variables"
    else:
        prefix = path.with_suffix("") if path.suffix == PREFIX else path
    reader = tf.train.load_checkpoint(str(prefix))
    shapes = {
        name: shape
        for name, shape in reader.get_variable_to_shape_map().items()
        if name != BOOKKEEPING
    }
    given.version = f"{given.version} with tensorflow {tf.__version__}"
    given.total, given.everything = sum(map(math.prod, shapes.values())), True
    for part in question.parts:
        given.silences[part.name] = "a checkpoint tells arrays, not layers"
