"""The ONNX project's own test models of single nodes, by test case."""

from __future__ import annotations

from functools import cache

import onnx
from onnx.backend.test.case import node as node_cases


@cache
def own_models() -> dict[str, onnx.ModelProto]:
    """All of them; onnx collects cases only once in a process, so never ask for one operator."""
    cases = node_cases.collect_testcases(None)
    return {case.name: case.model for case in cases if case.model is not None}
