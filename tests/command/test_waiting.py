"""The line that is shown while one file is read."""

from __future__ import annotations

import _thread
import io
from collections.abc import Callable

import pytest

from rnninspect.command import running, waiting
from rnninspect.command.request import Request
from rnninspect.command.waiting import Waiting
from rnninspect.errors import UnreadableFile
from rnninspect.report import Report

LONGEST = 60  # seconds until a test that waits for a line gives up


class Terminal(io.StringIO):
    """Standard error as a terminal, which says when something was written `times` times."""

    def __init__(self, times: int = 0) -> None:
        super().__init__()
        self._left, self.written = times, _thread.allocate_lock()
        self.written.acquire()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        done = super().write(text)
        self._left -= 1
        if not self._left:
            self.written.release()
        return done


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Terminal]:
    """Makes standard error a terminal, on which a line is shown soon."""

    def made(times: int) -> Terminal:
        terminal = Terminal(times)
        monkeypatch.setattr("sys.stderr", terminal)
        return terminal

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(waiting, "FROM", 0.001)
    monkeypatch.setattr(waiting, "EVERY", 0.001)
    return made


def test_a_line_is_shown_and_removed(on_terminal: Callable[[int], Terminal]) -> None:
    terminal = on_terminal(2)
    with Waiting("a\x1b[31m.onnx", 2, 3):
        assert terminal.written.acquire(timeout=LONGEST)
    text = terminal.getvalue()
    assert text.startswith("\r\x1b[K2 of 3 files: a\\x1b[31m.onnx, 0 s\r\x1b[K")
    assert text.endswith("\r\x1b[K")


def test_a_quick_file_shows_nothing(
    on_terminal: Callable[[int], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = on_terminal(0)
    monkeypatch.setattr(waiting, "FROM", LONGEST)
    with Waiting("a.onnx"):
        pass
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_nobody_looks_at_a_log(
    name: str, value: str, on_terminal: Callable[[int], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = on_terminal(0)
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(_thread, "start_new_thread", pytest.fail)
    with Waiting("a.onnx"):
        pass
    assert terminal.getvalue() == ""


def test_a_call_shows_what_it_reads_and_its_error_is_a_line_of_its_own(
    on_terminal: Callable[[int], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = on_terminal(1)

    def slow(path: str, *_: object, **__: object) -> Report:
        assert terminal.written.acquire(timeout=LONGEST)
        raise UnreadableFile(f"{path} is odd")

    monkeypatch.setattr(running, "inspect_file", slow)
    assert running.run(Request(("slow.onnx",))) == 2
    shown, removed, error = terminal.getvalue().rpartition("\r\x1b[K")
    assert shown.startswith("\r\x1b[Kslow.onnx, 0 s")
    assert removed
    assert error.startswith("rnninspect: slow.onnx: slow.onnx is odd")
