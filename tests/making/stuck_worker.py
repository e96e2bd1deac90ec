"""A worker that never comes back from one of its models, whatever function it is given."""

from __future__ import annotations

import time

from rnninspect.walking.walk import Met
from rnninspect.workers import worker

_called = worker._called


def _stuck(function: object, number: int, item: object) -> object:
    if isinstance(item, Met) and item.path.endswith("/1.pt"):
        time.sleep(600)
    return _called(function, number, item)  # type: ignore[arg-type] # as it was given


def main() -> None:
    """Run the worker."""
    worker._called = _stuck  # type: ignore[assignment] # the same arguments
    worker.main()
