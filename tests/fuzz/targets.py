"""What is fuzzed: each reader whole, and each decoder by itself; with seeds from the samples."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from making.declared_layers import MAMBA, MAMBA_2, mamba_2_shapes, mamba_shapes
from making.small_models import safetensors_file
from making.tensorflow.bundles import literal, varint
from making.torch import executorch
from rnninspect.decode.flatbuffers import INT32, FlatBuffer, Table
from rnninspect.decode.hdf5 import Dataset, File, Node
from rnninspect.decode.pickles.interpreter import load_from
from rnninspect.decode.protobuf import LENGTH, WireReader
from rnninspect.decode.sstable.snappy import decompress
from rnninspect.decode.sstable.tables import read_table
from rnninspect.decode.zip_directory import open_member, read_directory
from rnninspect.errors import UnreadableFile
from rnninspect.inspection import inspect_file
from rnninspect.render import REPORT
from rnninspect.render.report.columns import COLUMNS
from rnninspect.render.view import View
from rnninspect.source.limits import Limits
from rnninspect.source.source import Source, holding_source, open_source
from rnninspect_keras.configuration.declared import walk_entries
from rnninspect_keras.containers.datasets import read_store
from rnninspect_keras.containers.json_text import parse_config
from rnninspect_keras.describing import describe_native
from rnninspect_keras.graph.messages.text import binary
from rnninspect_torch.tensors.calls import TorchCalls

from . import coreml
from .faults import Mutator, mutate_bytes, mutate_json, mutate_safetensors
from .headers import mutate_header
from .modules import match, modules, mutate_modules
from .structures import mutate_pickle, mutate_protobuf, mutate_zip
from .tables import mutate_table
from .texts import mutate_text
from .words import mutate_words

SAMPLES = Path(__file__).parents[2] / "sample_models"
SCRATCH = tempfile.TemporaryDirectory(prefix="rnninspect-fuzz-")  # lives as long as the process
VIEW = View(width=80, columns=COLUMNS, chosen=False)
FORMATS = ("table", "json", "markdown", "csv", "sarif")
MOST_MESSAGES = 2_000


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to fuzz: `run` raises only UnreadableFile; `seeds` makes the seeds."""

    run: Callable[[bytes], None]
    mutate: Mutator
    seeds: Callable[[], list[bytes]]


def attempt(target: Target, data: bytes) -> bool:
    """Whether the target accepts the input; any exception but UnreadableFile is a crash."""
    try:
        target.run(data)
    except UnreadableFile:
        return False
    return True


def source_of(data: bytes) -> Source:
    """A source over bytes, in an empty folder where no neighbour is found."""
    place = Path(SCRATCH.name) / "model"
    place.touch()
    with open_source(place) as empty:
        return empty.holding(data)


def _whole(suffix: str, name: str = "model") -> Callable[[bytes], None]:
    path = Path(SCRATCH.name) / f"{name}{suffix}"

    def run(data: bytes) -> None:
        path.write_bytes(data)
        report = inspect_file(path)
        for form in FORMATS:
            list(REPORT[form]([report], VIEW))

    return run


def _with(suffix: str, companion: str) -> Callable[[bytes], None]:
    """Run a model beside a file of a sample that stays as it is."""
    name = Path(companion)

    def run(data: bytes) -> None:
        (Path(SCRATCH.name) / name.name).write_bytes((SAMPLES / name).read_bytes())
        _whole(suffix, name.stem)(data)

    return run


def _opcodes(data: bytes) -> None:
    source = source_of(data)
    load_from(source, TorchCalls(source))


def _protobuf(data: bytes) -> None:
    reader = WireReader(source_of(data))
    found = reader.collect(reader.whole(), (1, 2, 7))
    reader.texts(found, 2)
    reader.integers(found, 1)
    pending = [reader.whole()]
    for _ in range(MOST_MESSAGES):
        if not pending:
            return
        with suppress(UnreadableFile):  # not every run of bytes is a message
            for _, kind, start, length in reader.fields(pending.pop()):
                if kind == LENGTH:
                    pending.append(((start, start + length),))


def _flatbuffer(data: bytes) -> None:
    """Every slot of every table as everything that it may be."""
    pending = [FlatBuffer(source_of(data)).root()]
    for _ in range(MOST_MESSAGES):
        if not pending:
            return
        table = pending.pop()
        for slot in range(8):
            with suppress(UnreadableFile):  # not every field is what it is asked for
                table.integer(slot, INT32)
            with suppress(UnreadableFile):
                table.text(slot)
            with suppress(UnreadableFile):
                table.numbers(slot, INT32).integers(64)
            with suppress(UnreadableFile):
                pending += filter(None, [table.table(slot)])
            with suppress(UnreadableFile):
                pending += _first(table, slot)


