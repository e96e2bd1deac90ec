"""Coverage-guided fuzzing with atheris: `python -m tests.fuzz [TARGET...] [--seconds N]`.

Each target runs in a process of its own; a crash is kept with its input and the run goes on. The
last lines are a table: target, executions, coverage, crashes. Needs `pip install atheris` and the
project in the same environment.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the tests' own modules
KEEP = Path(tempfile.gettempdir()) / "rnninspect-fuzzing"
DONE = re.compile(r"#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+) corp: (\d+)")


def main() -> None:
    """Fuzz the targets that are named, one after the other, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help="all of them if none is named")
    parser.add_argument("--seconds", type=int, default=120, help="for each target")
    parser.add_argument("--keep", type=Path, default=KEEP, help="folder of crashes")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        from .worker import fuzz  # the one module that imports atheris

        fuzz(options.targets[0], options.seconds, options.keep)
        return
    names = options.targets or _all_names()
    rows = [_run(name, options.seconds, options.keep) for name in names]
    sys.stdout.write("| target | seconds | executions | coverage (edges) | features | crashes |\n")
    sys.stdout.write("|---|---:|---:|---:|---:|---:|\n")
    sys.stdout.writelines(rows)


def _all_names() -> list[str]:
    from .targets import TARGETS  # a worker must instrument before it imports

    return list(TARGETS)


def _run(name: str, seconds: int, keep: Path) -> str:
    (keep / name).mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz", name, "--worker"]
    options = ["--seconds", str(seconds), "--keep", str(keep)]
    with (keep / f"{name}.log").open("wb") as log:
        subprocess.run([*command, *options], stdout=log, stderr=log, check=False)
    said = (keep / f"{name}.log").read_text(errors="replace")
    done = DONE.search(said)
    crashes = len(list((keep / name).glob("*.input")))
    executions, edges, features = done.group(1, 2, 3) if done else ("?", "?", "?")
    return f"| {name} | {seconds} | {executions} | {edges} | {features} | {crashes} |\n"


if __name__ == "__main__":
    main()
