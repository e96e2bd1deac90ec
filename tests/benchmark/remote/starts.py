"""Starts what could read the Hub, in turn: `python -m tests.benchmark.remote.starts [--rounds …]`.

Whole processes that import a client and send no request: our own over https, huggingface_hub's
HfApi with the session that it asks with, and its file system.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..measure import interleaved

STARTS = {
    "python -c pass": "pass",
    "plain https": (
        "from rnninspect.remote.hub.repository import Hub; "
        "from rnninspect.remote.hub.names import parse; "
        "from rnninspect.remote.hub.settings import read_settings; "
        "from rnninspect.source.limits import Limits; "
        "Hub(parse('hf://org/model'), Limits(), read_settings())"
    ),
    "huggingface_hub, HfApi": (
        "from huggingface_hub import HfApi; from huggingface_hub.utils import get_session; "
        "HfApi(); get_session()"
    ),
    "huggingface_hub, HfFileSystem": "from huggingface_hub import HfFileSystem; HfFileSystem()",
}
HEAD = "| start of | median | fastest – slowest | processor | peak |\n|---|---:|---:|---:|---:|\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tests.benchmark.remote.starts", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    options = parser.parse_args(arguments)
    commands = [(sys.executable, "-c", program) for program in STARTS.values()]
    found = interleaved(commands, options.rounds)
    sys.stdout.write(HEAD)
    for name, each in zip(STARTS, found, strict=True):
        failed = "" if each.code == 0 else f" (exit code {each.code})"
        cells = (
            f"{name}{failed}",
            f"{each.seconds * 1e3:,.0f} ms",
            f"{each.fastest * 1e3:,.0f} – {each.slowest * 1e3:,.0f}",
            f"{each.busy * 1e3:,.0f} ms",
            f"{each.peak / 1e6:,.0f} MB",
        )
        sys.stdout.write(f"| {' | '.join(cells)} |\n")


if __name__ == "__main__":
    main()
