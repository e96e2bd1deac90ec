"""The reader of Core ML: `.mlmodel` files and `.mlpackage` folders, zipped ones too."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source

_ZIP = b"PK\3\4"
_STARTS = (b"\x08", _ZIP)  # the tag of a model's first field; an archive with a package


class CoreMlReader:
    """Reads neural networks, ML programs and pipelines; implements `rnninspect.plugin.Reader`."""

    name = "coreml"
    summary = (
        "Core ML: .mlmodel files, .mlpackage folders (or zipped ones): neural networks, ML programs"
    )
    suffixes: tuple[str, ...] = (".mlmodel", ".mlpackage")
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the model of a file or a package; None if it is none."""
        if source.is_folder:
            from rnninspect_coreml.manifest import is_package as is_known  # noqa: PLC0415 - as below
        elif source.head(len(_ZIP)).startswith(_STARTS):
            from rnninspect_coreml.recognition import recognise as is_known  # noqa: PLC0415 - only for such bytes
        else:
            return None
        if not is_known(source):
            return None
        from rnninspect_coreml.describing import describe  # noqa: PLC0415 - only for its files

        return lambda: describe(source)

    def conventions(self) -> Sequence[Convention]:
        """How Core ML counts each cell."""
        from rnninspect_coreml.framework import CONVENTIONS  # noqa: PLC0415 - only for `count`

        return CONVENTIONS

    def frameworks(self) -> Sequence[Framework]:
        """The names of the framework."""
        from rnninspect_coreml.framework import FRAMEWORKS  # noqa: PLC0415 - for few subcommands

        return FRAMEWORKS

    def filing(self) -> Filing:
        """How its files are named, for walks over folders."""
        from rnninspect_coreml.framework import FILING  # noqa: PLC0415 - only for walks

        return FILING
