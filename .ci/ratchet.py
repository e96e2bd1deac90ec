"""Runs the judges of a folder and refuses a score below the recorded one.

Usage: ratchet.py JUDGES RNNINSPECT PYTHON FOLDER [--record]

JUDGES contains models/judge.py, graphs/ and hostile/judge.py; FOLDER is for what they make. The
scores, files right by each judge, are in scores.toml beside this file. --record writes them anew.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

SCORES = Path(__file__).with_name("scores.toml")
LAST_LINE = re.compile(r"^(\d+) passed, (\d+) failed", re.MULTILINE)
HOSTILE_FORMATS = ("table", "json", "markdown", "csv")


def score(command: list[str]) -> int:
    """The number of files that a judge accepts; its objections are printed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(done.stdout[-6000:], done.stderr[-2000:], sep="")
    match = LAST_LINE.search(done.stdout)
    if match is None:
        sys.exit(f"no score from {' '.join(command[:2])}")
    return int(match.group(1))


def scores(judges: Path, rnninspect: str, python: str, folder: Path) -> dict[str, int]:
    """The score of each judge, by its name."""
    models = [python, str(judges / "models" / "judge.py")]
    inspect = ["--", rnninspect, "{file}", "--format", "json"]
    found = {"models": score([*models, *inspect])}
    graphs = judges / "graphs"
    found["graphs"] = score(
        [*models, "--truth", str(graphs / "truth.json"), "--root", str(graphs), *inspect]
    )
    corpus = folder / "hostile"
    subprocess.run([python, str(judges / "hostile" / "make_corpus.py"), str(corpus)], check=True)
    judge = [python, str(judges / "hostile" / "judge.py"), str(corpus), "--", rnninspect, "{file}"]
    for name in HOSTILE_FORMATS:
        found[f"hostile_{name}"] = score([*judge, "--format", name])
    return found


def main() -> int:
    """0 if no score fell."""
    found = scores(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    text = "".join(f"{name} = {value}\n" for name, value in found.items())
    print(text, end="")
    if "--record" in sys.argv:
        SCORES.write_text(f"# Files right by each judge; a change may not lower one.\n{text}")
        return 0
    recorded = tomllib.loads(SCORES.read_text()) if SCORES.exists() else {}
    fallen = [name for name, value in recorded.items() if found.get(name, 0) < value]
    for name in fallen:
        print(f"{name} fell from {recorded[name]} to {found.get(name, 0)}")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
