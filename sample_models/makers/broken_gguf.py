"""Samples of GGUF with one fault each, made with gguf's reader and writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gguf
import numpy as np

from makers.records import Broken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Arrays = dict[str, np.ndarray]
    Values = dict[str, object]

MAMBA, DELTA = "gguf/mamba.gguf", "gguf/qwen35_f16.gguf"
FIRST = "blk.0.ssm"


def _edited(change: Callable[[Values, Arrays], None]) -> Callable[[Path, Path], None]:
    """A copy of a model with other key-values or tensors."""

    def make(base: Path, target: Path) -> None:
        reader = gguf.GGUFReader(base)
        values = {
            name: field.contents()
            for name, field in reader.fields.items()
            if not name.startswith(("GGUF.", "tokenizer."))
        }
        arrays: Arrays = {each.name: np.array(each.data) for each in reader.tensors}
        change(values, arrays)
        writer = gguf.GGUFWriter(target, str(values.pop("general.architecture")))
        for key, value in values.items():
            if isinstance(value, str):
                writer.add_string(key, value)
            else:
                writer.add_uint32(key, int(str(value)))
        for name, array in arrays.items():
            writer.add_tensor(name, array)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()

    return make


def _declare(key: str, value: int) -> Callable[[Path, Path], None]:
    return _edited(lambda values, _: values.update({key: value}))


def _cut(base: Path, target: Path) -> None:
    target.write_bytes(base.read_bytes()[:-300])


def _overlap(base: Path, target: Path) -> None:
    """The last tensor's offset is that of the one before."""
    reader, data = gguf.GGUFReader(base), bytearray(base.read_bytes())
    *_, before, last = reader.tensors
    place = last.field.offset + sum(part.nbytes for part in last.field.parts[:-1])
    data[place : place + 8] = int(before.data_offset - reader.data_offset).to_bytes(8, "little")
    target.write_bytes(data)


def _drop(_: Values, arrays: Arrays) -> None:
    del arrays["blk.0.ssm_x.weight"]


def _reshape(name: str, shape: tuple[int, ...]) -> Callable[[Path, Path], None]:
    def change(_: Values, arrays: Arrays) -> None:
        arrays[name] = np.resize(arrays[name], shape)

    return _edited(change)


BROKEN = (
    Broken(
        "broken/other_inner_size.gguf",
        MAMBA,
        "The key-values declare 64 as inner size, the tensors have 16.",
        "R104",
        _declare("mamba.ssm.inner_size", 64),
        FIRST,
    ),
    Broken(
        "broken/more_blocks.gguf",
        MAMBA,
        "The key-values declare three blocks, of which two are stored.",
        "R104",
        _declare("mamba.block_count", 3),
    ),
    Broken(
        "broken/other_group_count.gguf",
        DELTA,
        "The key-values declare four groups of keys, the tensors have two.",
        "R104",
        _declare("qwen35.ssm.group_count", 4),
        FIRST,
    ),
    Broken(
        "broken/narrow_conv1d.gguf",
        MAMBA,
        "The convolution of the first block has one channel less than the others.",
        "R101",
        _reshape("blk.0.ssm_conv1d.weight", (15, 4)),
        FIRST,
        "blk.0.ssm_conv1d.weight",
    ),
    Broken(
        "broken/no_ssm_x.gguf",
        MAMBA,
        "The first block is without ssm_x.",
        "R102",
        _edited(_drop),
        FIRST,
    ),
    Broken(
        "broken/short_payload.gguf",
        MAMBA,
        "The file is 300 bytes shorter than its tensors need.",
        "R201",
        _cut,
    ),
    Broken(
        "broken/overlap.gguf",
        MAMBA,
        "Two tensors begin at the same offset.",
        "R203",
        _overlap,
    ),
)
