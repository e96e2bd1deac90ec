"""Version 2 B-trees: the records of a dense group's or object's index (specification III.A.2)."""

from __future__ import annotations

from struct import unpack_from

from rnninspect.decode.hdf5.checksum import require_checksum
from rnninspect.errors import UnreadableFile
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.hdf5.space import Space

NODE_OVERHEAD = 10  # signature, version, type and checksum of a node
DEEPEST_TREE = 32


class _Tree(Record):
    """What the header says that each node needs; sizes in bytes."""

    kind: int
    node_size: int
    record_size: int
    count_size: int
    totals: tuple[int, ...]  # of a child pointer, the size of its total, by the child's depth


def read_records(space: Space, address: int) -> Iterator[bytes]:
    """All records of the tree with its header at an address, in order."""
    head = space.read(address, 22 + space.offset.size + space.length.size)
    require_checksum(space, head, f"the B-tree header at {address}")
    if head[:4] != b"BTHD" or head[4]:
        raise UnreadableFile(f"missing version 2 B-tree at {address}")
    kind, node_size, record_size, depth = unpack_from("<BIHH", head, 5)
    root, number = space.address(head, 16), unpack_from("<H", head, 16 + space.offset.size)[0]
    if not record_size or node_size <= NODE_OVERHEAD + record_size or depth > DEEPEST_TREE:
        raise UnreadableFile(f"the B-tree at {address} has invalid sizes")
    if root is None:
        return
    tree = _measure(space, kind, node_size, record_size, depth)
    yield from _node(space, tree, (root, number, depth), set())


def _measure(space: Space, kind: int, node_size: int, record_size: int, depth: int) -> _Tree:
    """How wide the counts in child pointers are: as wide as the largest possible count needs."""
    most = (node_size - NODE_OVERHEAD) // record_size
    count_size, below = _width(most), most
    totals = [0]
    for _ in range(depth):
        pointer = space.offset.size + count_size + totals[-1]
        inner = (node_size - NODE_OVERHEAD - pointer) // (record_size + pointer)
        below = (inner + 1) * below + inner
        totals.append(_width(below))
    return _Tree(kind, node_size, record_size, count_size, tuple(totals))


def _width(largest: int) -> int:
    return (max(largest, 1).bit_length() - 1) // 8 + 1


def _node(
    space: Space, tree: _Tree, place: tuple[int, int, int], seen: set[int]
) -> Iterator[bytes]:
    address, number, depth = place
    if address in seen or len(seen) > space.limits.members:
        raise UnreadableFile(
            f"the B-tree node at {address} is referenced twice", place=f"address {address}"
        )
    seen.add(address)
    pointer = space.offset.size + tree.count_size + tree.totals[depth - 1] if depth else 0
    records = number * tree.record_size
    size = 6 + records + (number + 1) * pointer * bool(depth) + 4
    if size > tree.node_size:
        raise UnreadableFile(
            f"the B-tree node at {address} has more records than fit", place=f"address {address}"
        )
    data = space.read(address, size)
    if data[:4] != (b"BTIN" if depth else b"BTLF") or data[5] != tree.kind:
        raise UnreadableFile(f"missing B-tree node at {address}", place=f"address {address}")
    require_checksum(space, data, f"the B-tree node at {address}")
    for at in range(number + 1):
        if depth:
            child = _child(space, tree, data, 6 + records + at * pointer)
            yield from _node(space, tree, (*child, depth - 1), seen)
        if at < number:
            start = 6 + at * tree.record_size
            yield data[start : start + tree.record_size]


def _child(space: Space, tree: _Tree, data: bytes, at: int) -> tuple[int, int]:
    address = space.address(data, at)
    if address is None:
        raise UnreadableFile("a B-tree node has an undefined child address")
    at += space.offset.size
    return address, int.from_bytes(data[at : at + tree.count_size], "little")
