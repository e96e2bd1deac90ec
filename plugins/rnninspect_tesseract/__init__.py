"""The reader of Tesseract's networks: trained data of OCR, and networks by themselves."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source


class TesseractReader:
    """Reads the LSTM networks of Tesseract 4 and 5; implements `rnninspect.plugin.Reader`."""

    name = "tesseract"
    summary = "Tesseract (OCR): .traineddata, and networks by themselves (.lstm)"
    suffixes: tuple[str, ...] = (".traineddata", ".lstm")
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the content; None if it is not Tesseract's."""
        if source.is_folder:
            return None
        from rnninspect_tesseract.components import network_in  # noqa: PLC0415 - looks at bytes

        found = network_in(source)
        if found is None:
            return None
        from rnninspect_tesseract.describing import describe  # noqa: PLC0415 - only for its files

        return lambda: describe(source, found)

    def conventions(self) -> Sequence[Convention]:
        """How Tesseract counts its cell."""
        from rnninspect_tesseract.framework import CONVENTIONS  # noqa: PLC0415 - only for `count`

        return CONVENTIONS

    def frameworks(self) -> Sequence[Framework]:
        """The names of the framework."""
        from rnninspect_tesseract.framework import FRAMEWORKS  # noqa: PLC0415 - for few subcommands

        return FRAMEWORKS

    def filing(self) -> Filing:
        """How its files are named, for walks over folders."""
        from rnninspect_tesseract.framework import FILING  # noqa: PLC0415 - only for walks

        return FILING
