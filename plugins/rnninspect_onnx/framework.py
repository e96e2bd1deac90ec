"""What the core needs to know of ONNX: its names, and the modules that ask onnx and onnxruntime."""

from __future__ import annotations

from rnninspect.plugin import Framework, Judge
from rnninspect_onnx.recognition import Form

_EXTRA = "onnxruntime"
FRAMEWORKS = (
    Framework(
        "onnx",
        "ONNX",
        # Measured with tf2onnx: it writes both halves of B, zeros where Keras has no vector.
        zero_biases_from=frozenset({"keras"}),
        judges=(
            Judge(
                "onnx",
                "rnninspect_onnx.judge.by_onnx",
                packages=("onnx",),
                extra=_EXTRA,
                others=frozenset({Form.RUNTIME.value}),
            ),
            Judge(
                "onnxruntime",
                "rnninspect_onnx.judge.by_onnxruntime",
                packages=("onnxruntime", "onnx"),
                extra=_EXTRA,
                environment=(("ORT_LOAD_CONFIG_FROM_MODEL", None),),
            ),
        ),
    ),
)
