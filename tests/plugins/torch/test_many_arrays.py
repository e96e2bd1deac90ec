"""Archives of very many arrays in columns: the same reports and errors as of one at a time."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from making.by_hand import report
from rnninspect.contract import fault_in
from rnninspect.errors import RnnInspectError
from rnninspect.model import SavedModel
from rnninspect.readers import open_model, recognise
from rnninspect.render.report.json import dump, report_json
from rnninspect.stored.columns import TensorColumns
from rnninspect_torch.arrays import files

Arrays = dict[str, Any]
ROWS, COUNT = 600, 60


def arrays() -> Arrays:
    """An LSTM among experts, whose arrays have two shapes."""
    lstm = {"weight_ih_l0": (8, 3), "weight_hh_l0": (8, 2), "bias_ih_l0": (8,), "bias_hh_l0": (8,)}
    found = {f"encoder.{name}": np.zeros(shape, np.float32) for name, shape in lstm.items()}
    shapes = ((4, 2), (2, 4))
    return found | {
        f"experts.{at}.weight": np.zeros(shapes[at % 2], np.float16) for at in range(ROWS)
    }


def outcome(path: Path) -> object:
    """The report on a file and whether its tensors are in columns, or why it cannot be read."""
    try:
        with open_model(str(path), None) as source:
            model = recognise(source).read()
    except RnnInspectError as error:
        return type(error), str(error)
    assert isinstance(model, SavedModel)
    of_columns = report(model)
    assert report(model._replace(tensors=tuple(model.tensors))) == of_columns
    assert fault_in(model) is None
    return dump(report_json(of_columns))


def both(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[object, object]:
    """What a file is in columns where it can be, and one array at a time."""
    short = outcome(path)
    with monkeypatch.context() as patch:
        patch.setattr(files, "_MANY", 10**9)
        return short, outcome(path)


def test_arrays_in_columns_are_reported_as_one_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "many.npz"
    np.savez(path, **arrays())
    short, long = both(path, monkeypatch)
    assert short == long
    with open_model(str(path), None) as source:
        model = recognise(source).read()
    assert isinstance(model, SavedModel)
    assert isinstance(model.tensors, TensorColumns)
    assert [layer.name for layer in model.layers] == ["encoder"]
    assert len(model.tensors.single()) == len(model.layers[0].operands) == 4


def _renamed(found: Arrays) -> None:
    found["decoder/lstm/kernel:0"] = np.zeros((3, 8), np.float32)


def _empty(found: Arrays) -> None:
    found["experts.none"] = np.zeros((0, 4), np.float32)


def _objects(found: Arrays) -> None:
    found["experts.of"] = np.array([{"weight": np.zeros(2)}], dtype=object)


def _text(found: Arrays) -> None:
    found["names"] = np.array(["a", "b"])


def _copy(found: Arrays) -> None:
    found["ema.experts.0.weight"] = found["experts.0.weight"]


ODD: tuple[Callable[[Arrays], None], ...] = (_renamed, _empty, _objects, _text, _copy)


@pytest.mark.parametrize("change", ODD)
def test_an_unusual_array_is_read_one_at_a_time(
    change: Callable[[Arrays], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, found = tmp_path / "odd.npz", arrays()
    change(found)
    np.savez(path, **found)
    short, long = both(path, monkeypatch)
    assert short == long


@pytest.mark.parametrize(
    ("name", "method"), [("experts.0.weight.npy", 0), ("experts.x.npy", 8), ("notes.txt", 0)]
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_repeated_packed_and_other_members_are_read_one_at_a_time(
    name: str, method: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "more.npz"
    np.savez(path, **arrays())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, archive.read("experts.0.weight.npy"), compress_type=method)
    short, long = both(path, monkeypatch)
    assert short == long


def test_changed_archives_are_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, numbers = tmp_path / "changed.npz", random.Random(1)  # noqa: S311 - the same in each run
    np.savez(path, **arrays())
    whole = path.read_bytes()
    for _ in range(COUNT):
        data = bytearray(whole)
        data[numbers.randrange(len(data))] = numbers.randrange(256)
        path.write_bytes(bytes(data[: numbers.choice((len(data), len(data) - 1))]))
        short, long = both(path, monkeypatch)
        assert short == long


@pytest.mark.parametrize("beyond", [-7, 0, 2**31])
def test_a_member_that_begins_at_or_after_the_end_is_the_same_error(
    beyond: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "beyond.npz"
    np.savez(path, **arrays())
    data = bytearray(path.read_bytes())
    last = data.rindex(b"PK\1\2")
    data[last + 42 : last + 46] = (len(data) + beyond).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    short, long = both(path, monkeypatch)
    assert short == long
    assert isinstance(short, tuple)
