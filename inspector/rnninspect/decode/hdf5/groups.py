"""The links of HDF5 groups: symbol tables (III.A.1, III.B, III.D), link messages (IV.A.2.g)."""

from __future__ import annotations

from struct import Struct, error, unpack_from

from rnninspect.decode.hdf5.headers import LINK, LINK_INFO, SYMBOL_TABLE
from rnninspect.decode.hdf5.space import PAGE
from rnninspect.errors import UnreadableFile
from rnninspect.lean import StrEnum
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.decode.hdf5.headers import Message
    from rnninspect.decode.hdf5.space import Space

    Entries = list[tuple[str, "int | Link"]]

DEEPEST_TREE = 32
TREE_HEAD = Struct("<4sBBH")  # signature, kind, level, children
NODE_HEAD = b"SNOD\1"
LEAF_HEAD = b"TREE\0\0"  # of a node of groups without nodes of the tree below it
HEAP_HEAD = b"HEAP\0"  # the last byte is the version
HASH_SIZE = 4  # bytes before the heap's identifier in a record of the index of names
NO_FREE_BLOCK = 1  # ends the list of free blocks of a local heap
READS_OF_A_GROUP = 4
FEW = 8  # entries of a symbol table node, which has room for as many by default
WHOLE_HEAP = 2**22  # bytes of a local heap that is read at once
SOFT_ENTRY = 2  # cache type of a symbol table entry that is a soft link


class LinkKind(StrEnum):
    """What a link leads to."""

    HARD = "hard"  # an object header in this file
    SOFT = "soft"  # a path in this file
    EXTERNAL = "external"  # a path in another file
    USER = "user-defined"


class Link(Record):
    """A name in a group; `address` for a hard link, `target` for the others."""

    name: str
    kind: LinkKind
    address: int = 0
    target: str = ""


def read_entries(space: Space, messages: Sequence[Message]) -> Iterator[Entries]:
    """The names in a group with this object header in runs, with what each leads to.

    That is the address of its object; of other links than hard ones, none of which is followed,
    it is the link.
    """
    for message in messages:
        if message.kind == SYMBOL_TABLE:
            yield from _read_table(space, message.body)
        elif message.kind == LINK:
            yield [_entry(_link(space, message.body))]
        elif message.kind == LINK_INFO:
            for link in _dense(space, message.body):
                yield [_entry(link)]


def listed(space: Space, address: int, runs: Iterable[Entries]) -> dict[str, int | Link]:
    """The entries of the group at an address, which come in runs; no name is there twice.

    RefusedFile if the file has too many.
    """
    entries: dict[str, int | Link] = {}
    number = 0
    for run in runs:
        space.count_links(len(run))
        number += len(run)
        entries.update(run)
        if len(entries) < number:
            raise UnreadableFile(f"duplicate link name in the group at {address}")
    return entries


def _entry(link: Link) -> tuple[str, int | Link]:
    return link.name, link.address if link.kind is LinkKind.HARD else link


def places_of(space: Space, groups: Sequence[list[Message]]) -> Iterator[list[int]]:
    """Where the links of groups are, in the order in which one place leads to the next ones."""
    tables = [
        message.body for messages in groups for message in messages if message.kind == SYMBOL_TABLE
    ]
    trees = [space.address(body, 0) for body in tables]
    heaps = [space.address(body, space.offset.size) for body in tables]
    yield [place for place in (*trees, *heaps) if place is not None]
    yield [node for tree in trees if tree is not None for node in _leaves(space, tree, set())]
    yield [_Heap(space, heap).start for heap in heaps if heap is not None]


def text(data: bytes) -> str:
    """Names are UTF-8 by the specification, and anything by hostile hands."""
    return data.decode("utf-8", "surrogateescape")


