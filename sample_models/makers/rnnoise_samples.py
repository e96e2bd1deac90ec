"""The intact sample of RNNoise, written by hand: no package writes its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from makers.records import Intact, Layer, Truth
from makers.rnnoise_files import text_of

if TYPE_CHECKING:
    from pathlib import Path

_SIZES = ((42, 5), (5, 4), (51, 3), (49, 2), (2, 22), (4, 1))
_GRUS = ("vad_gru", "noise_gru", "denoise_gru")


def _small(path: Path) -> Truth:
    """The six layers of RNNoise, narrower than its own."""
    path.write_text(text_of(_SIZES))
    layers = tuple(
        Layer(name, "GRU", m, n, 3 * (n * m + n * n + n))
        for name, (m, n) in zip(_GRUS, _SIZES[1:4], strict=True)
    )
    dense = sum(m * n + n for m, n in (_SIZES[0], *_SIZES[4:]))
    return Truth(layers, dense + sum(layer.expected for layer in layers))


INTACT = (Intact("audio/small.rnnn", "by hand, as RNNoise reads it", _small),)
