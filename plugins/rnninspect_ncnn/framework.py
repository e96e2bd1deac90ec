"""What the core needs to know of ncnn: its name, its files, and how it counts each cell."""

from __future__ import annotations

from rnninspect.plugin import BIASES, Convention, Filing, Framework, Role

NCNN = "ncnn"
FRAMEWORKS = (Framework(NCNN, "ncnn", keeps_names=True),)
# The weights belong to the network of their name beside them.
FILING = Filing(
    starts=(rb"7767517[\r\n ].*", rb"\xdd\x85\x76\x00.{12}"),
    parts=(
        (r"(?P<name>.+)\.bin", "{name}.param"),
        (r"(?P<name>.+)\.bin", "{name}.param.bin"),
    ),
)
_ONE = frozenset({Role.BIAS})
CONVENTIONS = (
    Convention(NCNN, "RNN", _ONE),
    Convention(NCNN, "CudnnGRU", BIASES, note="GRU: the candidate has a recurrent bias"),
    Convention(NCNN, "LSTM", _ONE, frozenset({Role.PROJECTION}), "hidden_size for the projection"),
)
