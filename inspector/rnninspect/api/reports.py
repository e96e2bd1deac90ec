"""Reports on models, from files and from bytes, that can print themselves and become a frame."""

from __future__ import annotations

from rnninspect import inspection
from rnninspect.api.shown import HEADING, Shown
from rnninspect.errors import RnnInspectError
from rnninspect.inspection import inspect_source
from rnninspect.render import REPORT
from rnninspect.render.view import View
from rnninspect.report import Report as PlainReport
from rnninspect.source.limits import Limit, Limits
from rnninspect.source.source import holding_source
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from typing import Any, Literal

    from rnninspect.render import Formats
    from rnninspect.render.page.markup import Markup


class Report(Shown, PlainReport):
    """All that is known of one model: `layers`, `totals`, `findings` and more.

    `print(report)` is the table that the command prints, and a notebook draws it.

    Example:
        >>> from rnninspect import inspect_file
        >>> report = inspect_file("sample_models/torch/tagger.pt")
        >>> for layer in report.layers:
        ...     print(layer.name, layer.kind, layer.expected, layer.stored, layer.formula)
        rnn[0] LSTM 260 260 4(nm + n² + 2n)
        rnn[1] LSTM 240 240 4(nm + n² + 2n)
        >>> print(report.verdict(report.layers[0]))
        ok
        >>> report.totals.parameters, report.totals.bytes
        (584, 2336)
    """

    __slots__ = ()

    def _formats(self) -> Formats:
        return REPORT

    def _document(self) -> object:
        return (self,)

    def _sections(self) -> Iterable[Markup]:
        from rnninspect.render.page.model import section_of  # noqa: PLC0415 - only for notebooks

        yield section_of(self, View(), "", HEADING)

    def __repr__(self) -> str:
        what = (
            f"{plural(len(self.layers), 'recurrent layer')}, {self.totals.parameters:,} parameters"
        )
        return f"<Report {self.path!r}: {self.format}, {what}{self._worst()}>"

    def _worst(self) -> str:
        level = self.worst()
        if level is None:
            return ""
        number = sum(finding.level is level for finding in self.findings)
        return f", {plural(number, level.value)}"

    def to_frame(self, library: Literal["pandas", "polars"] | None = None) -> Any:  # noqa: ANN401 - neither need be installed
        """The layers as a data frame: a row each, with the columns that `scan` stores of layers.

        `docs/scanning.md` lists these columns. Types are nullable: in pandas `Int64`, `Float64`,
        `boolean` and `string`; lists are lists, and `own_sizes` is a dictionary from symbol to
        size (in polars a list of structs with the fields `key` and `value`).

        Args:
            library: `pandas` or `polars`; without it pandas if it is installed, else polars.

        Returns:
            A `pandas.DataFrame` or a `polars.DataFrame`.

        Raises:
            ImportError: the library is not installed, or neither is.
            ValueError: it is another one.

        Example:
            >>> from rnninspect import inspect_file
            >>> frame = inspect_file("sample_models/torch/tagger.pt").to_frame("pandas")
            >>> frame[["name", "cell", "expected", "stored"]].to_dict("records")[0]
            {'name': 'rnn[0]', 'cell': 'LSTM', 'expected': 260, 'stored': 260}
        """
        from rnninspect.api.frames import frame_of  # noqa: PLC0415 - only for frames

        return frame_of(self, library)


def inspect_file(
    path: str | os.PathLike[str],
    limits: Limits | None = None,
    *,
    values: bool = False,
    hashes: bool = False,
) -> Report:
    """Inspect one saved model without running anything of it.

    Args:
        path: a file, a folder that is a model, or a URL that the command would take.
        limits: bounds on what an untrusted file may cost; see `Limits`.
        values: whether a reader also reads those values of weights that a note depends on (R408).
        hashes: whether the report has the SHA-256 of each local file, for which all is read.

    Raises:
        UnreadableFile: it cannot be opened or parsed. `UnknownFormat` (no reader recognises it) and
            `RefusedFile` (a limit is exceeded) are among these.
        PluginError: an installed reader is broken.

    An error has the attributes `path`, `place` and `reason`.

    Example:
        >>> from rnninspect import inspect_file
        >>> inspect_file("sample_models/onnx/basic_lstm.onnx")
        <Report 'sample_models/onnx/basic_lstm.onnx': onnx, 1 recurrent layer, 120 parameters>
    """
    return Report(*inspection.inspect_file(path, limits, values=values, hashes=hashes))


def inspect_bytes(
    data: bytes | bytearray | memoryview,
    name: str = "model",
    limits: Limits | None = None,
    *,
    values: bool = False,
) -> Report:
    """Inspect a saved model that is in memory, such as an upload or a member of an archive.

    Its content decides how it is read, as that of a file does. It has no other file beside it:
    tensors in external data or other shards are reported as missing, and nothing is opened.

    Args:
        data: the whole file.
        name: the name of the model in the report, and in errors. Readers for its suffix are asked
            first.
        limits: bounds on what it may cost; `input_bytes` bounds its length (1 GiB).
        values: as for `inspect_file`.

    Raises:
        UnreadableFile: it cannot be parsed. `UnknownFormat` and `RefusedFile` are among these.
        PluginError: an installed reader is broken.

    Example:
        >>> from pathlib import Path
        >>> from rnninspect import inspect_bytes
        >>> data = Path("sample_models/onnx/basic_lstm.onnx").read_bytes()
        >>> inspect_bytes(data, "upload.onnx").layers[0].formula.substituted
        '4(3·5 + 3² + 2·3)'
    """
    bounds = limits or Limits()
    try:
        bounds.require(Limit.INPUT_BYTES, len(memoryview(data).cast("B")), "the data")
        with holding_source(name, bytes(data), bounds) as source:
            source.reading.reads_values = values
            return Report(*inspect_source(source, name))
    except RnnInspectError as error:
        error.path = name
        raise
