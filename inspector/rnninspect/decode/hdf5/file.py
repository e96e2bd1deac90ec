"""An HDF5 file: its objects by their addresses, and a walk over all of them."""

from __future__ import annotations

from rnninspect.decode.hdf5.attributes import GlobalHeaps
from rnninspect.decode.hdf5.groups import listed, read_entries
from rnninspect.decode.hdf5.headers import DATATYPE, LAYOUT, LINK_INFO, SYMBOL_TABLE, read_header
from rnninspect.decode.hdf5.objects import (
    Alike,
    Dataset,
    Group,
    NamedType,
    Node,
    attributes_of,
)
from rnninspect.decode.hdf5.space import structural
from rnninspect.decode.hdf5.superblock import read_superblock
from rnninspect.errors import UnreadableFile, parsing
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeGuard

    from rnninspect.decode.hdf5.groups import Link
    from rnninspect.decode.hdf5.known import KnownHeaders
    from rnninspect.decode.hdf5.space import Space
    from rnninspect.source.source import Source

NEAR = 4_096  # bytes behind the header of a group, most of what writers put there for it
OF_A_GROUP = 736  # bytes of a small group: its header, B-tree, heap and names
FEW = 400  # objects of a file, each of which is made


class File:
    """An HDF5 file that was opened for its structure.

    Raises:
        UnreadableFile: its structure cannot be parsed, or uses what this reader does not know.
        RefusedFile: it has more objects than `limits.members`.
    """

    @structural
    def __init__(self, source: Source) -> None:
        self.space: Space
        self.space, root = read_superblock(source)
        self.heaps = GlobalHeaps(self.space)
        self._groups: dict[int, Group] = {}
        self._known: KnownHeaders | None = None
        top = self.open(root)
        if not isinstance(top, Group):
            raise UnreadableFile("the root of the HDF5 file is not a group")
        self.root = top

    @structural
    def open(self, address: int) -> Node:
        """The object with its header at an address; one of few groups is the same each time."""
        known = self._groups.get(address)
        if known is not None:
            return known
        found = self._parse(address)
        if isinstance(found, Group) and self._known is None:
            self._groups[address] = found
        return found

    @structural
    def again(self, address: int) -> Node:
        """The object at an address that was met in a visit: a group, or a node with attributes."""
        found = None if self._known is None else self._known.again(address)
        if found is None:
            return self.open(address)
        kind = Group if found[0] is None else Node
        return kind(self.space, self.heaps, address, found[1])

    @structural
    def text(self, found: Alike, name: str) -> str | None:
        """As `Node.text`, of an object that a visit has just met or entered without making it."""
        messages = found.messages
        if not messages:
            known = None if self._known is None else self._known.again(found.address)
            if known is None:
                return self.open(found.address).text(name)
            messages = known[1]
        attribute = attributes_of(self.space, found.address, messages).get(name)
        values = None if attribute is None else self.heaps.texts(attribute)
        if values is None or len(values) != 1:
            return None
        return values[0].decode("utf-8", "surrogateescape")

    def _parse(self, address: int) -> Node:
        messages = read_header(self.space, address)
        kinds = [message.kind for message in messages]
        if SYMBOL_TABLE in kinds or LINK_INFO in kinds:
            return Group(self.space, self.heaps, address, messages)
        if DATATYPE in kinds and LAYOUT in kinds:
            return Dataset(self.space, self.heaps, address, messages)
        if DATATYPE in kinds:
            return NamedType(self.space, self.heaps, address, messages)
        raise UnreadableFile(f"unknown kind of HDF5 object at {address}")

    def walk(self) -> Iterator[tuple[str, Node | Link]]:
        """As `visit`, with an object for each of those that are alike."""
        for path, found in self.visit():
            yield path, self.open(found.address) if isinstance(found, Alike) else found

    def visit(self) -> Iterator[tuple[str, Node | Link | Alike]]:
        """Every object under each of its names, parents first, and every link not followed.

        A group that is reached a second time is named again and not entered again, so cycles end.
        """
        with parsing("HDF5 structure"):
            yield from self._visited()
            self.check()

    def check(self) -> None:
        """Compute the checksums that a visit has postponed; UnreadableFile if one is wrong.

        A visit does so in the end; if it comes to a fault, that may be because of an earlier one.
        """
        if self._known is not None:
            self._known.checksums.check()

    def _visited(self) -> Iterator[tuple[str, Node | Link | Alike]]:
        entered = {self.root.address}
        levels = [([""], [self.root.address])]  # paths and addresses, the last ones first
        seen, limits = 0, self.space.limits
        while levels:
            paths, addresses = levels[-1]
            if not paths:
                levels.pop()
                continue
            path, address = paths.pop(), addresses.pop()
            group = self._entered(address)
            yield path, group
            below: tuple[list[str], list[int]] = ([], [])
            start = f"{path}/" if path else ""
            for name, target in self._entries(group).items():
                seen += 1
                found = self._met(target, seen) if isinstance(target, int) else target
                if _is_group(found) and target not in entered:
                    limits.require(Limit.NESTING, len(levels), "the depth of HDF5 groups")
                    entered.add(found.address)
                    below[0].append(start + name)
                    below[1].append(found.address)
                else:
                    yield start + name, found
            below[0].reverse()
            below[1].reverse()
            levels.append(below)

    def _met(self, address: int, seen: int) -> Node | Alike:
        """The object at an address, which is the `seen`th one of a walk."""
        if seen <= FEW:
            return self.open(address)
        if self._known is None:
            from rnninspect.decode.hdf5.known import KnownHeaders  # noqa: PLC0415 - for large files

            self._known = KnownHeaders(self.space)
        found = self._known.find(address)
        if found is not None:
            return found
        node = self.open(address)
        if isinstance(node, Group | Dataset):
            self._known.learn(node)
        return node

    def _entered(self, address: int) -> Group | Alike:
        """The group at an address, whose entries are asked for next."""
        group, known = self._groups.get(address), self._known
        if group is not None:
            return group
        if known is not None:
            if not self.space.holds(address, OF_A_GROUP):
                self.space.hold(address, NEAR)
            found = known.again(address)
            if found is not None and found[0] is None:
                return Alike(address, messages=found[1])
        return Alike(address)

    def _entries(self, group: Group | Alike) -> dict[str, int | Link]:
        """What is in a group, which need not be made."""
        if isinstance(group, Alike) and group.messages:
            return listed(self.space, group.address, read_entries(self.space, group.messages))
        node = self.open(group.address) if isinstance(group, Alike) else group
        return node.entries() if isinstance(node, Group) else {}


def _is_group(found: Node | Link | Alike) -> TypeGuard[Group | Alike]:
    return found.plain is None if isinstance(found, Alike) else isinstance(found, Group)
