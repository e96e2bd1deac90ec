"""Finds the layers of one network, and describes its tensors."""

from __future__ import annotations

from _bisect import bisect_left  # without the module `bisect` around it

from rnninspect.plugin import (
    Limit,
    Observation,
    Purpose,
    RecurrentLayer,
    SkippedLayer,
    StoredTensor,
)
from rnninspect.signatures.odd import may_be_known
from rnninspect.spellings import remainder
from rnninspect.stored.kinds import names_of
from rnninspect_torch.describing.stored_tensors import stored
from rnninspect_torch.dialect.signatures import STACK
from rnninspect_torch.layers.building import build
from rnninspect_torch.layers.declaring import is_recurrent
from rnninspect_torch.layers.gathering import gather
from rnninspect_torch.layers.numbered_weights import assign_positions
from rnninspect_torch.networks.naming import without_wrappers
from rnninspect_torch.networks.purposes import (
    is_mask,
    is_quantisation,
    is_trained,
    may_mask,
    may_quantise,
)
from rnninspect_torch.networks.weights import WeightGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Source
    from rnninspect.stored.columns import TensorColumns
    from rnninspect_torch.describing.contents import Contents
    from rnninspect_torch.networks.named_tensors import NamedTensor
    from rnninspect_torch.networks.records import DeclaredModule, Root


_STEPS_OF_A_TENSOR = 10  # in columns, that is looked at by itself
_STEPS_OF_A_PURPOSE = 3  # that depends on other names


class Network:
    """A root with its layers, observations and described tensors."""

    __slots__ = (
        "columns",
        "contents",
        "finished",
        "label",
        "layers",
        "names",
        "observations",
        "root",
        "skipped",
        "states",
        "tensors",
    )

    def __init__(self, root: Root, contents: Contents, label: str | None) -> None:
        self.root = root
        self.contents = contents
        self.label = label
        self.layers: list[RecurrentLayer] = []
        self.observations: list[Observation] = []
        self.skipped: tuple[SkippedLayer, ...] = ()
        self.states: frozenset[str] = frozenset()
        self.finished: bool | None = None
        self.tensors: dict[int, StoredTensor] = {}
        self.names: set[str] = set()
        self.columns: TensorColumns | None = None
        if root.columns is not None:
            self.columns = root.columns.stored(
                self.described, self._purpose_by_all_names, root.purpose
            )
            unmatched = root.columns.unmatched(contents.held, contents.stored_bytes)
            contents.calls.source.spend(Limit.STEPS, _STEPS_OF_A_TENSOR * len(unmatched))
            for place in unmatched:
                _ = self.columns[place]  # so that it is looked at by itself
            self.names = set()  # of very many tensors, all of which have their purpose now

    def stored(self, entry: NamedTensor) -> StoredTensor:
        """The stored tensor of an entry, one for each."""
        if self.columns is not None and self.root.columns is not None:
            return self.columns[self.root.columns.place_of(entry)]
        known = self.tensors.get(id(entry))
        if known is None:
            known = self.tensors[id(entry)] = self.described(entry)
        return known

    def described(self, entry: NamedTensor) -> StoredTensor:
        """The stored tensor of an entry, made anew."""
        made = stored(entry, self.purpose(entry), self.contents)
        return made if is_trained(entry.name, made.dtype) else made._replace(trained=False)

    def _purpose_by_all_names(self, entry: NamedTensor) -> Purpose:
        """The purpose of one of very many tensors; RefusedFile beyond the limit of steps."""
        self.contents.calls.source.spend(Limit.STEPS, _STEPS_OF_A_PURPOSE)
        return self.purpose(entry)

    def purpose(self, entry: NamedTensor) -> Purpose:
        """The purpose of an entry, given that of its root and the names of the network."""
        if self.root.purpose is not Purpose.PARAMETER:
            return self.root.purpose
        if self.columns is not None and self.root.columns is not None:
            return self.columns.purposes.get(self.root.columns.place_of(entry), entry.purpose)
        masks = may_mask(entry.name)
        if not masks and not may_quantise(entry.name):
            return entry.purpose
        if not self.names:
            self.names.update(names_of(self.root.every))
        if masks and is_mask(entry.name, self.names):
            return Purpose.STATE
        quantises = is_quantisation(entry.name, entry.shape, self.names)
        return Purpose.QUANTISATION if quantises else entry.purpose


