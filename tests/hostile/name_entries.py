"""Names that are long, deep or many: the work and the memory that they ask for are bounded."""

from __future__ import annotations

from collections.abc import Iterable

from hostile.entry import Hostile, written
from hostile.safetensors_entries import file, spec
from making.tensorflow.bundles import entry, header, table

MAMBA = ("A_log", "D", "in_proj.weight", "conv1d.weight", "x_proj.weight", "dt_proj.weight")
DEEP = "a/" * 1_000  # an index stores what a key shares with the one before only once


def keyed(names: Iterable[str]) -> bytes:
    """A checkpoint's index of a number for each name."""
    number = entry((1,), 0, 4)
    return table([(b"", header()), *((name.encode(), number) for name in sorted(names))])


def named(names: Iterable[str]) -> bytes:
    """A safetensors file whose tensors, all over one number, have these names."""
    return file({name: spec([1], 0, 4) for name in names}, 4)


ENTRIES: dict[str, Hostile] = {
    "deep_keys.index": written(lambda: keyed(f"{DEEP}{at:05}/kernel" for at in range(15_000)), 2),
    "deep_cells.index": written(
        lambda: keyed(f"{DEEP}{at:05}/lstm_cell/kernel" for at in range(15_000)), 2
    ),
    "cells_by_name.index": written(
        lambda: keyed(f"a{at}/lstm_cell/kernel" for at in range(190_000)), 2
    ),
    "long_names.safetensors": written(
        lambda: named(f"{'a.' * 2_000}{at}.weight_ih" for at in range(4_000)), 2
    ),
    "dotted_names.safetensors": written(
        lambda: named(f"lstm{at}.{'0.' * 19}weight_hh_l0" for at in range(150_000)), 2
    ),
    "a_gate_each.safetensors": written(
        lambda: named(f"lstm{at}.{'abcde.' * 18}W" for at in range(180_000)), 2
    ),
    "telling_names.safetensors": written(
        lambda: named(f"lstm.{'abcde.' * 18}ih{at}" for at in range(180_000)), 2
    ),
    "an_odd_name_each.safetensors": written(
        lambda: named(f"l.{at}.A_log" for at in range(190_000))
    ),
    "odd_names_within.safetensors": written(
        lambda: named(f"{'A_log.' * (at % 9)}{at}.A_log" for at in range(150_000))
    ),
    "cells_by_signature.safetensors": written(
        lambda: named(f"l.{at}.{part}" for at in range(25_000) for part in MAMBA), 2
    ),
    "separators.safetensors": written(
        lambda: named(f"{'./' * 100_000}{at}.A_log" for at in range(40))
    ),
    "odd_keys.index": written(lambda: keyed(f"lmu_cell/{at}/kernel" for at in range(150_000))),
    "most_telling_names.safetensors": written(
        lambda: named(f"lstm.{'abcde.' * 18}ih{at}" for at in range(130_000))
    ),
}
