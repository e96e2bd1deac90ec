"""Recognises files of Core ML by content: the message Model, or a package in a zip archive.

Source: mlmodel/format/Model.proto of coremltools.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import LENGTH, VARINT, CutField, WireReader
from rnninspect.plugin import RefusedFile, UnreadableFile
from rnninspect_coreml.kinds import KINDS
from rnninspect_coreml.zipped import has_package

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

ZIP = b"PK\3\4"
_VERSION, _DESCRIPTION, _UPDATABLE = 1, 2, 10
_FIELDS = {_VERSION: VARINT, _DESCRIPTION: LENGTH, _UPDATABLE: VARINT}
_MOST_FIELDS = 16


def recognise(source: Source) -> bool:
    """Whether a file is Core ML's."""
    try:
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
