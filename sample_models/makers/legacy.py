"""PyTorch's container before 1.6, written again with storage keys that are not addresses.

Follows torch.serialization._legacy_save: five pickles (magic number, protocol, system, object,
storage keys), then for each key the number of elements in eight bytes, and the elements.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BEFORE_KEYS = 4  # pickles
ELEMENT = 4  # bytes of a float32


def settle(path: Path) -> None:
    """Number the storages in the order in which the object names them; all must be float32."""
    data = path.read_bytes()
    stream = io.BytesIO(data)
    for _ in range(BEFORE_KEYS):
        list(pickletools.genops(stream))  # leaves the stream after the pickle
    head = data[: stream.tell()]
    storages = {key: _storage(stream) for key in pickle.load(stream)}  # noqa: S301 - just written
    order = sorted(storages, key=lambda key: head.index(_string(key)))
    names = {key: f"{place:015}" for place, key in enumerate(order)}
    for key, name in names.items():
        head = head.replace(_string(key), _string(name))
    keys = pickle.dumps(list(names.values()), protocol=2)
    path.write_bytes(head + keys + b"".join(storages[key] for key in order))


def _storage(stream: io.BytesIO) -> bytes:
    count = stream.read(8)
    return count + stream.read(ELEMENT * int.from_bytes(count, "little"))


def _string(text: str) -> bytes:
    """A string in a pickle of protocol 2: BINUNICODE, its length, its bytes."""
    return b"X" + len(text).to_bytes(4, "little") + text.encode()
