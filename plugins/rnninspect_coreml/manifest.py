"""The manifest of a package, which names its model (modelpackage/src/ModelPackage.cpp)."""

from __future__ import annotations

from rnninspect.decode.json import most_values, parse_json, spend_steps
from rnninspect.plugin import Limit, RefusedFile, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

MANIFEST = "Manifest.json"
ENTRIES, ROOT = "itemInfoEntries", "rootModelIdentifier"
_DATA = "Data/"  # where the items of a package are
_HEAD = 65536  # bytes of a manifest that are looked at


def is_package(source: Source) -> bool:
    """Whether a folder has the manifest of a package."""
    try:
        if source.neighbour(MANIFEST).path is None:
            return False
        with source.open_neighbour(MANIFEST) as manifest:
            return any(key in manifest.head(_HEAD) for key in (ENTRIES.encode(), ROOT.encode()))
    except (RefusedFile, UnreadableFile):
        return False


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
    entries, root = known.get(ENTRIES), known.get(ROOT)
    entry = entries.get(root) if isinstance(entries, dict) and isinstance(root, str) else None
    path = entry.get("path") if isinstance(entry, dict) else None
    if not isinstance(path, str):
        raise UnreadableFile(f"{MANIFEST} names no model")
    return _DATA + path
