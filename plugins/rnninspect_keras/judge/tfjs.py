"""The arrays of a TensorFlow.js model, read from its shards for Keras' own layers, in the child."""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path

import numpy as np

from rnninspect.plugin import Whereabouts, open_source, plural
from rnninspect.verification.question import NeedsTrust, NoOpinion, RefusedLayer
from rnninspect_keras.judge.layers import rebuild

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from rnninspect.verification.question import Answer, Part, Question
    from rnninspect_keras.judge.layers import Fetch

GRAPH = "graph model"
_TYPES = {"bool": "?", "string": None}


def count(question: Question, given: Answer) -> None:
    """Count all elements of a model, and those of Keras' layers that take its arrays."""
    manifest = Manifest(question)
    given.total, given.everything = manifest.elements, True
    booked = _rebuilt if GRAPH in question.format else rebuild
    for part in question.parts:
        given.book(part.name, partial(booked, part, manifest.array))


def _rebuilt(part: Part, fetch: Fetch) -> int:
    """The same of a layer in a graph, which need not keep its weights as Keras' layer does."""
    try:
        return rebuild(part, fetch)
    except RefusedLayer as error:
        raise NoOpinion(
            f"Keras' own layer does not take the arrays of the graph: {error}"
        ) from error


class Manifest:
    """The weights of a model, each read when it is asked for."""

    def __init__(self, question: Question) -> None:
        path = Path(question.path)
        self._path = path / "model.json" if path.is_dir() else path
        document = json.loads(self._path.read_bytes())
        groups = document["weightsManifest"] if isinstance(document, dict) else document
        self._trusted = question.trusted
        self._places: dict[str, tuple[dict[str, Any], int, dict[str, Any]]] = {}
        self.elements = 0
        for group in groups:
            self._add(group)

    def _add(self, group: dict[str, Any]) -> None:
        offset: int | None = 0
        for weight in group["weights"]:
            dtype = _type_of(weight)
            if dtype is None:  # only the bytes of a string say how long it is
                offset = None
                continue
            number = math.prod(weight["shape"])
            self.elements += number
            if offset is not None:
                self._places[weight["name"]] = (weight, offset, group)
                offset += number * dtype.itemsize

    def array(self, name: str) -> Any:  # noqa: ANN401 - an array
        """A weight as it is stored; RefusedLayer if the shards are too short for their weights."""
        if name not in self._places:
            raise NoOpinion(f"the shards show no array named {name}")
        weight, offset, group = self._places[name]
        data = b"".join(self._read(path) for path in group["paths"])
        needed = sum(map(_bytes_of, group["weights"]))
        if len(data) < needed:
            raise RefusedLayer(
                f"its shards have {plural(len(data), 'byte')}, and {needed} are needed"
            )
        number = math.prod(weight["shape"])
        return np.frombuffer(data, _type_of(weight), number, offset).reshape(weight["shape"])

    def _read(self, path: str) -> bytes:
        with open_source(self._path) as source:
            inside = source.neighbour(path).whereabouts is Whereabouts.INSIDE
        if not inside and not self._trusted:
            raise NeedsTrust(f"it refers to {path!r}, which is not in its folder")
        return (self._path.parent / path).read_bytes()


def _bytes_of(weight: dict[str, Any]) -> int:
    dtype = _type_of(weight)
    return 0 if dtype is None else math.prod(weight["shape"]) * dtype.itemsize


def _type_of(weight: dict[str, Any]) -> np.dtype[Any] | None:
    stored = weight.get("quantization", weight)["dtype"]
    known = _TYPES.get(stored, stored)
    return None if known is None else np.dtype(known)
