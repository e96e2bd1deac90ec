"""The files of a weights manifest: looked up and measured, never opened."""

from __future__ import annotations

from rnninspect.plugin import Fact, Neighbour, Observation, Record, Whereabouts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_keras.tfjs.manifest import Manifest, WeightGroup

_LONGEST_NAME = 80  # characters of a path that a message shows


class Shard(Record):
    """A file of a group.

    Attributes:
        name: its path, shortened.
        size: bytes; None if it is not there.
        fact: why it is not there.
    """

    name: str
    size: int | None
    fact: Fact | None = None


class Shards:
    """The shards of each group, and what was odd about them."""

    __slots__ = ("groups", "observations")

    def __init__(self) -> None:
        self.groups: list[tuple[Shard, ...]] = []
        self.observations: list[Observation] = []


def measure(manifest: Manifest, home: Source) -> Shards:
    """Look up all files that a manifest names, in the folder of the model."""
    found = Shards()
    users: dict[object, str] = {}
    paths = (path for group in manifest.groups for path in group.paths)
    home.expect_neighbours((path for path in paths if "://" not in path), size_only=True)
    for group in manifest.groups:
        found.groups.append(tuple(_shard(path, home, group, users, found) for path in group.paths))
    return found


def _shard(
    path: str, home: Source, group: WeightGroup, users: dict[object, str], found: Shards
) -> Shard:
    name = path if len(path) <= _LONGEST_NAME else f"{path[:_LONGEST_NAME]}…"
    # the loader appends the path to the model's address, so that one with a scheme is another's
    known = Neighbour(Whereabouts.OUTSIDE) if "://" in path else home.neighbour(path)
    if known.whereabouts is Whereabouts.INSIDE:
        first = users.setdefault(known.identity or path, name)
        if first is not name and group.weights:
            clause = f"its shard {name} is read a second time, as {first}"
            found.observations.append(
                Observation(Fact.OVERLAP, clause, None, group.weights[0].name)
            )
        return Shard(name, known.size)
    missing = known.whereabouts is Whereabouts.MISSING
    fact = Fact.EXTERNAL_MISSING if missing else Fact.EXTERNAL_OUTSIDE
    found.observations.append(Observation(fact, f"the shard {name}"))
    return Shard(name, None, fact)
