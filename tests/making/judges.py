"""The judges of the frameworks here, by the name of each."""

from __future__ import annotations

from rnninspect.readers import framework_named

TORCH, KERAS, ONNX, ONNXRUNTIME, TFLITE, GGUF, NUMPY, FLAX, TENSORSTORE, OPENVINO = (
    judge
    for name in ("pytorch", "keras", "onnx", "tflite", "ggml", "numpy", "jax", "openvino")
    for judge in framework_named(name).judges
)
