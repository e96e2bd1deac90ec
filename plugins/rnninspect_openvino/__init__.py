"""The reader of OpenVINO's intermediate representation: a graph in XML, its constants beside it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source

_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")  # after any white space


class OpenvinoReader:
    """Reads graphs of OpenVINO; implements `rnninspect.plugin.Reader`."""

    name = "openvino"
    summary = "OpenVINO: graphs of its intermediate representation (.xml with .bin)"
    suffixes: tuple[str, ...] = (".xml",)
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the content; None if it is no XML whose root is `net`."""
        if source.is_folder or not source.head(64).lstrip().startswith(_STARTS):
            return None
        from rnninspect_openvino.recognition import is_network  # noqa: PLC0415 - only for XML

        if not is_network(source):
            return None
        from rnninspect_openvino.describing import describe  # noqa: PLC0415 - only for its files

        return lambda: describe(source)

    def conventions(self) -> Sequence[Convention]:
        """How OpenVINO counts each cell."""
        from rnninspect_openvino.framework import CONVENTIONS  # noqa: PLC0415 - only for `count`

        return CONVENTIONS

    def frameworks(self) -> Sequence[Framework]:
        """The names of the framework."""
        from rnninspect_openvino.framework import FRAMEWORKS  # noqa: PLC0415 - for few subcommands

        return FRAMEWORKS

    def filing(self) -> Filing:
        """How its files are named, for walks over folders."""
        from rnninspect_openvino.framework import FILING  # noqa: PLC0415 - only for walks

        return FILING
