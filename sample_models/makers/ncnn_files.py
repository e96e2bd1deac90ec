"""Writes networks of ncnn by hand: its package reads them, and writes none."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RAW, HALF, INT8, BFLOAT = 0, 0x01306B47, 0x000D4B38, 0x01348B83
MAGIC = 7767517
_WIDTHS = {RAW: 4, HALF: 2, INT8: 1, BFLOAT: 2}


def tagged(count: int, tag: int = RAW) -> bytes:
    """An array of zeros that begins with its type; of an unknown one, indices of a table."""
    width = _WIDTHS.get(tag)
    table = b"" if width else bytes(4 * 256)
    size = (width or 1) * count
    return struct.pack("<I", tag) + table + bytes(-(-size // 4) * 4)


def raw(count: int) -> bytes:
    """An array of zeros in single precision."""
    return bytes(4 * count)


class Net:
    """A network, layer by layer: each reads the blob of the one before it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.data = b""
        self._blobs = 0
        self.add("Input", "in0", values="0=3 1=4", inputs=0)

    def add(
        self,
        kind: str,
        name: str,
        data: bytes = b"",
        *,
        values: str = "",
        inputs: int = 1,
        outputs: int = 1,
    ) -> Net:
        """Add a layer with its arrays."""
        given = [f"b{self._blobs - each}" for each in range(inputs, 0, -1)]
        made = [f"b{self._blobs + each}" for each in range(outputs)]
        self._blobs += outputs
        words = [kind, name, str(inputs), str(outputs), *given, *made, values]
        self.lines.append(" ".join(filter(None, words)))
        self.data += data
        return self

    def text(self) -> str:
        """The text of the network."""
        return "\n".join([str(MAGIC), f"{len(self.lines)} {self._blobs}", *self.lines, ""])

    def save(self, path: Path) -> Path:
        """Write the network and its weights beside it."""
        path.write_text(self.text())
        path.with_suffix(".bin").write_bytes(self.data)
        return path


def lstm(  # noqa: PLR0913 - the sizes of the layer
    net: Net,
    inputs: int,
    hidden: int,
    *,
    outputs: int = 0,
    ways: int = 1,
    tag: int = RAW,
    name: str = "lstm",
) -> Net:
    """Add an LSTM; in int8, scales follow. With `outputs`, their number is that of a projection."""
    rows, fed = ways * 4 * hidden, outputs or hidden
    arrays = [tagged(rows * inputs, tag), tagged(rows, HALF if tag == HALF else RAW)]
    arrays.append(tagged(rows * fed, tag))
    if outputs:
        arrays.append(tagged(ways * outputs * hidden, RAW if tag == INT8 else tag))
    values = f"0={fed} 1={rows * inputs} 2={2 if ways == 2 else 0}"
    if outputs:
        values += f" 3={hidden}"
    if tag == INT8:
        arrays.append(raw(2 * rows))
        values += " 8=1"
    return net.add("LSTM", name, b"".join(arrays), values=values)


def gru(net: Net, inputs: int, hidden: int, *, ways: int = 1, name: str = "gru") -> Net:
    """Add a GRU, whose bias has four rows."""
    rows = ways * 3 * hidden
    data = tagged(rows * inputs) + tagged(ways * 4 * hidden) + tagged(rows * hidden)
    return net.add(
        "GRU", name, data, values=f"0={hidden} 1={rows * inputs} 2={2 if ways == 2 else 0}"
    )


def rnn(net: Net, inputs: int, hidden: int, *, name: str = "rnn") -> Net:
    """Add an RNN."""
    data = tagged(hidden * inputs) + tagged(hidden) + tagged(hidden * hidden)
    return net.add("RNN", name, data, values=f"0={hidden} 1={hidden * inputs}")


def dense(net: Net, inputs: int, outputs: int, *, name: str = "fc", tag: int = RAW) -> Net:
    """Add a dense layer with its bias."""
    data = tagged(inputs * outputs, tag) + raw(outputs)
    return net.add("InnerProduct", name, data, values=f"0={outputs} 1=1 2={inputs * outputs}")


def small() -> Net:
    """A convolution, an LSTM of two directions, a GRU, and a dense layer in half precision."""
    net = Net()
    data = tagged(3 * 4 * 3) + raw(4)
    net.add("Convolution1D", "conv", data, values="0=4 1=3 5=1 6=36")
    lstm(net, 4, 2, ways=2, tag=HALF)
    gru(net, 4, 2)
    return dense(net, 2, 3, tag=HALF)


def binary() -> bytes:
    """The binary form of a network of an input and an RNN of three inputs and two units."""
    end = -233
    first = [16, 0, 1, 0, 0, 3, 1, 4, end]  # Input: types are numbered
    second = [38, 1, 1, 0, 1, 0, 2, 1, 6, end]  # RNN, with its parameters by key
    words = [MAGIC, 2, 2, *first, *second]
    return struct.pack(f"<{len(words)}i", *words)
