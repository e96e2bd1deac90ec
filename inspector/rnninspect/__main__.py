"""The entry point: the common call needs no parser, and does not pay for one."""

from __future__ import annotations

import gc
import sys

from rnninspect.command.ending import leave, until_stopped


def main() -> None:
    """Run `rnninspect` with the arguments of the process, and end it."""
    leave(until_stopped(call))


def call() -> int:
    """The exit code of a run; everything is imported here, where a signal finds its listener.

    What a call makes lives to its end, or to the next file: to look for cycles meanwhile takes a
    fifteenth of a short call, and a tenth of a long one.
    """
    gc.disable()
    from rnninspect.command.running import plain_request, run  # noqa: PLC0415 - see above

    arguments = sys.argv[1:]
    request = plain_request(arguments)
    if request is not None:
        return run(request)
    from rnninspect.cli import start  # noqa: PLC0415 - typer costs more than most inspections

    return start(arguments)


if __name__ == "__main__":
    main()
