"""The values of a PyTorch Mobile flatbuffer, as those that a pickle of TorchScript would give.

Schema: torch/csrc/jit/serialization/mobile_bytecode.fbs. A value refers to others by their numbers,
and only to earlier ones: the runtime knows no others when it reads it.
"""

from __future__ import annotations

from rnninspect.decode.flatbuffers import FLOAT64, INT8, INT32, INT64, UINT8, UINT32
from rnninspect.decode.pickles.values import Global, Instance, Mapping
from rnninspect.lean import IntEnum
from rnninspect.plugin import Limit, UnreadableFile, plural
from rnninspect_torch.mobile.scalar_types import name_of
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES
from rnninspect_torch.tensors.views import TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.flatbuffers import FlatBuffer, Table, Tables
    from rnninspect_torch.tensors.calls import TorchCalls
    from rnninspect_torch.tensors.views import Storage

_HIGHEST_RANK = 64
_LONGEST_TEXT, _LONGEST_LIST = 2**16, 1_000  # longer ones name nothing and declare nothing
_CLASS_WITH_FIELD = 1  # TypeType of an object whose attributes are listed


class Kind(IntEnum):
    """The members of IValueUnion."""

    NONE = 0
    INT = 1
    BOOL = 2
    DOUBLE = 3
    TENSOR = 5
    STRING = 6
    LIST = 7
    TUPLE = 8
    DICT = 9
    OBJECT = 10
    INT_LIST = 11
    BOOL_LIST = 13
    FUNCTION = 16


class Slot(IntEnum):
    """Fields of the root table, Module."""

    STATE = 3
    VALUES = 4
    STORAGES = 6
    TYPES = 7
    SOURCES = 8
    CONSTANTS = 9


class Values:
    """The values of a file, decoded in order; `found` has None for what is of no interest.

    Attributes:
        found: by number.
        function_constants: numbers of the constants of all functions, in order.
    """

    __slots__ = ("_buffer", "_calls", "_storages", "_types", "found", "function_constants")

    def __init__(self, buffer: FlatBuffer, module: Table, calls: TorchCalls) -> None:
        self._buffer, self._calls = buffer, calls
        self._storages = module.tables(Slot.STORAGES)
        self._types = [_class_of(each) for each in _bounded(module.tables(Slot.TYPES), calls)]
        self.found: list[object] = []
        self.function_constants: dict[int, None] = {}
        for value in _bounded(module.tables(Slot.VALUES), calls):
            self.found.append(self._decode(value))

    def at(self, number: int) -> object:
        """The value of a number; UnreadableFile if there is none yet."""
        if number >= len(self.found):
            raise UnreadableFile(f"value {number} is missing, or follows one that refers to it")
        return self.found[number]

    def stored_bytes(self, storage: Storage) -> int:
        """Bytes that the file stores for a storage."""
        return len(self._storages[int(storage.key)].numbers(0, UINT8))

    def _decode(self, value: Table) -> object:
        kind, place = value.integer(0, UINT8), value.place(1)
        if place is None:
            return None
        if kind in _STRUCTS:
            pages = self._buffer.pages
            at = pages.follow(place, "a value")
            if kind == Kind.DOUBLE:
                return pages.real(at, FLOAT64)
            number = pages.number(at, INT64 if kind == Kind.INT else UINT8)
            return number if kind == Kind.INT else bool(number)
        table = value.table(1)
        return None if table is None else self._of_table(kind, table)

    def _of_table(self, kind: int, table: Table) -> object:
        found: object = None
        match kind:
            case Kind.TENSOR:
                found = self._tensor(table)
            case Kind.STRING:
                short = len(table.numbers(0, UINT8)) <= _LONGEST_TEXT
                found = table.text(0) if short else None
            case Kind.LIST:
                found = self._items(table, 0)
            case Kind.TUPLE:
                found = tuple(self._items(table, 0))
            case Kind.DICT:
                pairs = zip(self._items(table, 0), self._items(table, 1), strict=False)
                found = Mapping([item for pair in pairs for item in pair])
            case Kind.OBJECT:
                found = self._object(table)
            case Kind.INT_LIST | Kind.BOOL_LIST:
                found = _numbers(table, Kind(kind))
            case Kind.FUNCTION:
                self.function_constants.update(dict.fromkeys(self._references(table, 3)))
        return found

    def _references(self, table: Table, slot: int) -> tuple[int, ...]:
        """Numbers of values; vectors may overlap in the file, so that each is counted."""
        numbers = table.numbers(slot, UINT32)
        self._calls.source.spend(
            Limit.NODES, len(numbers), "the number of references between values"
        )
        return numbers.integers()

    def _items(self, table: Table, slot: int) -> list[object]:
        return [self.at(number) for number in self._references(table, slot)]

    def _object(self, table: Table) -> Instance:
        number = table.integer(0, UINT32)
        if number >= len(self._types):
            raise UnreadableFile(f"value {len(self.found)} is of type {number}, which is missing")
        path, names = self._types[number]
        module, _, name = path.rpartition(".")
        made = Instance(Global(module, name), ())
        if names is None:
            made.state = self.at(table.integer(1, UINT32))
            return made
        values = self._items(table, 2)
        if len(values) != len(names):
            given = plural(len(values), "attribute")
            raise UnreadableFile(f"an object of {path[:80]} has {given}, its class {len(names)}")
        pairs = zip(names, values, strict=True)
        made.state = Mapping([item for pair in pairs for item in pair])
        return made

    def _tensor(self, table: Table) -> TensorView:
        dtype = name_of(table.integer(1, INT8))
        shape, strides = (table.numbers(slot, INT32) for slot in (3, 4))
        if len(shape) != len(strides) or len(shape) > _HIGHEST_RANK:
            raise UnreadableFile(
                f"tensor of rank {len(shape)} has {plural(len(strides), 'stride')}"
            )
        key = table.integer(0, UINT32)
        stored = len(self._storages[key].numbers(0, UINT8))
        count = int(stored // ELEMENT_BYTES.get(dtype, 1))
        storage = self._calls.storages.get(f"{key}") or self._calls.register(f"{key}", dtype, count)
        schema = table.table(6)
        view = TensorView(
            storage, table.integer(2, INT32), shape.integers(), strides.integers(), dtype
        )
        if schema is None:
            return view
        parts = (schema.table(slot) for slot in (3, 4))
        made = tuple(self._tensor(part) for part in parts if part is not None)
        return view.changed(parts=made, note="quantised")


_STRUCTS = (Kind.INT, Kind.BOOL, Kind.DOUBLE)


def _bounded(tables: Tables, calls: TorchCalls) -> Tables:
    calls.source.limits.require(Limit.OPCODES, len(tables), "the number of values")
    return tables


def _class_of(table: Table) -> tuple[str, tuple[str, ...] | None]:
    """The path of a class, and the names of its attributes; None if it has a state instead."""
    has_fields = table.integer(1, UINT8) == _CLASS_WITH_FIELD
    return table.text(0) or "", tuple(table.texts(2)) if has_fields else None


def _numbers(table: Table, kind: Kind) -> list[object] | None:
    if kind is Kind.INT_LIST:
        numbers = table.numbers(0, INT64)
        return list(numbers.integers()) if len(numbers) <= _LONGEST_LIST else None
    flags = table.numbers(0, UINT8)
    return list(map(bool, flags.integers())) if len(flags) <= _LONGEST_LIST else None
