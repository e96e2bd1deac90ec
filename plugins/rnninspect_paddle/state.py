"""State dicts: pickles of arrays with the names of their parameters (paddle/framework/io.py)."""

from __future__ import annotations

from itertools import islice
from math import prod
from sys import intern

from rnninspect.decode.cursor import Cursor
from rnninspect.decode.pickles.interpreter import load
from rnninspect.decode.pickles.numpy_arrays import array_in, is_shape
from rnninspect.decode.pickles.parameter_names import NAME_TABLE, PARTS_TABLE
from rnninspect.decode.pickles.values import Global, Instance, Mapping
from rnninspect.plugin import DTYPES, Fact, Limit, Observation, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.decode.pickles.table import Table
    from rnninspect.decode.pickles.values import Alike
    from rnninspect.plugin import Source

_STEPS_OF_A_VALUE = 4
_LONGEST_NAME = 500
_MOST_NOTES = 20
_NUMPY = ("numpy.core.multiarray", "numpy._core.multiarray", "numpy._core.numeric", "numpy")
_ARRAYS = frozenset({"_reconstruct", "_frombuffer", "scalar", "ndarray", "dtype"})
_SEQUENCES = frozenset({"tuple", "list", "set", "frozenset"})


class SavedArray(Record):
    """An array of a state dict.

    Attributes:
        name: its keys, joined with dots.
        parameter: the name that the framework gave the parameter; empty if unknown.
        shape, dtype: of the array.
        held: bytes in the file; None if they would have to be decoded.
        number: equal for two names of one array in the file.
    """

    name: str
    parameter: str
    shape: tuple[int, ...]
    dtype: str
    held: int | None
    number: int

    @property
    def needed(self) -> int | None:
        """Bytes that shape and type need; None of an unknown type."""
        element = DTYPES.get(self.dtype)
        return prod(self.shape) * element.bits // 8 if element and element.bits else None


class SavedState(Record):
    """What a pickle holds.

    Attributes:
        arrays: in the order of the file.
        foreign: callables that loading would run, and that belong to no array.
        left_out: names of arrays without numbers.
        trailing: bytes after the end of the pickle.
    """

    arrays: tuple[SavedArray, ...]
    foreign: tuple[str, ...]
    left_out: tuple[str, ...]
    trailing: int


def read_state(source: Source) -> SavedState:
    """The arrays of a file, of which no element is read.

    Raises:
        UnreadableFile: truncated or malformed.
        RefusedFile: a limit would be exceeded.
    """
    calls, cursor = _Calls(), Cursor(source)
    walk = _Walk(source)
    walk.visit(load(cursor, calls))
    return SavedState(tuple(walk.arrays), tuple(calls.foreign), tuple(walk.left_out), cursor.left)


def load_value(source: Source) -> tuple[object, list[Observation]]:
    """The inert value of a pickle, and a note for each callable that loading would run.

    Raises:
        UnreadableFile: truncated or malformed.
        RefusedFile: a limit would be exceeded.
    """
    calls = _Calls()
    value = load(Cursor(source), calls)
    return value, code_in(calls.foreign)


def code_in(foreign: Iterable[str]) -> list[Observation]:
    """A note for each callable that loading would run."""
    return [Observation(Fact.CODE, path) for path in islice(foreign, _MOST_NOTES)]


class _Calls:
    """What the calls in a pickle result in; `foreign` are those that could run anything."""

    def __init__(self) -> None:
        self.embeds_files = False
        self.foreign: dict[str, None] = {}

    def call(self, maker: object, args: tuple[object, ...]) -> object:
        """The inert value of a call."""
        if not isinstance(maker, Global):
            return Instance(maker, args)
        module, name = maker.module, maker.name
        if module == "builtins" and name in _SEQUENCES:
            return args[0] if args else ()
        if (module, name) in (("collections", "OrderedDict"), ("builtins", "dict")) and not args:
            return Mapping()
        if (module, name) == ("_codecs", "encode") and args:
            return args[0]  # bytes in protocol 2: a string with a character for each byte
        if (module, name) == ("builtins", "eval") and (array := _evaluated(args)) is not None:
            return array
        if module not in _NUMPY or name not in _ARRAYS:
            self.foreign[maker.path] = None
        # what `_reconstruct` is given says nothing: what it gives is described by a state
        return Instance(maker, () if name == "_reconstruct" and len(args) == 3 else args)

    def persistent(self, key: object) -> object:
        """Nothing that Paddle writes has a persistent id."""
        return Instance(None, (key,))

    def takes(self, _table: Table) -> bool:
        """Nothing that Paddle writes is a table."""
        return False

    def takes_alike(self, _objects: Alike) -> bool:
        """All objects are built."""
        return False


