"""The cells of a graph of objects: their tensors, their labels, and which of them are in layers."""

from __future__ import annotations

from rnninspect.plugin import Limit, Purpose, RecurrentLayer, SkippedLayer, no_formula
from rnninspect_keras.layers.weight_names import SCALES, norm_of, weight_name_of
from rnninspect_keras.layers.weights import CellWeight
from rnninspect_keras.layout import WeightName
from rnninspect_keras.tensorflow.checkpoints.records import OBJECT_PATH_END
from rnninspect_keras.tensorflow.objects.graph import GraphObject, reach
from rnninspect_keras.tensorflow.objects.outermost import outermost_model, without_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import Limits
    from rnninspect_keras.layers.assembling import AnyLayer
    from rnninspect_keras.layers.building import CellWeights
    from rnninspect_keras.layers.clusters import WeightCluster

RECURRENT = "recurrent_kernel"
# Edges that lead away from what a layer consists of.
_ASIDE = ("keras_api", "signatures", "variables", "trainable_variables", "regularization_losses")


class ObjectCells:
    """The cells of one graph of objects; each tensor is given to one cell at most.

    Attributes:
        items: the objects.
        model: name of the outermost model; empty if the names of variables do not have it.
        taken: identities of the tensors that are in layers.
    """

    def __init__(self, items: list[GraphObject], limits: Limits) -> None:
        self.items = items
        self.model = outermost_model(items)
        self.taken: set[str] = set()
        self._limits = limits

    def require(self, cells: int) -> None:
        """RefusedFile if that many cells make too many layers, with two directions in each."""
        self._limits.require(Limit.RECURRENT, (cells + 1) // 2, "the number of recurrent cells")

    def follow(self, number: int, edges: Iterable[str]) -> list[int]:
        """The objects along a path of edges, as far as it goes."""
        path = [number]
        for edge in edges:
            child = self.items[path[-1]].children.get(edge)
            if child is None:
                return path
            path.append(child)
        return path

    def take(self, number: int) -> CellWeights:
        """The tensors of a cell: its own by their names, then those of what it contains."""
        own = {child: weight_name_of(name) for name, child in self.items[number].children.items()}
        for name, child in self.items[number].children.items():
            if norm := norm_of(name):
                scales = self.items[child].children
                own.update({scales[scale]: norm for scale in SCALES if scale in scales})
        weights = []
        for child in reach(self.items, [number], is_inward):
            tensor = self.items[child].tensor
            if tensor is not None and tensor.purpose is Purpose.PARAMETER:
                self.taken.add(tensor.identity)
                weights.append(CellWeight(own.get(child), tensor))
        return tuple(sorted(weights, key=_order))

    def is_left(self, number: int) -> bool:
        """Whether a cell has a weight that no layer has taken."""
        weights = (self.items[child].tensor for child in self.items[number].children.values())
        return any(
            weight is not None
            and weight.purpose is Purpose.PARAMETER
            and weight.identity not in self.taken
            for weight in weights
        )

    def label(self, item: GraphObject) -> str:
        """The name of a variable as other containers have it, or else the path to it."""
        path = path_of(item.key)
        own = "/" in item.name or "/" not in path
        return without_model(item.name, self.model) if own else path


def path_of(key: str) -> str:
    """The edges to an object, by the key of its value in a checkpoint."""
    return key.partition(OBJECT_PATH_END)[0]


def is_inward(edge: str) -> bool:
    """Whether an edge leads to a part of a layer."""
    return edge not in _ASIDE and not edge.startswith("_")


def _order(weight: CellWeight) -> int:
    return list(WeightName).index(weight.name) if weight.name is not None else len(WeightName)


def unexplained(clusters: Iterable[WeightCluster], found: list[AnyLayer]) -> list[SkippedLayer]:
    """Cells that no formula explains: a recurrent kernel is always reported."""
    taken = identities(found)
    reason = no_formula()
    return [
        SkippedLayer("/".join(known.place), "cell", reason, tuple(p.tensor for p in known.weights))
        for known in clusters
        if not any(weight.tensor.identity in taken for weight in known.weights)
    ]


def identities(found: list[AnyLayer]) -> set[str]:
    """The tensors that layers take, known or not."""
    taken: set[str] = set()
    for layer in found:
        match layer:
            case RecurrentLayer():
                operands = (tensor for operand in layer.operands for tensor in operand.tensors)
                taken.update(tensor.identity for tensor in (*operands, *layer.extras))
            case SkippedLayer():
                taken.update(tensor.identity for tensor in layer.tensors)
    return taken
