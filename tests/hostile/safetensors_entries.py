"""Safetensors with a wrong, nested, repeated or overlapping header."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from hostile.entry import Hostile, written

Fields = dict[str, object]


def spec(shape: list[int], start: int, stop: int, dtype: str = "F32") -> Fields:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


SOUND: dict[str, Fields] = {
    "weight_ih_l0": spec([8, 3], 0, 96),
    "weight_hh_l0": spec([8, 2], 96, 160),
    "bias_ih_l0": spec([8], 160, 192),
    "bias_hh_l0": spec([8], 192, 224),
}


def file(header: object, payload: int = 224, length: int | None = None) -> bytes:
    """A file with this header, as JSON or as bytes, and the given number of payload bytes."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + bytes(payload)


def with_last(fields: Fields) -> bytes:
    """The sound file with other fields for its last tensor."""
    return file({**SOUND, "bias_hh_l0": fields})


def repeated() -> bytes:
    again = json.dumps({"bias_hh_l0": spec([1], 0, 4)})
    return file((json.dumps(SOUND)[:-1] + "," + again[1:]).encode())


INDEX, SHARD = "model.safetensors.index.json", "model-00001-of-00001.safetensors"
DECLARED: dict[str, object] = {
    "not_finite": {"total_parameters": float("inf"), "total_size": float("nan")},
    "below_nothing": {"total_parameters": -1, "total_size": -(10**30)},
    "beyond_all": {"total_parameters": 10**308, "total_size": 1e308},
    "in_words": {"total_parameters": "many", "total_size": "٥٦"},
    "nested": {"total_parameters": {"a": [1]}, "total_size": [[]]},
    "no_object": [1, 2],
    "many_digits": {"total_parameters": "9" * 2_000},
}


def declaring(metadata: object) -> Callable[[Path], None]:
    """An index of a sound shard, with this metadata."""

    def make(path: Path) -> None:
        named = {"metadata": metadata, "weight_map": dict.fromkeys(SOUND, SHARD)}
        path.write_text(json.dumps(named))
        path.with_name(SHARD).write_bytes(file(SOUND))

    return make


def indexing(
    names: Callable[[int], str], count: int, value: object = SHARD, comma: str = ", "
) -> Hostile:
    """An index of very many names, of which its shard has none."""

    def make(path: Path) -> None:
        named = {"weight_map": dict.fromkeys(map(names, range(count)), value)}
        path.write_text(json.dumps(named, separators=(comma, ":")))
        path.with_name(SHARD).write_bytes(file(SOUND))

    return Hostile(make)


ENTRIES: dict[str, Hostile] = {
    "sound.safetensors": written(file(SOUND), 0),
    "claims_an_exabyte.safetensors": written(file(SOUND, length=2**60), 2),
    "no_header.safetensors": written(file(b""), 2),
    "no_json.safetensors": written(file(b"{" * 90), 2),
    "array.safetensors": written(file([1, 2, 3]), 2),
    "overlap.safetensors": written(with_last(spec([8], 160, 192)), 1),
    "another_size.safetensors": written(with_last(spec([9], 192, 224)), 1),
    "cut_payload.safetensors": written(file(SOUND, payload=90), 1),
    "below_zero.safetensors": written(with_last(spec([8], -32, 0))),
    "endless_axes.safetensors": written(file({**SOUND, "x": spec([2**40, 2**41], 0, 4)})),
    "repeated_name.safetensors": written(repeated),
    "deep.safetensors": written(lambda: file(b"[" * 120_000 + b"]" * 120_000), 2),
    "digits.safetensors": written(
        lambda: file(json.dumps({"a": spec([7], 0, 4)}).encode().replace(b"7", b"7" * 9_999))
    ),
    "unknown_dtype.safetensors": written(file({**SOUND, "y": spec([1], 0, 4, "Q7")})),
    "many_tensors.safetensors": written(
        lambda: file({f"t{index}": spec([1], 0, 4) for index in range(251_000)}, 4), 2
    ),
    "wrong_sizes.safetensors": written(
        lambda: file({f"t{index}": spec([index], 0, 4) for index in range(100_000)}, 4), 1
    ),
    "metadata_of_pairs.safetensors": written(
        lambda: file({"__metadata__": {f"k{index}": "v" for index in range(600_000)}, **SOUND}), 2
    ),
    "wide_metadata.safetensors": written(
        lambda: file({"__metadata__": {f"k{index}": "v" for index in range(50_000)}, **SOUND})
    ),
}
ENTRIES |= {
    f"index_of_braces/{INDEX}": indexing("}}{}".format, 60_000),
    f"index_of_quotes/{INDEX}": indexing('"," {}'.format, 60_000),
    f"index_of_lists/{INDEX}": indexing("{}".format, 60_000, [[SHARD]]),
    f"index_of_nothing/{INDEX}": indexing("{}".format, 600_000),
    f"index_of_blanks/{INDEX}": indexing("{}".format, 600_000, comma=" , "),
}
ENTRIES |= {
    f"{name}/{INDEX}": Hostile(declaring(metadata), 0) for name, metadata in DECLARED.items()
}
