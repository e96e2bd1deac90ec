"""What is odd about the tensors of a file: ties, parts of larger storages, overlaps."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rnninspect.plugin import Fact, Observation, Purpose, StoredTensor
from rnninspect_torch.nested import storage_bytes
from rnninspect_torch.storing import elements, extent, is_impossible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.roots import Entry
    from rnninspect_torch.saved import Saved
    from rnninspect_torch.values import Storage

    Pairs = list[tuple[Entry, StoredTensor]]

_MOST = 20  # notes of one kind


def oddities(saved: Saved, pairs: Pairs, in_layers: set[int]) -> Iterator[Observation]:
    """Observations on single tensors, then on storages and on the file as a whole."""
    for clash in saved.calls.clashes:
        yield Observation(Fact.CONTRADICTION, clash)
    yield from _views(pairs)
    yield from _ties(pairs, in_layers)
    yield from _storages(pairs)
    yield from _special(pairs)


def _views(pairs: Pairs) -> Iterator[Observation]:
    expanded = 0
    for entry, tensor in pairs:
        if entry.tensor.storage is None:
            continue
        if is_impossible(entry.tensor):
            detail = "a view with a negative stride or offset"
            yield Observation(Fact.CONTRADICTION, detail, tensor=tensor.name)
        count, reach = elements(tensor.shape), extent(entry.tensor)
        if 0 < reach < count and expanded < _MOST:
            expanded += 1
            detail = f"expanded: {count:,} elements over at most {reach:,} stored ones"
            yield Observation(Fact.UNUSUAL, detail, tensor=tensor.name)


def _ties(pairs: Pairs, in_layers: set[int]) -> Iterator[Observation]:
    """Tensors of a network with several names; layers that share are reported as such."""
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for _, tensor in pairs:
        if (
            tensor.purpose is Purpose.PARAMETER
            and id(tensor) not in in_layers
            and tensor.parameters
        ):
            names[tensor.identity][tensor.name] = None
    ties = [list(tied) for tied in names.values() if len(tied) > 1]
    for first, *others in ties[:_MOST]:
        listed = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        yield Observation(Fact.UNUSUAL, f"also stored as {listed}: counted once", tensor=first)


def _storages(pairs: Pairs) -> Iterator[Observation]:
    """Bytes of storages that no tensor uses, and tensors that share some elements but not all."""
    views: dict[tuple[str, str], dict[str, Entry]] = defaultdict(dict)
    storages: dict[tuple[str, str], Storage] = {}
    for entry, tensor in pairs:
        storage = entry.tensor.storage
        if storage is not None and not is_impossible(entry.tensor):
            storages[storage.scope, storage.key] = storage
            views[storage.scope, storage.key].setdefault(tensor.identity, entry)
    unused = overlaps = 0
    for key, storage in storages.items():
        spans = sorted(
            (entry.tensor.offset, extent(entry.tensor), entry.name) for entry in views[key].values()
        )
        used, end, before = 0, 0, ""
        for start, stop, name in spans:
            if start < end and overlaps < _MOST:
                overlaps += 1
                detail = f"its elements lie among those of {before}"
                yield Observation(Fact.UNUSUAL, detail, tensor=name)
            used += max(0, stop - max(start, end))
            if stop > end:
                end, before = stop, name
        if storage.dtype:
            unused += max(0, storage_bytes(storage) - int(used * storage.element_bytes))
    if unused > 0:
        detail = f"{unused:,} bytes of the storages belong to no tensor"
        yield Observation(Fact.UNUSUAL, detail)


def _special(pairs: Pairs) -> Iterator[Observation]:
    notes: dict[str, list[str]] = defaultdict(list)
    for entry, _ in pairs:
        if entry.tensor.note and entry.tensor.storage is None:
            notes[entry.tensor.note].append(entry.name)
    words = {
        "meta": "have a shape and no elements (meta tensors)",
        "shard": "are one rank's shards of larger tensors, whose full shapes are counted",
        "sparse": "are sparse; their full shapes are counted",
        "wrapper": "are of a tensor subclass; the shapes that they present are counted",
    }
    for note, names in notes.items():
        detail = f"{len(names)} tensors {words.get(note, note)}"
        yield Observation(Fact.UNUSUAL, detail, tensor=names[0])
