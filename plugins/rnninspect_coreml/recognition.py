"""Recognises Core ML by content: the message Model in a file, the manifest of a package.

A package may be in a zip archive.

Sources: mlmodel/format/Model.proto and modelpackage/src/ModelPackage.cpp of coremltools.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import LENGTH, VARINT, CutField, WireReader
from rnninspect.plugin import RefusedFile, UnreadableFile
from rnninspect_coreml.kinds import KINDS
from rnninspect_coreml.manifest import ENTRIES, MANIFEST, ROOT
from rnninspect_coreml.zipped import has_package

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

ZIP = b"PK\3\4"
_VERSION, _DESCRIPTION, _UPDATABLE = 1, 2, 10
_FIELDS = {_VERSION: VARINT, _DESCRIPTION: LENGTH, _UPDATABLE: VARINT}
_MOST_FIELDS = 16
_HEAD = 65536  # bytes of a manifest that are looked at


def recognise(source: Source) -> bool:
    """Whether a file or a folder is Core ML's."""
    try:
        if source.is_folder:
            return _is_package(source)
        return has_package(source) if is_zip(source) else _is_model(source)
    except (RefusedFile, UnreadableFile):
        return False


def is_zip(source: Source) -> bool:
    """Whether a file begins as a zip archive."""
    return source.head(len(ZIP)) == ZIP


def _is_model(source: Source) -> bool:
    """Whether the fields fit Model; one that is cut after its description is still one."""
    wire = WireReader(source)
    seen: set[int] = set()
    try:
        for count, (number, kind, _, _) in enumerate(wire.fields(wire.whole())):
            if number in KINDS and kind == LENGTH and _VERSION in seen:
                return True
            if count > _MOST_FIELDS or _FIELDS.get(number) != kind or number in seen:
                return False
            seen.add(number)
    except CutField as cut:
        return _VERSION in seen and (cut.number in KINDS)
    return False


def _is_package(source: Source) -> bool:
    if source.neighbour(MANIFEST).path is None:
        return False
    with source.open_neighbour(MANIFEST) as manifest:
        return any(key in manifest.head(_HEAD) for key in (ENTRIES.encode(), ROOT.encode()))
