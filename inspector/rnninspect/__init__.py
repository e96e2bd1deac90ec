"""A static inspector of the recurrent layers in saved models.

`inspect_file(path)` gives the `Report` that the command prints, `inspect_row(path)` the rows that a
scan stores.
"""

import sys

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:
    # `python -m rnninspect`, while it is being located: the first entry is the working directory,
    # which may have a stranger's modules. Nothing is imported before this line, not `__future__`.
    del sys.path[0]

__version__ = "0.1.0"
__all__ = [
    "Limits",
    "ModelRows",
    "PluginError",
    "RefusedFile",
    "Report",
    "RnnInspectError",
    "RowOptions",
    "UnknownFormat",
    "UnreadableFile",
    "__version__",
    "inspect_file",
    "inspect_row",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.errors import (
        PluginError,
        RefusedFile,
        RnnInspectError,
        UnknownFormat,
        UnreadableFile,
    )
    from rnninspect.inspection import inspect_file
    from rnninspect.report import Report
    from rnninspect.rows.inspecting import ModelRows, RowOptions, inspect_row
    from rnninspect.source.limits import Limits


def __getattr__(name: str) -> object:
    """Import the public names on first use: the command must not pay for what it does not use."""
    if name not in __all__:
        raise AttributeError(f"module 'rnninspect' has no attribute {name!r}")
    from rnninspect import errors, inspection, report  # noqa: PLC0415 - only here
    from rnninspect.source import limits  # noqa: PLC0415

    homes = [inspection, report, limits, errors]
    if name in ("ModelRows", "RowOptions", "inspect_row"):
        from rnninspect.rows import inspecting  # noqa: PLC0415 - only for scans

        homes.insert(0, inspecting)
    return next(vars(home)[name] for home in homes if name in vars(home))
