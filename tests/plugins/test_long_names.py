"""Long and deep names take work that a file of few bytes may ask for: it is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest
from safetensors.numpy import save_file

from making.tensorflow.bundles import write_by_name
from rnninspect.errors import RefusedFile
from rnninspect.inspection import inspect_file
from rnninspect.source.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

NAMES = 40
STEPS = Limits(steps=5_000)
DEEP = "a/" * 150


@pytest.mark.parametrize("last", ["kernel", "lstm_cell/kernel"])
def test_deep_keys_of_a_checkpoint_are_steps(tmp_path: Path, last: str) -> None:
    deep = write_by_name(tmp_path / "deep", {f"{DEEP}{at}/{last}": (1,) for at in range(NAMES)})
    flat = write_by_name(tmp_path / "flat", {f"a/{at}/{last}": (1,) for at in range(NAMES)})
    with pytest.raises(RefusedFile, match="limit steps=5000"):
        inspect_file(deep, STEPS)
    assert inspect_file(flat, STEPS).totals.parameters == NAMES
    assert inspect_file(deep).totals.parameters == NAMES


def test_long_names_of_tensors_are_steps(tmp_path: Path) -> None:
    for name, front in (("long", DEEP.replace("/", ".") * 3), ("short", "")):
        tensors = {f"{front}{at}.weight_ih": np.zeros(1) for at in range(NAMES)}
        save_file(tensors, tmp_path / f"{name}.safetensors")
    with pytest.raises(RefusedFile, match="limit steps=5000"):
        inspect_file(tmp_path / "long.safetensors", STEPS)
    assert inspect_file(tmp_path / "short.safetensors", STEPS).totals.parameters == NAMES
    assert inspect_file(tmp_path / "long.safetensors").totals.parameters == NAMES


@pytest.mark.parametrize("word", ["weight_hh_l0", "W_f", "i2h.weight"])
def test_names_that_may_be_those_of_a_cell_are_steps(tmp_path: Path, word: str) -> None:
    for name, last in (("telling", word), ("plain", "other")):
        tensors = {f"a{at}.{last}": np.zeros(1) for at in range(NAMES)}
        save_file(tensors, tmp_path / f"{name}.safetensors")
    few = Limits(steps=17 * NAMES)
    with pytest.raises(RefusedFile, match=f"limit steps={17 * NAMES}"):
        inspect_file(tmp_path / "telling.safetensors", few)
    assert inspect_file(tmp_path / "plain.safetensors", few).totals.parameters == NAMES


@pytest.mark.parametrize("container", ["checkpoint", "hdf5"])
def test_cells_by_name_are_counted_before_they_are_worked_out(
    tmp_path: Path, container: str
) -> None:
    names = [f"a{at}/lstm_cell/kernel" for at in range(NAMES)]
    if container == "checkpoint":
        path = write_by_name(tmp_path / "cells", dict.fromkeys(names, (1,)))
    else:
        path = tmp_path / "cells.h5"
        with h5py.File(path, "w") as file:
            for name in names:
                file[name] = np.zeros(1, np.float32)
    with pytest.raises(RefusedFile, match="the number of recurrent cells exceeds"):
        inspect_file(path, Limits(recurrent=NAMES // 2 - 1))
    assert inspect_file(path, Limits(recurrent=NAMES // 2)).totals.parameters == NAMES
