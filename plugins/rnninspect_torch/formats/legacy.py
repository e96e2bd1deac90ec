"""Torch's stream of pickles and storages, the form before version 1.6 (torch/serialization.py).

A magic number, the protocol's version, facts of the machine, the value, the list of its storages'
keys: five pickles; then of each storage its length in elements and the elements.
"""

from __future__ import annotations

from rnninspect.plugin import Fact, Limit, Observation, UnreadableFile, plural
from rnninspect_torch.describing.contents import Contents
from rnninspect_torch.describing.model import describe_value
from rnninspect_torch.pickles.cursor import Cursor
from rnninspect_torch.pickles.interpreter import load
from rnninspect_torch.tensors.calls import TorchCalls
from rnninspect_torch.tensors.nested import MAGIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source

_PROTOCOL = 1001
_LENGTH = 8
_STEPS = 3  # of a storage


def read_legacy(source: Source) -> Contents:
    """The value of a legacy file, and what it holds for each storage."""
    calls, cursor = TorchCalls(source), Cursor(source)
    if load(cursor, calls) != MAGIC:
        raise UnreadableFile("the legacy file's magic number is another one")
    if load(cursor, calls) != _PROTOCOL:
        raise UnreadableFile("a legacy file of an unknown protocol")
    load(cursor, calls)  # byte order and sizes of C types
    value = load(cursor, calls)
    keys = load(cursor, calls)
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise UnreadableFile("the legacy file's list of storages is no list of keys")
    held, end = _payloads(source, calls, keys, cursor.offset)
    observations: tuple[Observation, ...] = ()
    if end < source.size:
        detail = f"{plural(source.size - end, 'trailing byte')} after the last storage"
        observations = (Observation(Fact.UNUSUAL, detail),)
    return Contents(
        "pytorch legacy", value, calls, lambda storage: held.get(storage.key, 0), observations
    )


def _payloads(
    source: Source, calls: TorchCalls, keys: list[str], start: int
) -> tuple[dict[str, int], int]:
    """Bytes held for each key, by stepping from one length to the next, and where the last ends."""
    held: dict[str, int] = {}
    offset = start
    source.spend(Limit.STEPS, _STEPS * len(keys))
    for key in keys:
        storage = calls.storages.get(key)
        if storage is None:
            raise UnreadableFile(f"the legacy file lists a storage {key[:40]} that nothing uses")
        if offset + _LENGTH > source.size:
            break
        count = int.from_bytes(source.read(offset, _LENGTH), "little", signed=True)
        offset += _LENGTH
        claimed = max(0, int(count * storage.element_bytes))
        held[key] = min(claimed, source.size - offset)
        offset = min(offset + claimed, source.size)
    return held, offset


def read(source: Source) -> SavedModel:
    """The model in a legacy file."""
    return describe_value(read_legacy(source))
