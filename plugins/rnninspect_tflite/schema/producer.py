"""What wrote a model: the converter's own metadata, or the description."""

from __future__ import annotations

from rnninspect.decode.flatbuffers import UINT8, UINT32, FlatBuffer
from rnninspect.plugin import UnreadableFile
from rnninspect_tflite.schema.numbers import ModelSlot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.flatbuffers import Table
    from rnninspect.plugin import Source

_CONVERSION = "CONVERSION_METADATA"  # ConversionMetadata of conversion_metadata.fbs
_MOST_ENTRIES = 100
_LONGEST = 64 * 2**10
_LONGEST_VERSION = 64


def producer_of(root: Table, source: Source) -> str:
    """`tensorflow 2.15.1` where the converter says so, else the model's description."""
    described = (root.text(ModelSlot.DESCRIPTION) or "").strip()
    try:
        version = _converter(root, source)
    except UnreadableFile:  # of no consequence for what the model contains
        version = ""
    return f"tensorflow {version}" if version else described


def _converter(root: Table, source: Source) -> str:
    entries = root.tables(ModelSlot.METADATA)
    for at in range(min(len(entries), _MOST_ENTRIES)):
        if entries[at].text(0) == _CONVERSION:
            buffer = root.tables(ModelSlot.BUFFERS)[entries[at].integer(1, UINT32)]
            data = buffer.numbers(0, UINT8)
            if not 0 < data.bytes <= _LONGEST:
                return ""
            inner = FlatBuffer(source.window(data.offset, data.bytes)).root()
            environment = inner.table(0)
            version = "" if environment is None else environment.text(0) or ""
            return version if len(version) <= _LONGEST_VERSION else ""
    return ""
