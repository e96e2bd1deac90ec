"""Torch's zip archives: one folder of records (caffe2/serialize/inline_container.cc)."""

from __future__ import annotations

from rnninspect.decode.zip_directory import STORED, Member, open_member, read_directory
from rnninspect.plugin import Fact, Limit, Observation, UnreadableFile, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnninspect.plugin import Source
    from rnninspect_torch.archives.numbered import NumberedRecords


class Archive:
    """The records of an archive by their lower-case name below its folder.

    As in torch, the folder is the first component of the first member's name, and names of records
    are case-insensitive. Torch refuses records outside the folder; here they are only listed.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        members = read_directory(source)
        source.spend(Limit.MEMBERS, len(members), "the number of members of all archives")
        folder = members[0].name.partition("/")[0] + "/" if members else ""
        if not any(member.name.startswith(folder) for member in members if "/" in member.name):
            folder = ""
        self.folder = folder
        self.records: dict[str, Member] = {}
        self.numbered: NumberedRecords | None = None
        self.outside: list[str] = []
        others: Iterable[Member] = members
        if not isinstance(members, tuple):
            from rnninspect_torch.archives.numbered import split_numbered  # noqa: PLC0415 - of large archives

            self.numbered, others = split_numbered(self.folder, members, source.size)
        for member in others:
            self._add(member)

    def _add(self, member: Member) -> None:
        if not member.name.startswith(self.folder):
            self.outside.append(member.name)
            return
        name = member.name[len(self.folder) :].lower()
        if name in self:
            raise UnreadableFile(
                f"duplicate member {member.name[:80]}: readers differ on which to use"
            )
        self.records[name] = member

    def _find(self, name: str) -> Member | None:
        found = self.records.get(name)
        return self.numbered.get(name) if found is None and self.numbered else found

    def __contains__(self, name: str) -> bool:
        return self._find(name) is not None

    def names(self, start: str, end: str = "") -> Iterable[str]:
        """Names of the records with this start and end, in the archive's order.

        Those of the storages of a large archive are left out.
        """
        for key, member in self.records.items():
            if key.startswith(start) and key.endswith(end):
                yield member.name[len(self.folder) :]

    def open(self, name: str) -> Source:
        """A record's bytes; UnreadableFile if the record is missing."""
        member = self._find(name.lower())
        if member is None:
            raise UnreadableFile(f"missing archive record {name[:80]}", place=f"record {name[:80]}")
        return open_member(self.source, member)

    def size(self, name: str) -> int:
        """Stored bytes of a record: 0 if it is missing, its claimed size if it is compressed."""
        member = self._find(name.lower())
        if member is None:
            return 0
        if member.method != STORED:
            return member.size
        return min(member.packed_size, self.source.size - member.header_offset)

    def sizes(self, folder: str, keys: Sequence[str] | range) -> Sequence[int]:
        """Stored bytes of many records of a folder, as `size` gives them."""
        found = self.numbered.sizes(folder, keys) if self.numbered else None
        return [self.size(f"{folder}{key}") for key in keys] if found is None else found

    def observations(self) -> tuple[Observation, ...]:
        """A note on members outside the archive's folder."""
        if not self.outside:
            return ()
        listed = ", ".join(name[:60] for name in self.outside[:3])
        detail = f"{plural(len(self.outside), 'member')} outside the archive's folder: {listed}"
        return (Observation(Fact.UNUSUAL, detail),)
