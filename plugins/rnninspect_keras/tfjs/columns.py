"""The weights of a large manifest as a store has tensors, each made when it is asked for."""

from __future__ import annotations

import math

from rnninspect.plugin import DTYPES, MOST_ELEMENTS, Purpose, Record
from rnninspect_keras.containers.columns import DatasetColumns
from rnninspect_keras.containers.groups import GroupColumns
from rnninspect_keras.tfjs.manifest_weight import STRING
from rnninspect_keras.tfjs.weight_rows import WeightRows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import StoredTensor
    from rnninspect_keras.tfjs.manifest import Manifest
    from rnninspect_keras.tfjs.shards import Shard
    from rnninspect_keras.tfjs.weight_rows import Kind

_Shape = tuple[int, ...]


class _Type(Record):
    name: str


class PlainWeight(Record):
    """What weights have in common that differ in their names and places alone."""

    shape: _Shape
    datatype: _Type
    bytes: int
    loaded_as: str
    in_run: bool = True


class WeightColumns(DatasetColumns):
    """Weights one after the other in shards that have all bytes of them, and no more."""

    __slots__ = ()

    def _made_at(self, place: int) -> StoredTensor:
        known, plain = self._made.get(place), self._plain[place]
        if known is not None or not isinstance(plain, PlainWeight) or not plain.loaded_as:
            return super()._made_at(place)
        made = super()._made_at(place)._replace(loaded_as=plain.loaded_as)
        self._made[place] = made
        return made

    def add_rows(self, rows: WeightRows, known: dict[tuple[_Shape, Kind], PlainWeight]) -> None:
        """Add the weights of a group."""
        start = 0
        for name, shape, kind in zip(rows.names, rows.shapes, rows.kinds, strict=True):
            plain = known[shape, kind]
            if not DTYPES[kind[0]].is_number:
                self._purposes[len(self.names)] = Purpose.CONSTANT
            self.add(name, plain, len(self.names), start)
            start += plain.bytes


def in_columns(manifest: Manifest, shards: Sequence[Sequence[Shard]]) -> WeightColumns | None:
    """The weights in columns; None if some are not plain.

    Those are weights without a name of their own, of strings or of an impossible shape, and groups
    whose shards have other bytes than their weights need.
    """
    rows = [group.weights for group in manifest.groups if isinstance(group.weights, WeightRows)]
    if len(rows) < len(manifest.groups):
        return None
    kinds = {pair for each in rows for pair in zip(each.shapes, each.kinds, strict=True)}
    known = {pair: plain for pair in kinds if (plain := _plain(*pair)) is not None}
    if len(known) < len(kinds):
        return None
    columns = WeightColumns(GroupColumns())
    for each, files in zip(rows, shards, strict=True):
        sizes = [shard.size for shard in files]
        needed = sum([known[pair].bytes for pair in zip(each.shapes, each.kinds, strict=True)])
        if None in sizes or sum(filter(None, sizes)) != needed:
            return None
        columns.add_rows(each, known)
    return columns if columns.are_unique() else None


def _plain(shape: _Shape, kind: Kind) -> PlainWeight | None:
    dtype, width, loaded = kind
    elements = math.prod(shape)
    if dtype == STRING or width is None or min(shape, default=0) < 0 or elements > MOST_ELEMENTS:
        return None
    size = elements * width
    return PlainWeight(shape, _Type(dtype), size, loaded) if size <= MOST_ELEMENTS else None
