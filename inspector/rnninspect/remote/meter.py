"""What the reading of one model costs on the network, within its limits."""

from __future__ import annotations

import threading
import time

from rnninspect.source.limits import Limit
from rnninspect.source.traffic import Traffic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.source.limits import Limits


class Meter:
    """Counts requests and bytes of one model with all its files, and the time since its start."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._requests = self._fetched = 0
        self._start = time.monotonic()
        self._lock = threading.Lock()  # requests may be sent several at once

    @property
    def traffic(self) -> Traffic:
        """What was spent so far."""
        return Traffic(self._requests, self._fetched)

    def count_request(self) -> None:
        """Count a request before it is sent; RefusedFile if there were too many, or too long."""
        with self._lock:
            self._requests += 1
        self.limits.require(Limit.REQUESTS, self._requests, "the number of requests")
        spent = int(self.limits.remote_seconds - self.left())
        self.limits.require(Limit.REMOTE_SECONDS, spent, "the time for a remote model")

    def count_bytes(self, number: int, limit: Limit = Limit.FETCHED_BYTES) -> None:
        """Count bytes that came; RefusedFile if that exceeds the limit."""
        with self._lock:
            self._fetched += number
        self.limits.require(limit, self._fetched, "what is fetched")

    def left(self) -> float:
        """Seconds that are left for the model; negative if it has taken too long."""
        return self._start + self.limits.remote_seconds - time.monotonic()