def _first(table: Table, slot: int) -> list[Table]:
    tables = table.tables(slot)
    return [tables[at] for at in range(min(8, len(tables)))]


def _table(data: bytes) -> None:
    for _ in read_table(source_of(data)):
        pass


def _snappy(data: bytes) -> None:
    decompress(data, holding_source("table", b"", Limits()))


def _pir() -> list[bytes]:
    """Paddle's program in JSON."""
    return [(SAMPLES / "paddle" / "inference.json").read_bytes()]


def _literals() -> list[bytes]:
    """Data that repeat their last byte six times."""
    plain = (b"a" * 40, bytes(range(50)))
    return [varint(len(data) + 6) + literal(data)[1:] + b"\x09\x01" for data in plain]


def _zip(data: bytes) -> None:
    source = source_of(data)
    for member in read_directory(source):
        open_member(source, member)


def _hdf5(data: bytes) -> None:
    for _, node in File(source_of(data)).walk():
        if isinstance(node, Node):
            for name in node.attributes():
                node.texts(name)
        if isinstance(node, Dataset):
            _ = node.elements, node.needed_bytes, node.held_bytes


def _config(data: bytes) -> None:
    """The walker of configurations, over weights that stay as they are."""
    config = parse_config(data, holding_source("config", b"", Limits()), "the configuration")
    for _ in walk_entries(config, Limits()):
        pass
    weights = source_of((SAMPLES / "keras" / "lstm.weights.h5").read_bytes())
    describe_native("fuzz", "", read_store(File(weights)), config, weights)


def _executorch() -> list[bytes]:
    """A program and a data file."""
    tensors = [executorch.tensor(1, (2, 3)), executorch.tensor(2, (4,))]
    program = executorch.program(tensors, [bytes(48)], (0, 0, 32))
    return [program, executorch.data_file({"rnn.weight_ih_l0": (16, 5), "rnn.bias": (16,)})]


def _beside(data: bytes) -> None:
    """A configuration beside weights that stay as they are; one that is only noted is not read."""
    folder = Path(SCRATCH.name) / "configured"
    weights = folder / "model.safetensors"
    if not weights.exists():
        safetensors_file(weights, {**mamba_shapes(), **mamba_2_shapes(start="other")})
    (folder / "config.json").write_bytes(data)
    report = inspect_file(weights)
    for form in FORMATS[:2]:
        list(REPORT[form]([report], VIEW))
    if any("was not read" in finding.message for finding in report.findings):
        raise UnreadableFile("config.json was not read")


def _configs() -> list[bytes]:
    """Configurations of both cells, and one in another."""
    nested = {"model_type": "other", "text_config": {**MAMBA, "time_step_rank": "auto"}}
    kinds = {**MAMBA_2, "layer_types": ["linear_attention"] * 2, "attn_layer_indices": [3]}
    return [json.dumps(values).encode() for values in (MAMBA, MAMBA_2, nested, kinds)]


def _blobs(data: bytes) -> None:
    """A blob file of a package that stays as it is."""
    report = inspect_file(coreml.packaged(data, Path(SCRATCH.name) / "m.mlpackage"))
    list(REPORT["json"]([report], VIEW))
    if any(finding.level == "error" for finding in report.findings):
        raise UnreadableFile("a blob was found wrong")


def _graph_text(data: bytes) -> None:
    binary(source_of(data), "GraphDef")


def _graph_texts() -> list[bytes]:
    """A node with every kind of value that the text form has."""
    value = b"tensor { dtype: DT_FLOAT tensor_shape { dim { size: 2 } } float_val: [1.5, -2e3f] }"
    node = b"name: 'a' \"b\\n\\000\" op: 'Const' input: ['x', 'y:1'] # a comment\n"
    whole = b"node { " + node + b"attr { key: 'value' value < " + value + b" > } }\n"
    return [whole * 3]


def _files(*suffixes: str) -> Callable[[], list[bytes]]:
    def seeds() -> list[bytes]:
        paths = sorted(path for path in SAMPLES.rglob("*.*") if path.suffix in suffixes)
        return [path.read_bytes() for path in paths]

    return seeds


