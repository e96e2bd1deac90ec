"""What the targets run: each reader whole, and each decoder by itself, over bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from making.declared_layers import mamba_2_shapes, mamba_shapes
from making.small_models import safetensors_file
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

SAMPLES = Path(__file__).parents[2] / "sample_models"
SCRATCH = tempfile.TemporaryDirectory(prefix="rnninspect-fuzz-")  # lives as long as the process
VIEW = View(width=80, columns=COLUMNS, chosen=False)
FORMATS = ("table", "json", "markdown", "csv", "sarif")
MOST_MESSAGES = 2_000


def source_of(data: bytes) -> Source:
    """A source over bytes, in an empty folder where no neighbour is found."""
    place = Path(SCRATCH.name) / "model"
    place.touch()
    with open_source(place) as empty:
        return empty.holding(data)


def whole(suffix: str, name: str = "model") -> Callable[[bytes], None]:
    path = Path(SCRATCH.name) / f"{name}{suffix}"

    def run(data: bytes) -> None:
        path.write_bytes(data)
        report = inspect_file(path)
        for form in FORMATS:
            list(REPORT[form]([report], VIEW))

    return run


def beside_sample(suffix: str, companion: str) -> Callable[[bytes], None]:
    """Run a model beside a file of a sample that stays as it is."""
    name = Path(companion)

    def run(data: bytes) -> None:
        (Path(SCRATCH.name) / name.name).write_bytes((SAMPLES / name).read_bytes())
        whole(suffix, name.stem)(data)

    return run


def opcodes(data: bytes) -> None:
    source = source_of(data)
    load_from(source, TorchCalls(source))


def wire(data: bytes) -> None:
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


def tables(data: bytes) -> None:
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


def sstable(data: bytes) -> None:
    for _ in read_table(source_of(data)):
        pass


def snappy(data: bytes) -> None:
    decompress(data, holding_source("table", b"", Limits()))


def zip_directory(data: bytes) -> None:
    source = source_of(data)
    for member in read_directory(source):
        open_member(source, member)


def hdf5_file(data: bytes) -> None:
    for _, node in File(source_of(data)).walk():
        if isinstance(node, Node):
            for name in node.attributes():
                node.texts(name)
        if isinstance(node, Dataset):
            _ = node.elements, node.needed_bytes, node.held_bytes


def configuration(data: bytes) -> None:
    """The walker of configurations, over weights that stay as they are."""
    config = parse_config(data, holding_source("config", b"", Limits()), "the configuration")
    for _ in walk_entries(config, Limits()):
        pass
    weights = source_of((SAMPLES / "keras" / "lstm.weights.h5").read_bytes())
    describe_native("fuzz", "", read_store(File(weights)), config, weights)


def configured(data: bytes) -> None:
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


def blobs(data: bytes) -> None:
    """A blob file of a package that stays as it is."""
    report = inspect_file(coreml.packaged(data, Path(SCRATCH.name) / "m.mlpackage"))
    list(REPORT["json"]([report], VIEW))
    if any(finding.level == "error" for finding in report.findings):
        raise UnreadableFile("a blob was found wrong")


def graph_text(data: bytes) -> None:
    binary(source_of(data), "GraphDef")
