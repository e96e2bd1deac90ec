"""TensorFlow's opinion of graphs of operations: its importer's, in the child of Keras."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import tensorflow as tf
from google.protobuf import text_format  # type: ignore[import-untyped] # it has no stubs

from rnninspect.verification.question import NoOpinion
from rnninspect_keras.judge.by_tensorflow import read_checkpoint
from rnninspect_keras.judge.checkpoints import linked_prefix
from rnninspect_keras.judge.layers import rebuild
from rnninspect_keras.recognition import INDEX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from rnninspect.verification.question import Answer, Question

META = ".meta"


def answer(question: Question, given: Answer) -> None:
    """Import the graph, count its constants or its checkpoint's variables, rebuild the layers.

    Nothing of the graph is run: the importer looks at operators, types and shapes.
    """
    given.version = f"{given.version} with tensorflow {tf.__version__}"
    given.total, given.everything = 0, True
    graph = _graph(question)
    with tf.Graph().as_default():
        tf.import_graph_def(graph, name="")
    path = Path(question.path)
    index = path.with_name(path.name.removesuffix(META) + INDEX)
    if "meta" in question.format.lower() and index.exists():
        with TemporaryDirectory() as own:
            beside = replace(question, path=str(index))
            read_checkpoint(linked_prefix(beside, Path(own)), question, given)
        return
    tensors = dict(_constants(graph))
    given.total = sum(map(_elements, tensors.values()))
    for part in question.parts:
        given.book(part.name, partial(rebuild, part, partial(_array, tensors)))


def _graph(question: Question) -> Any:  # noqa: ANN401 - TensorFlow is untyped
    """The GraphDef of a file; an exception if TensorFlow's parser refuses it."""
    name = question.format.lower()
    message = tf.compat.v1.MetaGraphDef() if "meta" in name else tf.compat.v1.GraphDef()
    data = Path(question.path).read_bytes()
    if data.lstrip()[:1].isalpha() or data.startswith(b"#"):
        text_format.Parse(data.decode(), message)
    else:
        message.ParseFromString(data)
    return message.graph_def if "meta" in name else message


def _constants(graph: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - as above
    """Every constant by its name in a report."""
    for node in graph.node:
        if node.op == "Const":
            yield node.name, node.attr["value"].tensor
    for function in graph.library.function:
        for node in function.node_def:
            if node.op == "Const":
                yield f"{function.signature.name}/{node.name}", node.attr["value"].tensor


def _elements(tensor: Any) -> int:  # noqa: ANN401 - as above
    return math.prod(axis.size for axis in tensor.tensor_shape.dim)


def _array(tensors: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - as above
    if name not in tensors:
        raise NoOpinion(f"TensorFlow shows no constant named {name}")
    return tf.make_ndarray(tensors[name])
