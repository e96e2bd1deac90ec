"""Element types as the frameworks themselves name and measure them."""

from __future__ import annotations

import pytest
import tensorflow as tf
import torch

from rnninspect_keras.graph.messages.types import TYPES, type_of
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES

pytestmark = pytest.mark.frameworks
PACKED = ("quint4x2", "quint2x4")  # several elements share a byte, which itemsize cannot say


def test_torch_agrees_on_bytes() -> None:
    sizes = {
        name: dtype.itemsize
        for name in ELEMENT_BYTES
        if isinstance(dtype := getattr(torch, name, None), torch.dtype) and name not in PACKED
    }
    assert {"float32", "bfloat16", "int4", "bits16", "float4_e2m1fn_x2"} <= sizes.keys()
    assert sizes == {name: ELEMENT_BYTES[name] for name in sizes}


def test_tensorflow_agrees_on_names() -> None:
    for number, name in TYPES.items():
        assert tf.dtypes.as_dtype(number).name == name
        assert type_of(number)[0] == type_of(number + 100)[0] == name
