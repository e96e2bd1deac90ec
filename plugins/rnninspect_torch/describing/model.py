"""From the roots of a file to the neutral description of its model."""

from __future__ import annotations

from bisect import bisect_left

from rnninspect.plugin import (
    Fact,
    Limit,
    Observation,
    Purpose,
    RecurrentLayer,
    SavedModel,
    StoredTensor,
    UnreadableFile,
)
from rnninspect_torch.describing.oddities import oddities
from rnninspect_torch.describing.stored_tensors import stored
from rnninspect_torch.dialect.signatures import STACK
from rnninspect_torch.layers.building import build
from rnninspect_torch.layers.declaring import is_recurrent
from rnninspect_torch.layers.gathering import gather
from rnninspect_torch.layers.numbered_weights import unfold
from rnninspect_torch.networks.purposes import is_mask, is_quantisation, may_mask, may_quantise
from rnninspect_torch.networks.records import WeightGroup
from rnninspect_torch.other_cells.prefilter import remainder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import Source
    from rnninspect_torch.describing.contents import Contents
    from rnninspect_torch.networks.records import DeclaredModule, NamedTensor, Root

_NETWORKS = (Purpose.PARAMETER, Purpose.COPY)
_MOST_CALLABLES = 20
_ORDINARY = 128  # letters of a name that its tensor's own steps cover
_LETTERS_IN_A_STEP = 4


class _Network:
    """The layers of one root, and its tensors as they are described so far."""

    __slots__ = ("label", "layers", "names", "observations", "root", "saved", "tensors")

    def __init__(self, root: Root, saved: Contents, label: str | None) -> None:
        self.root = root
        self.saved = saved
        self.label = label
        self.layers: list[RecurrentLayer] = []
        self.observations: list[Observation] = []
        self.tensors: dict[int, StoredTensor] = {}
        self.names: set[str] = set()

    def stored(self, entry: NamedTensor) -> StoredTensor:
        known = self.tensors.get(id(entry))
        if known is None:
            known = self.tensors[id(entry)] = stored(entry, self.purpose(entry), self.saved)
        return known

    def purpose(self, entry: NamedTensor) -> Purpose:
        if self.root.purpose is not Purpose.PARAMETER:
            return self.root.purpose
        masks = may_mask(entry.name)
        if not masks and not may_quantise(entry.name):
            return entry.purpose
        if not self.names:
            self.names.update(other.name for other in self.root.entries)
        if masks and is_mask(entry.name, self.names):
            return Purpose.STATE
        quantises = is_quantisation(entry.name, entry.tensor.shape, self.names)
        return Purpose.QUANTISATION if quantises else entry.purpose


def describe_model(saved: Contents, roots: list[Root], producer: str = "") -> SavedModel:
    """The layers of all networks, every tensor once, and what else was noticed.

    Raises UnreadableFile if there is no tensor at all: then it is no model.
    """
    if not any(root.entries for root in roots):
        runs = ", ".join(list(saved.calls.foreign)[:3])
        also = f"; loading it would run {runs}" if runs else ""
        raise UnreadableFile(f"no tensors found: not a model{also}")
    _spend_names(saved.calls.source, roots)
    networks = _networks(saved, roots)
    for network in networks:
        if network.root.purpose in _NETWORKS:
            _find_layers(network)
    in_layers = {
        id(tensor)
        for network in networks
        for layer in network.layers
        for operand in layer.operands
        for tensor in operand.tensors
    }
    pairs = [
        (entry, network.stored(entry)) for network in networks for entry in network.root.entries
    ]
    return SavedModel(
        format=saved.format,
        framework="pytorch",
        producer=producer,
        layers=tuple(layer for network in networks for layer in network.layers),
        tensors=tuple(tensor for _, tensor in pairs),
        observations=(
            *callables_of(saved),
            *saved.observations,
            *(note for network in networks for note in network.observations),
            *oddities(saved, pairs, in_layers),
        ),
    )


