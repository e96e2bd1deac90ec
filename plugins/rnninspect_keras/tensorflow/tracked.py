"""Recurrent layers in a graph of trackable objects: by Keras' descriptions, by edges, by names."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial

from rnninspect.plugin import Limit, Purpose, RecurrentLayer, SkippedLayer, no_formula
from rnninspect_keras.configuration.shape_flow import Carrier
from rnninspect_keras.configuration.units import Finder
from rnninspect_keras.layers.building import build
from rnninspect_keras.layers.pieces import (
    SCALES,
    Cluster,
    Piece,
    cluster,
    norm_part,
    part_of,
    recurrent_places,
)
from rnninspect_keras.layout import Part
from rnninspect_keras.matching.unconfigured import recognise, strands
from rnninspect_keras.tensorflow.listed import recognise_listed
from rnninspect_keras.tensorflow.objects import Item, paths_to, reach
from rnninspect_keras.tensorflow.outermost import models_around, outermost_model, without_model
from rnninspect_keras.variable_names.cells import recognise_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.plugin import Limits, StoredTensor
    from rnninspect_keras.configuration.shapes import Shape
    from rnninspect_keras.configuration.units import CellAt, Unit
    from rnninspect_keras.layers.assembling import Found
    from rnninspect_keras.layers.building import Pieces

    Named = tuple[str, StoredTensor]

RECURRENT = "recurrent_kernel"
# Edges that lead away from what a layer consists of.
ASIDE = ("keras_api", "signatures", "variables", "trainable_variables", "regularization_losses")


NUMBERS = re.compile(r"\b(\d{1,6})\b")  # of layers, in the keys of a checkpoint


class Tracked:
    """The layers of one graph of objects; each tensor is given to one cell at most."""

    def __init__(self, items: list[Item], limits: Limits) -> None:
        self.finder = Finder(limits, lambda _: False)
        self._items, self._limits = items, limits
        self._taken: set[str] = set()  # keys of the tensors that are in layers
        self._inside: set[int] = set()  # objects inside of layers that are done
        self._model = outermost_model(items)

    def layers(self, tensors: Iterable[StoredTensor]) -> list[Found]:
        """All recurrent layers, the described ones first."""
        return [*self._described(), *self._by_edges(), *self._by_names(tensors)]

    def _described(self) -> list[Found]:
        found: list[Found] = []
        shapes, around = self._shapes(), models_around(self._items)
        for number, item in enumerate(self._items):
            if item.declared is None or number in self._inside:
                continue
            unit = self.finder.walk_alone(item.declared, shapes.get(number))
            if unit is not None:
                self._enter(number, unit)
                unit = unit._replace(name="/".join((*around.get(number, ()), unit.name)))
                found.extend(build(unit, partial(self._pieces, number)))
        return found

    def _shapes(self) -> dict[int, Shape]:
        """Input shapes of layers that a model around them states."""
        carrier, shapes = Carrier(), dict[int, "Shape"]()
        for number, item in enumerate(self._items):
            if item.declared is None or not item.declared.children("layers"):
                continue
            stated = carrier.input_shapes(item.declared, shapes.get(number))
            for child in item.children.values():
                layer = self._items[child].declared
                if layer is not None and layer.name in stated:
                    shapes.setdefault(child, stated[layer.name])
        return shapes

    def _enter(self, number: int, unit: Unit) -> None:
        """Note the objects between a layer and its cells: they are no layers of their own."""
        for way in unit.ways:
            for cell in way:
                self._inside.update(self._follow(number, cell.edges))

    def _follow(self, number: int, edges: Iterable[str]) -> list[int]:
        """The objects along a path of edges, as far as it goes."""
        path = [number]
        for edge in edges:
            child = self._items[path[-1]].children.get(edge)
            if child is None:
                return path
            path.append(child)
        return path

    def _pieces(self, number: int, cell: CellAt) -> Pieces:
        path = self._follow(number, cell.edges)
        return self._cell(path[-1]) if len(path) == len(cell.edges) + 1 else ()

    def _cell(self, number: int) -> Pieces:
        """The tensors of a cell: its own by their names, then those of what it contains."""
        own = {child: part_of(name) for name, child in self._items[number].children.items()}
        for name, child in self._items[number].children.items():
            if norm := norm_part(name):
                scales = self._items[child].children
                own.update({scales[scale]: norm for scale in SCALES if scale in scales})
        pieces = []
        for child in reach(self._items, [number], _is_inward):
            tensor = self._items[child].tensor
            if tensor is not None and tensor.purpose is Purpose.PARAMETER:
                self._taken.add(tensor.identity)
                pieces.append(Piece(own.get(child), tensor))
        return tuple(sorted(pieces, key=_order))

    def _by_edges(self) -> list[Found]:
        """Cells that no description covers: objects with a recurrent kernel."""
        clusters: dict[int, Cluster] = {}
        for number, item in enumerate(self._items):
            kernel = item.children.get(RECURRENT)
            if kernel is None or not self._is_left(number):
                continue
            place = tuple(self._label(self._items[kernel]).split("/")[:-1])
            self._require(len(clusters) + 1)
            clusters[number] = Cluster(place, pieces=self._cell(number))
            clusters[number].robbed = self._items[kernel].tensor is None
        clusters = self._in_order(clusters)
        self._tell_apart(clusters)
        found = list(recognise(strands("", [*clusters.values()])))
        return [*found, *_unknown([*clusters.values()], found)]

    def _in_order(self, clusters: dict[int, Cluster]) -> dict[int, Cluster]:
        """The same cells by the numbers of their layers, where the keys hold such.

        Objects are numbered by their distance, so that the cells of a wrapper come last.
        """
        ranks: dict[str, int] = {}
        keys: dict[int, tuple[int, list[int]]] = {}
        for number in clusters:
            front, *rest = NUMBERS.split(self._items[self._items[number].children[RECURRENT]].key)
            keys[number] = ranks.setdefault(front, len(ranks)), [int(at) for at in rest[::2]]
        return {number: clusters[number] for number in sorted(clusters, key=keys.__getitem__)}

    def _require(self, cells: int) -> None:
        """RefusedFile if so many cells make too many layers, with two directions in each."""
        self._limits.require(Limit.RECURRENT, (cells + 1) // 2, "the number of recurrent cells")

    def _tell_apart(self, clusters: dict[int, Cluster]) -> None:
        """Name by their attributes different cells whose variables bear the same names."""
        known = Counter(found.place for found in clusters.values())
        again = [number for number, found in clusters.items() if known[found.place] > 1]
        paths = paths_to(self._items, again, _is_inward) if again else {}
        seen: Counter[tuple[str, ...]] = Counter()
        for number in again:
            place = clusters[number].place
            own = paths.get(number, ())
            seen[place] += 1
            if own:
                clusters[number].place = (*own, *(part for part in place[-1:] if "_cell" in part))
            elif seen[place] > 1 and place:
                clusters[number].place = (f"{place[0]} ({seen[place]})", *place[1:])

    def _is_left(self, number: int) -> bool:
        """Whether a cell has a weight that no layer has taken."""
        weights = (self._items[child].tensor for child in self._items[number].children.values())
        return any(
            weight is not None
            and weight.purpose is Purpose.PARAMETER
            and weight.identity not in self._taken
            for weight in weights
        )

    def _robbed(self) -> set[tuple[str, ...]]:
        """Where the objects have a recurrent kernel that the checkpoint does not hold."""
        gone = (
            without_model(item.name, self._model).split("/")
            for item in self._items
            if item.key and item.tensor is None
        )
        return {tuple(place) for *place, last in gone if last == RECURRENT}

    def _label(self, item: Item) -> str:
        path = path_of(item.key)
        own = "/" in item.name or "/" not in path
        return without_model(item.name, self._model) if own else path

    def _left(self, tensors: Iterable[StoredTensor]) -> list[Named]:
        """What no layer has taken, by its name, or by its key where several bear one name."""
        held = {
            item.tensor.identity: item
            for item in self._items
            if item.tensor is not None and item.tensor.purpose is Purpose.PARAMETER
        }
        uses = Counter(item.name for item in held.values())
        names = {
            key: without_model(item.name, self._model)
            if uses[item.name] == 1
            else path_of(item.key)
            for key, item in held.items()
        }
        order = {key: number for number, key in enumerate(held)}
        left = [
            (names.get(tensor.identity) or tensor.name, tensor)
            for tensor in tensors
            if tensor.purpose is Purpose.PARAMETER and tensor.identity not in self._taken
        ]
        if not order:
            return left
        return sorted(left, key=lambda known: order.get(known[1].identity, len(order)))

    def _by_names(self, tensors: Iterable[StoredTensor]) -> list[Found]:
        """Cells whose tensors hang together by their names alone."""
        rest = self._left(tensors)
        robbed = self._robbed()
        sorted_out = cluster(_inside(recurrent_places(rest) | {*map("/".join, robbed)}, rest))
        for known in sorted_out:
            known.robbed = known.place in robbed
        clusters = [known for known in sorted_out if known.recurrent]
        self._require(len(clusters))
        found = list(recognise(strands("", clusters)))
        taken = _identities(found)
        others = [known for known in rest if known[1].identity not in taken]
        found.extend(recognise_named(others, self._require))
        found.extend(_unknown(clusters, found))
        taken = _identities(found)
        left = (tensor for _, tensor in others if tensor.identity not in taken)
        listed, notes = recognise_listed(left, self._require)
        self.finder.observations.extend(notes)
        return [*found, *listed]


def _inside(places: set[str], named: Iterable[Named]) -> Iterator[Named]:
    """What lies in one of these places or below: what does not is of no recurrent cell."""
    for item in named if places else ():
        place = item[0].rpartition("/")[0]
        while place and place not in places:
            place = place.rpartition("/")[0]
        if place in places:
            yield item


def _unknown(clusters: list[Cluster], found: list[Found]) -> list[SkippedLayer]:
    """Cells that no formula explains: what has a recurrent kernel is never left out in silence."""
    taken = _identities(found)
    reason = no_formula()
    return [
        SkippedLayer("/".join(known.place), "cell", reason, tuple(p.tensor for p in known.pieces))
        for known in clusters
        if not any(piece.tensor.identity in taken for piece in known.pieces)
    ]


def _identities(found: list[Found]) -> set[str]:
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


def path_of(key: str) -> str:
    """The edges to an object, by the key of its value in a checkpoint."""
    return key.partition("/.ATTRIBUTES")[0]


def _is_inward(edge: str) -> bool:
    return edge not in ASIDE and not edge.startswith("_")


def _order(piece: Piece) -> int:
    return list(Part).index(piece.part) if piece.part is not None else len(Part)
