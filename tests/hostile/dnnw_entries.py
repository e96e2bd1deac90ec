"""Blobs of RNNoise and Opus: cut, with lengths and indices that lie, doubled, with odd names."""

from __future__ import annotations

import struct

from hostile.entry import Hostile, written
from makers.dnnw_files import Arrays, blob_of, floats, linear, sparse

_ONE = blob_of({"conv1_bias": floats(3)})
_PAIR = {**linear("gru_input", 4, 24), **linear("gru_recurrent", 8, 24)}


def _head(
    size: int, held: int, *, name: bytes = b"a_bias", code: int = 0, version: int = 0
) -> bytes:
    return struct.pack("<4s4i44s", b"DNNw", version, code, size, held, name)


def _index(*numbers: int) -> Arrays:
    return {**_PAIR, "gru_input_weights_idx": (1, struct.pack(f"<{len(numbers)}i", *numbers))}


ENTRIES: dict[str, Hostile] = {
    "sound.blob": written(blob_of(_PAIR), 0),
    "sound_sparse.blob": written(
        blob_of({**sparse("g_input", ((0,), (4,))), **sparse("g_recurrent", ((0,), (4,), (0, 4)))}),
        1,
    ),
    "cut.blob": written(blob_of(_PAIR)[:-100], 2),
    "cut_in_a_header.blob": written(_ONE + _ONE[:40], 2),
    "only_magic.blob": written(b"DNNw", 2),
    "negative_size.blob": written(_head(-4, 64) + bytes(64), 2),
    "negative_block.blob": written(_head(4, -64) + bytes(64), 2),
    "huge_size.blob": written(_head(2**31 - 4, 2**31 - 1) + bytes(64), 2),
    "size_above_block.blob": written(_head(128, 64) + bytes(128), 2),
    "empty.blob": written(_head(0, 0) + _ONE, 2),
    "uneven.blob": written(_head(5, 64) + bytes(64), 2),
    "unknown_type.blob": written(_head(4, 64, code=9) + bytes(64), 2),
    "unknown_version.blob": written(_head(4, 64, version=-1) + bytes(64), 2),
    "long_name.blob": written(_head(4, 64, name=b"x" * 44) + bytes(64), 2),
    "no_name.blob": written(_head(4, 64, name=b"") + bytes(64), 2),
    "odd_name.blob": written(_head(4, 64, name="\u202e\x1b[31m|=1\r".encode()) + bytes(64), 0),
    "no_utf8.blob": written(_head(4, 64, name=b"\xff\xfe_bias") + bytes(64), 0),
    "other_bytes.blob": written(_ONE + bytes(64), 2),
    "doubled.blob": written(blob_of(_PAIR) + blob_of(_PAIR), 1),
    "many_records.blob": written(lambda: _ONE * 210_000, 2),
    "many_names.blob": written(
        lambda: b"".join(blob_of({f"gru{at}_input_bias": floats(1)}) for at in range(50_000)), 0
    ),
    "index_beyond.blob": written(blob_of(_index(2**31 - 1, 0)), 2),
    "index_negative.blob": written(blob_of(_index(-1, 0)), 2),
    "index_of_far_inputs.blob": written(blob_of(_index(1, 2**31 - 4)), 1),
    "index_of_zeros.blob": written(lambda: blob_of(_index(*[0] * 3_000_000)), 2),
    "bias_of_nothing.blob": written(blob_of({**_PAIR, "gru_recurrent_bias": floats(1)}), 1),
}
