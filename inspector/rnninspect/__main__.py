"""The entry point: the common call needs no parser, and does not pay for one."""

from __future__ import annotations

import sys

from rnninspect.command import plain_request, run


def main() -> None:
    """Run `rnninspect` with the arguments of the process."""
    arguments = sys.argv[1:]
    request = plain_request(arguments)
    if request is not None:
        sys.exit(run(request))
    from rnninspect.cli import start  # noqa: PLC0415 - typer costs more than most inspections

    start(arguments)


if __name__ == "__main__":
    main()
