"""The weights manifest of TensorFlow.js: groups of weights, each stored in one or more files.

Format: `WeightsManifestConfig` in `tfjs-core/src/io/types.ts`, and `write_weights.py` of the
converter.
"""

from __future__ import annotations

from rnninspect.plugin import Limit, Record, UnreadableFile
from rnninspect_keras.tfjs.manifest_weight import ROW, mapping, weight_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.decode.json import Json
    from rnninspect.plugin import Observation, Source
    from rnninspect_keras.tfjs.manifest_weight import ManifestWeight
    from rnninspect_keras.tfjs.weight_rows import WeightRows


class WeightGroup(Record):
    """Weights one after the other, and the files that contain their bytes one after the other."""

    paths: tuple[str, ...]
    weights: Sequence[ManifestWeight]


class Manifest(Record):
    """All groups of weights, and what was odd about them."""

    groups: tuple[WeightGroup, ...] = ()
    observations: tuple[Observation, ...] = ()


class MisplacedRowsError(ValueError):
    """What looks like a weight is elsewhere in the document, too."""


def read_manifest(value: Json, source: Source, rows: WeightRows | None) -> Manifest:
    """Read a weights manifest; None is one without groups.

    `rows` are the weights that are `ROW` in it.

    Raises:
        MisplacedRowsError: these are others, or more.
        UnreadableFile: it is malformed; the message names the place.
        RefusedFile: it lists more weights or files than the limits allow.
    """
    if value is None:
        return Manifest()
    observations: list[Observation] = []
    groups = []
    weights = paths = taken = 0
    most = len(rows) if rows else 0
    for number, item in enumerate(_items(value, "weightsManifest")):
        place = f"weightsManifest[{number}]"
        group = mapping(item, place)
        listed = _items(group.get("weights"), f"{place}.weights")
        names = _items(group.get("paths"), f"{place}.paths")
        weights, paths = weights + len(listed), paths + len(names)
        source.limits.require(Limit.TENSORS, weights, "the number of weights")
        source.limits.require(Limit.MEMBERS, paths, "the number of shards")
        first, taken = taken, taken + listed.count(ROW)
        if taken > most:
            raise MisplacedRowsError
        part = rows.part(first, taken) if rows else ()
        whole = len(part) == len(listed) > 0
        found = part if whole else tuple(_weights(listed, part, place, observations))
        groups.append(WeightGroup(tuple(_texts(names, f"{place}.paths")), found))
    if taken < most:
        raise MisplacedRowsError
    return Manifest(tuple(groups), tuple(observations))


def _weights(
    listed: list[Json], rows: Sequence[ManifestWeight], place: str, observations: list[Observation]
) -> Iterator[ManifestWeight]:
    known = iter(rows)
    for at, weight in enumerate(listed):
        inside = f"{place}.weights[{at}]"
        if weight is ROW:
            yield next(known)
        else:
            yield weight_of(mapping(weight, inside), inside, observations)


def _texts(items: list[Json], place: str) -> Iterator[str]:
    for at, item in enumerate(items):
        if not isinstance(item, str):
            raise UnreadableFile(f"{place}[{at}] is not a string")
        yield item


def _items(value: Json, place: str) -> list[Json]:
    if not isinstance(value, list):
        raise UnreadableFile(f"{place} is not a list")
    return value
