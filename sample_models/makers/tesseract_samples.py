"""The intact sample of Tesseract, written by hand: no package writes its networks here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from makers.records import Intact, Layer, Truth
from makers.tesseract_files import NETWORK, VERSION, tiny, trained_data

if TYPE_CHECKING:
    from pathlib import Path

_PATH = "tesseract/tiny.traineddata"
_INNER = (("Lfx5", 6, 5, 240), ("RTLReversed/Lrx4", 5, 4, 160))


def _quantised(path: Path) -> Truth:
    """Two LSTMs and a softmax in int8, a scale for each row."""
    path.write_bytes(trained_data({NETWORK: tiny(int8=True), VERSION: b"5.0:tiny"}))
    layers = tuple(Layer(name, "LSTM", m, n, count) for name, m, n, count in _INNER)
    return Truth(layers, 240 + 160 + 15, {"quantisation": 4 * (5 + 4) + 3})


INTACT = (Intact(_PATH, "by hand, after Tesseract's own classes", _quantised),)
