"""The reader of GGUF, the format of ggml: llama.cpp and its kin."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source


class GgmlReader:
    """Reads GGUF files; implements `rnninspect.plugin.Reader`."""

    name = "ggml"
    summary = "GGUF (llama.cpp): .gguf, split files too; quantised types of all kinds"
    suffixes: tuple[str, ...] = (".gguf",)
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the content as GGUF; None if it is not."""
        if source.is_folder or source.head(4) != b"GGUF":
            return None
        from rnninspect_ggml.describing import describe  # noqa: PLC0415 - only for its files

        return lambda: describe(source)

    def conventions(self) -> tuple[Convention, ...]:
        """None: the cells of GGUF files are counted alike by whoever wrote them."""
        return ()

    def frameworks(self) -> Sequence[Framework]:
        """The names of the framework, and who judges its files."""
        from rnninspect_ggml.framework import FRAMEWORKS  # noqa: PLC0415 - for few subcommands

        return FRAMEWORKS

    def filing(self) -> Filing:
        """How its files are named, for walks over folders."""
        from rnninspect_ggml.filing import FILING  # noqa: PLC0415 - only for walks

        return FILING
