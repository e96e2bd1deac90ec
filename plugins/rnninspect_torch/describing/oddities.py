"""Oddities of the tensors of a file: ties, overlaps, unused bytes, special tensors."""

from __future__ import annotations

from rnninspect.lean import Counter, defaultdict
from rnninspect.plugin import Fact, Observation, Purpose, StoredTensor, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.describing.contents import Contents
    from rnninspect_torch.networks.named_tensors import NamedTensor
    from rnninspect_torch.tensors.views import Storage

    Pairs = list[tuple[NamedTensor, StoredTensor]]

_MOST = 20  # notes of one kind
# Fewer unused bytes are not reported: a scalar that was saved as an element of a vector keeps the
# storage of the vector.
_LEAST_UNUSED, _LEAST_SHARE = 1024, 100  # bytes; and a hundredth of all storages


def oddities(
    contents: Contents, pairs: Pairs, in_layers: set[int], plain: int, *, named: bool
) -> Iterator[Observation]:
    """Observations on single tensors, then on storages and on the file as a whole.

    `pairs` are without plain tensors, each of which has a storage of its own. Their bytes are
    `plain`, and they are `named` if one is a parameter whose name is not a number.
    """
    for clash in contents.calls.clashes:
        yield Observation(Fact.CONTRADICTION, clash)
    yield from _views(pairs)
    yield from _ties(pairs, in_layers)
    yield from _storages(pairs, plain)
    yield from _special(pairs)
    yield from _unnamed(pairs, named=named)
    own = [path for path in contents.calls.sources if not path.startswith("torch.")]
    if own:
        listed = ", ".join(own[:3])
        what = plural(len(own), "class", "classes")
        detail = f"contains the source code of {what}: {listed}"
        yield Observation(Fact.UNUSUAL, detail)


def _views(pairs: Pairs) -> Iterator[Observation]:
    expanded = 0
    for entry, tensor in pairs:
        view = entry.tensor
        if view.is_invalid:
            detail = "negative stride or offset"
            yield Observation(Fact.CONTRADICTION, detail, tensor=tensor.name)
        if 0 < view.reach < view.count and view.storage is not None and expanded < _MOST:
            expanded += 1
            detail = f"expanded: {view.count:,} elements share at most {view.reach:,} stored ones"
            yield Observation(Fact.UNUSUAL, detail, tensor=tensor.name)


def _ties(pairs: Pairs, in_layers: set[int]) -> Iterator[Observation]:
    """Tensors with several names; those of layers are reported as shared weights instead."""
    times = Counter([tensor.identity for _, tensor in pairs])
    if len(times) == len(pairs):
        return
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for _, tensor in pairs:
        if (
            times[tensor.identity] > 1
            and tensor.purpose is Purpose.PARAMETER
            and id(tensor) not in in_layers
            and tensor.parameters
        ):
            names[tensor.identity][tensor.name] = None
    ties = [list(tied) for tied in names.values() if len(tied) > 1]
    for first, *others in ties[:_MOST]:
        listed = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        yield Observation(Fact.UNUSUAL, f"also stored as {listed}: counted once", tensor=first)


def _storages(pairs: Pairs, plain: int) -> Iterator[Observation]:
    """Unused bytes of storages, and tensors that share some but not all elements."""
    times = Counter([entry.tensor.storage.key for entry, _ in pairs if entry.tensor.storage])
    views: dict[tuple[str, str], Pairs] = {}
    storage_bytes: dict[tuple[str, str], int] = {}
    unused, notes = 0, 0
    for entry, tensor in pairs:
        storage = entry.tensor.storage
        if storage is None or entry.tensor.is_invalid:
            continue
        storage_bytes[storage.scope, storage.key] = storage.bytes
        if times[storage.key] > 1:
            views.setdefault((storage.scope, storage.key), []).append((entry, tensor))
        else:
            unused += _unused(storage, max(0, entry.tensor.reach - entry.tensor.offset))
    for seen in views.values():
        used = 0
        for entry, new, other in _spans(seen):
            used += new
            if other is not None and notes < _MOST:
                notes += 1
                detail = f"overlaps with {other}"
                yield Observation(Fact.UNUSUAL, detail, tensor=entry.name)
        if entry.tensor.storage is not None:
            unused += _unused(entry.tensor.storage, used)
    stored = plain + sum(storage_bytes.values())
    if unused >= max(_LEAST_UNUSED, stored / _LEAST_SHARE):
        total = plural(stored, "stored byte")
        detail = f"{unused:,} of {total} are outside any tensor"
        yield Observation(Fact.UNUSUAL, detail)


def _unused(storage: Storage, used: int) -> int:
    """Bytes of a storage beyond `used` elements; 0 if its type is unknown."""
    return max(0, storage.bytes - int(used * storage.element_bytes)) if storage.dtype else 0


def _spans(seen: Pairs) -> Iterator[tuple[NamedTensor, int, str | None]]:
    """The views of a storage, each with its number of new elements and the view it overlaps."""
    end, before = 0, ""
    for entry in _distinct_views(seen):
        start, stop = entry.tensor.offset, entry.tensor.reach
        yield entry, max(0, stop - max(start, end)), before if start < end and stop else None
        if stop > end:
            end, before = stop, entry.name


def _distinct_views(seen: Pairs) -> list[NamedTensor]:
    """An entry for each distinct view of a storage, by offset."""
    first: dict[str, NamedTensor] = {}
    for entry, tensor in seen:
        first.setdefault(tensor.identity, entry)
    return sorted(first.values(), key=lambda entry: (entry.tensor.offset, entry.tensor.reach))


def _special(pairs: Pairs) -> Iterator[Observation]:
    notes: dict[str, list[str]] = defaultdict(list)
    for entry, _ in pairs:
        if entry.tensor.note and entry.tensor.storage is None:
            notes[entry.tensor.note].append(entry.name)
    words = {
        "elsewhere": ("tensor", "stored in a data file (.ptd) beside the program"),
        "meta": ("meta tensor", "with a shape and no elements"),
        "shard": ("tensor", "the shard of one rank, counted with its full shape"),
        "sparse": ("sparse tensor", "counted with its full shape"),
        "wrapper": ("tensor", "of a subclass, counted with its outer shape"),
    }
    for note, names in notes.items():
        noun, clause = words.get(note, ("tensor", note))
        detail = f"{plural(len(names), noun)}, {'' if len(names) == 1 else 'each '}{clause}"
        yield Observation(Fact.UNUSUAL, detail, tensor=names[0])


def _unnamed(pairs: Pairs, *, named: bool) -> Iterator[Observation]:
    """Tensors without usable names: `list(model.parameters())`, or flattened by FSDP."""
    names = [entry.name for entry, tensor in pairs if tensor.purpose is Purpose.PARAMETER]
    if names and not named and all(name.isdigit() for name in names):
        detail = f"{plural(len(names), 'tensor')} without names: no layer can be recognised"
        yield Observation(Fact.UNUSUAL, detail)
    flat = [name for name in names if name.endswith("flat_param")]
    if flat:
        detail = "flattened by FSDP: the shapes of its layers are not in the file"
        yield Observation(Fact.UNUSUAL, detail, tensor=flat[0])
