"""The entry point: the common call runs without a parser, and does not import one."""

from __future__ import annotations

import gc
import sys

from rnninspect.command.ending import leave, until_stopped


def main() -> None:
    """Run `rnninspect` with the arguments of the process, and end it."""
    leave(until_stopped(call))


def call() -> int:
    """Run a call and return its exit code; imports are made here, where signals are handled.

    The collector is off: what a call makes is needed to its end, or to the next file, and looking
    for cycles takes a fifteenth of a short call and a tenth of a long one. `command.running`
    collects between files.
    """
    gc.disable()
    try:
        from rnninspect.lean.modules import find_quickly  # noqa: PLC0415 - see above
    except ImportError:  # an interpreter whose import system is made of other parts
        pass
    else:
        find_quickly()
    from rnninspect.command.request import plain_request  # noqa: PLC0415 - see above
    from rnninspect.command.running import run  # noqa: PLC0415 - see above

    arguments = sys.argv[1:]
    request = plain_request(arguments)
    if request is not None:
        return run(request)
    from rnninspect.command.subcommands.plain import plain_call  # noqa: PLC0415 - see above

    subcommand = plain_call(arguments)
    if subcommand is not None:
        return subcommand()
    from rnninspect.cli import start  # noqa: PLC0415 - typer costs more than most inspections

    return start(arguments)


if __name__ == "__main__":
    main()