def _dense(space: Space, body: bytes) -> Iterator[Link]:
    """Links that a large group keeps in a fractal heap, by the index of their names."""
    if body[0] != 0:
        raise UnreadableFile(f"unsupported HDF5 link info version {body[0]}")
    at = 2 + (8 if body[1] & 1 else 0)
    heap, index = space.address(body, at), space.address(body, at + space.offset.size)
    if heap is None or index is None:
        return
    from rnninspect.decode.hdf5.heaps import FractalHeap  # noqa: PLC0415 - few files have such groups
    from rnninspect.decode.hdf5.trees import read_records  # noqa: PLC0415 - as above

    objects = FractalHeap(space, heap)
    for record in read_records(space, index):
        yield _link(space, objects.object(record[HASH_SIZE : HASH_SIZE + objects.id_size]))


def _read_table(space: Space, body: bytes) -> Iterator[Entries]:
    """The names in a group by its symbol table message, a run for each node."""
    tree, heap = space.table.unpack_from(body)
    if space.undefined in (tree, heap):
        raise UnreadableFile("the symbol table of a group has an undefined address")
    near = _near(space, tree, heap)
    if near is not None:
        yield near
        return
    names = _Heap(space, heap)
    for node in _leaves(space, tree, set()):
        yield _entries(space, node, names)


def _near(space: Space, tree: int, heap: int) -> Entries | None:
    """The names in a small group whose B-tree and heap are in what is held of the file.

    Writers put those of most groups behind its header. None where something is unusual or wrong.
    """
    data, base = space.held, space.held_at
    if tree < base or heap < base:
        return None
    try:
        head, children, _, _, _, node, _ = space.leaf.unpack_from(data, tree - base)
        mark, size, free, start = space.named_heap.unpack_from(data, heap - base)
        names = data[start - base : start - base + size]
        after, room = space.block.unpack_from(names, free) if free != NO_FREE_BLOCK else (1, 1)
    except error:
        return None
    if (head, mark, after) != (LEAF_HEAD, HEAP_HEAD, NO_FREE_BLOCK) or start < base:
        return None
    if children > 1 or len(names) != size or not 0 < room <= size - free:
        return None
    space.spend(READS_OF_A_GROUP)
    return _few_entries(space, names, node) if children else []


def _few_entries(space: Space, names: bytes, node: int) -> Entries | None:
    """The names in a symbol table node with few of them; None as above."""
    if node == space.undefined:
        return None
    data = space.read_more(node, 8, FEW * space.symbol.size)
    count = int.from_bytes(data[6:8], "little")
    table = data[8 : 8 + count * space.symbol.size]
    if not data.startswith(NODE_HEAD) or len(table) != count * space.symbol.size:
        return None
    entries: Entries = []
    length = 0
    for offset, header, cache, _, _ in space.symbol.iter_unpack(table):
        stop = names.find(0, offset)
        if stop < 0 or cache >= SOFT_ENTRY or header == space.undefined:
            return None
        entries.append((text(names[offset:stop]), header))
        length += stop - offset
    space.count_text(length)
    return entries


class _Heap:
    """A local heap: the names of a group's symbol table."""

    def __init__(self, space: Space, address: int) -> None:
        head = space.read(address, 8 + space.heap.size)
        if not head.startswith(HEAP_HEAD):
            raise UnreadableFile(f"missing local heap at {address}")
        size, free, start = space.heap.unpack_from(head, 8)
        if start == space.undefined or start + size > space.end:
            raise UnreadableFile(f"the local heap at {address} is too small for its names")
        self.space, self.size, self.start = space, size, start
        self._block = space.read(start, size) if size <= WHOLE_HEAP else b""
        if free != NO_FREE_BLOCK:
            self._check_free(free)

    def _check_free(self, offset: int) -> None:
        """Walk the list of free blocks, which shows whether the heap was overwritten."""
        seen: set[int] = set()
        block = self.space.block
        while offset != NO_FREE_BLOCK:
            if offset in seen or offset + block.size > self.size:
                raise UnreadableFile(f"malformed free list of the local heap at {self.start}")
            seen.add(offset)
            data, at = self._block, offset
            if not data:
                data, at = self.space.read(self.start + offset, block.size), 0
            after, size = block.unpack_from(data, at)
            if not 0 < size <= self.size - offset:
                raise UnreadableFile(f"malformed free list of the local heap at {self.start}")
            offset = after

    def name(self, offset: int) -> str:
        stop = self._block.find(0, offset, offset + PAGE)
        if stop < 0:  # a long name, or a heap that is read in parts
            return text(self.space.name(self.start + offset, self.start + self.size))
        return text(self.space.kept(self._block[offset:stop]))


