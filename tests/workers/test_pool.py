"""The pool of processes: order, accidents that cost one item, memory, processes that are left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from making import pooled
from rnninspect.workers import process
from rnninspect.workers.pool import Lost, PoolError, in_pool

ACCIDENTS = {
    pooled.KILLED: "its process was ended by SIGKILL; is there enough memory?",
    pooled.LEFT: "its process ended with exit code 7",
    pooled.RAISES: "internal error: ValueError: no such number",
    pooled.BROKEN_STOP: "its process ended with exit code 3",
    pooled.LOOPS: "no result within 0.5 s; --timeout raises it",
}


def results(
    function: Callable[[Any], Any], items: Iterable[int], jobs: int = 2, seconds: float = 60.0
) -> list[tuple[Any, Any]]:
    return list(in_pool(function, items, jobs, seconds))


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("number", [0, 1, 7, 2_000])
def test_each_item_comes_once_in_its_order(jobs: int, number: int) -> None:
    expected = [(item, item * item) for item in range(number) if item not in ACCIDENTS]
    given = [item for item in range(number) if item not in ACCIDENTS]
    assert results(pooled.squared, given, jobs) == expected


def test_a_slow_item_does_not_change_the_order() -> None:
    assert results(pooled.slowly, range(8)) == [(item, item) for item in range(8)]


@pytest.mark.parametrize("accident", ACCIDENTS)
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_accident_costs_one_item_and_loses_or_repeats_no_other(accident: int, jobs: int) -> None:
    items = [*range(40), accident, *range(40)]
    expected = [
        (item, Lost(ACCIDENTS[item]) if item in ACCIDENTS else item * item) for item in items
    ]
    assert results(pooled.squared, items, jobs, 0.5) == expected


def test_accidents_in_a_row_cost_these_alone() -> None:
    items = [
        1,
        pooled.KILLED,
        pooled.KILLED,
        pooled.LEFT,
        2,
        pooled.BROKEN_STOP,
        *[pooled.LEFT] * 5,
    ]
    expected = [Lost(ACCIDENTS[item]) if item in ACCIDENTS else item * item for item in items]
    assert [result for _, result in results(pooled.squared, items)] == expected


def test_a_worker_killed_from_outside_costs_at_most_the_item_at_hand() -> None:
    numbers, lost = [], 0
    for number, result in in_pool(pooled.of_process, range(200), 2, 60.0):
        numbers.append(number)
        if isinstance(result, Lost):
            lost += 1
        elif number in (20, 90):
            os.kill(result, signal.SIGKILL)
    assert numbers == list(range(200))
    assert lost <= 2


def test_several_processes_share_the_work() -> None:
    found = {result for _, result in results(pooled.of_process, range(60), 3)}
    assert len(found) == 3
    assert os.getpid() not in found


def test_items_are_taken_as_they_are_needed_and_results_wait_for_the_caller() -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(100_000):
            taken.append(item)
            yield item

    outcomes = in_pool(pooled.squared, items(), 2, 60.0)
    assert [next(outcomes) for _ in range(3)] == [(0, 0), (1, 1), (2, 4)]
    outcomes.close()
    assert len(taken) < 1_000


@pytest.mark.slow
def test_memory_does_not_grow_with_what_goes_through() -> None:
    tracemalloc.start()
    for _, result in in_pool(pooled.large, range(400), 2, 60.0):
        assert len(result) == 2**20
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 110 * 2**20  # of 400 MB


def test_what_a_function_prints_is_not_taken_for_a_result(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert results(pooled.printing, range(5)) == [(item, item) for item in range(5)]
    said = capfd.readouterr()
    assert (said.out, sorted(said.err.split())) == ("", list("01234"))


def test_a_function_that_no_process_can_import_is_one_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(process, "_PROGRAM", "nowhere.at_all")
    with pytest.raises(PoolError, match="worker processes cannot be started"):
        results(pooled.squared, range(5))
    capfd.readouterr()


def _alive(numbers: list[int]) -> list[int]:
    return [number for number in numbers if Path(f"/proc/{number}/cmdline").is_file()]


def _gone(numbers: list[int]) -> bool:
    """Whether all of these processes end within some seconds."""
    until = time.monotonic() + 15
    while _alive(numbers) and time.monotonic() < until:
        time.sleep(0.05)
    return not _alive(numbers)


def _at_work(folder: Path) -> list[int]:
    while len(numbers := [int(path.name) for path in folder.iterdir()]) < 2:
        time.sleep(0.02)
    return numbers


def test_no_process_is_left_when_the_caller_stops() -> None:
    outcomes = in_pool(pooled.of_process, range(10_000), 2, 60.0)
    numbers = [int(next(outcomes)[1]) for _ in range(30)]  # type: ignore[arg-type] # none is Lost
    outcomes.close()
    assert _gone(numbers)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_is_left_when_the_parent_is_ended(number: int, tmp_path: Path) -> None:
    program = (
        "import sys; sys.path[:0] = [sys.argv[1]];"
        "from making import pooled; from rnninspect.workers.pool import in_pool;"
        "list(in_pool(pooled.waiting, [sys.argv[2]] * 9, 2, 600.0))"
    )
    tests = Path(__file__).parents[1]
    parent = subprocess.Popen(
        [sys.executable, "-c", program, tests, tmp_path], stderr=subprocess.DEVNULL
    )
    numbers = _at_work(tmp_path)
    assert _alive(numbers) == numbers
    parent.send_signal(number)
    parent.wait(timeout=20)
    assert _gone(numbers)
