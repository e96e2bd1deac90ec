"""What the core needs to know of ggml: its names, and the module that asks gguf's own reader."""

from __future__ import annotations

from rnninspect.plugin import Framework, Judge

# Formats of several files, of which gguf's reader opens one.
_SPLIT = frozenset(
    f"split gguf v{version}{order}" for version in (2, 3) for order in ("", " big-endian")
)
_JUDGE = Judge(
    "gguf", "rnninspect_ggml.judge.by_gguf", packages=("gguf",), extra="gguf", others=_SPLIT
)
FRAMEWORKS = (
    Framework(
        "ggml",
        "ggml (llama.cpp)",
        library="gguf",
        keeps_names=True,  # of all files that llama.cpp's converter writes
        judges=(_JUDGE,),
    ),
)
