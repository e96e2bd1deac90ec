"""The tensors of modules that are built alike, in columns."""

from __future__ import annotations

from rnninspect.decode.pickles.values import Alike, Global, Instance, Mapping
from rnninspect.lean import partial
from rnninspect.plugin import MOST_ELEMENTS, Purpose
from rnninspect.stored.tensor import contiguous_strides
from rnninspect_torch.columns.entries import ColumnEntries, EntryColumns
from rnninspect_torch.columns.pickled import are_usual, columns_of, set_apart
from rnninspect_torch.networks.modules import add_module, is_module
from rnninspect_torch.networks.named_tensors import NamedTensor
from rnninspect_torch.networks.records import ModulesAlike, Root
from rnninspect_torch.networks.walking import Walk
from rnninspect_torch.tensors.dtypes import bytes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.networks.walking import Child
    from rnninspect_torch.tensors.calls import TorchCalls

PARAMETER, STATE = Purpose.PARAMETER, Purpose.STATE
_PLAIN = (str, int, float, type(None), Global)
_DEEPEST = 4
_MOST = 1_000  # items of a value that are looked at
_STEPS = 4  # of a module, and of a tensor, that is not built


class InPickle:
    """Finds columns in the values of a pickle with these calls."""

    def __init__(self, calls: TorchCalls) -> None:
        self._calls = calls
        self.of_dict = partial(columns_of, calls=calls)

    def children(self, path: str, modules: Mapping, walk: Walk) -> list[Child] | None:
        """The modules of a registry, those that are alike at once; None if any is unusual."""
        found: list[Child] = []
        pairs, before, names = modules.apart.pairs, 0, []
        for at, rows in (*(modules.tables or ()), (len(pairs), None)):
            names += pairs[before:at:2]
            values = zip(pairs[before:at:2], pairs[before + 1 : at : 2], strict=True)
            found += [
                (walk.join(path, str(name)), value)
                for name, value in values
                if isinstance(value, Instance)
            ]
            before = at
            if rows is None:
                break
            alike = self._alike(path, rows, walk) if isinstance(rows, Alike) else None
            if alike is None:
                return None
            names += rows.names
            found.append((path, alike))
        is_usual = all(type(name) is str and name for name in names) and len(set(names)) == len(
            names
        )
        return found if is_usual else None

    def _alike(self, path: str, objects: Alike, walk: Walk) -> ModulesAlike | None:
        tables = self._calls.tables
        storages = tables.alike.get(objects) if tables else None
        original = objects.original
        if storages is None or objects.is_made or not isinstance(original, Instance):
            return None
        if not is_module(original) or not all(map(_may_be_shared, objects.shared)):
            return None
        root, shared = Root(""), set(map(id, objects.shared))
        others = add_module(root, "", original, Walk(self._calls.source))
        if not all(id(value) in shared or _is_plain(value) for _, _, value in others):
            return None
        count = len(objects.of_original)
        tensors, rest = root.entries[:count], root.entries[count:]
        if list(map(_key, tensors)) != objects.of_original:
            return None
        places = {id(each.tensor): at for at, each in enumerate(tensors)}
        aliases = [(each.name, places.get(id(each.tensor), -1)) for each in rest]
        if any(at < 0 for _, at in aliases) or any(each.purpose is not STATE for each in rest):
            return None
        names = [walk.join(path, name) for name in objects.names]
        walk.step(_STEPS * (len(objects.keys) + len(names) * len(root.declared)))
        return ModulesAlike(names, storages, tensors, aliases, root.declared)

    def settle(self, root: Root) -> None:
        """Put the tensors of a root in columns, or make those of all modules."""
        columns = EntryColumns(self._calls.scope)
        firsts: dict[object, int] = {}
        made: dict[int, NamedTensor] = {}
        is_usual = True
        for part in _parts(root):
            if isinstance(part, list):
                made |= enumerate(part, len(columns.names))
                is_usual = sum(_add(columns, entry) for entry in part) == len(part) and is_usual
            elif part[1]:
                _add_aliases(columns, part[0], firsts[part[0].storages])
            else:
                firsts[part[0].storages] = _add_alike(columns, part[0])
        root.alike = []
        if is_usual and are_usual(columns.names, []):
            set_apart(columns, firsts, self._calls)
            root.entries, root.columns = [], ColumnEntries(columns)
        else:
            root.entries = [made.get(at) or _entry(columns, at) for at in range(len(columns.names))]


def _entry(columns: EntryColumns, place: int) -> NamedTensor:
    purpose = columns.purposes.get(place, PARAMETER)
    return NamedTensor(columns.names[place], columns.view(place), purpose)


def _parts(root: Root) -> Iterator[list[NamedTensor] | tuple[ModulesAlike, bool]]:
    before = 0
    for at, alike, is_alias in root.alike:
        yield root.entries[before:at]
        yield alike, is_alias
        before = at
    yield root.entries[before:]


def _add(columns: EntryColumns, entry: NamedTensor) -> bool:
    """Add a tensor; False if it is no view of a storage."""
    view, storage = entry.tensor, entry.tensor.storage
    size = min(storage.bytes, bytes_of(view.count, view.dtype)) if storage else 0
    if entry.purpose is not PARAMETER:
        columns.purposes[len(columns.names)] = entry.purpose
    columns.add(entry.name, view, min(size, MOST_ELEMENTS))
    return storage is not None and not view.note and not view.parts and size <= MOST_ELEMENTS


def _add_alike(columns: EntryColumns, alike: ModulesAlike) -> int:
    """Add the tensors of modules; return the index of the first."""
    times, tensors = len(alike.names), alike.tensors
    first = columns.add_stretch(
        [f"{path}.{each.name}" for path in alike.names for each in tensors],
        [each.tensor.shape for each in tensors] * times,
        [each.tensor.dtype for each in tensors] * times,
        alike.storages.keys,
    )
    for at, each in enumerate(tensors):
        if each.purpose is not PARAMETER:
            places = range(first + at, first + at + times * len(tensors), len(tensors))
            columns.purposes.update(dict.fromkeys(places, each.purpose))
    return first


def _add_aliases(columns: EntryColumns, alike: ModulesAlike, first: int) -> None:
    """Add the tensors again that modules have as attributes, too."""
    for row, path in enumerate(alike.names):
        for name, at in alike.aliases:
            place = first + row * len(alike.tensors) + at
            view = columns.views[place] = columns.view(place)
            columns.purposes[len(columns.names)] = STATE
            columns.add(f"{path}.{name}", view, columns.sizes[place])


def _key(entry: NamedTensor) -> str | None:
    """The key of the storage that a tensor fills; None if it is any other kind of tensor."""
    view, storage = entry.tensor, entry.tensor.storage
    if storage is None or view.note or view.parts or view.offset or storage.start:
        return None
    is_whole = view.dtype == storage.dtype and view.count == storage.count > 0
    return storage.key if is_whole and view.strides == contiguous_strides(view.shape) else None


def _may_be_shared(value: object) -> bool:
    """Whether a value from outside of a module has no tensors, or is found at its first place."""
    return _is_plain(value) or (isinstance(value, Instance) and not is_module(value))


def _is_plain(value: object, depth: int = 0) -> bool:
    """Whether there are no tensors and no objects in it."""
    if isinstance(value, _PLAIN):
        return True
    if isinstance(value, Mapping) and value.state is None and not value.tables:
        value = value.pairs
    if not isinstance(value, list | tuple) or depth > _DEEPEST or len(value) > _MOST:
        return False
    return all(_is_plain(item, depth + 1) for item in value)
