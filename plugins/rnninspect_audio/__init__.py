"""The reader of audio models: RNNoise's text files."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source

_RNNOISE = b"rnnoise-nu model file version "


class AudioReader:
    """Reads networks of audio programs; implements `rnninspect.plugin.Reader`."""

    name = "audio"
    summary = "Audio: RNNoise's models of speech denoising (.rnnn)"
    suffixes: tuple[str, ...] = (".rnnn",)
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the content; None if it is no model of audio."""
        if source.is_folder or not source.head(len(_RNNOISE)).startswith(_RNNOISE):
            return None
        from rnninspect_audio.rnnoise import describe  # noqa: PLC0415 - only for its files

        return lambda: describe(source)

    def conventions(self) -> Sequence[Convention]:
        """How RNNoise counts its cell."""
        from rnninspect_audio.framework import CONVENTIONS  # noqa: PLC0415 - only for `count`

        return CONVENTIONS

    def frameworks(self) -> Sequence[Framework]:
        """The names of the programs."""
        from rnninspect_audio.framework import FRAMEWORKS  # noqa: PLC0415 - for few subcommands

        return FRAMEWORKS

    def filing(self) -> Filing:
        """How its files are named, for walks over folders."""
        from rnninspect_audio.framework import FILING  # noqa: PLC0415 - only for walks

        return FILING
