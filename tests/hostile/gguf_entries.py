"""GGUF whose counts, lengths, offsets, keys and parts lie, or are very many."""

from __future__ import annotations

import struct
from pathlib import Path

from hostile.entry import Hostile, written
from making.gguf_bytes import ARRAY, STRING, array, file, number, pair, text, words

MAMBA = words("general.architecture", "mamba")
SIZES = {"n_embd": 8, "d_inner": 16, "d_state": 4, "d_conv": 4, "dt_rank": 2}
BLOCK = {
    "ssm_in.weight": (8, 32),
    "ssm_conv1d.weight": (4, 16),
    "ssm_conv1d.bias": (16,),
    "ssm_x.weight": (16, 10),
    "ssm_dt.weight": (2, 16),
    "ssm_dt.bias": (16,),
    "ssm_a": (4, 16),
    "ssm_d": (16,),
    "ssm_out.weight": (16, 8),
}


def blocks(count: int, sizes: dict[str, int] | None = None) -> bytes:
    """A Mamba of many blocks, whose tensors are all cut."""
    tensors = [
        (f"blk.{block}.{name}", axes, 0, 4096 * (len(BLOCK) * block + at))
        for block in range(count)
        for at, (name, axes) in enumerate(BLOCK.items())
    ]
    pairs = [MAMBA, *(number(f"mamba.{key}", value) for key, value in (sizes or {}).items())]
    return file(pairs, tensors, payload=4096)


def many_tensors(count: int) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", 3, count, 0)
    rows = (text(f"t{at}") + struct.pack("<IQIQ", 1, 8, 0, 32 * at) for at in range(count))
    return head + b"".join(rows) + bytes(64)


def many_pairs(count: int) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, count)
    return head + b"".join(number(f"k{at}", at) for at in range(count))


def vocabulary(count: int, word: bytes = b"token") -> bytes:
    tokens = array(STRING, count, (struct.pack("<Q", len(word)) + word) * count)
    return file([MAMBA, pair("tokenizer.ggml.tokens", ARRAY, tokens)], [("a", (8,), 0, 0)])


def parts(count: int, stated: int | None = None) -> Hostile:
    """A first part, beside as many others as it says, or none."""

    def make(path: Path) -> None:
        pairs = [number("split.no", 0), number("split.count", stated or count)]
        data = file(pairs, [("a", (8,), 0, 0)], payload=32)
        for at in range(1, count + 1):
            name = path.name.replace("-00001-", f"-{at:05}-")
            path.with_name(name).write_bytes(data)

    return Hostile(make)


def outside(path: Path) -> None:
    """A part that is a link to a file outside of the folder."""
    pairs = [number("split.no", 0), number("split.count", 2)]
    path.write_bytes(file(pairs, [("a", (8,), 0, 0)], payload=32))
    path.with_name(path.name.replace("-00001-", "-00002-")).symlink_to("/etc/passwd")


def with_tensor(*axes: int, code: int = 0, offset: int = 0, name: str | bytes = "t") -> bytes:
    return file([MAMBA], [(name, axes, code, offset)], payload=64)


NESTED = array(ARRAY, 1) * 10_000 + array(0, 0)
ENTRIES: dict[str, Hostile] = {
    "sound.gguf": written(blocks(1) + bytes(60_000), 0),
    "no_counts.gguf": written(b"GGUF\3\0\0\0", 2),
    "tensors_beyond.gguf": written(file(counts=(2**63, 0)), 2),
    "pairs_beyond.gguf": written(file(counts=(0, 2**64 - 1)), 2),
    "key_of_an_exabyte.gguf": written(file([struct.pack("<Q", 2**63)], counts=(0, 1)), 2),
    "text_of_an_exabyte.gguf": written(file([pair("k", STRING, struct.pack("<Q", 2**63))]), 2),
    "arrays_in_arrays.gguf": written(file([pair("k", ARRAY, NESTED)]), 2),
    "many_empty_arrays.gguf": written(
        lambda: file([pair("k", ARRAY, array(ARRAY, 200_000, array(0, 0) * 200_000))])
    ),
    "array_of_2_to_62.gguf": written(file([pair("k", ARRAY, array(12, 2**62))]), 2),
    "axes_beyond.gguf": written(
        file(counts=(1, 0), alignment=1) + text("t") + struct.pack("<I", 2**32 - 1), 2
    ),
    "repeated_keys.gguf": written(lambda: file([number("a.b", 1)] * 50_000), 1),
    "repeated_names.gguf": written(
        lambda: file([], [("t", (8,), 0, 32 * at) for at in range(20_000)]), 1
    ),
    "overlapping.gguf": written(
        lambda: file([], [(f"t{at}", (8, 2), 0, 32) for at in range(20_000)], payload=128), 1
    ),
    "wrong_blocks.gguf": written(
        lambda: file([], [(f"t{at}", (9, 2), 2, 32 * at) for at in range(20_000)]), 1
    ),
    "too_many_elements.gguf": written(with_tensor(2**33, 2**33), 1),
    "axes_of_2_to_64.gguf": written(with_tensor(*[2**64 - 1] * 60), 1),
    "no_axes.gguf": written(with_tensor()),
    "offset_of_2_to_64.gguf": written(with_tensor(8, offset=2**64 - 32), 1),
    "unknown_type.gguf": written(with_tensor(8, code=2**32 - 1), 1),
    "name_of_controls.gguf": written(with_tensor(8, name="\x1b[2Jevil\u202e\n|<b>"), 0),
    "name_not_utf_8.gguf": written(with_tensor(8, name=b"\xff\xfe\x80"), 0),
    "name_of_64_kb.gguf": written(with_tensor(8, name="n" * 65_535), 0),
    "architecture_of_controls.gguf": written(
        file([words("general.architecture", "\x1b]0;x\x07\n\u202e")]), 0
    ),
    "alignment_zero.gguf": written(file([number("general.alignment", 0)]), 2),
    "alignment_three.gguf": written(file([number("general.alignment", 3)]), 2),
    "alignment_of_2_gb.gguf": written(
        file([number("general.alignment", 2**31)], [("t", (8,), 0, 0)], payload=64), 1
    ),
    "tensors_200_000.gguf": written(lambda: many_tensors(200_000), 1),
    "tensors_300_000.gguf": written(lambda: many_tensors(300_000), 2),
    "pairs_250_000.gguf": written(lambda: many_pairs(250_000), 0),
    "pairs_320_000.gguf": written(lambda: many_pairs(320_000), 2),
    "tokens_1_000_000.gguf": written(lambda: vocabulary(1_000_000), 1),
    "tokens_of_5_kb.gguf": written(lambda: vocabulary(3_000, b"x" * 5_000), 1),
    "blocks_500.gguf": written(lambda: blocks(500), 1),
    "blocks_3_000.gguf": written(lambda: blocks(3_000), 2),
    "blocks_of_one_tensor.gguf": written(
        lambda: file([MAMBA], [(f"blk.{at}.ssm_a", (4, 4), 0, 64 * at) for at in range(20_000)]),
        2,
    ),
    "sizes_that_lie.gguf": written(
        lambda: blocks(100, {"block_count": 2**32 - 1, "ssm.state_size": 0, "ssm.inner_size": 1}),
        1,
    ),
    "parts-00001-of-00300.gguf": parts(300),
    "lonely-00001-of-65535.gguf": parts(1, 65_535),
    "outside-00001-of-00002.gguf": Hostile(outside, 1),
}
