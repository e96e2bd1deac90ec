"""The header of NumPy array files, compared with what numpy writes and reads."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnninspect.decode import npy
from rnninspect.decode.npy import LONGEST, read_header
from rnninspect.errors import UnreadableFile

TYPES = ("f2", "f4", ">f8", "i1", "<i4", "u2", "u8", "c8", "c16", "?")


def saved(array: np.ndarray) -> bytes:
    data = io.BytesIO()
    np.save(data, array)
    return data.getvalue()


def header(text: str, version: int = 1, length: int | None = None) -> bytes:
    """An array file's header around some text, with another version or length."""
    size = len(text) if length is None else length
    width = 2 if version == 1 else 4
    return b"\x93NUMPY" + bytes([version, 0]) + size.to_bytes(width, "little") + text.encode()


@given(
    st.sampled_from(TYPES),
    st.lists(st.integers(0, 5), max_size=5),
    st.booleans(),
)
def test_a_header_is_read_as_numpy_writes_it(kind: str, shape: list[int], fortran: bool) -> None:
    array = np.zeros(shape, kind, order="F" if fortran else "C")
    data = saved(array)
    found = read_header(data)
    assert (found.shape, found.dtype, found.item_bytes) == (
        array.shape,
        array.dtype.name,
        array.itemsize,
    )
    assert len(data) - found.start == array.nbytes


@pytest.mark.parametrize("version", [2, 3])
def test_newer_versions_have_a_longer_length(version: int) -> None:
    data = io.BytesIO()
    np.lib.format.write_array(data, np.zeros((3, 4), "f4"), (version, 0))
    found = read_header(data.getvalue())
    assert (found.shape, found.dtype, len(data.getvalue()) - found.start) == ((3, 4), "float32", 48)


@pytest.mark.parametrize(
    ("array", "code", "size"),
    [
        (np.array(["ab", "c"]), "U2", 8),
        (np.array([b"abc"]), "S3", 3),
        (np.array([{}], object), "O", None),
        (np.zeros(2, [("a", "f4")]), "", None),
        (np.array(["2020-01-01"], "M8[D]"), "M8[D]", None),
    ],
)
def test_other_elements_are_no_numbers(array: np.ndarray, code: str, size: int | None) -> None:
    found = read_header(saved(array))
    assert (found.code, found.item_bytes, found.dtype) == (code, size, "")


def described(data: bytes) -> object:
    """What is read of a header, or why it is refused."""
    try:
        return read_header(data)
    except UnreadableFile as error:
        return str(error)


@given(
    st.sampled_from(["<f4", "|b1", "f4", "<U3", "", "<f'4", '"f4', "<M8[D]"]),
    st.sampled_from(["", "3,", "3, 4", "3L, 4L", "3 4", "-1,", "3), }", f"{2**70},", "1," * 70]),
    st.sampled_from([", }", ", }  \n", "}", ", } x", ", 'descr': '<i8'}"]),
)
def test_a_header_is_read_alike_without_patterns(descr: str, shape: str, end: str) -> None:
    data = header(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}){end}")
    npy._parsed.cache_clear()
    quick = described(data)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(npy, "_as_written", lambda _: None)
        npy._parsed.cache_clear()
        assert quick == described(data)
    npy._parsed.cache_clear()


def test_python_2_writes_long_integers() -> None:
    text = "{'descr': '<f4', 'fortran_order': False, 'shape': (3L, 4L), }"
    assert read_header(header(text)).shape == (3, 4)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\3\4", "not a NumPy array"),
        (b"\x93NUMPY\1\0", "not a NumPy array"),
        (header("{}", version=9), "unsupported version 9"),
        (header("{}" + " " * 10, length=90), "truncated header"),
        (header("{}", version=2, length=2**31), f"numpy reads {LONGEST:,}"),
        (header("{'descr': '<f4', 'shape': (3,)}"), "malformed header"),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (a,)}"), "malformed header"),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), "malformed header"),
        (
            header(f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({2**70},)}}"),
            "impossible shape",
        ),
        (
            header(f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({'1,' * 70})}}"),
            "impossible shape",
        ),
    ],
)
def test_a_malformed_header_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_header(data)
