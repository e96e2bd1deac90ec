"""What the core needs to know of TFLite: its names, and the module that asks its interpreter."""

from __future__ import annotations

from rnninspect.plugin import Framework, Judge

FRAMEWORKS = (
    Framework(
        "tflite",
        "TensorFlow Lite",
        library="tflite",
        judges=(
            Judge(
                "tflite",
                "rnninspect_tflite.judge.by_tflite",
                packages=("tensorflow",),
                extra="tensorflow",
                environment=(("TF_CPP_MIN_LOG_LEVEL", "3"), ("CUDA_VISIBLE_DEVICES", "-1")),
            ),
        ),
    ),
)
