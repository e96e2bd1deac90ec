"""What the core needs to know of audio programs: names, files, and how they count cells."""

from __future__ import annotations

from rnninspect.plugin import BIASES, Convention, Filing, Framework, Role

RNNOISE, OPUS, RTNEURAL, GUITARML, NAM = "rnnoise", "opus", "rtneural", "guitarml", "nam"
DNNW = "dnnw"  # the convention of blobs, which RNNoise and Opus share
FRAMEWORKS = (
    Framework(RNNOISE, "RNNoise", keeps_names=True),
    Framework(OPUS, "Opus", keeps_names=True),
    Framework(RTNEURAL, "RTNeural", keeps_names=True),
    Framework(GUITARML, "GuitarML", keeps_names=True),
    Framework(NAM, "Neural Amp Modeler", keeps_names=True),
)
FILING = Filing(sure_suffixes=(".rnnn", ".nam"), starts=(rb"DNNw.*",))
_ONE = frozenset({Role.BIAS})
CONVENTIONS = (
    Convention(RNNOISE, "GRU", _ONE, reset_after=False),
    Convention(DNNW, "GRU", BIASES, note="RNNoise 0.2, Opus", reset_after=True),
    Convention(RTNEURAL, "LSTM", _ONE, note="always with a bias"),
    Convention(RTNEURAL, "GRU", BIASES, note="always with both biases", reset_after=True),
    Convention(NAM, "LSTM", _ONE, note="inputs and state in one matrix"),
)
