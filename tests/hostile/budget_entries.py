"""Models that keep within each limit on size and ask for much work, alone or in many parts."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from hostile.entry import Hostile, written
from hostile.safetensors_entries import file, spec
from hostile.torch_entries import RECORDS, pairs
from making.tensorflow.bundles import field, table, varint
from making.torch.pickles import archive, mapping, state_dict, text

SHARDS = 40
INDEX = "pytorch_model.bin.index.json"


def graph_of(nodes: bytes, beside: bytes = b"") -> bytes:
    """An ONNX file of these encoded nodes, and more fields beside its graph."""
    return b"\x08\x08" + field(7, nodes) + beside


def node(operator: str, inputs: list[str], output: str, attributes: bytes = b"") -> bytes:
    named = b"".join(field(1, name) for name in inputs) + field(2, output)
    return field(1, named + field(4, operator) + attributes)


def chain(length: int) -> bytes:
    """A kernel after many operators."""
    steps = (node("Identity", [f"v{at}"], f"v{at + 1}") for at in range(length))
    return graph_of(b"".join(steps) + node("LSTM", ["x", f"v{length}", "r"], "y"))


def single_numbers(count: int) -> bytes:
    """A tensor whose elements are fields of their own, which no writer does."""
    floats = (varint(4 << 3 | 5) + bytes(4)) * count
    return graph_of(node("LSTM", ["x", "w"], "y") + field(5, field(8, "w") + floats))


def functions(count: int) -> bytes:
    calls = b"".join(node(f"F{at}", ["x"], f"y{at}", field(7, "f")) for at in range(count))
    bodies = (field(25, field(1, f"F{at}") + field(10, "f")) for at in range(count))
    return graph_of(calls, b"".join(bodies))


def many_named(count: int, number: int = 5) -> bytes:
    """Attributes of a node, or of a function, all of unknown names."""
    attributes = (field(1, f"a{at}") + field(3, 1) + field(20, 2) for at in range(count))
    return b"".join(field(number, attribute) for attribute in attributes)


def names() -> bytes:
    """The attribute `activations` with 100,000 names."""
    return field(5, field(1, "activations") + b"".join(field(9, f"a{at}") for at in range(100_000)))


def stored(name: str, *shape: int) -> bytes:
    """An initializer without its bytes."""
    return field(5, b"".join(field(1, size) for size in shape) + field(2, 1) + field(8, name))


def called_often(inside: bytes, at_call: bytes, calls: int, defaults: bytes = b"") -> bytes:
    """A function around an LSTM, with these attributes of the LSTM, of each call and of its own."""
    called = b"".join(
        node("F", ["x", "w", "r"], f"y{at}", field(7, "f") + at_call) for at in range(calls)
    )
    inputs = field(4, "x") + field(4, "w") + field(4, "r")
    lstm = node("LSTM", ["x", "w", "r"], "y", inside)
    body = field(7, lstm[lstm.index(b"\x0a", 1) :])
    kernels = stored("w", 1, 16, 3) + stored("r", 1, 16, 4)
    function = field(1, "F") + field(10, "f") + inputs + field(5, "y") + body + defaults
    return graph_of(called + kernels, field(25, function))


def busy_shard(opcodes: int, label: str) -> bytes:
    """A state dict next to a value of the given number of opcodes."""
    named = {f"{label}.{name}": made for name, made in pairs().items()}
    pickle = b"\x80\x02" + mapping(named) + b"(" + text("junk") + b"N0" * (opcodes // 2) + b"Nu."
    return archive(pickle, RECORDS)


def torch_shards(names: list[str], opcodes: int, *, linked: bool) -> Callable[[Path], None]:
    """An index of these shards: one file by many names, or a file of its own each."""

    def make(path: Path) -> None:
        path.write_text(json.dumps({"weight_map": {f"k{at}": at_ for at, at_ in enumerate(names)}}))
        first = path.with_name("shard.bin")
        first.write_bytes(busy_shard(opcodes, "rnn"))
        for at, name in enumerate(names):
            if linked and not (path.parent / name).exists():
                (path.parent / name).hardlink_to(first)
            elif not linked:
                (path.parent / name).write_bytes(busy_shard(opcodes, f"rnn{at}"))

    return make


def keras_shards(path: Path) -> None:
    """40 shards of 2,000 groups each."""
    names = [f"model_{at:05}.weights.h5" for at in range(SHARDS)]
    first = path.with_name("groups.h5")
    with h5py.File(first, "w") as written_:
        for at in range(2_000):
            written_.create_group(f"g{at}")
        written_["layers/lstm/vars/0"] = np.zeros(1, "f4")
    for name in names:
        path.with_name(name).write_bytes(first.read_bytes())
    path.write_text(json.dumps({"weight_map": {"/layers/lstm/vars": names}}))


def many_groups(path: Path) -> None:
    with h5py.File(path, "w") as made:
        for at in range(50_000):
            made.create_group(f"g{at}")


def scripts(path: Path) -> None:
    """A scripted module whose code is many constants."""
    code = "class M(Module):\n" + "  a : Final[int] = 1\n" * 1_000_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("m/data.pkl", state_dict({"w": (1,)}))
        made.writestr("m/constants.pkl", b"\x80\x02).")
        made.writestr("m/code/__torch__.py", code)


SPELLINGS = ["./" * at + "shard.bin" for at in range(SHARDS)]
LINKS = [f"link{at}.bin" for at in range(SHARDS)]
COPIES = [f"copy{at}.bin" for at in range(8)]
ATTRIBUTE = field(5, field(1, "hidden_size") + field(3, 2**62) + field(20, 2))

ENTRIES: dict[str, Hostile] = {
    "unknown_fields.onnx": written(
        lambda: graph_of(node("LSTM", [], "y"), (varint(3_000 << 3) + b"\0") * 3_500_000), 2
    ),
    "single_numbers.onnx": written(lambda: single_numbers(1_800_000)),
    "many_attributes.onnx": written(
        lambda: graph_of(node("LSTM", ["x", "w"], "y", ATTRIBUTE * 350_000))
    ),
    "attributes_in_a_function.onnx": written(
        lambda: called_often(many_named(100_000), b"", 2_400), 2
    ),
    "defaults_of_a_function.onnx": written(
        lambda: called_often(b"", b"", 3_000, many_named(100_000, 11)), 2
    ),
    "activations_in_a_function.onnx": written(
        lambda: called_often(field(5, field(1, "hidden_size") + field(3, 4)) + names(), b"", 2_400)
    ),
    "attributes_of_a_call.onnx": written(lambda: called_often(b"", many_named(300_000), 1)),
    "long_chain.onnx": written(lambda: chain(120_000)),
    "many_functions.onnx": written(lambda: functions(80_000)),
    "spelled/" + INDEX: Hostile(torch_shards(SPELLINGS, 1_000_000, linked=True), 1),
    "linked/" + INDEX: Hostile(torch_shards(LINKS, 1_000_000, linked=True), 1),
    "copied/" + INDEX: Hostile(torch_shards(COPIES, 500_000, linked=False), 2),
    "shards/model.weights.json": Hostile(keras_shards),
    "many_groups.h5": Hostile(many_groups),
    "keys_over_one_number.safetensors": written(
        lambda: file({f"k{at}": spec([], 0, 4) for at in range(150_000)}, 4), 1
    ),
    "empty_entries.index": written(
        lambda: table([(b"", b"\x08\x01"), *[(b"k", b"")] * 250_000]), 1
    ),
    "scripted_constants.pt": Hostile(scripts),
}
