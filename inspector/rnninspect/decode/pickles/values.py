"""The inert values of a pickle: none of them can be called or is hashed by its content.

Strings, numbers, bytes, tuples and lists are Python's; everything else is one of these classes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.source.source import Source

_RENAMED = {"__builtin__": "builtins", "copy_reg": "copyreg"}  # names of Python 2


class Global:
    """A name in the pickle, such as `torch._utils._rebuild_tensor_v2`; never imported.

    Attributes:
        path: the dotted path, `module.name`, which is asked for very often.
    """

    __slots__ = ("module", "name", "path")

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = _RENAMED.get(module, module), name
        self.path = f"{self.module}.{name}"


class Rows:
    """What a `table.Table` is: pairs that a dict has, which are made when they are asked for."""

    __slots__ = ()

    def pairs(self) -> list[object]:
        """Alternating keys and values."""
        raise NotImplementedError

    def recall(self, memo: list[object], place: int) -> object:
        """The value of a place in the memo that has the rows instead of it."""
        raise NotImplementedError


class Alike(Rows):
    """Named objects that are built like another one, but for the keys of what is stored elsewhere.

    Attributes:
        names: of the objects.
        keys: all of one object, then all of the next; a range if they are its numbers.
        original: the object that they are built like.
        of_original: the keys that it has.
        shared: the other values of the pickle that are in each of them.
    """

    __slots__ = ("keys", "names", "of_original", "original", "shared")

    def __init__(self, original: object, of_original: list[str], shared: list[object]) -> None:
        """No objects yet."""
        self.original, self.of_original, self.shared = original, of_original, shared
        self.names: list[str] = []
        self.keys: Sequence[str] | range = ()

    @property
    def is_made(self) -> bool:
        """Whether one of them exists, which something may have changed."""
        raise NotImplementedError


class Mapping:
    """A dict as the pickle filled it: alternating keys and values, never hashed.

    Hashing keys chosen by a file can take unbounded time, so only strings, whose hashes are salted,
    can be looked up.

    Attributes:
        tables: rows of which no pairs were made, each with the number of items before them.
    """

    __slots__ = ("_names", "_pairs", "state", "tables")

    def __init__(self, pairs: list[object] | None = None) -> None:
        self._pairs: list[object] = [] if pairs is None else pairs
        self.state: object = None
        self.tables: list[tuple[int, Rows]] | None = None  # created when needed
        self._names: dict[str, object] | None = None

    @property
    def pairs(self) -> list[object]:
        """Alternating keys and values."""
        if self.tables:
            pairs, before = [], 0
            for at, table in self.tables:
                pairs += self._pairs[before:at]
                pairs += table.pairs()
                before = at
            self._pairs, self.tables = [*pairs, *self._pairs[before:]], None
        return self._pairs

    @property
    def apart(self) -> Mapping:
        """The pairs that are in no table."""
        return Mapping(self._pairs) if self.tables else self

    def add(self, table: Rows) -> None:
        """Append the pairs of rows."""
        if self.tables is None:
            self.tables = []
        self.tables.append((len(self._pairs), table))
        self._names = None

    def items(self) -> Iterator[tuple[object, object]]:
        """All pairs in order, duplicate keys included."""
        return zip(self.pairs[::2], self.pairs[1::2], strict=True)

    def last(self, key: str) -> object:
        """The last value of a key, None if there is none; no dict of all keys is made for it."""
        pairs = self.pairs
        for at in range(len(pairs) - 2, -1, -2):
            if pairs[at] == key:
                return pairs[at + 1]
        return None

    @property
    def named(self) -> dict[str, object]:
        """The pairs with string keys; the last value of a duplicate key."""
        if self._names is None:
            self._names = {key: value for key, value in self.items() if type(key) is str}
        return self._names

    def update(self, pairs: list[object]) -> None:
        """Append pairs, given as alternating keys and values."""
        self._pairs.extend(pairs)
        self._names = None


class Instance:
    """The result that a call of `maker` would have; `state` is the operand of BUILD."""

    __slots__ = ("args", "items", "maker", "pairs", "state")

    def __init__(self, maker: object, args: tuple[object, ...]) -> None:
        self.maker, self.args = maker, args
        self.state: object = None
        self.items: list[object] | None = (
            None  # created when needed: there may be a million instances
        )
        self.pairs: list[object] | None = None

    def extend(self, items: list[object]) -> None:
        """Append items, as to a list."""
        if self.items is None:
            self.items = []
        self.items.extend(items)

    def update(self, pairs: list[object]) -> None:
        """Append pairs, given as alternating keys and values."""
        if self.pairs is None:
            self.pairs = []
        self.pairs.extend(pairs)

    @property
    def path(self) -> str:
        """The dotted path of the class; empty if `maker` is not a Global."""
        return self.maker.path if isinstance(self.maker, Global) else ""

    @property
    def has_attributes(self) -> bool:
        """Whether BUILD set attributes by name, not a state that the class interprets."""
        if self.state is None:
            return False
        parts = self.state if type(self.state) is tuple else (self.state,)
        return len(parts) <= 2 and any(isinstance(part, Mapping) for part in parts)

    @property
    def attributes(self) -> dict[str, object]:
        """Attributes by name, from `__dict__` and `__slots__`."""
        parts = self.state if type(self.state) is tuple else (self.state,)
        found: dict[str, object] = {}
        for part in parts[:2]:
            if isinstance(part, Mapping):
                found.update(part.named)
        return found


class Blob:
    """A long byte string, or a long string in `encoding`, that was not read."""

    __slots__ = ("encoding", "source")

    def __init__(self, source: Source, encoding: str | None = None) -> None:
        self.source = source
        self.encoding = encoding

    def head(self, length: int) -> bytes:
        """At most `length` of the first bytes; a string is encoded as Latin-1."""
        data = self.source.head(length)
        if self.encoding is None:
            return data
        text = data.decode(self.encoding, "ignore")
        return text.encode("latin-1", "replace")


def kind_of(value: object) -> str:
    """A word for the kind of a value, for messages."""
    match value:
        case Instance() | Global():
            return value.path[:80] or "an object"
        case Mapping():
            return "a dict"
        case Blob():
            return "bytes" if value.encoding is None else "a string"
        case _:
            return type(value).__name__
