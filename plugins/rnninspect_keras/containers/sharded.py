"""Weights in several HDF5 files, listed by an index in JSON (Keras since 3.10)."""

from __future__ import annotations

from rnninspect.decode.hdf5 import File
from rnninspect.lean import Counter, re
from rnninspect.plugin import Fact, Limit, Observation, UnreadableFile, Whereabouts
from rnninspect_keras.containers.datasets import add_file
from rnninspect_keras.containers.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.decode.json import Json
    from rnninspect.plugin import Limits, Source
    from rnninspect_keras.containers.archive import Container

_NUMBERED = r"([^/]+)_\d{5}\.weights\.h5"
_MOST_SHARDS = 5_000  # that are looked up
_LONGEST_NAME = 80  # characters of a shard's name that a message shows


def read_sharded(index: Json, container: Container, limits: Limits, opened: list[Source]) -> Store:
    """All tensors of all shards; a group of variables may be in more than one of them.

    The shards stay open, in `opened`, as long as their groups are asked for attributes.
    """
    places = _places(index)
    store, stored = Store(), dict[str, set[str]]()
    read: dict[object, str] = {}  # the first name of each file
    groups = Counter(
        name for files in places.values() for name in {*files}
    )  # expected in each shard
    if len(groups) > _MOST_SHARDS:
        raise UnreadableFile(f"the weights are spread over more than {_MOST_SHARDS} shards")
    names = dict.fromkeys(name for files in places.values() for name in files)
    names.update(dict.fromkeys(_unnamed(names, container)))
    limits.require(Limit.MEMBERS, len(names), "the number of shards")
    for name in names:
        expected = groups[name]
        if absent := _absent(name, container, expected):
            store.observations.append(absent)
            continue
        if not expected:
            clause = f"the index does not name the shard {name[:_LONGEST_NAME]}"
            store.observations.append(Observation(Fact.UNUSUAL, clause))
        first = read.setdefault(container.identity(name), name)
        if first != name:  # a link to the same file
            stored[name] = stored[first]
            continue
        before = len(store.tensors)
        _add(store, name, container, opened)
        stored[name] = {path.rpartition("/")[0] for path in [*store.tensors][before:]}
    store.observations.extend(_missing_groups(places, stored))
    return store


def _places(index: Json) -> dict[str, tuple[str, ...]]:
    """Group of variables -> shards with it; UnreadableFile if it is not an index."""
    places = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(places, dict):
        raise UnreadableFile("the index of shards has no weight_map")
    found: dict[str, tuple[str, ...]] = {}
    for path, value in places.items():
        names = tuple(value) if isinstance(value, list) else (value,)
        if not all(isinstance(name, str) for name in names):
            raise UnreadableFile("weight_map does not map to file names")
        found[path.strip("/")] = names
    return found


def _unnamed(names: Iterable[str], container: Container) -> Iterator[str]:
    """Shards between and after those that the index names.

    Keras 3.10 forgets the second shard of a group of variables that passes the end of the first.
    """
    known = {match[1] for name in names if (match := re.fullmatch(_NUMBERED, name))}
    for base in sorted(known):
        number = 0
        while container.has(name := f"{base}_{number:05}.weights.h5") or name in names:
            if name not in names:
                yield name
            number += 1


def _absent(name: str, container: Container, expected: int) -> Observation | None:
    """What to say of a shard that is not there, or not in the model's own folder."""
    whereabouts = Whereabouts.OUTSIDE if "/" in name else container.whereabouts(name)
    if whereabouts is Whereabouts.INSIDE:
        return None
    missing = whereabouts is Whereabouts.MISSING
    fact = Fact.EXTERNAL_MISSING if missing else Fact.EXTERNAL_OUTSIDE
    clause = (
        f"the shard {name[:_LONGEST_NAME]}, which should contain {expected:,} groups of variables"
    )
    return Observation(fact, clause)


def _add(store: Store, name: str, container: Container, opened: list[Source]) -> None:
    try:
        opened.append(container.open(name))
        add_file(store, File(opened[-1]), name)
    except UnreadableFile as error:
        raise error.inside(f"shard {name[:_LONGEST_NAME]}", "the ") from error


def _missing_groups(
    places: dict[str, tuple[str, ...]], stored: dict[str, set[str]]
) -> Iterable[Observation]:
    """Groups that the index leads to and that are not where it says."""
    for path, names in places.items():
        for name in names:
            if name in stored and path not in stored[name]:
                clause = f"the index lists it in {name[:_LONGEST_NAME]}"
                yield Observation(Fact.EXTERNAL_MISSING, clause, tensor=path)
