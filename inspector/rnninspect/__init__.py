"""A static inspector of the recurrent layers in saved models.

`inspect_file` and `inspect_bytes` give the `Report` that the command prints, `count` the formula of a
layer without a file, `compare` what differs between two models, `check` the outcome of a policy, and
`inspect_row` the rows that a scan stores. All errors are an `RnnInspectError`. See `docs/api.md`.
"""

import sys

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:
    # `python -m rnninspect`, while it is being located: the first entry is the working directory,
    # which may have a stranger's modules. Nothing is imported before this line, not `__future__`.
    del sys.path[0]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.api.checking import Audit, check
    from rnninspect.api.comparing import Comparison, compare
    from rnninspect.api.counting import GatedCount, SizedCount, count
    from rnninspect.api.reports import Report, inspect_bytes, inspect_file
    from rnninspect.cells.asking import SizeError
    from rnninspect.counter import LayerCount
    from rnninspect.errors import (
        PluginError,
        PolicyError,
        RefusedFile,
        ResultsError,
        RnnInspectError,
        UnknownFormat,
        UnreadableFile,
    )
    from rnninspect.report import Totals, Verdict
    from rnninspect.rows.inspecting import ModelRows, RowOptions, inspect_row
    from rnninspect.rules.finding import Finding, Level
    from rnninspect.source.limits import Limits
    from rnninspect.version import __version__

__all__ = [
    "Audit",
    "Comparison",
    "Finding",
    "GatedCount",
    "LayerCount",
    "Level",
    "Limits",
    "ModelRows",
    "PluginError",
    "PolicyError",
    "RefusedFile",
    "Report",
    "ResultsError",
    "RnnInspectError",
    "RowOptions",
    "SizeError",
    "SizedCount",
    "Totals",
    "UnknownFormat",
    "UnreadableFile",
    "Verdict",
    "__version__",
    "check",
    "compare",
    "count",
    "inspect_bytes",
    "inspect_file",
    "inspect_row",
]

# The public names are imported on first use, each by its home alone: neither the command nor a
# program pays for what it does not use. An import statement, unlike a name in a string, is followed
# by tools, which is why this table is not formatted.
# fmt: off


def _version() -> object: from rnninspect import version; return version
def _errors() -> object: from rnninspect import errors; return errors
def _limits() -> object: from rnninspect.source import limits; return limits
def _findings() -> object: from rnninspect.rules import finding; return finding
def _counter() -> object: from rnninspect import counter; return counter
def _totals() -> object: from rnninspect import report; return report
def _sizes() -> object: from rnninspect.cells import asking; return asking
def _rows() -> object: from rnninspect.rows import inspecting; return inspecting
def _reports() -> object: from rnninspect.api import reports; return reports
def _comparing() -> object: from rnninspect.api import comparing; return comparing
def _checking() -> object: from rnninspect.api import checking; return checking
def _counting() -> object: from rnninspect.api import counting; return counting


# fmt: on
_HOMES: "dict[Callable[[], object], str]" = {
    _version: "__version__",
    _errors: "PluginError PolicyError RefusedFile ResultsError RnnInspectError UnknownFormat"
    " UnreadableFile",
    _limits: "Limits",
    _findings: "Finding Level",
    _counter: "LayerCount",
    _totals: "Totals Verdict",
    _sizes: "SizeError",
    _rows: "ModelRows RowOptions inspect_row",
    _reports: "Report inspect_bytes inspect_file",
    _comparing: "Comparison compare",
    _checking: "Audit check",
    _counting: "GatedCount SizedCount count",
}


def __getattr__(name: str) -> object:
    """A public name, from its home."""
    for home, names in _HOMES.items():
        if name in names.split():
            return getattr(home(), name)
    raise AttributeError(f"module 'rnninspect' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, those that are not imported yet among them."""
    return sorted({*globals(), *__all__})
