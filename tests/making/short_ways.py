"""Reads a file with all short ways of the readers, and without any: the report must be the same.

A short way reads what is usual at once, and leaves all else to the long way. To hold a new one
equal over all samples and hostile files, add a line to `WAYS`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rnninspect.counter import alike
from rnninspect.decode import zip_directory
from rnninspect.decode.hdf5 import file
from rnninspect.decode.hdf5 import groups as groups_of_hdf5
from rnninspect.decode.hdf5.space import Space
from rnninspect.decode.json_structure import texts
from rnninspect.decode.pickles import groups, runs, states
from rnninspect.decode.pickles.alike import objects
from rnninspect.errors import RefusedFile, RnnInspectError
from rnninspect.inspection import inspect_file
from rnninspect.record import Record
from rnninspect.render.report.json import dump, report_json
from rnninspect.source.limits import Limits
from rnninspect_keras.graph.messages import decoder
from rnninspect_keras.graph.running import functions
from rnninspect_keras.tensorflow.checkpoints import entries
from rnninspect_keras.tensorflow.checkpoints.entries import Entries
from rnninspect_keras.tfjs import document, weights
from rnninspect_onnx import describing, slicing
from rnninspect_onnx.graph import scopes
from rnninspect_onnx.layers import contradictions
from rnninspect_onnx.protobuf.node_runs import NodeRuns
from rnninspect_onnx.protobuf.tensor_runs import TensorRuns
from rnninspect_onnx.protobuf.value_runs import ValueRuns
from rnninspect_onnx.tensors import columns
from rnninspect_paddle import describing as paddle_states
from rnninspect_tflite.schema import rows
from rnninspect_torch.arrays import files
from rnninspect_torch.formats import safetensors

Setting = tuple[object, str, object]  # an object, and the value of one of its names


class Way(Record):
    """A short way: what makes it begin with the smallest file, and what leaves it out."""

    on: tuple[Setting, ...]
    off: tuple[Setting, ...]


WAYS = {
    "runs and tables of pickled tensors": Way(
        ((groups, "LEAST", 0), (groups, "LEAST_OPCODES", 0), (states, "LEAST", 0)),
        (
            (runs, "read_runs", lambda _: False),
            (groups, "read_table", lambda _: False),
            (states, "read_states", lambda _: None),
        ),
    ),
    "objects of pickles that are built alike": Way((), ((objects, "read_alike", lambda _: None),)),
    "headers of safetensors in columns": Way(
        ((safetensors, "_LEAST", 0),), ((safetensors, "_in_columns", lambda *_: None),)
    ),
    "an index of shards in pieces": Way(((texts, "_PIECE", 64),), ((texts, "_PIECE", 0),)),
    "runs of ONNX nodes and tensors": Way(
        (
            (columns, "FEW", 0),
            (scopes, "_MANY", 0),
            (slicing, "MANY", 0),
            (slicing, "IN_A_FUNCTION", 0),
        ),
        (
            (NodeRuns, "take", lambda _, offset, *__: offset),
            (TensorRuns, "take", lambda _, offset, *__: offset),
            (ValueRuns, "take", lambda _, offset, *__: offset),
            (describing, "may_tell", lambda _: True),
            (slicing, "MANY", 10**9),
            (slicing, "IN_A_FUNCTION", 10**9),
        ),
    ),
    "nodes and layers that are alike": Way(
        (), ((contradictions, "_MOST_KNOWN", 0), (alike, "_MOST_KNOWN", -1))
    ),
    "small groups of HDF5 by what is held": Way((), ((groups_of_hdf5, "_near", lambda *_: None),)),
    "groups of HDF5 with what follows": Way(
        (), ((Space, "read_more", lambda self, at, length, _: self.read(at, length)),)
    ),
    "objects of HDF5 in columns": Way(((file, "FEW", 0),), ((file, "FEW", 10**9),)),
    "members of a zip archive in columns": Way(
        ((zip_directory, "_MANY", 0),), ((zip_directory, "_MANY", 10**9),)
    ),
    "arrays of an archive in columns": Way(((files, "_MANY", 1),), ((files, "_MANY", 10**9),)),
    "functions with a loop on inputs that are alike": Way(
        (), ((functions, "has_loop", lambda _: False),)
    ),
    "attributes of TensorFlow's nodes as encoded": Way((), ((decoder, "SHORT", 0),)),
    "tensors and operators of TFLite in columns": Way(
        ((rows, "_FEW", 0),), ((rows, "_FEW", 10**9),)
    ),
    "weights of TensorFlow.js in columns": Way(
        ((document, "_LARGE", 0), (weights, "_MANY", 0)), ((document, "_LARGE", 10**12),)
    ),
    "arrays of Paddle in columns": Way(
        ((paddle_states, "_FEW", 0),), ((paddle_states, "_FEW", 10**9),)
    ),
    "entries of a checkpoint by kind": Way(
        ((entries, "FEW", 0),),
        ((Entries, "read", lambda self, key, value: self._decoded(key, value, 0)),),
    ),
}
Outcome = tuple[type, str]


def outcome(path: Path, limits: Limits, settings: Callable[[Way], tuple[Setting, ...]]) -> Outcome:
    """The report on a file in JSON, or the error, with some settings of each way."""
    with pytest.MonkeyPatch.context() as patch:
        for way in WAYS.values():
            for place, name, value in settings(way):
                patch.setattr(place, name, value)
        try:
            return str, dump(report_json(inspect_file(path, limits)))
        except RnnInspectError as error:
            return type(error), str(error)


def hold_equal(path: Path, limits: Limits = Limits()) -> None:  # noqa: B008 - a value that is frozen
    """Read a file both ways, and compare the reports or the errors.

    Each books its own work: where a limit refuses one of them, there is nothing to compare.
    """
    short = outcome(path, limits, lambda way: way.on)
    long = outcome(path, limits, lambda way: way.off)
    if RefusedFile not in (short[0], long[0]):
        assert short == long
