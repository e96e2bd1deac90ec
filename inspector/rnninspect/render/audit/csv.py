"""An audit as CSV: a line for each limit, and for everything else that fails."""

from __future__ import annotations

import csv
import io

from rnninspect.audit import Outcome
from rnninspect.render.audit.json import measure_json
from rnninspect.render.escape import for_csv

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from rnninspect.audit import Audit, Checking
    from rnninspect.render.view import View

HEADS = ("path", "layer", "limit", "about", "rule", "allowed", "value", "share", "outcome")


def render(checking: Checking, _: View) -> Iterator[str]:
    """RFC 4180 but for its line ends; first the files and the findings that have no limit."""
    audit = checking.audit()
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADS, lineterminator="\n")
    writer.writeheader()
    for row in (*_failures(audit), *map(measure_json, audit.measures)):
        writer.writerow(
            {key: for_csv(value) if isinstance(value, str) else value for key, value in row.items()}
        )
    yield out.getvalue()


def _failures(audit: Audit) -> Iterator[dict[str, Any]]:
    """Failures without a limit: a model within all of its limits can fail all the same."""
    for file in audit.unreadable:
        yield _failure(file.path, about="unreadable", value=file.reason)
    own = ((model.path, found) for model in audit.models for found in model.unmeasured)
    for path, found in (*own, *audit.elsewhere):
        if found.level.reaches(audit.fail_on):
            more = {"layer": found.layer, "rule": found.rule}
            yield _failure(path, about=found.name, value=found.message, **more)


def _failure(path: str, **known: str | None) -> dict[str, Any]:
    return {"path": path, **known, "outcome": Outcome.FAIL.value}
