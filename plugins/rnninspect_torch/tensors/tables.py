"""Tensors in the tables of a pickle: which storages they have, and which of these are shared."""

from __future__ import annotations

import math
from _bisect import bisect_right  # without the module `bisect` around it

from rnninspect.decode.pickles.values import Global
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES, PACKED, dtype_of_storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from typing import TypeAlias

    from rnninspect.decode.pickles.table import Table
    from rnninspect.decode.pickles.values import Alike
    from rnninspect_torch.tensors.views import Storage

    _Rows: TypeAlias = "Table | StoragesAlike"

_MAKER, _HOOKS = "torch._utils._rebuild_tensor_v2", "collections.OrderedDict"
_WRAPPER = "torch._utils._rebuild_parameter"
_WORD = "storage"
_DIGITS = 20


def dtype_of(kind: object) -> str:
    """The element type of a storage's class."""
    return dtype_of_storage(kind.name) if isinstance(kind, Global) else ""


class StoragesAlike:
    """The storages of objects that are built alike.

    Attributes:
        keys: those of one object, then those of the next.
        original: the storages of the object that they are built like.
    """

    __slots__ = ("keys", "original")

    def __init__(self, keys: Sequence[str] | range, original: list[Storage]) -> None:
        self.keys, self.original = keys, original


class Tables:
    """The tables of a pickle, each of whose storages is of one of their tensors.

    Attributes:
        alike: the storages of objects that are built alike.
        shared: keys of storages that other tensors have as well.
    """

    __slots__ = ("_ends", "_listed", "_numbered", "_starts", "alike", "shared")

    def __init__(self) -> None:
        self.alike: dict[Alike, StoragesAlike] = {}
        self._starts: list[int] = []  # the first key of each table whose keys are numbers, in order
        self._ends: list[int] = []  # behind their last ones
        self._numbered: list[_Rows] = []  # these tables
        self._listed: dict[str, _Rows] = {}  # the others, by each of their keys
        self.shared: list[str] = []

    def add(self, table: Table, known: AbstractSet[str]) -> bool:
        """Add a table; False if it has anything unusual, or keys that another tensor has.

        `known` are those of storages in no table.
        """
        if not _is_plain_call(table) or table.word != _WORD:
            return False
        if set(map(type, table.kinds)) != {Global} or not all(map(_is_plain, set(table.kinds))):
            return False
        return self._add(table, known)

    def add_alike(self, objects: Alike, storages: list[Storage], known: AbstractSet[str]) -> bool:
        """Add the storages of objects that are built alike, given those of their original.

        False if they have anything unusual, or keys that another tensor has.
        """
        rows = StoragesAlike(objects.keys, storages)
        if not all(isinstance(ELEMENT_BYTES.get(each.dtype), int) for each in storages):
            return False
        if any(each.dtype in PACKED or each.start for each in storages) or not self._add(
            rows, known
        ):
            return False
        self.alike[objects] = rows
        return True

    def _add(self, table: _Rows, known: AbstractSet[str]) -> bool:
        keys = list(map(str, table.keys))
        if not known.isdisjoint(keys) or not self._listed.keys().isdisjoint(keys):
            return False
        if isinstance(table.keys, range):
            return self._add_numbered(table, table.keys)
        if len(set(keys)) < len(keys) or any(self._row_of_number(key) for key in keys):
            return False
        self._listed.update(dict.fromkeys(keys, table))
        return True

    def _add_numbered(self, table: _Rows, keys: range) -> bool:
        at = bisect_right(self._starts, keys.start)
        if at and self._ends[at - 1] > keys.start:
            return False
        if at < len(self._starts) and self._starts[at] < keys.stop:
            return False
        self._starts.insert(at, keys.start)
        self._ends.insert(at, keys.stop)
        self._numbered.insert(at, table)
        return True

    def declared(self, key: str) -> tuple[str, int] | None:
        """The element type and the length of a storage; None if no table has it."""
        found = self.find(key)
        if found is None:
            return None
        table, row = found
        if isinstance(table, StoragesAlike):
            storage = table.original[row % len(table.original)]
            return storage.dtype, storage.count
        return dtype_of(table.kinds[row]), math.prod(table.shapes[row])

    def find(self, key: str) -> tuple[_Rows, int] | None:
        """The table with a key, and its row; None if no table has it."""
        table = self._listed.get(key)
        if table is not None and not isinstance(table.keys, range):
            return table, table.keys.index(key)
        return self._row_of_number(key)

    def _row_of_number(self, key: str) -> tuple[_Rows, int] | None:
        number = int(key) if key.isascii() and key.isdigit() and len(key) <= _DIGITS else -1
        at = bisect_right(self._starts, number) - 1
        if at < 0 or number >= self._ends[at] or key != str(number):
            return None
        return self._numbered[at], number - self._starts[at]


def _is_plain_call(table: Table) -> bool:
    """Whether tensors, and parameters around them, are made by the usual calls."""
    makers = [table.maker, table.hooks]
    if table.flags:
        makers += (table.wrapper, table.wrapper_hooks)
    paths = [maker.path for maker in makers if isinstance(maker, Global)]
    return paths == [_MAKER, _HOOKS, _WRAPPER, _HOOKS][: len(makers)]


def _is_plain(kind: object) -> bool:
    """Whether elements are whole bytes, and are not several of another type."""
    dtype = dtype_of(kind)
    return isinstance(ELEMENT_BYTES.get(dtype), int) and dtype not in PACKED
