"""A signal at any moment of a call's start, or where Python cannot pass on what it raises."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from command.test_ending import _signals_are_heard, run_with

GOOD = Path(__file__).parents[2] / "sample_models" / "onnx" / "basic_lstm.onnx"
FINDER = """
import _signal, sys
class Finder:
    def find_spec(name, path=None, target=None):
        {}
sys.meta_path.insert(0, Finder)
"""
__all__ = ["_signals_are_heard"]


def test_nothing_is_imported_before_signals_are_handled() -> None:
    unheard = "_signal.getsignal(15) is _signal.SIG_DFL and print(name, file=sys.stderr)"
    done = run_with(FINDER.format(unheard), GOOD)
    assert done.returncode == 0
    own = {"rnninspect", "rnninspect.__main__", "rnninspect.command", "rnninspect.command.ending"}
    assert set(done.stderr.split()) <= own | {"__future__", "gc"}


@pytest.mark.parametrize("words", [(GOOD,), ("check", GOOD)], ids=["plain", "parsed"])
@pytest.mark.parametrize("name", ["rnninspect.command.running", "rnninspect.errors",
                                  "rnninspect.rules", "rnninspect_onnx", "rnninspect.counter",
                                  "rnninspect.render.grid"])  # fmt: skip
def test_a_signal_at_an_import_is_one_line_and_a_code(
    name: str, words: tuple[str | Path, ...]
) -> None:
    kill = f"name == {name!r} and os.kill(os.getpid(), signal.SIGTERM)"
    done = run_with(FINDER.format(kill), *words)
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "rnninspect: terminated\n")


AT_A_READ = "true = os.pread\ndef fake(*those):\n    {}\n    return true(*those)\nos.pread = fake"
SWALLOWED = {
    "callback": "a = type('A', (), {})(); import weakref;"
    " r = weakref.ref(a, lambda _: os.kill(os.getpid(), NUMBER)); del a",
    "finaliser": "type('A', (), {'__del__': lambda _: os.kill(os.getpid(), NUMBER)})()",
    "cleared": "import contextlib\n"
    "    with contextlib.suppress(BaseException):\n        os.kill(os.getpid(), NUMBER)",
}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("way", SWALLOWED)
def test_a_signal_whose_exception_is_swallowed_ends_the_process(
    way: str, number: signal.Signals
) -> None:
    lines = SWALLOWED[way].replace("NUMBER", str(int(number)))
    done = run_with(AT_A_READ.format(lines), GOOD, GOOD)
    word = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}[number]
    assert (done.returncode, done.stderr) == (128 + number, f"rnninspect: {word}\n")
    assert done.stdout.count("onnx.helper") <= 1  # the second file is not begun


def test_a_signal_after_the_report_is_too_late_to_matter() -> None:
    late = (
        "import _signal\n"
        "from rnninspect.command import ending\n"
        "true = ending.leave\n"
        "def fake(code):\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    true(code)\n"
        "from rnninspect import __main__\n"
        "__main__.leave = fake"
    )
    done = run_with(late, GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert run_with(late, "rules").returncode == 0
