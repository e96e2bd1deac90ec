"""The tensors of a dict of a pickle in columns, if most of them are in tables."""

from __future__ import annotations

from rnninspect.decode.pickles.states import StateTable
from rnninspect.decode.pickles.table import Table
from rnninspect.decode.pickles.values import Instance, Mapping
from rnninspect.plugin import MOST_ELEMENTS, Purpose
from rnninspect_torch.columns.entries import ColumnEntries, EntryColumns
from rnninspect_torch.networks.purposes import is_copy
from rnninspect_torch.tensors.dtypes import bytes_of
from rnninspect_torch.tensors.tables import dtype_of
from rnninspect_torch.tensors.views import TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from rnninspect.decode.pickles.values import Rows
    from rnninspect_torch.networks.walking import Walk
    from rnninspect_torch.tensors.calls import TorchCalls

    _Table = TypeVar("_Table", bound=Table)

_CONTAINERS = (Mapping, Instance, list, tuple)  # may have tensors in them
# Of keys whose values are no network, if a dict has both.
_ASIDE = ({"param_groups", "state"}, {"python", "cpu"})
_FLAT = "flat_param"  # the end of a name, of which a note is made


class _UnusualError(ValueError):
    """Something that is described entry by entry."""


def columns_of(
    value: Mapping, purpose: Purpose, walk: Walk, calls: TorchCalls
) -> ColumnEntries | None:
    """The tensors of a dict, or of the dicts in it that an optimizer has for each parameter.

    None if other values in it may have tensors, if names repeat, are numbers or may be those of a
    copy, or if a tensor is not a view of a storage.
    """
    try:
        if any(isinstance(table, StateTable) for _, table in value.tables or ()):
            return ColumnEntries(_states(value, purpose, walk, calls))
        return ColumnEntries(_columns(value, calls))
    except _UnusualError:
        return None


def _columns(value: Mapping, calls: TorchCalls) -> EntryColumns:
    columns = EntryColumns(calls.scope)
    firsts: dict[object, int] = {}
    pairs, before, others = value.apart.pairs, 0, []
    for at, table in value.tables or ():
        others += _add(columns, pairs[before:at])
        before = at
        known = _known(table, Table)
        firsts[known] = _add_table(columns, known)
    others += _add(columns, pairs[before:])
    if not are_usual(columns.names, others):
        raise _UnusualError
    set_apart(columns, firsts, calls)
    return columns


def _states(value: Mapping, purpose: Purpose, walk: Walk, calls: TorchCalls) -> EntryColumns:
    """The tensors of all dicts; those of numbers are in tables, but for a few."""
    columns = EntryColumns(calls.scope)
    firsts: dict[object, int] = {}
    numbers: list[object] = []
    dicts: list[Mapping] = []
    pairs, before = value.apart.pairs, 0
    for at, table in (*(value.tables or ()), (len(pairs), None)):
        numbers += pairs[before:at:2]
        dicts += [_add_state(columns, state) for state in pairs[before + 1 : at : 2]]
        before = at
        if table is not None:
            known = _known(table, StateTable)
            firsts[known] = _add_table(columns, known)
            numbers += known.numbers
    if set(map(type, numbers)) != {int} or len(set(numbers)) < len(numbers):
        raise _UnusualError
    if purpose is not Purpose.OPTIMIZER or not walk.first_visits(dicts):
        raise _UnusualError
    set_apart(columns, firsts, calls)
    return columns


def _known(table: Rows, kind: type[_Table]) -> _Table:
    """A table of which no value exists that something may have changed."""
    if type(table) is not kind or (isinstance(table, StateTable) and table.is_made):
        raise _UnusualError
    return table


def _add_table(columns: EntryColumns, table: Table) -> int:
    """Add the tensors of a table; return the index of the first."""
    dtypes = {kind: dtype_of(kind) for kind in set(table.kinds)}
    of_each = list(map(dtypes.__getitem__, table.kinds))
    return columns.add_stretch(table.names, table.shapes, of_each, table.keys)


def _add_state(columns: EntryColumns, state: object) -> Mapping:
    """Add the tensors of a dict that is in no table."""
    if type(state) is not Mapping or state.tables or state.state is not None:
        raise _UnusualError
    others = _add(columns, state.pairs)
    names = state.pairs[::2]
    unique = {*names, *others}
    if len(unique) < len(names) or any(pair <= unique for pair in _ASIDE):
        raise _UnusualError
    return state


def set_apart(columns: EntryColumns, firsts: dict[object, int], calls: TorchCalls) -> None:
    """Look by themselves at the tensors of tables whose storages others have as well."""
    for key in calls.tables.shared if calls.tables else ():
        found = calls.tables.find(key) if calls.tables else None
        if found is not None and found[0] in firsts:
            place = firsts[found[0]] + found[1]
            columns.views[place] = columns.view(place)


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


def are_usual(names: list[str], others: list[str]) -> bool:
    """Whether names of tensors, and of other values beside them, may be those of one network."""
    unique = {*names, *others}
    if len(unique) < len(names) + len(others) or any(pair <= unique for pair in _ASIDE):
        return False
    if any(map(is_copy, {name.partition(".")[0] for name in names})):
        return False
    return not all(map(str.isdigit, names)) and not any(name.endswith(_FLAT) for name in names)
