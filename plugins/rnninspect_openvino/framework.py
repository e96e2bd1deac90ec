"""What the core needs to know of OpenVINO: its name, its files, and how it counts each cell."""

from __future__ import annotations

from rnninspect.plugin import BIASES, Convention, Filing, Framework, Judge, Role

OPENVINO = "openvino"
FORMAT, OLD_FORMAT = "openvino ir", "old openvino ir"  # from version 10 on, and before
FRAMEWORKS = (
    Framework(
        OPENVINO,
        "OpenVINO",
        library="openvino",
        judges=(
            Judge(
                OPENVINO,
                "rnninspect_openvino.judge.by_openvino",
                packages=(OPENVINO,),
                extra=OPENVINO,
                environment=(("TF_BUILD", "1"),),  # as on a CI system, where it reports nothing
                others=frozenset({OLD_FORMAT}),
            ),
        ),
    ),
)
# Other programs write .xml, too; a .bin belongs to the graph of its name beside it.
FILING = Filing(parts=((r"(?P<name>.+)\.bin", "{name}.xml"),))
_ONE = frozenset({Role.BIAS})
CONVENTIONS = (
    Convention(OPENVINO, "RNN", _ONE, note="RNNCell, RNNSequence"),
    Convention(OPENVINO, "GRU", _ONE, note="GRUCell, GRUSequence", reset_after=False),
    Convention(OPENVINO, "CudnnGRU", BIASES, note="GRU with linear_before_reset"),
    Convention(OPENVINO, "LSTM", _ONE, frozenset({Role.PEEPHOLE}), "LSTMCell, LSTMSequence"),
)
