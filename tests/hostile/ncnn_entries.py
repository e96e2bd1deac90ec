"""Networks of ncnn with lying counts, sizes and tags, and with weights that are elsewhere."""

from __future__ import annotations

import struct
from pathlib import Path

from hostile.entry import Hostile, written
from makers.ncnn_files import MAGIC, Net, binary, dense, lstm, raw, rnn, small

HEAD = f"{MAGIC}\n"
LAYER = "LSTM a 0 1 b0 "


def network(text: str, code: int | None = None, data: bytes = b"") -> Hostile:
    """A network and the weights beside it."""

    def make(path: Path) -> None:
        path.write_text(text)
        path.with_suffix(".bin").write_bytes(data)

    return Hostile(make, code)


def of(net: Net, code: int | None = None, old: str = "", new: str = "") -> Hostile:
    """A sound network, with one thing changed."""
    assert old in net.text()
    return network(net.text().replace(old, new) if old else net.text(), code, net.data)


def one(values: str, code: int | None = None, data: bytes = b"") -> Hostile:
    return network(f"{HEAD}1 1\n{LAYER}{values}\n", code, data)


def words(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}i", *numbers)


def outside(path: Path) -> None:
    """Weights that a link leads to, outside of the network's folder."""
    path.write_text(small().text())
    path.with_suffix(".bin").symlink_to(path.parent.parent / "canary.txt")


def holes(path: Path) -> None:
    """Weights of four gigabytes, none of which is on the disk."""
    path.write_text(f"{HEAD}1 1\nInnerProduct a 0 1 b0 0=1 2={2**30}\n")
    with path.with_suffix(".bin").open("wb") as file:
        file.truncate(4 + 4 * 2**30)


MANY = "".join(f"ReLU r{at} 1 1 b b\n" for at in range(200_000))
ENTRIES: dict[str, Hostile] = {
    "sound.param": of(small(), 0),
    "no_weights.param": Hostile(lambda path: path.write_text(small().text()), 1),
    "weights_outside.param": Hostile(outside, 1),
    "cut.param": network(small().text()[:-60], 2, small().data),
    "fewer_layers.param": of(small(), 2, "5 5", "9 9"),
    "counts_are_words.param": network(f"{HEAD}many layers\n", 2),
    "billion_layers.param": network(f"{HEAD}{10**9} {10**9}\n", 2),
    "many_layers.param": network(f"{HEAD}200000 200000\n{MANY}", 0),
    "long_line.param": network(f"{HEAD}1 1\nInput a 0 1 b{' 0=1' * 100_000}\n", 2),
    "long_name.param": network(f"{HEAD}1 1\nInput {'a' * 60_000} 0 1 b\n", 0),
    "many_blobs.param": network(f"{HEAD}1 1\nInput a {10**9} 1 b\n", 2),
    "negative_size.param": one("0=-2 1=3", 2),
    "no_units.param": one("0=0 1=3"),
    "huge_size.param": one(f"0={10**18} 1={10**19}", 1),
    "many_digits.param": one(f"0={'9' * 5000}"),
    "exabytes.param": one(f"0=2 1={8 * 10**17}", 1),
    "strange_tag.param": one("0=2 1=24", 1, b"\xff" * 200),
    "direction.param": of(lstm(Net(), 3, 2), 1, "2=0", "2=9"),
    "other_type.param": of(rnn(Net().add("Mine", "mine", raw(9)), 3, 2)),
    "attention_of_nothing.param": network(f"{HEAD}1 1\nMultiHeadAttention a 0 1 b0 2=9\n", 2),
    "trailing.param": network(small().text(), 1, small().data + bytes(64)),
    "holes.param": Hostile(holes, 0),
    "control_characters.param": of(dense(Net(), 3, 2, name="\x1b[31mfc\u202e"), 0),
    "same_names.param": of(rnn(rnn(Net(), 3, 2), 3, 2), 0),
    "sound.param.bin": Hostile(
        lambda path: (
            path.write_bytes(binary()),
            path.with_name("sound.bin").write_bytes(small().data),
        )
    ),
    "cut.param.bin": written(binary()[:-30], 2),
    "many_blobs.param.bin": written(words(MAGIC, 1, 1, 0, 2**31 - 1, 2**31 - 1), 2),
    "many_values.param.bin": written(words(MAGIC, 1, 1, 0, 0, 0, *[1, 1] * 100, -233), 2),
    "long_array.param.bin": written(words(MAGIC, 1, 1, 0, 0, 0, -23301, 2**31 - 1, 0), 2),
    "unknown_number.param.bin": written(words(MAGIC, 1, 1, 9999, 0, 0, -233)),
}