def _audio(*patterns: str) -> list[bytes]:
    paths = (path for pattern in patterns for path in sorted((SAMPLES / "audio").glob(pattern)))
    return [path.read_bytes() for path in paths]


def _members(name: str, *suffixes: str) -> Callable[[], list[bytes]]:
    """The members of this name in the sample archives."""

    def seeds() -> list[bytes]:
        return [data for whole in _files(*suffixes)() for data in _inside(whole, name)]

    return seeds


def _inside(whole: bytes, name: str) -> Iterator[bytes]:
    source = source_of(whole)
    try:
        members = read_directory(source)
    except UnreadableFile:  # the legacy sample is not a zip
        return
    for member in members:
        if member.name.endswith(name):
            inside = open_member(source, member)
            yield inside.read(0, inside.size)


TARGETS = {
    "onnx": Target(_whole(".onnx"), mutate_protobuf, _files(".onnx")),
    "ort": Target(_whole(".ort"), mutate_words, _files(".ort")),
    "torch": Target(_whole(".pt"), mutate_zip, _files(".pt", ".ckpt", ".safetensors")),
    "torch-plain": Target(_whole(".pkl"), mutate_pickle, _members("data.pkl", ".pt", ".ckpt")),
    "keras-archive": Target(_whole(".keras"), mutate_zip, _files(".keras")),
    "keras-hdf5": Target(_whole(".h5"), mutate_bytes, _files(".h5")),
    "mobile": Target(_whole(".ptl"), mutate_words, _files(".ptl")),
    "executorch": Target(_whole(".pte"), mutate_words, _executorch),
    "opcodes": Target(_opcodes, mutate_pickle, _members("data.pkl", ".pt", ".ckpt")),
    "protobuf": Target(_protobuf, mutate_protobuf, _files(".onnx")),
    "zip-directory": Target(_zip, mutate_bytes, _files(".pt", ".keras")),
    "tflite": Target(_whole(".tflite"), mutate_words, _files(".tflite")),
    "flatbuffers": Target(_flatbuffer, mutate_words, _files(".tflite")),
    "gguf": Target(_whole(".gguf"), mutate_header, _files(".gguf")),
    "coreml": Target(_whole(".mlmodel"), mutate_protobuf, coreml.models),
    "coreml-blobs": Target(_blobs, mutate_bytes, coreml.blob_files),
    "hdf5": Target(_hdf5, mutate_bytes, _files(".h5")),
    "safetensors": Target(_whole(".safetensors"), mutate_safetensors, _files(".safetensors")),
    "saved-model": Target(_whole(".pb", "saved_model"), mutate_protobuf, _files(".pb")),
    "graph": Target(_whole(".pb"), mutate_protobuf, _files(".pb")),
    "meta-graph": Target(_whole(".meta", "alone"), mutate_protobuf, _files(".meta")),
    "graph-text": Target(_graph_text, mutate_bytes, _graph_texts),
    "checkpoint": Target(_whole(".index"), mutate_table, _files(".index")),
    "old-checkpoint": Target(_whole(".ckpt-7"), mutate_table, _files(".ckpt-7")),
    "table": Target(_table, mutate_bytes, _files(".index")),
    "snappy": Target(_snappy, mutate_bytes, _literals),
    "tfjs": Target(_whole(".json"), mutate_json, _files(".json")),
    "paddle-state": Target(_whole(".pdparams"), mutate_pickle, _files(".pdparams")),
    "paddle-program": Target(_whole(".pdmodel", "program"), mutate_protobuf, _files(".pdmodel")),
    "paddle-parameters": Target(_whole(".pdiparams", "alone"), mutate_bytes, _files(".pdiparams")),
    "paddle-json": Target(_whole(".json", "paddle"), mutate_json, _pir),
    "audio-json": Target(_whole(".json"), mutate_json, lambda: _audio("*.json", "*.nam")),
    "audio-json-bytes": Target(_whole(".nam"), mutate_bytes, lambda: _audio("*.json", "*.nam")),
    "dnnw": Target(_whole(".bin"), mutate_bytes, lambda: _audio("*.bin")),
    "beside": Target(_beside, mutate_json, _configs),
    "signatures": Target(match, mutate_modules, modules),
    "openvino": Target(_with(".xml", "openvino/loop.bin"), mutate_text, _files(".xml")),
    "ncnn": Target(_with(".param", "ncnn/small.bin"), mutate_text, _files(".param")),
    "config": Target(_config, mutate_json, _members("config.json", ".keras")),
}
