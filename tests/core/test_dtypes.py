"""Element types: numpy agrees on their widths, and each plugin's codes lead to one of them."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from rnninspect.dtypes import DTYPES, ElementKind
from rnninspect_keras.containers.datasets import OPAQUE_TYPES
from rnninspect_keras.graph.messages.types import TYPES
from rnninspect_torch.formats import export, torchscript_json
from rnninspect_torch.tensors.dtypes import PACKED, SAFETENSORS, STORAGES, bytes_of

KINDS = {"f": ElementKind.FLOAT, "c": ElementKind.COMPLEX, "b": ElementKind.BOOL}
KINDS |= dict.fromkeys("iu", ElementKind.INTEGER)
EXTENSIONS = [name for name in DTYPES if hasattr(ml_dtypes, name)]
NUMPYS = [name for name in DTYPES if name not in EXTENSIONS and hasattr(np, name)]


@pytest.mark.parametrize("name", NUMPYS)
def test_numpy_agrees_on_width_and_kind(name: str) -> None:
    element, dtype = DTYPES[name], np.dtype(name)
    assert (element.bits, element.kind) == (8 * dtype.itemsize, KINDS[dtype.kind])


@pytest.mark.parametrize("name", EXTENSIONS)
def test_ml_dtypes_agrees_on_width(name: str) -> None:
    element, dtype = DTYPES[name], getattr(ml_dtypes, name)
    assert element.whole_bytes == np.dtype(dtype).itemsize
    if element.kind is not ElementKind.COMPLEX:  # finfo describes one of its two parts
        information = ml_dtypes.iinfo if element.kind is ElementKind.INTEGER else ml_dtypes.finfo
        assert element.bits == information(dtype).bits


def test_numpy_names_are_the_ones_in_use() -> None:
    assert {"float64", "bool", "complex64"} <= set(NUMPYS)
    assert {"bfloat16", "float8_e8m0fnu", "float6_e2m3fn", "float4_e2m1fn"} <= set(EXTENSIONS)


def test_each_code_of_a_plugin_has_an_element_type() -> None:
    names = {
        *SAFETENSORS.values(),
        *STORAGES.values(),
        *export.TYPES.values(),
        *torchscript_json.TYPES.values(),
        *TYPES.values(),
        *OPAQUE_TYPES,
        *(part for part, _ in PACKED.values()),
    }
    assert names - {""} <= DTYPES.keys()  # an UntypedStorage has no element type


@pytest.mark.parametrize(
    ("name", "quantised", "computed_in"),
    [
        ("float32", False, True),
        ("bfloat16", False, True),
        ("float8_e4m3fn", True, False),
        ("float6_e2m3fn", True, False),
        ("float4_e2m1fn", True, False),
        ("qint8", True, False),
        ("uint4", True, False),
        ("bool", False, False),
        ("string", False, False),
    ],
)
def test_quantised_and_computed_in(name: str, quantised: bool, computed_in: bool) -> None:
    assert (DTYPES[name].is_quantised, DTYPES[name].is_computed_in) == (quantised, computed_in)


@pytest.mark.parametrize(
    ("dtype", "count", "size"),
    [
        ("float32", 3, 12),
        ("float6_e2m3fn", 3, 3),  # 18 bits
        ("float4_e2m1fn", 3, 2),
        ("float4_e2m1fn_x2", 3, 3),
        ("quint4x2", 3, 2),
        ("int4", 3, 3),  # torch does not pack it
        ("unheard_of", 3, 3),
    ],
)
def test_bytes_of_torch_elements(dtype: str, count: int, size: int) -> None:
    assert bytes_of(count, dtype) == size
