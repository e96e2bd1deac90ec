"""The format of torch.save before version 1.6 (torch/serialization.py).

Five pickles: a magic number, the protocol, the system's byte order and sizes, the value, the keys
of its storages; then for each storage its length in elements and the elements.
"""

from __future__ import annotations

from rnninspect.decode.cursor import Cursor
from rnninspect.decode.pickles.interpreter import load
from rnninspect.plugin import Fact, Limit, Observation, UnreadableFile, plural
from rnninspect_torch.describing.contents import Contents
from rnninspect_torch.describing.model import describe_value
from rnninspect_torch.tensors.calls import TorchCalls
from rnninspect_torch.tensors.nested import MAGIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import SavedModel, Source

_PROTOCOL = 1001
_LENGTH = 8
_STEPS = 3  # of a storage


def read_legacy(source: Source) -> Contents:
    """The value of a legacy file, and the bytes stored for each storage."""
    calls, cursor = TorchCalls(source), Cursor(source)
    if load(cursor, calls) != MAGIC:
        raise UnreadableFile("invalid magic number of a legacy file")
    if load(cursor, calls) != _PROTOCOL:
        raise UnreadableFile(f"unsupported protocol of a legacy file, expected {_PROTOCOL}")
    load(cursor, calls)  # byte order and sizes of C types
    value = load(cursor, calls)
    keys = load(cursor, calls)
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise UnreadableFile("malformed list of storage keys in a legacy file")
    storage_bytes, end = _payloads(source, calls, keys, cursor.offset)
    observations: tuple[Observation, ...] = ()
    if end < source.size:
        detail = f"{plural(source.size - end, 'trailing byte')} after the last storage"
        observations = (Observation(Fact.UNUSUAL, detail),)
    return Contents(
        "pytorch legacy",
        value,
        calls,
        lambda storage: storage_bytes.get(storage.key, 0),
        observations,
        held=lambda _, keys: [storage_bytes.get(str(key), 0) for key in keys],
    )


def _payloads(
    source: Source, calls: TorchCalls, keys: list[str], start: int
) -> tuple[dict[str, int], int]:
    """Bytes stored for each key, and the end of the last storage."""
    storage_bytes: dict[str, int] = {}
    offset = start
    source.spend(Limit.STEPS, _STEPS * len(keys))
    source.expect(_lengths(calls, keys, start))
    for key in keys:
        storage = calls.storages.get(key) or calls.in_tables(key)
        if storage is None:
            raise UnreadableFile(
                f"legacy file lists storage {key[:40]}, which the pickle does not declare",
                place=f"storage {key[:40]}",
            )
        if offset + _LENGTH > source.size:
            break
        count = int.from_bytes(source.read(offset, _LENGTH), "little", signed=True)
        offset += _LENGTH
        claimed = max(0, int(count * storage.element_bytes))
        storage_bytes[key] = min(claimed, source.size - offset)
        offset = min(offset + claimed, source.size)
    return storage_bytes, offset


def _lengths(calls: TorchCalls, keys: list[str], offset: int) -> Iterator[tuple[int, int]]:
    """The places of the lengths before storages, if each is as long as the pickle declares it."""
    for key in keys:
        storage = calls.storages.get(key) or calls.in_tables(key)
        if storage is None:
            continue
        yield offset, _LENGTH
        offset += _LENGTH + storage.bytes


def read(source: Source) -> SavedModel:
    """The model in a legacy file."""
    return describe_value(read_legacy(source))
