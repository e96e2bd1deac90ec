"""The intact sample of RNNoise's blobs, written by hand: only programs in C write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from makers.dnnw_files import blob_of, linear, sparse
from makers.records import Intact, Layer, Truth

if TYPE_CHECKING:
    from pathlib import Path


def _small(path: Path) -> Truth:
    """A dense and a sparse GRU of 8 units between layers named as RNNoise's own."""
    arrays = {
        **linear("conv1", 3, 2),
        **linear("gru1_input", 4, 24),
        **sparse("gru1_recurrent", ((4,), (0,), (0, 4)), diagonal=True),
        **linear("vad_dense", 8, 1),
    }
    path.write_bytes(blob_of(arrays))
    layer = Layer("gru1", "GRU", 4, 8, 3 * (4 * 8 + 8 * 8 + 2 * 8), bias_vectors=2)
    others = (3 * 2 + 2) + (8 + 1)
    auxiliary = {"quantisation": 24 + 24 + 3 + 4}  # sums, scales and the index
    return Truth((layer,), layer.expected + others, auxiliary, copies=24 * 8)


INTACT = (Intact("audio/rnnoise.bin", "by hand, as RNNoise's write_weights.c writes", _small),)