def find_layers(network: Network) -> None:
    """Add the network's layers, and observations on modules that may be layers."""
    root = network.root
    entries = root.parameters
    groups = _groups(root, entries, network.contents.calls.source)
    alone = any(group.signature.alone for group in groups)
    names = sorted(names_of(entries)) if alone else []
    taken: list[NamedTensor] = []
    for group in groups:
        declared = root.declared.get(group.path)
        assign_positions(group, declared)
        found = None
        if _is_torchs_own(declared) or not _is_another(group, names):
            found = build(group, declared, network.stored, network.label)
        if found is not None:
            network.layers.extend(found.layers)
            network.contents.calls.source.limits.require(Limit.RECURRENT, len(network.layers))
            network.observations.extend(found.observations)
            taken.extend(group.entries())
    _find_own_cells(network, entries, taken)
    if root.translations is not None:
        from rnninspect_torch.describing.recovered import Found, with_recovered  # noqa: PLC0415 - few files have code

        known = Found(tuple(network.layers), tuple(network.observations))
        recurrent = with_recovered(known, root, network.stored, network.label)
        network.contents.calls.source.limits.require(Limit.RECURRENT, len(recurrent.layers))
        network.layers, network.observations = list(recurrent.layers), list(recurrent.observations)
        network.skipped, network.states = recurrent.skipped, recurrent.states
        network.finished = recurrent.finished


def _find_own_cells(
    network: Network, entries: Sequence[NamedTensor], taken: list[NamedTensor]
) -> None:
    """Add the layers outside torch.nn, and possible ones; `taken` tensors have a layer."""
    unassigned = _unassigned(network, entries, taken)
    if may_be_known(names_of(unassigned)):
        known = _find_known_cells(network, entries, unassigned)
        unassigned = _unassigned(network, entries, [*taken, *known])
    if unassigned and all(map(str.isdigit, names_of(unassigned))):
        from rnninspect.spellings.unnamed_arrays import possible_layers  # noqa: PLC0415 - as below

        network.observations.extend(possible_layers(unassigned, network.root.name, network.stored))
        return
    source = network.contents.calls.source
    rest = remainder(entries, unassigned, network.root.declared, source)
    if rest is None:
        return
    from rnninspect.spellings.building import describe_cells  # noqa: PLC0415 - few networks need it

    found = describe_cells(rest, network.stored, called=without_wrappers, root=network.label)
    source.limits.require(Limit.RECURRENT, len(network.layers) + len(found.layers))
    if found.layers:
        network.layers = _in_order((*network.layers, *found.layers), entries)
    network.observations.extend(found.observations)


def _unassigned(
    network: Network, entries: Sequence[NamedTensor], taken: list[NamedTensor]
) -> Sequence[NamedTensor]:
    """The parameters that are not taken."""
    columns = network.root.columns
    if columns is not None and network.columns is not None:
        aside = set(map(columns.place_of, taken))
        return columns.without(aside.union(network.columns.purposes))
    places = set(map(id, taken))
    free = [entry for entry in entries if id(entry) not in places]
    return [entry for entry in free if network.purpose(entry) is Purpose.PARAMETER]


