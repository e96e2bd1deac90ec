"""What the core needs to know of Tesseract: its name, its files, and how it counts its cell."""

from __future__ import annotations

from rnninspect.plugin import Convention, Filing, Framework, Role

TESSERACT = "tesseract"
FRAMEWORKS = (Framework(TESSERACT, "Tesseract", keeps_names=True),)
FILING = Filing(sure_suffixes=(".traineddata",))
CONVENTIONS = (
    Convention(TESSERACT, "LSTM", frozenset({Role.BIAS}), note="a matrix for each gate, bias last"),
)
