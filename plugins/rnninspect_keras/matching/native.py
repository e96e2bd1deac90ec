"""Tensors of Keras' own format (`.keras`, `.weights.h5`): numbered, in groups named `vars`."""

from __future__ import annotations

from rnninspect.lean import lru_cache, partial
from rnninspect_keras.containers.store import VARIABLES
from rnninspect_keras.layers.building import build
from rnninspect_keras.layers.weight_names import norm_of
from rnninspect_keras.layers.weights import CellWeight, may_be_weight
from rnninspect_keras.layout import WeightName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.json import Json
    from rnninspect_keras.configuration.declared import Declared
    from rnninspect_keras.configuration.declared_layers import DeclaredCell, DeclaredLayer
    from rnninspect_keras.configuration.plans import CellPlan
    from rnninspect_keras.containers.store import Store
    from rnninspect_keras.layers.assembling import AnyLayer
    from rnninspect_keras.layers.building import CellWeights


def match_native(layers: list[DeclaredLayer], store: Store) -> tuple[list[AnyLayer], set[str]]:
    """The layers of all layers, and the groups of the cells that they took."""
    found: list[AnyLayer] = []
    taken: set[str] = set()
    shared: dict[object, tuple[int, CellWeights]] = {}
    seen: list[tuple[Declared, int, CellWeights]] = []  # not in `shared` before it is asked for

    def weights_of(layer: DeclaredLayer, cell: DeclaredCell) -> CellWeights:
        place = _place(cell, layer, store)
        weights = cell_weights(store, place, cell.plan)
        if weights:
            taken.add(place)
            seen.append((cell.declared, id(layer), weights))
            return weights
        for declared, owner, others in seen:
            shared.update(dict.fromkeys(_keys(declared), (owner, others)))
        seen.clear()
        keys = _keys(cell.declared)
        known = next((shared[key] for key in keys if key in shared), (id(layer), ()))
        return () if known[0] == id(layer) else known[1]  # one direction is not the other

    for layer in layers:
        found.extend(build(layer, partial(weights_of, layer)))
    return found, taken


def cell_weights(store: Store, place: str, plan: CellPlan | None) -> CellWeights:
    """The tensors of the cell at a place: its own variables, then those of groups below."""
    order = _created(plan)
    tensors = {name: tensor for name, tensor in store.below(place).items() if may_be_weight(tensor)}
    numbers = {name: _number(name) for name in tensors}
    own = sorted((number, name) for name, number in numbers.items() if number is not None)
    numbered = [
        CellWeight(order[number] if number < len(order) else None, tensors[name])
        for number, name in own
    ]
    below = [
        CellWeight(norm_of(name.partition("/")[0]), tensors[name])
        for name, number in numbers.items()
        if number is None
    ]
    return (*numbered, *below)


@lru_cache(maxsize=64)
def _created(plan: CellPlan | None) -> tuple[WeightName, ...]:
    """A cell's variables in the order of their making, which is that of their numbers."""
    if plan is None:
        return (WeightName.KERNEL, WeightName.RECURRENT, WeightName.BIAS)
    more: tuple[WeightName, ...] = (WeightName.PEEPHOLE,) * 3 if plan.peepholes else ()
    if plan.projection is not None:
        more = (WeightName.PROJECTION,)
    kernels = (WeightName.KERNEL, WeightName.RECURRENT)
    if plan.family in _RECURRENT_FIRST:
        kernels = (WeightName.RECURRENT, WeightName.KERNEL)
    return (*kernels, *(() if plan.with_bias is False and more else (WeightName.BIAS,)), *more)


_RECURRENT_FIRST = ("NAS", "ESN")


@lru_cache(maxsize=256)
def _number(name: str) -> int | None:
    group, _, number = name.partition("/")
    if group == VARIABLES and number.isdecimal() and len(number) < len("1000000"):
        return int(number)
    return None


def _place(cell: DeclaredCell, layer: DeclaredLayer, store: Store) -> str:
    """The cell's group; Keras since 3.6 notes the layer's name, which decides where they differ."""
    if store.names_below(cell.place) and named(store, layer.place) in (None, layer.declared.name):
        return cell.place
    container = layer.place.rpartition("/")[0]
    for path in store.named_groups(layer.declared.name):
        if path.rpartition("/")[0] == container and path != layer.place:
            return path + cell.place[len(layer.place) :]
    return cell.place


def named(store: Store, place: str) -> str | None:
    """The name noted at a layer's group of variables; None before Keras 3.6."""
    return store.label(f"{place}/{VARIABLES}" if place else VARIABLES)


def _keys(declared: Declared) -> list[object]:
    """What marks two entries as one object: their number, else all that they say."""
    keys: list[object] = [("same", declared.class_name, declared.name, _frozen(declared.settings))]
    if isinstance(declared.shared_id, int):
        keys.insert(0, ("id", declared.shared_id))
    return keys


def _frozen(value: Json) -> str:
    if isinstance(value, dict):
        kept = sorted((key, item) for key, item in value.items() if key != "shared_object_id")
        return "{" + ",".join(f"{key}:{_frozen(item)}" for key, item in kept) + "}"
    return repr(value)
