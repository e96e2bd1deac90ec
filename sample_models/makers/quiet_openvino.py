"""OpenVINO without its telemetry, which would start a process and report each import of it."""

from __future__ import annotations

import os

os.environ.setdefault("TF_BUILD", "1")  # a CI system's: there it reports nothing

import openvino
from openvino import opset6, opset13

Node = openvino.Node
__all__ = ["Node", "openvino", "opset6", "opset13"]
