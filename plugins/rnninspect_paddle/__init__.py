"""The reader of Paddle's files: state dicts, and programs with their parameters."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source

_STARTS = (b"\x80", b"\n", b"{", b"\0")  # of pickles, of programs in both forms, of tensors


class PaddleReader:
    """Reads what Paddle saves; implements `rnninspect.plugin.Reader`."""

    name = "paddle"
    summary = "Paddle: state dicts (.pdparams), and programs (.pdmodel, .json) with .pdiparams"
    suffixes: tuple[str, ...] = (".pdparams", ".pdopt", ".pdmodel", ".pdiparams")
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the content; None if it is not Paddle's."""
        if not source.is_folder and source.head(1) not in _STARTS:
            return None
        from rnninspect_paddle.recognition import recognise  # noqa: PLC0415 - only for such bytes

        match = recognise(source)
        if match is None:
            return None
        from rnninspect_paddle.reading import read  # noqa: PLC0415 - only for its files

        return lambda: read(source, match)

    def conventions(self) -> Sequence[Convention]:
        """How Paddle counts each cell."""
        from rnninspect_paddle.framework import CONVENTIONS  # noqa: PLC0415 - only for `count`

        return CONVENTIONS

    def frameworks(self) -> Sequence[Framework]:
        """The names of the framework."""
        from rnninspect_paddle.framework import FRAMEWORKS  # noqa: PLC0415 - for few subcommands

        return FRAMEWORKS

    def filing(self) -> Filing:
        """How its files are named, for walks over folders."""
        from rnninspect_paddle.framework import FILING  # noqa: PLC0415 - only for walks

        return FILING
