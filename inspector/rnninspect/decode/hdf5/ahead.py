"""Has the structure of a file on a server fetched level by level, many places at once.

What HDF5 writes of each group and dataset is scattered between the weights. A walk that goes into
one group after the other would ask for each such place alone, and wait for each.
"""

from __future__ import annotations

from rnninspect.decode.hdf5.groups import places_of, read_entries
from rnninspect.decode.hdf5.objects import Group
from rnninspect.errors import RnnInspectError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.decode.hdf5.file import File

MOST_GROUPS = 2_000  # the others are fetched as they are walked into


def fetch_ahead(file: File) -> None:
    """Fetch what a walk will read; a fault is left to the walk, which says where it is."""
    level, seen = [file.root], {file.root.address}
    try:
        while level and len(seen) < MOST_GROUPS:
            for addresses in places_of(file.space, [group.messages for group in level]):
                file.space.expect(addresses)
            below = dict.fromkeys(_children(file, level))
            file.space.expect(below)
            level = [group for group in _groups(file, below) if group.address not in seen]
            seen.update(group.address for group in level)
    except RnnInspectError:
        return


def _children(file: File, groups: Iterable[Group]) -> Iterator[int]:
    for group in groups:
        for entries in read_entries(file.space, group.messages):
            yield from (target for _, target in entries if isinstance(target, int))


def _groups(file: File, addresses: Iterable[int]) -> Iterator[Group]:
    for address in addresses:
        found = file.open(address)
        if isinstance(found, Group):
            yield found
