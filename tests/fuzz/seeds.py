"""Seeds that the targets are given: the samples, what is inside them, and some made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from making.declared_layers import MAMBA, MAMBA_2
from making.tensorflow.bundles import literal, varint
from making.torch import executorch
from rnninspect.decode.zip_directory import open_member, read_directory
from rnninspect.errors import UnreadableFile

from .running import SAMPLES, source_of


def sample_files(*suffixes: str) -> Callable[[], list[bytes]]:
    def seeds() -> list[bytes]:
        paths = sorted(path for path in SAMPLES.rglob("*.*") if path.suffix in suffixes)
        return [path.read_bytes() for path in paths]

    return seeds


def audio_samples(*patterns: str) -> list[bytes]:
    paths = (path for pattern in patterns for path in sorted((SAMPLES / "audio").glob(pattern)))
    return [path.read_bytes() for path in paths]


def sample_members(name: str, *suffixes: str) -> Callable[[], list[bytes]]:
    """The members of this name in the sample archives."""

    def seeds() -> list[bytes]:
        return [data for whole in sample_files(*suffixes)() for data in _inside(whole, name)]

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


def executorch_files() -> list[bytes]:
    """A program and a data file."""
    tensors = [executorch.tensor(1, (2, 3)), executorch.tensor(2, (4,))]
    program = executorch.program(tensors, [bytes(48)], (0, 0, 32))
    return [program, executorch.data_file({"rnn.weight_ih_l0": (16, 5), "rnn.bias": (16,)})]


def configurations() -> list[bytes]:
    """Configurations of both cells, and one in another."""
    nested = {"model_type": "other", "text_config": {**MAMBA, "time_step_rank": "auto"}}
    kinds = {**MAMBA_2, "layer_types": ["linear_attention"] * 2, "attn_layer_indices": [3]}
    return [json.dumps(values).encode() for values in (MAMBA, MAMBA_2, nested, kinds)]


def pir_programs() -> list[bytes]:
    """Paddle's program in JSON."""
    return [(SAMPLES / "paddle" / "inference.json").read_bytes()]


def snappy_literals() -> list[bytes]:
    """Data that repeat their last byte six times."""
    plain = (b"a" * 40, bytes(range(50)))
    return [varint(len(data) + 6) + literal(data)[1:] + b"\x09\x01" for data in plain]


def graph_texts() -> list[bytes]:
    """A node with every kind of value that the text form has."""
    value = b"tensor { dtype: DT_FLOAT tensor_shape { dim { size: 2 } } float_val: [1.5, -2e3f] }"
    node = b"name: 'a' \"b\\n\\000\" op: 'Const' input: ['x', 'y:1'] # a comment\n"
    whole = b"node { " + node + b"attr { key: 'value' value < " + value + b" > } }\n"
    return [whole * 3]
