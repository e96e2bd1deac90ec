"""Findings as workflow commands, which GitHub Actions shows as annotations.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from rnninspect.render.escape import for_terminal
from rnninspect.render.places import message_of, place, repository_path
from rnninspect.rules import Level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.render.places import PlacedFinding
    from rnninspect.render.view import View
    from rnninspect.report import Report, Unreadable

COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY = MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})


def render(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    """A line for each file that could not be read, then one for each finding."""
    yield github(*place(results), view)


def github(findings: Sequence[PlacedFinding], unreadable: Sequence[Unreadable], view: View) -> str:
    """A line for each file that could not be read, then one for each finding."""
    lines = [
        _command("error", _path(file.path, view), "unreadable", for_terminal(file.reason))
        for file in unreadable
    ]
    for path, finding in findings:
        title = f"{finding.rule} {finding.name}"
        lines.append(
            _command(COMMANDS[finding.level], _path(path, view), title, message_of(finding))
        )
    return "".join(f"{line}\n" for line in lines)


def _command(word: str, path: str, title: str, message: str) -> str:
    places = f"file={path.translate(PROPERTY)},title={title.translate(PROPERTY)}"
    return f"::{word} {places}::{message.translate(MESSAGE)}"


def _path(path: str, view: View) -> str:
    return for_terminal(repository_path(path, view.root))
