"""What the core needs to know of RNNoise: its name, its files, and how it counts its cell."""

from __future__ import annotations

from rnninspect.plugin import Convention, Filing, Framework, Role

RNNOISE = "rnnoise"
FRAMEWORKS = (Framework(RNNOISE, "RNNoise", keeps_names=True),)
FILING = Filing(sure_suffixes=(".rnnn",))
CONVENTIONS = (Convention(RNNOISE, "GRU", frozenset({Role.BIAS}), reset_after=False),)
