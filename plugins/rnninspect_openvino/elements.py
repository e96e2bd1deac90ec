"""The element types of constants, by their names in both generations of the format."""

from __future__ import annotations

# The format's name, ours, and bits of an element in the file.
_TYPES = """
    f16 float16 16, bf16 bfloat16 16, f32 float32 32, f64 float64 64, i4 int4 4, i8 int8 8,
    i16 int16 16, i32 int32 32, i64 int64 64, u1 uint1 1, u2 uint2 2, u3 uint3 3, u4 uint4 4,
    u6 uint6 6, u8 uint8 8, u16 uint16 16, u32 uint32 32, u64 uint64 64, boolean bool 8, nf4 nf4 4,
    f4e2m1 float4_e2m1fn 4, f8e4m3 float8_e4m3fn 8, f8e5m2 float8_e5m2 8, f8e8m0 float8_e8m0fnu 8,
    fp16 float16 16, fp32 float32 32, fp64 float64 64, bool bool 8, bin uint1 1, string string 0
"""
TYPES: dict[str, tuple[str, int]] = {
    name: (ours, int(bits)) for name, ours, bits in map(str.split, _TYPES.split(","))
}
QUANTISED = frozenset({"int4", "int8", "uint1", "uint2", "uint3", "uint4", "uint6", "uint8", "nf4"})
_IN_THREES = {3: 8, 6: 4}  # elements that three bytes hold


def needed_bytes(elements: int, bits: int) -> int | None:
    """The bytes that so many elements take; None where their type does not say it."""
    if not bits:
        return None
    held = _IN_THREES.get(bits)
    return 3 * -(-elements // held) if held else -(-elements * bits // 8)
