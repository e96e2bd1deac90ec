"""What the core needs to know of Core ML: its name, its files, and how it counts its cells."""

from __future__ import annotations

from rnninspect.plugin import Convention, Filing, Framework, Role

COREML = "coreml"
FRAMEWORKS = (Framework(COREML, "Core ML", library="coreml"),)
FILING = Filing(sure_suffixes=(".mlmodel",), packages=(".mlpackage",))
CONVENTIONS = (
    Convention(COREML, "RNN", frozenset({Role.BIAS}), note="one bias"),
    # A neural network resets before the recurrent product, a program may do either.
    Convention(
        COREML,
        "GRU",
        frozenset({Role.BIAS}),
        options=frozenset({Role.RECURRENT_BIAS}),
        note="one bias; since iOS 18 an input bias beside it",
    ),
    Convention(
        COREML,
        "LSTM",
        frozenset({Role.BIAS}),
        options=frozenset({Role.PEEPHOLE}),
        note="one bias, the sum of PyTorch's two",
    ),
)
