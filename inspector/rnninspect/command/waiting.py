"""A line on a terminal while one file is read: which one, and for how long."""

from __future__ import annotations

import _thread
import time

from rnninspect.command.printing import is_shown_to_a_person, show_progress
from rnninspect.render.escape import for_terminal, shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

FROM = EVERY = 1.0  # seconds: nothing is shown before the first, and no more often
LONGEST_PATH = 50


class Waiting:
    """Shows the line while its block runs, where somebody may look at it, and removes it.

    A thread of its own shows it, since the block is one call that returns with the file. The module
    `threading` is not needed for that, and would cost each call a millisecond.
    """

    def __init__(self, path: str, number: int = 1, of: int = 1) -> None:
        self._text = shorten(for_terminal(path), LONGEST_PATH)
        if of > 1:
            self._text = f"{number:,} of {of:,} files: {self._text}"
        self._wanted = is_shown_to_a_person()
        self._done, self._ended = _thread.allocate_lock(), _thread.allocate_lock()

    def __enter__(self) -> Self:
        """Start the thread."""
        if self._wanted:
            self._done.acquire()
            self._ended.acquire()
            _thread.start_new_thread(self._show, ())
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until the line is gone: what comes next may be printed on the same terminal."""
        if self._wanted:
            self._done.release()
            self._ended.acquire()

    def _show(self) -> None:
        start, shown = time.monotonic(), False
        while not self._done.acquire(timeout=EVERY if shown else FROM):
            show_progress(f"{self._text}, {round(time.monotonic() - start)} s")
            shown = True
        if shown:
            show_progress("")
        self._ended.release()
