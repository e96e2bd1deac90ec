"""Samples of numpy with one fault each."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from makers.records import Broken

if TYPE_CHECKING:
    from pathlib import Path

_CUT = "dec_b_hh"


def _cut(base: Path, target: Path) -> None:
    """One array ends two elements early."""
    with zipfile.ZipFile(base) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            new.writestr(member, content[:-8] if member.filename == f"{_CUT}.npy" else content)


BROKEN = (
    Broken(
        "broken/short_array.npz",
        "numpy/encoder_decoder.npz",
        "The last bias of the decoder is two elements short.",
        "R201",
        _cut,
        "dec",
        _CUT,
    ),
)
