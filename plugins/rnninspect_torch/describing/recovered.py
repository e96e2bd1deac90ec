"""Adds the cells that are recognised in a program's operations, beside the layers found by names.

A layer that torch declares, or that has the names of a torch module of that class, stays. One that
was inferred from the names or shapes of tensors gives way to a recovered layer over the same
tensors: shapes admit several cells, the operations compute one.
"""

from __future__ import annotations

import math

from rnninspect.graphs import recurrences
from rnninspect.plugin import BIASES, CELLS, Fact, Fate, Origin, Record, Recurrences, Role, Slot
from rnninspect.spellings import HAND_WRITTEN
from rnninspect_torch.dialect.layout import LAYOUT, PYTORCH
from rnninspect_torch.layers.declaring import is_a_torch_cell
from rnninspect_torch.networks.named_tensors import NamedTensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rnninspect.plugin import (
        Observation,
        Operand,
        RecurrentLayer,
        SkippedLayer,
        StoredTensor,
    )
    from rnninspect_torch.networks.records import Root


class Found(Record):
    """What is recurrent in a network.

    Attributes:
        layers, observations: of the network, with those that its program has.
        skipped: steps of the program that fit no cell.
        states: identities of tensors from which sequences start.
        finished: whether the search of the program came to its end; None without one.
    """

    layers: tuple[RecurrentLayer, ...]
    observations: tuple[Observation, ...]
    skipped: tuple[SkippedLayer, ...] = ()
    states: frozenset[str] = frozenset()
    finished: bool | None = None


def with_recovered(
    known: Found,
    root: Root,
    stored: Callable[[NamedTensor], StoredTensor],
    label: str | None,
) -> Found:
    """What is known of a network by names, with what its program computes."""

    def tensors_of(key: object) -> tuple[StoredTensor, ...]:
        return (stored(key),) if isinstance(key, NamedTensor) else ()

    recovered = _searched(root, tensors_of)
    for layer in _fullest(recovered.layers):
        known = _with(known, root, layer, label)
    taken = {identity for layer in known.layers for identity in _identities(layer)}
    skipped = tuple(
        step._replace(name=_path_of(step.tensors) or step.name)
        for step in recovered.skipped
        if step.tensors and not any(tensor.identity in taken for tensor in step.tensors)
    )
    lost = {tensor.identity for step in skipped for tensor in step.tensors}
    names = {
        tensor.name
        for layer in known.layers
        for operand in layer.operands
        for tensor in operand.tensors
    }
    return known._replace(
        observations=(
            *(note for note in known.observations if not _is_covered(note, lost)),
            *(note for note in recovered.observations if note.tensor not in names),
        ),
        skipped=skipped,
        states=recovered.states,
        finished=recovered.finished,
    )


def _fullest(layers: Iterable[RecurrentLayer]) -> list[RecurrentLayer]:
    """The layers without those over the tensors of another: of two readings that with more gates.

    The memory of an LSTM with coupled gates alone is a minGRU.
    """
    kept: list[RecurrentLayer] = []
    for layer in layers:
        rivals = [each for each in kept if not _identities(each).isdisjoint(_identities(layer))]
        if all(len(CELLS[each.cell].gates) < len(CELLS[layer.cell].gates) for each in rivals):
            kept = [each for each in kept if each not in rivals]
            kept.append(layer)
    return kept


def _searched(root: Root, tensors_of: Callable[[object], tuple[StoredTensor, ...]]) -> Recurrences:
    """What the first translation that has layers gives; without any, what the likeliest does."""
    seen: list[Recurrences] = []
    for graph in root.translations() if root.translations is not None else ():
        found = recurrences(graph, tensors_of, HAND_WRITTEN)
        if found.layers:
            return found
        seen.append(found)
    if not seen:
        return Recurrences()
    return seen[0]._replace(finished=all(each.finished for each in seen))


def _with(known: Found, root: Root, layer: RecurrentLayer, label: str | None) -> Found:
    """The layers and one more, unless its tensors are in one that stays."""
    own = _identities(layer)
    over = [each for each in known.layers if own & _identities(each)]
    if not own or any(_stays(root, each, layer) or _identities(each) - own for each in over):
        return known
    at = min((known.layers.index(each) for each in over), default=len(known.layers))
    kept = [each for each in known.layers if not any(each is one for one in over)]
    gone = {each.name for each in over}
    notes = (
        note
        for note in known.observations
        if not _is_covered(note, own) and not (note.fact is Fact.AMBIGUOUS and note.layer in gone)
    )
    named = _named(layer, over)._replace(root=label)
    return known._replace(layers=(*kept[:at], named, *kept[at:]), observations=tuple(notes))


def _stays(root: Root, found: RecurrentLayer, layer: RecurrentLayer) -> bool:
    """Whether a layer found by names is better described by them."""
    if found.origin is Origin.DECLARED or found.stack is not None:
        return True
    declared = root.declared.get(found.original_name or found.name)
    return declared is not None and is_a_torch_cell(declared) and found.cell == layer.cell


def _identities(layer: RecurrentLayer) -> set[str]:
    return {tensor.identity for operand in layer.operands for tensor in operand.tensors}


def _named(layer: RecurrentLayer, over: list[RecurrentLayer]) -> RecurrentLayer:
    """The layer with the name of its module, and torch's convention if it has both biases."""
    tensors = [tensor for operand in layer.operands for tensor in operand.tensors]
    names = [tensor.name for tensor in tensors]
    path = _path_of(tensors)
    if path.startswith("CONSTANTS") or not path:
        number = min(names, default="").rpartition(".")[2] if path else ""
        path = over[0].name if over else f"{layer.cell.lower()}_cell{number and '_' + number}"
    operands = tuple(_with_one_bias(operand) for operand in layer.operands)
    filled = {slot.role for operand in operands for slot in operand.slots}
    return layer._replace(
        name=path,
        convention=HAND_WRITTEN if len(filled & BIASES) == 1 else PYTORCH,
        roles=frozenset((layer.roles - BIASES) | filled),
        operands=operands,
    )


def _with_one_bias(operand: Operand) -> Operand:
    """A bias for each unit is one bias: no exporter of torch adds two of them up."""
    if {slot.role for slot in operand.slots} != BIASES or operand.shape is None:
        return operand
    if sum(math.prod(tensor.shape) for tensor in operand.tensors) != operand.shape[0]:
        return operand
    return operand._replace(slots=(Slot(0, Role.BIAS),), axes=LAYOUT[Role.BIAS], fate=Fate.STORED)


def _path_of(tensors: Sequence[StoredTensor]) -> str:
    """The module that all of these tensors are in."""
    shared = []
    for parts in zip(*(tensor.name.split(".")[:-1] for tensor in tensors), strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return ".".join(shared)


def _is_covered(note: Observation, own: set[str]) -> bool:
    """Whether a note on a possible layer is about tensors that are in a layer now."""
    return bool(note.tensors) and all(tensor.identity in own for tensor in note.tensors)
