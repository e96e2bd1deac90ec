"""Recognises Core ML by content: the message Model in a file, the manifest of a package.

Sources: mlmodel/format/Model.proto and modelpackage/src/ModelPackage.cpp of coremltools.
"""

from __future__ import annotations

from rnninspect.decode.json import most_values, parse_json, spend_steps
from rnninspect.decode.protobuf import LENGTH, VARINT, CutField, WireReader
from rnninspect.plugin import Limit, RefusedFile, UnreadableFile
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
_HEAD = 65536  # bytes of a manifest that are looked at


def recognise(source: Source) -> bool:
    """Whether a file or a folder is Core ML's."""
    try:
        return _is_package(source) if source.is_folder else _is_model(source)
    except (RefusedFile, UnreadableFile):
        return False


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
        return any(key in manifest.head(_HEAD) for key in (_ENTRIES.encode(), _ROOT.encode()))


def model_in(source: Source) -> str:
    """The path of a package's model in it.

    Raises:
        UnreadableFile: the manifest is malformed, or names none.
        RefusedFile: it is too long.
    """
    with source.open_neighbour(MANIFEST) as manifest:
        source.limits.require(Limit.HEADER_BYTES, manifest.size, MANIFEST)
        data = manifest.read(0, manifest.size)
    spend_steps(source, len(data), most_values(data))
    found = parse_json(data, MANIFEST)
    known = found if isinstance(found, dict) else {}
    entries, root = known.get(_ENTRIES), known.get(_ROOT)
    entry = entries.get(root) if isinstance(entries, dict) and isinstance(root, str) else None
    path = entry.get("path") if isinstance(entry, dict) else None
    if not isinstance(path, str):
        raise UnreadableFile(f"{MANIFEST} names no model")
    return _DATA + path
