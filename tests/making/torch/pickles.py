"""Writes pickles opcode by opcode, and puts them into torch's zip archives: no torch needed."""

from __future__ import annotations

import io
import math
import struct
import zipfile
from collections.abc import Mapping, Sequence
from itertools import accumulate, count
from pathlib import Path

from making.described import model_of
from rnninspect.counter import count_layers
from rnninspect.model import Purpose, SavedModel
from rnninspect.report import add_up
from rnninspect.source.source import open_source
from rnninspect_torch import TorchReader

NONE, TRUE, FALSE, STOP = b"N", b"\x88", b"\x89", b"."
ITEM_BYTES = {"FloatStorage": 4, "HalfStorage": 2, "LongStorage": 8, "QInt8Storage": 1}


def text(value: str) -> bytes:
    data = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    size = value.bit_length() // 8 + 1
    return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)


def items(*values: bytes) -> bytes:
    return b"(" + b"".join(values) + b"t"


def numbers(values: Sequence[int]) -> bytes:
    return items(*(number(value) for value in values))


def name(module: str, attribute: str) -> bytes:
    return f"c{module}\n{attribute}\n".encode()


def call(module: str, attribute: str, *arguments: bytes) -> bytes:
    return name(module, attribute) + items(*arguments) + b"R"


def mapping(pairs: Mapping[str, bytes]) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in pairs.items()) + b"u"


def instance(module: str, attribute: str, state: Mapping[str, bytes]) -> bytes:
    return name(module, attribute) + b")\x81" + mapping(state) + b"b"


def storage(key: str, count: int, kind: str = "FloatStorage") -> bytes:
    parts = (text("storage"), name("torch", kind), text(key), text("cpu"), number(count))
    return items(*parts) + b"Q"


def strides_of(shape: Sequence[int]) -> tuple[int, ...]:
    steps = tuple(accumulate(reversed(shape[1:]), lambda step, size: step * size, initial=1))
    return steps[::-1][: len(shape)] if shape else ()


def tensor(
    key: str,
    shape: Sequence[int],
    *,
    count: int | None = None,
    offset: int = 0,
    strides: Sequence[int] | None = None,
    kind: str = "FloatStorage",
) -> bytes:
    storage_ = storage(key, math.prod(shape) if count is None else count, kind)
    steps = strides_of(shape) if strides is None else strides
    parts = (storage_, number(offset), numbers(shape), numbers(steps), FALSE, NONE)
    return call("torch._utils", "_rebuild_tensor_v2", *parts)


def state_dict(shapes: Mapping[str, Sequence[int]]) -> bytes:
    """A pickle of tensors with separate storages `0`, `1`, …"""
    pairs = {label: tensor(str(key), shape) for key, (label, shape) in enumerate(shapes.items())}
    return b"\x80\x02" + mapping(pairs) + STOP


def records_of(shapes: Mapping[str, Sequence[int]], item_bytes: int = 4) -> dict[str, bytes]:
    sizes = [math.prod(shape) * item_bytes for shape in shapes.values()]
    return {f"data/{key}": bytes(size) for key, size in enumerate(sizes)}


def archive(pickle: bytes, records: Mapping[str, bytes] | None = None) -> bytes:
    """A zip archive as torch.save writes it, with `pickle` as its data.pkl."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for label, data in {"data.pkl": pickle, **(records or {}), "version": b"3\n"}.items():
            file.writestr(f"model/{label}", data)
    return buffer.getvalue()


def write_sparse(path: Path, pickle: bytes, sizes: Mapping[str, int]) -> None:
    """Write a sparse archive whose records of `data/` take no space on disk."""
    entries = []
    with path.open("wb") as file:
        for label, size in {"data.pkl": len(pickle), **sizes}.items():
            name_, offset = f"model/{label}".encode(), file.tell()
            file.write(struct.pack("<4s5H3L2H", b"PK\3\4", *[0] * 8, len(name_), 0) + name_)
            if label == "data.pkl":
                file.write(pickle)
            else:
                file.seek(size, 1)
            extra = struct.pack("<2H3Q", 1, 24, size, size, offset)
            full = 2**32 - 1
            fields = (*[0] * 7, full, full, len(name_), len(extra), *[0] * 4, full)
            entries.append(struct.pack("<4s6H3L5H2L", b"PK\1\2", *fields) + name_ + extra)
        place, directory = file.tell(), b"".join(entries)
        numbers_ = (44, 45, 45, 0, 0, len(entries), len(entries), len(directory), place)
        file.write(directory + struct.pack("<4sQ2H2L4Q", b"PK\6\6", *numbers_))
        file.write(struct.pack("<4sLQL", b"PK\6\7", 0, place + len(directory), 1))
        full = 2**32 - 1
        file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, full, full, 0))


def saved(shapes: Mapping[str, Sequence[int]]) -> bytes:
    """A whole file of a state dict with these shapes."""
    return archive(state_dict(shapes), records_of(shapes))


def lstm(inputs: int, hidden: int, path: str = "", level: int = 0) -> dict[str, tuple[int, ...]]:
    """The shapes of one level of an LSTM, by the names of torch.nn."""
    start = f"{path}." if path else ""
    return {
        f"{start}weight_ih_l{level}": (4 * hidden, inputs),
        f"{start}weight_hh_l{level}": (4 * hidden, hidden),
        f"{start}bias_ih_l{level}": (4 * hidden,),
        f"{start}bias_hh_l{level}": (4 * hidden,),
    }


def read(data: bytes, folder: Path, label: str = "model.pt") -> SavedModel:
    """The model that the reader finds in a file with these bytes."""
    path = folder / label
    path.write_bytes(data)
    return read_path(path)


def read_path(path: Path) -> SavedModel:
    """The model that the reader finds in a file or folder, which it must recognise."""
    with open_source(path) as source:
        return model_of(TorchReader(), source)


def parameters(model: SavedModel) -> int:
    """Elements of all parameters, each tensor once, as the report adds them up."""
    return add_up(model, count_layers(model.layers)).parameters


def network(keys: count[int], path: str = "rnn", hidden: int = 2) -> bytes:
    """The dict of an LSTM's tensors with separate storages."""
    shapes = lstm(3, hidden, path)
    return mapping({label: tensor(str(next(keys)), shape) for label, shape in shapes.items()})


def checkpoint(folder: Path, pairs: dict[str, bytes]) -> SavedModel:
    return read(archive(mapping(pairs) + b"."), folder)


def purposes(model: SavedModel) -> dict[Purpose, int]:
    totals = add_up(model, count_layers(model.layers))
    others = {Purpose(name): value for name, value in totals.not_parameters.items() if value}
    return {
        **others,
        **({Purpose.COPY: totals.copies} if totals.copies else {}),
        Purpose.PARAMETER: totals.parameters,
    }
