"""The tensors of a dict of a pickle in columns, if most of them are in tables."""

from __future__ import annotations

from rnninspect.decode.pickles.table import Table
from rnninspect.decode.pickles.values import Instance, Mapping
from rnninspect.lean import partial
from rnninspect.plugin import MOST_ELEMENTS
from rnninspect_torch.columns.entries import ColumnEntries, EntryColumns
from rnninspect_torch.networks.purposes import is_copy
from rnninspect_torch.tensors.dtypes import bytes_of
from rnninspect_torch.tensors.tables import dtype_of
from rnninspect_torch.tensors.views import TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect_torch.tensors.calls import TorchCalls

_CONTAINERS = (Mapping, Instance, list, tuple)  # may have tensors in them
# Of keys whose values are no network, if a dict has both.
_ASIDE = ({"param_groups", "state"}, {"python", "cpu"})
_FLAT = "flat_param"  # the end of a name, of which a note is made


class _UnusualError(ValueError):
    """Something that is described entry by entry."""


def columns_of(value: Mapping, calls: TorchCalls) -> ColumnEntries | None:
    """The tensors of a dict.

    None if other values in it may have tensors, if names repeat, are numbers or may be those of a
    copy, or if a tensor is not a view of a storage.
    """
    try:
        return ColumnEntries(_columns(value, calls))
    except _UnusualError:
        return None


def _columns(value: Mapping, calls: TorchCalls) -> EntryColumns:
    columns = EntryColumns(calls.scope)
    firsts: dict[Table, int] = {}
    pairs, before, others = value.apart.pairs, 0, []
    for at, table in value.tables or ():
        others += _add(columns, pairs[before:at])
        before = at
        if not isinstance(table, Table):
            raise _UnusualError
        dtypes = {kind: dtype_of(kind) for kind in set(table.kinds)}
        firsts[table] = columns.add_stretch(
            table.names, table.shapes, list(map(dtypes.__getitem__, table.kinds)), table.keys
        )
    others += _add(columns, pairs[before:])
    _check_names(columns.names, others)
    for key in calls.tables.shared if calls.tables else ():
        found = calls.tables.find(key) if calls.tables else None
        if found is not None and found[0] in firsts:
            place = firsts[found[0]] + found[1]
            columns.views[place] = columns.view(place)
    return columns


def _add(columns: EntryColumns, pairs: list[object]) -> list[str]:
    """Add the tensors among pairs that are in no table; return the names of other values."""
    others = []
    for name, view in zip(pairs[::2], pairs[1::2], strict=True):
        if type(name) is not str or isinstance(view, _CONTAINERS):
            raise _UnusualError
        if not isinstance(view, TensorView):
            others.append(name)
            continue
        size = (
            0 if view.storage is None else min(view.storage.bytes, bytes_of(view.count, view.dtype))
        )
        if view.storage is None or view.note or size > MOST_ELEMENTS:
            raise _UnusualError
        columns.add(name, view, size)
    return others


def _check_names(names: list[str], others: list[str]) -> None:
    unique = {*names, *others}
    if len(unique) < len(names) + len(others) or any(pair <= unique for pair in _ASIDE):
        raise _UnusualError
    if any(map(is_copy, {name.partition(".")[0] for name in names})):
        raise _UnusualError
    if all(map(str.isdigit, names)) or any(name.endswith(_FLAT) for name in names):
        raise _UnusualError


def in_columns(calls: TorchCalls) -> Callable[[Mapping], ColumnEntries | None]:
    """Gives the columns of a dict in a pickle with these calls."""
    return partial(columns_of, calls=calls)