def _leaves(space: Space, address: int, seen: set[int]) -> Iterator[int]:
    """Addresses of the symbol table nodes below a B-tree node, in order."""
    if address in seen or len(seen) > space.limits.members:
        raise UnreadableFile(
            f"the B-tree node at {address} is referenced twice", place=f"address {address}"
        )
    seen.add(address)
    step = space.key.size
    length = 8 + 2 * space.offset.size
    head = space.read_more(address, length, space.length.size + step)  # most groups have one child
    mark, kind, level, number = TREE_HEAD.unpack_from(head)
    if mark != b"TREE" or kind != 0 or level > DEEPEST_TREE:
        raise UnreadableFile(f"missing B-tree node of a group at {address}")
    data = head[length:]
    if len(data) != number * step + space.length.size:
        data = space.read(address + length, number * step + space.length.size)
    for _, below in space.key.iter_unpack(data[: number * step]):
        if below == space.undefined:
            raise UnreadableFile(
                f"the B-tree node at {address} has an undefined child address",
                place=f"address {address}",
            )
        if level:
            yield from _leaves(space, below, seen)
        else:
            yield below


def _entries(space: Space, address: int, names: _Heap) -> Entries:
    """The names in one symbol table node, which has at most 65,535."""
    head = space.read_more(address, 8, space.symbol.size)
    if not head.startswith(NODE_HEAD):
        raise UnreadableFile(f"missing symbol table node at {address}", place=f"address {address}")
    number = head[6] | head[7] << 8
    data = head[8:]
    if len(data) != number * space.symbol.size:
        data = space.read(address + 8, number * space.symbol.size)
    entries: Entries = []
    for offset, header, cache, _, value in space.symbol.iter_unpack(data):
        name = names.name(offset)
        if cache == SOFT_ENTRY:
            entries.append((name, Link(name, LinkKind.SOFT, target=names.name(value))))
        elif header == space.undefined or cache > SOFT_ENTRY:
            raise UnreadableFile(f"the symbol {name!r} has an undefined address")
        else:
            entries.append((name, header))
    return entries


def _link(space: Space, body: bytes) -> Link:
    version, flags = body[0], body[1]
    if version != 1:
        raise UnreadableFile(f"unsupported HDF5 link version {version}")
    at = 2
    kind = body[at] if flags & 0x08 else 0
    at += bool(flags & 0x08) + (8 if flags & 0x04 else 0) + bool(flags & 0x10)
    width = 1 << (flags & 3)
    size = int.from_bytes(body[at : at + width], "little")
    at += width
    if size == 0 or at + size > len(body) or 0 in body[at : at + size]:
        raise UnreadableFile("malformed name of an HDF5 link")
    name = text(space.kept(body[at : at + size]))
    return _target(space, name, kind, body[at + size :])


def _target(space: Space, name: str, kind: int, rest: bytes) -> Link:
    if kind == 0:
        address = space.address(rest, 0)
        if address is None:
            raise UnreadableFile(f"the link {name!r} has an undefined address")
        return Link(name, LinkKind.HARD, address)
    size = unpack_from("<H", rest)[0]
    value = rest[2 : 2 + size]
    if len(value) < size:
        raise UnreadableFile(f"truncated value of the link {name!r}")
    if kind == 1:
        return Link(name, LinkKind.SOFT, target=text(value.partition(b"\0")[0]))
    if kind == 64:
        file, _, path = value[1:].partition(b"\0")
        path = path.partition(b"\0")[0]
        return Link(name, LinkKind.EXTERNAL, target=f"{text(file)}:{text(path)}")
    return Link(name, LinkKind.USER)
