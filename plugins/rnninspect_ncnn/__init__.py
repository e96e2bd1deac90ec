"""The reader of ncnn's networks: layers in a .param, their weights in order in a .bin."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source

_TEXT, _BINARY = b"7767517", (7767517).to_bytes(4, "little")


class NcnnReader:
    """Reads networks of ncnn, text or binary; implements `rnninspect.plugin.Reader`."""

    name = "ncnn"
    summary = "ncnn: networks (.param, .param.bin) with their weights (.bin)"
    suffixes: tuple[str, ...] = (".param",)
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the content; None if it does not begin with ncnn's number."""
        if source.is_folder:
            return None
        head = source.head(8)
        is_text = head[:7] == _TEXT and head[7:] in (b"\n", b"\r", b" ")
        if not is_text and (head[:4] != _BINARY or source.size < 12):
            return None
        from rnninspect_ncnn.describing import describe  # noqa: PLC0415 - only for its files

        return lambda: describe(source, is_text=is_text)

    def conventions(self) -> Sequence[Convention]:
        """How ncnn counts each cell."""
        from rnninspect_ncnn.framework import CONVENTIONS  # noqa: PLC0415 - only for `count`

        return CONVENTIONS

    def frameworks(self) -> Sequence[Framework]:
        """The names of the framework."""
        from rnninspect_ncnn.framework import FRAMEWORKS  # noqa: PLC0415 - for few subcommands

        return FRAMEWORKS

    def filing(self) -> Filing:
        """How its files are named, for walks over folders."""
        from rnninspect_ncnn.framework import FILING  # noqa: PLC0415 - only for walks

        return FILING
