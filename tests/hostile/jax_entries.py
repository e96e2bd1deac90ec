"""Trees of arrays in MessagePack that are too deep, too long, or packed in another way."""

from __future__ import annotations

from hostile.entry import Hostile, written


def text(word: str) -> bytes:
    return bytes([0xD9, len(word)]) + word.encode()


def tree(**values: bytes) -> bytes:
    parts = b"".join(text(key) + value for key, value in values.items())
    return bytes([0xDE]) + len(values).to_bytes(2) + parts


def array(axes: bytes = b"\x92\x02\x03", name: str = "float32", held: int = 24) -> bytes:
    """An array of 2 × 3 elements, or one that is packed in another way."""
    packed = b"\x93" + axes + text(name) + b"\xc6" + held.to_bytes(4) + bytes(held)
    return b"\xc9" + len(packed).to_bytes(4) + b"\x01" + packed


def params(**values: bytes) -> bytes:
    return tree(params=tree(sound=array(), **values))


def deep(levels: int) -> bytes:
    return b"\x81\xa1a" * levels + array()


def leaf(shape: str = "(2, 3)", held: int = 24, code: str = "<f4") -> bytes:
    """An array as numpy saves it, as Equinox does one after the other."""
    text = f"{{'descr': '{code}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(held)


ENTRIES: dict[str, Hostile] = {
    "sound.eqx": written(b'{"size": 3}\n' + leaf() * 2, 0),
    "cut.eqx": written(leaf() + leaf(held=20), 1),
    "exabyte.eqx": written(leaf() + leaf("(4611686018427387904,)"), 1),
    "product.eqx": written(leaf() + leaf("(4294967296, 4294967296, 4294967296)")),
    "negative.eqx": written(leaf() + leaf("(-2, 3)"), 2),
    "objects.eqx": written(leaf() + leaf(code="|O"), 2),
    "junk.eqx": written(leaf() * 2 + b"\x80\x04", 2),
    "empty.eqx": written(leaf("(0,)", 0) * 1000),
    "many.eqx": written(lambda: leaf("()", 4) * 300_000, 2),
    "no_end.eqx": written(b"{" * 100_000, 2),
    "sound.msgpack": written(params(), 0),
    "deep.msgpack": written(tree(a=array(), b=deep(100_000)), 2),
    "claims_all.msgpack": written(tree(a=array(), b=b"\xdd\xff\xff\xff\xff"), 2),
    "cut_payload.msgpack": written(params(w=array(held=20)), 1),
    "long_payload.msgpack": written(params(w=array(held=30)), 1),
    "exabyte.msgpack": written(params(w=array(axes=b"\x92" + 2 * (b"\xcf" + (2**40).to_bytes(8))))),
    "huge_size.msgpack": written(params(w=array(axes=b"\x91\xcf" + b"\xff" * 8)), 2),
    "negative.msgpack": written(params(w=array(axes=b"\x92\xff\x03")), 2),
    "many_axes.msgpack": written(params(w=array(axes=b"\xdc\x00\xff" + b"\x01" * 255)), 2),
    "no_type.msgpack": written(params(w=array(name="q" * 200)), 2),
    "unknown_type.msgpack": written(params(w=array(name="float7"))),
    "no_array.msgpack": written(params(w=b"\xc7\x03\x01abc"), 2),
    "chunks_missing.msgpack": written(params(w=tree(__msgpack_chunked_array__=b"\xc3")), 2),
    "bytes_as_key.msgpack": written(tree(a=array()) + b"\x81\xc4\x01a\x01"),
    "many_leaves.msgpack": written(
        lambda: tree(a=array(), b=b"\xdd" + (2_000_000).to_bytes(4) + b"\x01" * 2_000_000)
    ),
    "many_arrays.msgpack": written(
        lambda: tree(b=b"\xdd" + (300_000).to_bytes(4) + array(b"\x90", held=4) * 300_000), 2
    ),
    "long_names.msgpack": written(
        lambda: b"\x81" + b"\xdb" + (10**6).to_bytes(4) + b"k" * 10**6 + tree(a=array())
    ),
}
