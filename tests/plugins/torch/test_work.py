"""The work of reading, counted in calls, which do not depend on the machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from making.torch import bombs
from making.torch.pickles import archive, lstm, saved
from rnninspect.errors import UnreadableFile
from rnninspect.inspection import inspect_file

pytestmark = pytest.mark.slow

# A call of the interpreter takes some 50 ns, of a C function or a Python one.
MOST_CALLS = 10_000_000
TENSORS = 10_000


def calls(work: Callable[[], object]) -> int:
    """The number of function calls, C functions included."""
    count = 0

    def listen(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event.endswith("call")

    before = sys.getprofile()
    sys.setprofile(listen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.fixture(autouse=True, scope="module")
def _imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Read a file first, so that imports are not counted."""
    path = tmp_path_factory.mktemp("first") / "model.pt"
    path.write_bytes(saved({"layer.weight": (2, 3)}))
    inspect_file(path)


def refused(path: Path) -> None:
    with pytest.raises(UnreadableFile):
        inspect_file(path)


@pytest.mark.parametrize("name", sorted(bombs.BOMBS))
def test_a_bomb_is_refused_after_little_work(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt"
    path.write_bytes(archive(bombs.BOMBS[name].data()))
    assert calls(lambda: refused(path)) < MOST_CALLS


def test_the_call_counter_counts() -> None:
    assert calls(lambda: [len("") for _ in range(1_000)]) >= 1_000


def test_work_depends_on_the_number_of_tensors_only(tmp_path: Path) -> None:
    """Ten thousand tensors take ten times the work of a thousand, whatever their sizes."""
    work = []
    for count, size in ((TENSORS // 10, 2), (TENSORS, 2), (TENSORS // 10, 40)):
        path = tmp_path / "model.pt"
        path.write_bytes(saved({f"layers.{number}.weight": (size, 3) for number in range(count)}))
        work.append(calls(partial(inspect_file, path)))
    few, many, larger = work
    assert 9 * few < many < 11 * few
    assert abs(larger - few) < few // 20
    assert many < 400 * TENSORS


def test_work_depends_on_the_number_of_layers_only(tmp_path: Path) -> None:
    work = []
    for count in (50, 500):
        shapes = [lstm(3, 2, f"layers.{number}.rnn") for number in range(count)]
        path = tmp_path / "model.pt"
        path.write_bytes(saved({name: shape for part in shapes for name, shape in part.items()}))
        work.append(calls(partial(inspect_file, path)))
    assert work[1] < 11 * work[0]