def _find_known_cells(
    network: Network, entries: Sequence[NamedTensor], unassigned: Sequence[NamedTensor]
) -> list[NamedTensor]:
    """Add the layers whose weights a signature names, and possible ones; return their tensors."""
    from rnninspect.signatures.describing import known_layers  # noqa: PLC0415 - few networks need it
    from rnninspect.signatures.marks import possible_layers  # noqa: PLC0415 - as above
    from rnninspect.signatures.nearby import near_cells  # noqa: PLC0415 - as above

    source = network.contents.calls.source
    places = near_cells(names_of(unassigned))
    source.limits.require(Limit.TENSORS, len(places), "the number of tensors that may be a cell's")
    near = [unassigned[place] for place in places]
    tensors = {entry.name: network.stored(entry) for entry in near}
    layers = known_layers(tensors, source, called=without_wrappers, root=network.label)
    if layers:
        network.layers = _in_order((*network.layers, *layers), entries)
        source.limits.require(Limit.RECURRENT, len(network.layers))
    notes = possible_layers(tensors, layers, called=without_wrappers)
    network.observations.extend(notes)
    operands = (operand.tensors for layer in layers for operand in layer.operands)
    others = (layer.buffers for layer in layers)
    taken = {
        tensor.name
        for some in (*operands, *others, *(note.tensors for note in notes))
        for tensor in some
    }
    return [entry for entry in near if entry.name in taken]


def _in_order(
    layers: Sequence[RecurrentLayer], entries: Sequence[NamedTensor]
) -> list[RecurrentLayer]:
    """Layers in the order of their tensors in the file; levels of a stack are adjacent."""
    within = {t.name for layer in layers for operand in layer.operands for t in operand.tensors}
    places = {name: at for at, name in enumerate(names_of(entries)) if name in within}
    first: dict[str, int] = {}
    placed = [(layer.stack.name if layer.stack else layer.name, layer) for layer in layers]
    for name, layer in placed:
        tensors = (tensor for operand in layer.operands for tensor in operand.tensors)
        place = min((places.get(tensor.name, 0) for tensor in tensors), default=len(entries))
        first[name] = min(first.get(name, place), place)
    return [layer for _, layer in sorted(placed, key=lambda pair: first[pair[0]])]


def _groups(root: Root, entries: Sequence[NamedTensor], source: Source) -> list[WeightGroup]:
    """The groups of tensors, and an empty one for each declared layer without tensors."""
    groups = gather(entries, source)
    known = {group.path for group in (*groups, *root.groups)}
    recurrent = [
        path
        for path, declared in root.declared.items()
        if path not in known and f"{path}.module" not in known and is_recurrent(declared)
    ]
    # A quantised stack also declares its cells, which share its tensors; and a class outside torch
    # may have the attributes of a layer, but tensors of its own.
    names = sorted(entry.name for group in groups for entry in group.entries()) if recurrent else []
    all_names = sorted(names_of(entries)) if recurrent else []
    bare = [
        WeightGroup(path, STACK)
        for path in recurrent
        if not _are_below(names if root.declared[path].is_frameworks_own else all_names, path)
    ]
    return [*groups, *root.groups, *bare]


def _are_below(names: list[str], path: str) -> bool:
    """Whether one of these sorted names is that of a tensor below a module."""
    start = f"{path}." if path else ""
    place = bisect_left(names, start)
    return place < len(names) and names[place].startswith(start)


def _is_torchs_own(declared: DeclaredModule | None) -> bool:
    """Whether a module's class is one of torch, whatever tensors it has."""
    return declared is not None and (is_recurrent(declared) or declared.is_frameworks_own)


def _is_another(group: WeightGroup, names: list[str]) -> bool:
    """Whether other tensors in the module show that it is a different kind of module."""
    if not group.signature.alone:
        return not group.signature.required <= {place.role for place in group.weights}
    roles = {place.role for place in group.weights}
    if group.signature.biases <= roles and group.signature.required & roles:
        return False  # only cells have both biases: with one kernel it is a broken cell
    start = f"{group.path}." if group.path else ""
    inside = bisect_left(names, start + "\U0010ffff") - bisect_left(names, start)
    return inside > sum(1 for _ in group.entries()) or not group.signature.required <= roles
