"""Recognises Core ML by content: the message Model in a file, the manifest of a package.

Sources: mlmodel/format/Model.proto and modelpackage/src/ModelPackage.cpp of coremltools.
"""

from __future__ import annotations

from rnninspect.decode.json import most_values, parse_json, spend_steps
from rnninspect.decode.protobuf import LENGTH, VARINT, CutField, WireReader
from rnninspect.plugin import Limit, Record, RefusedFile, UnreadableFile
from rnninspect_coreml.kinds import KINDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

MANIFEST = "Manifest.json"
_DATA = "Data/"  # where the items of a package are
_ENTRIES, _ROOT = "itemInfoEntries", "rootModelIdentifier"
_VERSION, _DESCRIPTION, _UPDATABLE = 1, 2, 10
_FIELDS = {_VERSION: VARINT, _DESCRIPTION: LENGTH, _UPDATABLE: VARINT}
_MOST_FIELDS = 16


class Found(Record):
    """Where a model is.

    Attributes:
        location: of the file in the package; empty if the source is the file.
    """

    location: str = ""


def recognise(source: Source) -> Found | None:
    """What a file or a folder is; None if it is not Core ML's."""
    try:
        if source.is_folder:
            return _in_package(source)
        return Found() if _is_model(source) else None
    except (RefusedFile, UnreadableFile):
        return None


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


def _in_package(source: Source) -> Found | None:
    if source.neighbour(MANIFEST).path is None:
        return None
    with source.open_neighbour(MANIFEST) as manifest:
        source.limits.require(Limit.HEADER_BYTES, manifest.size, MANIFEST)
        data = manifest.read(0, manifest.size)
    if _ENTRIES.encode() not in data:
        return None
    spend_steps(source, len(data), most_values(data))
    return Found(_location(parse_json(data, MANIFEST)))


def _location(manifest: object) -> str:
    """The path of the root model; empty if the manifest names none."""
    if not isinstance(manifest, dict):
        return ""
    entries, root = manifest.get(_ENTRIES), manifest.get(_ROOT)
    entry = entries.get(root) if isinstance(entries, dict) and isinstance(root, str) else None
    path = entry.get("path") if isinstance(entry, dict) else None
    return _DATA + path if isinstance(path, str) else ""
