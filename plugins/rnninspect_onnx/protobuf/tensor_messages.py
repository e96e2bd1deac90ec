"""The decoded parts of ONNX's messages of tensors (onnx.proto, IR version 14)."""

from __future__ import annotations

from rnninspect.plugin import Record

KEPT_INTEGERS = 64  # of a list or a tensor that may be a shape, axes or slice bounds
KEPT_AXES = 64  # of a shape; no array has more


class TensorProto(Record):
    """A TensorProto without its payload.

    Attributes:
        name: its name, which may be empty or not unique.
        dims: its shape, at most KEPT_AXES of it.
        rank: the declared number of axes.
        element_type: TensorProto.DataType.
        offset: offset of the message in the file, which identifies the tensor.
        payload: offset and length of raw_data; None without one.
        typed: number of each typed payload field and its elements, None if too many to count.
        integers: the values of a small tensor of integers.
        external: key and value pairs of external_data; None if its data are in this file.
        bits: the bits of the one number in float_data.
    """

    name: str
    dims: tuple[int, ...]
    rank: int
    element_type: int
    offset: int
    payload: tuple[int, int] | None = None
    typed: tuple[tuple[int, int | None], ...] = ()
    integers: tuple[int, ...] | None = None
    external: tuple[tuple[str, str], ...] | None = None
    bits: int | None = None

    @property
    def raw_bytes(self) -> int | None:
        """The length of raw_data; None without one."""
        return None if self.payload is None else self.payload[1]


class SparseTensorProto(Record):
    """A SparseTensorProto: the stored values, their indices, and the dense shape."""

    values: TensorProto
    indices: TensorProto
    dims: tuple[int, ...]
