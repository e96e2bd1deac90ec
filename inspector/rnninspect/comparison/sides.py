"""Reads one side of a comparison: a saved model, or a JSON report on one."""

from __future__ import annotations

import sys

from rnninspect.comparison.outline import Outline, outline
from rnninspect.comparison.saved_report import MEMORY_OF_A_BYTE, is_report, read_reports
from rnninspect.errors import UnreadableFile
from rnninspect.inspection import inspect_source
from rnninspect.readers import look_at, open_model
from rnninspect.record import Record
from rnninspect.source.source import holding_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.report import Report
    from rnninspect.source.limits import Limits
    from rnninspect.source.source import Source

STDIN = "-"


class Side(Record):
    """The outline of one side, and the report on its model; a saved report is not one."""

    outline: Outline
    report: Report | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of the model's files."""
        return self.report.files if self.report else ()


def read_side(path: str, other: str, limits: Limits) -> Side:
    """Read one side.

    Args:
        path: of a model or a report; `-` for a report on standard input.
        other: the path of the other side, by which one file of a report on many is chosen.
        limits: bounds on each file.

    Raises:
        UnreadableFile: it is neither a model nor a report, or no file of the report matches.
        PluginError: an installed reader is broken.
    """
    with _standard_input(limits) if path == STDIN else open_model(path, limits) as source:
        # An index of shards and a model of TensorFlow.js are JSON objects too.
        if is_report(source) and (path == STDIN or look_at(source) is None):
            return Side(_choose(read_reports(source), other))
        if path == STDIN:
            raise UnreadableFile("not a JSON report; give a model by its path")
        report = inspect_source(source, path)
    return Side(outline(report), report)


def _standard_input(limits: Limits) -> Source:
    """Standard input, up to the largest size of a report."""
    most = limits.header_bytes // MEMORY_OF_A_BYTE + 1
    try:
        data = sys.stdin.buffer.read(most) if sys.stdin else b""
    except OSError as error:  # a folder
        raise UnreadableFile(error.strerror or str(error)) from error
    return holding_source(STDIN, data, limits)


def _choose(outlines: Sequence[Outline], other: str) -> Outline:
    """The only file of a report, or the one with the path or the name of the other side."""
    from pathlib import Path  # noqa: PLC0415 - for saved reports alone

    name = Path(other).name
    for fitting in (
        outlines,
        [known for known in outlines if known.path == other],
        [known for known in outlines if Path(known.path).name == name],
    ):
        if len(fitting) == 1:
            return fitting[0]
    raise UnreadableFile(f"a report on {len(outlines):,} files, of which not one is named {name}")
