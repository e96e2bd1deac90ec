"""One model as rows: the unit of work of every scan, on one machine or on many."""

from __future__ import annotations

import os

from rnninspect.counter import described
from rnninspect.errors import RnnInspectError, UnknownFormat
from rnninspect.inspection import inspect_source
from rnninspect.readers import open_model
from rnninspect.record import Record
from rnninspect.report import Unreadable
from rnninspect.rows.schema import INNER, MODELS, Verdict, fitting
from rnninspect.rows.stamps import stamp_of
from rnninspect.rules import Level
from rnninspect.source.limits import Limits
from rnninspect.source.locations import shown
from rnninspect.walking.meeting import open_found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.counter import LayerCount
    from rnninspect.report import Report
    from rnninspect.rows.schema import Row
    from rnninspect.rows.stamps import Stamp
    from rnninspect.rules import Finding
    from rnninspect.source.source import Source
    from rnninspect.source.traffic import Traffic
    from rnninspect.walking.walk import Met


class RowOptions(Record):
    """How each model is inspected; `values` as for `inspect_file`."""

    limits: Limits = Limits()
    values: bool = False


USUAL = RowOptions()


class ModelRows(Record):
    """A model's row, and those of its recurrent layers; `schema` has their columns.

    The rows of layers lack the path, which is the model's. `traffic` is what a remote model has
    cost on the network; it is not stored.
    """

    model: Row
    layers: tuple[Row, ...] = ()
    traffic: Traffic | None = None

    @property
    def path(self) -> str:
        """The model's path, as the row has it."""
        return str(self.model["path"])

    @property
    def file_bytes(self) -> int:
        """Bytes of all its files; 0 if not known."""
        size = self.model["file_bytes"]
        return size if isinstance(size, int) else 0

    @property
    def verdict(self) -> Verdict:
        """The verdict on the model."""
        return Verdict(str(self.model["verdict"]))


def inspect_row(location: str | os.PathLike[str], options: RowOptions = USUAL) -> ModelRows:
    """Inspect one model without running anything of it, and describe it as rows.

    It can be sent to another process with what it is given and what it returns, and it never raises
    for a file: one that cannot be read has a row with the verdict `unreadable` and the reason.
    """
    path = os.fspath(location)
    found = _described(path, options, open_model)
    return unreadable_row(path, _reason(found)) if isinstance(found, Exception) else found


def inspect_met(found: Met | Unreadable, options: RowOptions = USUAL) -> ModelRows | None:
    """The rows of what a call names or a walk has met; None for another kind of file.

    Otherwise like `inspect_row`.
    """
    if isinstance(found, Unreadable):
        return unreadable_row(found.path, found.reason)
    described = _described(found.path, options, open_found)
    if isinstance(described, UnknownFormat) and not found.claims:
        return None
    if isinstance(described, Exception):
        return unreadable_row(found.path, _reason(described))
    return described


def _described(
    path: str, options: RowOptions, opened: Callable[[str, Limits], Source]
) -> ModelRows | Exception:
    try:
        with opened(path, options.limits) as source:
            source.reading.reads_values = options.values
            return rows_of(inspect_source(source, path), stamp_of(source))
    except Exception as error:  # noqa: BLE001 - a fault of ours may cost one file, not a whole scan
        return error


def _reason(error: Exception) -> str:
    if isinstance(error, RnnInspectError):
        return str(error)
    return f"internal error: {type(error).__name__}: {error}"


def unreadable_row(path: str, reason: str) -> ModelRows:
    """The row of a model that cannot be read, or whose process was lost."""
    path = shown(path)
    row: Row = {"path": path, "verdict": Verdict.UNREADABLE.value, "reason": reason}
    return ModelRows(fitting(row | {"rules": [], "files": [path]}, MODELS))


def rows_of(report: Report, stamp: Stamp) -> ModelRows:
    """A report as rows."""
    totals = report.totals
    faults = (_in_a_line(found) for found in report.findings if found.level is Level.ERROR)
    model: Row = {
        "path": report.path,
        "verdict": verdict_of(report).value,
        "format": report.format,
        "framework": report.framework,
        "producer": report.producer or None,
        "file_bytes": report.file_bytes,
        "parameters": totals.parameters,
        "recurrent": totals.recurrent,
        "other": totals.other,
        "bytes": totals.bytes,
        "tensors": totals.tensors,
        "attributed": totals.attributed,
        "layer_count": len(report.layers),
        "skipped_count": len(report.skipped),
        "state_elements": totals.state,
        "state_bytes": totals.state_bytes,
        "rules": sorted({finding.rule for finding in report.findings}),
        "fault": next(faults, None),
        "files": list(report.files),
        "modified": stamp.modified or None,
        "etag": stamp.etag or None,
    }
    return ModelRows(fitting(model, MODELS), layer_rows(report), report.traffic)


def layer_rows(report: Report) -> tuple[Row, ...]:
    """The rows of a report's layers, without the path."""
    return tuple(fitting(_layer(report, counted), INNER) for counted in report.layers)


def verdict_of(report: Report) -> Verdict:
    """The worst that is said of a model; notes are no fault."""
    match report.worst():
        case Level.ERROR:
            return Verdict.ERROR
        case Level.WARNING:
            return Verdict.WARNING
    totals = report.totals
    understood = totals.attributed == totals.tensors and not report.skipped
    whole = understood and not report.possible and report.search.finished
    return Verdict.OK if whole else Verdict.PARTIAL


def _layer(report: Report, counted: LayerCount) -> Row:
    layer, stack = counted.layer, counted.layer.stack
    findings = report.findings.by_layer.get(layer.name, ())
    return {
        "name": layer.name,
        "stack": stack.name if stack else None,
        "level": stack.level if stack else None,
        "levels": stack.levels if stack else None,
        "root": layer.root,
        **described(counted),
        "convention": layer.convention,
        "gate_order": layer.gate_order or None,
        "formula": counted.formula.symbolic,
        "expected": counted.expected,
        "stored": counted.stored,
        "bytes": counted.bytes,
        "bits_per_weight": counted.bits_per_weight,
        "dtypes": list(counted.dtypes),
        "state_elements": counted.state_elements,
        "state_bytes": counted.state_bytes,
        "verdict": report.verdict(counted).text,
        "rules": sorted({finding.rule for finding in findings}),
    }


def _in_a_line(finding: Finding) -> str:
    place = finding.tensor or finding.layer
    return f"{finding.rule} {f'{place}: ' if place else ''}{finding.message}"