def _spend_names(source: Source, roots: list[Root]) -> None:
    """Book the work of long names, which several patterns search; RefusedFile beyond the limit."""
    lengths = (len(entry.name) for root in roots for entry in root.entries)
    letters = sum(length - _ORDINARY for length in lengths if length > _ORDINARY)
    source.spend(Limit.STEPS, letters // _LETTERS_IN_A_STEP)


def _networks(saved: Contents, roots: list[Root]) -> list[_Network]:
    """Each root beside its label, which it has where there are several networks."""
    names = {root.name for root in roots if root.purpose in _NETWORKS}
    several = len(names) > 1
    return [_Network(root, saved, (root.name or "top") if several else None) for root in roots]


def _find_layers(network: _Network) -> None:
    root = network.root
    entries = [entry for entry in root.entries if entry.purpose is Purpose.PARAMETER]
    groups = _groups(root, entries, network.saved.calls.source)
    alone = any(group.signature.alone for group in groups)
    names = sorted(entry.name for entry in entries) if alone else []
    taken: set[int] = set()
    for group in groups:
        declared = root.declared.get(group.path)
        unfold(group, declared)
        found = None
        if _is_torchs_own(declared) or not _is_another(group, names):
            found = build(group, declared, network.stored, network.label)
        if found is not None:
            network.layers.extend(found.layers)
            network.saved.calls.source.limits.require(Limit.RECURRENT, len(network.layers))
            network.observations.extend(found.observations)
            taken.update(id(entry) for entry in group.entries())
    _find_own_cells(network, entries, taken)


def _find_own_cells(network: _Network, entries: list[NamedTensor], taken: set[int]) -> None:
    """The layers that are not torch's own, and what may be one; `taken` tensors have a layer."""
    loose = [
        entry
        for entry in entries
        if id(entry) not in taken and network.purpose(entry) is Purpose.PARAMETER
    ]
    if loose and all(entry.name.isdigit() for entry in loose):
        from rnninspect_torch.layers.unnamed_arrays import possible_layers  # noqa: PLC0415 - as below

        network.observations.extend(possible_layers(loose, network.root.name, network.stored))
        return
    source = network.saved.calls.source
    rest = remainder(entries, loose, network.root.declared, source)
    if rest is None:
        return
    from rnninspect_torch.other_cells.building import describe_rest  # noqa: PLC0415 - few networks need it

    found = describe_rest(rest, network.stored, network.label)
    source.limits.require(Limit.RECURRENT, len(network.layers) + len(found.layers))
    if found.layers:
        network.layers = _in_order((*network.layers, *found.layers), entries)
    network.observations.extend(found.observations)


def _in_order(layers: Iterable[RecurrentLayer], entries: list[NamedTensor]) -> list[RecurrentLayer]:
    """The layers in the order of their tensors in the file, the levels of a stack together."""
    places = {entry.name: place for place, entry in enumerate(entries)}
    first: dict[str, int] = {}
    placed = [(layer.stack.name if layer.stack else layer.name, layer) for layer in layers]
    for name, layer in placed:
        tensors = (tensor for operand in layer.operands for tensor in operand.tensors)
        place = min((places.get(tensor.name, 0) for tensor in tensors), default=len(places))
        first[name] = min(first.get(name, place), place)
    return [layer for _, layer in sorted(placed, key=lambda pair: first[pair[0]])]


def _groups(root: Root, entries: list[NamedTensor], source: Source) -> list[WeightGroup]:
    """The groups of tensors, and an empty one for each declared layer that has no tensor."""
    groups = gather(entries, source)
    known = {group.path for group in (*groups, *root.groups)}
    recurrent = [
        path
        for path, declared in root.declared.items()
        if path not in known and f"{path}.module" not in known and is_recurrent(declared)
    ]
    # A quantised stack declares its cells, too, whose tensors are those of the stack; and a class
    # that is not torch's may have the attributes of a layer with tensors of its own.
    names = sorted(entry.name for group in groups for entry in group.entries()) if recurrent else []
    every = sorted(entry.name for entry in entries) if recurrent else []
    bare = [
        WeightGroup(path, STACK)
        for path in recurrent
        if not _are_below(names if root.declared[path].is_of_torch else every, path)
    ]
    return [*groups, *root.groups, *bare]


def _are_below(names: list[str], path: str) -> bool:
    """Whether one of these sorted names is that of a tensor somewhere below a module."""
    start = f"{path}." if path else ""
    place = bisect_left(names, start)
    return place < len(names) and names[place].startswith(start)


def _is_torchs_own(declared: DeclaredModule | None) -> bool:
    """Whether a module's class is one of torch's, so that no other tensor can make it another."""
    return declared is not None and (is_recurrent(declared) or declared.is_of_torch)


def _is_another(group: WeightGroup, names: list[str]) -> bool:
    """Whether other tensors in the module say that it is not the cell that it looks like."""
    if not group.signature.alone:
        return not group.signature.required <= {place.role for place in group.weights}
    roles = {place.role for place in group.weights}
    if group.signature.biases <= roles and group.signature.required & roles:
        return False  # no other module has both biases: with one kernel it is a broken cell
    start = f"{group.path}." if group.path else ""
    inside = bisect_left(names, start + "\U0010ffff") - bisect_left(names, start)
    return inside > sum(1 for _ in group.entries()) or not group.signature.required <= roles


def callables_of(saved: Contents) -> list[Observation]:
    """The callables that a loader would run, the first ones by name."""
    paths = list(saved.calls.foreign)
    notes = [Observation(Fact.CODE, path) for path in paths[:_MOST_CALLABLES]]
    if len(paths) > len(notes):
        notes.append(Observation(Fact.CODE, f"and {len(paths) - len(notes)} more"))
    return notes
