"""Tensors of one cell, grouped by their names."""

from __future__ import annotations

from rnninspect_keras.layers.weight_names import RECURRENT, norm_of, parse_name, without_output
from rnninspect_keras.layers.weights import CellWeight

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import StoredTensor


class WeightCluster:
    """Tensors whose names say that they belong to one cell.

    Attributes:
        place: what their names have in common, split at the slashes.
        suffix: `_1` of a second cell or direction under the same place.
        weights: in the order in which the file lists them.
        lost_kernel: whether the file names a recurrent kernel for it that is not stored.
    """

    __slots__ = ("lost_kernel", "place", "suffix", "weights")

    def __init__(
        self, place: tuple[str, ...], suffix: str = "", weights: Iterable[CellWeight] = ()
    ) -> None:
        self.place = place
        self.suffix = suffix
        self.lost_kernel = False
        self.weights = list(weights)

    @property
    def early(self) -> bool:
        """Whether the names are Keras 1's, which contain the layer's: `lstm_1_W_i`."""
        last = f"{self.place[-1]}_" if self.place else ""
        return any(
            weight.tensor.name.rpartition("/")[2].startswith(last) for weight in self.weights
        )

    @property
    def recurrent(self) -> bool:
        """Whether one of them can only be a recurrent kernel, or one is known to be gone."""
        if self.lost_kernel:
            return True
        return any(weight.name in RECURRENT for weight in self.weights)


def cluster_by_names(named: Iterable[tuple[str, StoredTensor]]) -> list[WeightCluster]:
    """Sort tensors into cells by their weight names, in order of appearance."""
    clusters: dict[tuple[tuple[str, ...], str], WeightCluster] = {}
    for name, tensor in named:
        *place, base = without_output(name).split("/")
        word = parse_name(base)
        weight = CellWeight(word.name, tensor, gate=word.gate)
        key = word.key_at(tuple(place))
        clusters.setdefault(key, WeightCluster(*key)).weights.append(weight)
    return _with_surplus(list(clusters.values()))


def mark_lost_kernels(clusters: list[WeightCluster], lost: Iterable[str]) -> list[WeightCluster]:
    """Note the cells whose recurrent kernel is among the names that no tensor was stored for."""
    keys = set()
    for name in lost:
        *place, base = without_output(name).split("/")
        word = parse_name(base)
        if word.name in RECURRENT:
            keys.add(word.key_at(tuple(place)))
    for found in clusters:
        found.lost_kernel = found.lost_kernel or (found.place, found.suffix) in keys
    return clusters


def recurrent_places(named: Iterable[tuple[str, StoredTensor]]) -> set[str]:
    """The places of recurrent kernels, by their names."""
    return {
        name.rpartition("/")[0]
        for name, _ in named
        if parse_name(without_output(name.rpartition("/")[2])).name in RECURRENT
    }


def _with_surplus(clusters: list[WeightCluster]) -> list[WeightCluster]:
    """Give tensors inside a recurrent cell's place that are not a cell themselves to it."""
    cells = {found.place: found for found in clusters if found.recurrent and not found.suffix}
    kept = []
    for found in clusters:
        outer = (found.place[:length] for length in range(len(found.place), 0, -1))
        owner = next((cells[place] for place in outer if place in cells), None)
        if owner is None or owner is found or found.recurrent or found.suffix:
            kept.append(found)
        else:
            within = norm_of(found.place[-1]) if len(found.place) > len(owner.place) else None
            owner.weights.extend(
                CellWeight(weight.name and within, weight.tensor) for weight in found.weights
            )
    return kept
