"""The ONNX reader: `.onnx` files with LSTM, GRU and RNN nodes anywhere in their graphs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source


class OnnxReader:
    """Reads ONNX models; implements `rnninspect.plugin.Reader`."""

    name = "onnx"
    summary = (
        "ONNX: .onnx of any operator set, .ort; text forms where the onnx package is installed"
    )
    suffixes: tuple[str, ...] = (
        ".onnx",
        ".onnxtxt",
        ".onnxtext",
        ".onnxjson",
        ".textproto",
        ".txtpb",
        ".ort",
    )
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the content as an ONNX model; None if it is not one."""
        if source.is_folder:
            return None
        from rnninspect_onnx.recognition import form_of  # noqa: PLC0415 - the package must load fast

        form = form_of(source)
        if form is None:
            return None
        from rnninspect_onnx.reading import read  # noqa: PLC0415 - only for files of ONNX

        return lambda: read(source, form)

    def conventions(self) -> tuple[Convention, ...]:
        """The one convention of ONNX: both halves of B, peepholes for the LSTM."""
        from rnninspect_onnx.layout import conventions  # noqa: PLC0415 - the package must load fast

        return conventions()

    def frameworks(self) -> Sequence[Framework]:
        """The names of the framework, and who judges its files."""
        from rnninspect_onnx.framework import FRAMEWORKS  # noqa: PLC0415 - for few subcommands

        return FRAMEWORKS

    def filing(self) -> Filing:
        """How its files are named, for walks over folders."""
        from rnninspect_onnx.filing import FILING  # noqa: PLC0415 - only for walks

        return FILING
