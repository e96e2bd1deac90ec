"""The TFLite reader: `.tflite` models with fused recurrent operators, loops and unrolled cells."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source


class TfliteReader:
    """Reads TensorFlow Lite models; implements `rnninspect.plugin.Reader`."""

    name = "tflite"
    summary = "TensorFlow Lite (LiteRT): .tflite, also in zip archives such as .task bundles"
    suffixes: tuple[str, ...] = (".tflite", ".lite", ".task")
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the content as a TFLite model; None if it is not one."""
        if source.is_folder:
            return None
        if source.head(8)[4:] == b"TFL3":
            from rnninspect_tflite.describing import describe  # noqa: PLC0415 - only for its files

            return lambda: describe(source)
        if source.head(4) != b"PK\x03\x04":
            return None
        from rnninspect_tflite.bundles import models_in  # noqa: PLC0415 - only for zip archives

        members = models_in(source)
        if not members:
            return None
        from rnninspect_tflite.reading import read_bundle  # noqa: PLC0415 - only for bundles

        return lambda: read_bundle(source, members)

    def conventions(self) -> tuple[Convention, ...]:
        """The conventions of TFLite's fused operators."""
        from rnninspect_tflite.layout import CONVENTIONS  # noqa: PLC0415 - the package must load fast

        return CONVENTIONS

    def frameworks(self) -> Sequence[Framework]:
        """The names of the framework, and who judges its files."""
        from rnninspect_tflite.framework import FRAMEWORKS  # noqa: PLC0415 - for few subcommands

        return FRAMEWORKS

    def filing(self) -> Filing:
        """How its files are named, for walks over folders."""
        from rnninspect_tflite.filing import FILING  # noqa: PLC0415 - only for walks

        return FILING
