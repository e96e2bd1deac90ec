"""Tensors in the tables of a pickle: which storages they have, and which of these are shared."""

from __future__ import annotations

import math
from _bisect import bisect_right  # without the module `bisect` around it

from rnninspect.decode.pickles.values import Global
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES, PACKED, dtype_of_storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from rnninspect.decode.pickles.table import Table

_MAKER, _HOOKS = "torch._utils._rebuild_tensor_v2", "collections.OrderedDict"
_WRAPPER = "torch._utils._rebuild_parameter"
_WORD = "storage"
_DIGITS = 20


def dtype_of(kind: object) -> str:
    """The element type of a storage's class."""
    return dtype_of_storage(kind.name) if isinstance(kind, Global) else ""


class Tables:
    """The tables of a pickle, each of whose storages is of one of their tensors.

    Attributes:
        shared: keys of storages that other tensors have as well.
    """

    __slots__ = ("_ends", "_listed", "_numbered", "_starts", "shared")

    def __init__(self) -> None:
        self._starts: list[int] = []  # the first key of each table whose keys are numbers, in order
        self._ends: list[int] = []  # behind their last ones
        self._numbered: list[Table] = []  # these tables
        self._listed: dict[str, Table] = {}  # the others, by each of their keys
        self.shared: list[str] = []

    def add(self, table: Table, known: AbstractSet[str]) -> bool:
        """Add a table; False if it has anything unusual, or keys that another tensor has.

        `known` are those of storages in no table.
        """
        if not _is_plain_call(table) or table.word != _WORD:
            return False
        if set(map(type, table.kinds)) != {Global} or not all(map(_is_plain, set(table.kinds))):
            return False
        keys = list(map(str, table.keys))
        if not known.isdisjoint(keys) or not self._listed.keys().isdisjoint(keys):
            return False
        if isinstance(table.keys, range):
            return self._add_numbered(table, table.keys)
        if len(set(keys)) < len(keys) or any(self._row_of_number(key) for key in keys):
            return False
        self._listed.update(dict.fromkeys(keys, table))
        return True

    def _add_numbered(self, table: Table, keys: range) -> bool:
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
        return dtype_of(table.kinds[row]), math.prod(table.shapes[row])

    def find(self, key: str) -> tuple[Table, int] | None:
        """The table with a key, and its row; None if no table has it."""
        table = self._listed.get(key)
        if table is not None and not isinstance(table.keys, range):
            return table, table.keys.index(key)
        return self._row_of_number(key)

    def _row_of_number(self, key: str) -> tuple[Table, int] | None:
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