def _evaluated(args: tuple[object, ...]) -> object:
    """A tensor of a static graph, which is saved as `eval('data', {'data': array})`."""
    names = args[1].named if len(args) == 2 and isinstance(args[1], Mapping) else {}
    return names["data"] if args[:1] == ("data",) and list(names) == ["data"] else None


def _text(value: object) -> str:
    return value[:_LONGEST_NAME] if isinstance(value, str) else ""


class _Walk:
    """Collects the arrays below a value; what refers to itself is visited once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.arrays: list[SavedArray] = []
        self.left_out: list[str] = []
        self._visited: set[int] = set()
        self._places: dict[int, int] = {}  # of values, which live as long as the walk
        self._shapes: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._letters = 0

    def visit(self, top: object) -> None:
        """Add the arrays below a value, in their order."""
        waiting: list[Iterator[tuple[str, str, object]]] = [iter((("", "", top),))]
        while waiting:
            found = next(waiting[-1], None)
            if found is None:
                waiting.pop()
                continue
            name, parameter, value = found
            self.source.spend(Limit.STEPS, _STEPS_OF_A_VALUE)
            match value:  # a tensor outside of a state dict is a pair of its name and its array
                case (str() as own, Instance() as value) if array_in(value):
                    parameter = _text(own)
                    name = name or parameter
            if not self._add(name, parameter, (value,), None) and id(value) not in self._visited:
                self._visited.add(id(value))
                waiting.append(self._below(name, value))

    def _below(self, name: str, value: object) -> Iterator[tuple[str, str, object]]:
        if isinstance(value, list | tuple):
            for number, item in enumerate(value):
                yield self._joined(name, str(number)), "", item
        if not isinstance(value, Mapping):
            return
        names, parts = value.last(NAME_TABLE), value.last(PARTS_TABLE)
        table = names.named if isinstance(names, Mapping) else {}
        taken = {NAME_TABLE, PARTS_TABLE}
        if isinstance(parts, Mapping):
            taken.update(self._join_parts(name, value, parts, table))
        for key, item in value.items():
            text = str(key)[:_LONGEST_NAME] if isinstance(key, str | int) else "?"
            if text not in taken:
                yield self._joined(name, text), _text(table.get(text)), item

    def _join_parts(
        self, path: str, value: Mapping, parts: Mapping, table: dict[str, object]
    ) -> Iterator[str]:
        """Add the arrays that a table says are stored in several; the keys of these."""
        for name, entry in parts.named.items():
            known = entry.named if isinstance(entry, Mapping) else {}
            keys = known.get("slices")
            slices = [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
            self.source.spend(Limit.STEPS, _STEPS_OF_A_VALUE * len(slices))  # may be shared
            items = tuple(value.named.get(key) for key in slices)
            shape, full = known.get("OriginShape"), self._joined(path, name)
            if self._add(full, _text(table.get(name)), items, shape):
                yield from slices

    def _add(
        self, name: str, parameter: str, values: tuple[object, ...], shape: object | None
    ) -> bool:
        """Add the array that is stored as these; whether they are all arrays."""
        arrays = [array for value in values if (array := array_in(value)) is not None]
        if not arrays or len(arrays) < len(values):
            return False
        shape, dtype = arrays[0].shape if shape is None else shape, arrays[0].element_type
        if not dtype or not isinstance(shape, tuple) or not is_shape(shape):
            self.left_out.append(name)
            return True
        sizes = [array.bytes for array in arrays]
        held = None if None in sizes else sum(size for size in sizes if size is not None)
        number = self._places.setdefault(id(values[0]), len(self._places))
        shape = self._shapes.setdefault(shape, shape)
        saved = SavedArray(name, parameter, shape, intern(dtype), held, number)
        self.arrays.append(saved)
        self.source.limits.require(Limit.TENSORS, len(self.arrays))
        return True

    def _joined(self, path: str, name: str) -> str:
        joined = f"{path}.{name}" if path else name
        self._letters += len(joined)
        if self._letters > self.source.limits.header_bytes // 4:
            self.source.limits.require(
                Limit.HEADER_BYTES, 4 * self._letters, "the length of all names"
            )
        return joined
