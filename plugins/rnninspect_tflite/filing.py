"""How TFLite models are filed: a file each."""

from __future__ import annotations

from rnninspect.plugin import Filing

FILING = Filing(
    sure_suffixes=(".tflite",),
    starts=(rb".{4}TFL3.*", rb"PK\x03\x04.*"),
)
