"""Nodes of OCDBT: the manifest and the B+ tree (tensorstore, kvstore/ocdbt, storage format)."""

from __future__ import annotations

from rnninspect.plugin import Limit, Record, UnreadableFile, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.plugin import Source

MANIFEST, TREE_NODE = 0x0CDB3A2A, 0x0CDB20DE
_UUID = 16
_WHERE = 3  # numbers of a version or a child that follow its place: keys, bytes of nodes, of values
_STEPS_OF_AN_ENTRY = 12
_LONGEST_KEY, _BYTES_IN_A_STEP = 65_535, 16


class Place(Record):
    """A run of bytes in a data file, by its path from the folder of the manifest.

    Attributes:
        path: of the file.
        offset, length: of the run, in bytes.
        base: what the paths in a node that is there begin with.
    """

    path: str
    offset: int
    length: int
    base: str = ""


class Child(Record):
    """A node below another one, and what all keys in it begin with."""

    place: Place
    prefix: bytes


class Value(Record):
    """A value in a leaf: its bytes if it is there, or its place."""

    length: int
    data: bytes | None
    place: Place | None = None


class Node(Record):
    """A node of the tree: children, or values by key."""

    height: int
    children: tuple[Child, ...]
    values: dict[bytes, Value]


class Body:
    """The decompressed bytes of a node, read one after the other."""

    def __init__(self, data: bytes, source: Source) -> None:
        self.data, self.at, self.source = data, 0, source

    def byte(self) -> int:
        """The next byte."""
        return self.take(1)[0]

    def take(self, length: int) -> bytes:
        """The next bytes; UnreadableFile if fewer are left."""
        found = self.data[self.at : self.at + length]
        if len(found) < length:
            raise UnreadableFile(f"truncated OCDBT node: {plural(length, 'byte')} expected")
        self.at += length
        return found

    def number(self) -> int:
        """A number of up to 64 bits, seven in a byte."""
        value = shift = 0
        while shift < 64:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        raise UnreadableFile("malformed OCDBT node: a number without an end")

    def numbers(self, count: int) -> list[int]:
        """So many numbers; each takes a byte at least."""
        if count > len(self.data) - self.at:
            raise UnreadableFile(f"truncated OCDBT node: {plural(count, 'number')} expected")
        return [self.number() for _ in range(count)]

    def count(self) -> int:
        """A number of entries, whose work is booked."""
        count = self.number()
        self.source.spend(Limit.STEPS, _STEPS_OF_AN_ENTRY * count)
        return count


def body_of(data: bytes, magic: int, source: Source, unpack: Callable[[bytes], bytes]) -> Body:
    """What is in the envelope of a node.

    Raises:
        UnreadableFile: truncated, or of another kind or version.
    """
    head = Body(data, source)
    if int.from_bytes(head.take(4)) != magic:
        raise UnreadableFile("not a node of OCDBT")
    length = int.from_bytes(head.take(8), "little")
    if length != len(data):
        raise UnreadableFile(f"truncated OCDBT node: {len(data):,} of {length:,} bytes")
    version, packed = head.number(), head.number()
    if version or packed > 1:
        raise UnreadableFile(f"unsupported version {version} or compression {packed} of OCDBT")
    inside = data[head.at : -4]  # a checksum follows
    return Body(unpack(inside) if packed else inside, source)


def root_of(body: Body) -> Place | None:
    """The root of the newest version in a manifest; None if nothing was written.

    Raises:
        UnreadableFile: malformed, or the versions are kept apart.
    """
    body.take(_UUID)
    kind = body.number()
    if kind:
        raise UnreadableFile(f"unsupported kind {kind} of an OCDBT manifest")
    body.numbers(2)  # the largest values and nodes
    body.byte()
    if body.number():
        body.take(4)  # the level of compression
    files = _files(body, "")
    count = body.count()
    body.numbers(count)  # generations
    body.take(count)  # heights of the roots
    places = _places(body, files, count, with_lengths=True)
    found = places[-1] if places else None
    return found if found and found.length else None


def node_of(body: Body, base: str) -> Node:
    """A node of the tree; paths in it begin with `base`.

    Raises:
        UnreadableFile: truncated or malformed.
    """
    height = body.byte()
    files = _files(body, base)
    count = body.count()
    shared = [0, *body.numbers(max(0, count - 1))]
    lengths = body.numbers(count)
    prefixes = body.numbers(count) if height else []
    keys = _joined(body, shared, lengths)
    if height:
        places = _places(body, files, count, with_lengths=True)
        body.numbers(_WHERE * count)
        parts = zip(places, keys, prefixes, strict=True)
        children = tuple(Child(place, key[:length]) for place, key, length in parts)
        return Node(height, children, {})
    return Node(0, (), dict(zip(keys, _values(body, files, count), strict=True)))


def _values(body: Body, files: list[tuple[str, str]], count: int) -> list[Value]:
    lengths = body.numbers(count)
    kinds = body.numbers(count)
    outside = [length for length, kind in zip(lengths, kinds, strict=True) if kind]
    places = iter(_places(body, files, len(outside), with_lengths=False))
    return [
        Value(length, None, next(places)._replace(length=length))
        if kind
        else Value(length, body.take(length))
        for length, kind in zip(lengths, kinds, strict=True)
    ]


def _places(
    body: Body, files: list[tuple[str, str]], count: int, *, with_lengths: bool
) -> list[Place]:
    numbers, offsets = body.numbers(count), body.numbers(count)
    lengths = body.numbers(count) if with_lengths else [0] * count
    if any(number >= len(files) for number in numbers):
        raise UnreadableFile("malformed OCDBT node: a data file that is not listed")
    return [
        Place(files[number][0], offset, length, files[number][1])
        for number, offset, length in zip(numbers, offsets, lengths, strict=True)
    ]


def _files(body: Body, base: str) -> list[tuple[str, str]]:
    """The paths of the data files, and the part of each that applies to nodes in it, too."""
    count = body.count()
    shared = [0, *body.numbers(max(0, count - 1))]
    lengths, bases = body.numbers(count), body.numbers(count)
    paths = _joined(body, shared, lengths)
    return [
        (base + path.decode("utf-8", "replace"), base + path[:length].decode("utf-8", "replace"))
        for path, length in zip(paths, bases, strict=True)
    ]


def _joined(body: Body, shared: list[int], lengths: list[int]) -> list[bytes]:
    """Texts of which each begins with a part of the one before."""
    found: list[bytes] = []
    last = b""
    for common, length in zip(shared, lengths, strict=False):
        if common > len(last):
            raise UnreadableFile("malformed OCDBT node: a prefix that is longer than its key")
        last = last[:common] + body.take(length)
        if len(last) > _LONGEST_KEY:
            raise UnreadableFile(f"malformed OCDBT node: a key of {len(last):,} bytes")
        body.source.spend(Limit.STEPS, len(last) // _BYTES_IN_A_STEP)
        found.append(last)
    return found
