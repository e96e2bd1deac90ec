"""How ONNX models are filed: a file each, and others with its tensors beside it."""

from __future__ import annotations

from rnninspect.plugin import Filing

FILING = Filing(
    sure_suffixes=(".onnx", ".onnxtxt", ".onnxtext", ".onnxjson", ".ort"),
    starts=(
        rb"\x08[\x01-\x7f][\x12\x1a\x22\x2a\x3a\x42].*",  # ir_version, then another field
        rb".{4}ORTM.*",
    ),
    parts=(  # as torch, Optimum, the onnx package and ONNX Runtime name them
        (r"(?P<model>.+\.onnx)(?:\.|_)(?:external_?)?data(?:_\d+)?", "{model}"),
        (r"(?P<stem>.+)[._](?:external_?)?data", "{stem}.onnx"),
    ),
)
