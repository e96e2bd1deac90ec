"""How far a call has come: one line on a terminal, from the second second on."""

from __future__ import annotations

import time

from rnninspect.command.printing import is_shown_to_a_person, show_progress
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Counted(Protocol):
        """What is gone through."""

        number: int
        ended: bool


_FROM, _EVERY = 1.0, 0.2  # seconds: nothing is shown before, and no more often


class Progress:
    """Shows how many files are done, how fast, and the time left once their number is known."""

    def __init__(self, counted: Counted) -> None:
        self._counted, self._start = counted, time.monotonic()
        self._last, self._shown = self._start + _FROM - _EVERY, False
        self._wanted = is_shown_to_a_person()

    def show(self, done: int) -> None:
        """Show it if it is time."""
        now = time.monotonic()
        if self._wanted and now - self._last >= _EVERY:
            self._last, self._shown = now, True
            show_progress(self._text(done, done / (now - self._start)))

    def _text(self, done: int, rate: float) -> str:
        speed = f"{rate:,.0f} a second" if rate >= 1 else f"{60 * rate:,.0f} a minute"
        if not self._counted.ended:
            return f"{plural(done, 'file')}, {speed}"
        number = self._counted.number
        left = _time((number - done) / rate)
        return f"{done:,} of {plural(number, 'file')}, {speed}, {left} left"

    def clear(self) -> None:
        """Remove the line, if it is shown."""
        if self._shown:
            self._shown = False
            show_progress("")


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
