"""The reader of audio models: JSON of amplifier captures, networks of RNNoise and Opus."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source

_RNNOISE = b"rnnoise-nu model file version "
_DNNW = b"DNNw"
_BLANKS = b"\xef\xbb\xbf \t\r\n"


class AudioReader:
    """Reads networks of audio programs; implements `rnninspect.plugin.Reader`."""

    name = "audio"
    summary = "Audio: RTNeural, GuitarML, NAM (.json, .nam), RNNoise (.rnnn), Opus (DNNw)"
    suffixes: tuple[str, ...] = (".nam", ".json", ".rnnn")
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the content; None if it is no model of audio."""
        if source.is_folder:
            return None
        head = source.head(len(_RNNOISE))
        if head == _RNNOISE:
            from rnninspect_audio.rnnoise import describe  # noqa: PLC0415 - only for its files

            return lambda: describe(source)
        if head.startswith(_DNNW):
            from rnninspect_audio.blobs import describe  # noqa: PLC0415 - only for its files

            return lambda: describe(source)
        return _of_json(source) if head.lstrip(_BLANKS).startswith(b"{") else None

    def conventions(self) -> Sequence[Convention]:
        """How audio programs count their cells."""
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


def _of_json(source: Source) -> Read | None:
    from rnninspect_audio.recognition import JsonKind, json_kind  # noqa: PLC0415 - only for JSON

    kind = json_kind(source)
    if kind is JsonKind.RTNEURAL:
        from rnninspect_audio.rtneural import describe  # noqa: PLC0415 - only for its files
    elif kind is JsonKind.NAM:
        from rnninspect_audio.nam import describe  # noqa: PLC0415 - as above
    elif kind is JsonKind.STATE_DICT:
        from rnninspect_audio.state_dict import describe  # noqa: PLC0415 - as above
    else:
        return None
    return lambda: describe(source)
