"""What a pickle becomes here: inert values, none of which can be called, hashed by content or set.

Strings, numbers, bytes, tuples and lists are Python's own; everything else is one of these classes.
"""

from __future__ import annotations

import math
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source

_RENAMED = {"__builtin__": "builtins", "copy_reg": "copyreg"}  # what Python 2 called them


class Global:
    """A name that the pickle asks for, such as `torch._utils._rebuild_tensor_v2`; not the thing."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = _RENAMED.get(module, module), name

    @property
    def path(self) -> str:
        """Module and name in one."""
        return f"{self.module}.{self.name}"


class Mapping:
    """A dict as the pickle filled it: keys and values in turn, never hashed.

    Keys may be anything at all, and hashing what a file chooses can take for ever; only strings,
    whose hashes are salted, are looked up.
    """

    __slots__ = ("_names", "pairs", "state")

    def __init__(self, pairs: list[object] | None = None) -> None:
        self.pairs: list[object] = [] if pairs is None else pairs
        self.state: object = None
        self._names: dict[str, object] | None = None

    def items(self) -> Iterator[tuple[object, object]]:
        """All pairs in order; a key that was set twice comes twice."""
        return zip(self.pairs[::2], self.pairs[1::2], strict=True)

    @property
    def named(self) -> dict[str, object]:
        """The pairs whose keys are strings; of a key that was set twice the last."""
        if self._names is None:
            self._names = {key: value for key, value in self.items() if type(key) is str}
        return self._names

    def update(self, pairs: list[object]) -> None:
        """Set keys to values, given in turn."""
        self.pairs.extend(pairs)
        self._names = None


class Instance:
    """What calling, or instantiating, `maker` would have made; `state` is what BUILD gave it."""

    __slots__ = ("args", "items", "maker", "pairs", "state")

    def __init__(self, maker: object, args: tuple[object, ...]) -> None:
        self.maker, self.args = maker, args
        self.state: object = None
        self.items: list[object] | None = None  # made when needed: there may be a million of these
        self.pairs: list[object] | None = None

    def extend(self, items: list[object]) -> None:
        """Add items, as to a list."""
        if self.items is None:
            self.items = []
        self.items.extend(items)

    def update(self, pairs: list[object]) -> None:
        """Set keys to values, given in turn."""
        if self.pairs is None:
            self.pairs = []
        self.pairs.extend(pairs)

    @property
    def path(self) -> str:
        """The class's module and name, empty if it is made by something that has no name."""
        return self.maker.path if isinstance(self.maker, Global) else ""

    @property
    def has_attributes(self) -> bool:
        """Whether BUILD gave it attributes by name, and not a state that its class interprets."""
        if self.state is None:
            return False
        parts = self.state if type(self.state) is tuple else (self.state,)
        return len(parts) <= 2 and any(isinstance(part, Mapping) for part in parts)

    @property
    def attributes(self) -> dict[str, object]:
        """Attributes by name, from the instance's dict and from its slots."""
        parts = self.state if type(self.state) is tuple else (self.state,)
        found: dict[str, object] = {}
        for part in parts[:2]:
            if isinstance(part, Mapping):
                found.update(part.named)
        return found


class Blob:
    """Bytes, or a long text, that were passed over; `encoding` says how the text was written."""

    __slots__ = ("encoding", "source")

    def __init__(self, source: Source, encoding: str | None = None) -> None:
        self.source = source
        self.encoding = encoding

    def head(self, length: int) -> bytes:
        """The first bytes of what it stands for, at most so many."""
        data = self.source.head(length)
        if self.encoding is None:
            return data
        text = data.decode(self.encoding, "ignore")
        return text.encode("latin-1", "replace")


class Storage:
    """A run of elements somewhere in the file.

    Attributes:
        key: what the pickle calls it; `scope` says among which keys.
        dtype: numpy's name; empty if it is untyped.
        element_bytes: bytes of one element, as a fraction for those below a byte.
        count: elements, as the pickle claims.
        start: elements of the run called `key` that lie before this one.
        bytes: what it takes by its own account.
    """

    __slots__ = ("bytes", "count", "dtype", "element_bytes", "key", "scope", "start")

    def __init__(
        self, scope: str, key: str, dtype: str, element_bytes: float, count: int, start: int = 0
    ) -> None:
        self.scope = scope
        self.key = key
        self.dtype = dtype
        self.element_bytes = element_bytes
        self.count = count
        self.start = start
        self.bytes = math.ceil(count * element_bytes)

    def in_scope(self, scope: str) -> Storage:
        """The same run among the keys of another scope."""
        return Storage(scope, self.key, self.dtype, self.element_bytes, self.count, self.start)


class TensorView:
    """A view of a storage; nobody changes it once it is made.

    Attributes:
        storage: None where the file holds no elements for it (a meta tensor).
        offset: elements of the storage before the first one.
        shape, strides: in elements.
        parameter: whether the file calls it a parameter; None if it does not tell.
        parts: other tensors that belong to it: scales, indices, the local shard.
        note: what is special about it, for people.
        count: elements; 0 if the shape is impossible.
        reach: elements from the start of the storage to the last one that it touches.
        in_a_row: whether its elements lie one behind the other, in the order of its axes.
        is_impossible: whether it has a negative stride or offset, which torch refuses.
    """

    __slots__ = (
        "count",
        "dtype",
        "in_a_row",
        "is_impossible",
        "note",
        "offset",
        "parameter",
        "parts",
        "reach",
        "shape",
        "storage",
        "strides",
    )

    def __init__(  # noqa: PLR0913 - a tensor is made of these
        self,
        storage: Storage | None,
        offset: int,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
        dtype: str,
        *,
        parameter: bool | None = None,
        parts: tuple[TensorView, ...] = (),
        note: str = "",
    ) -> None:
        self.storage = storage
        self.offset = offset
        self.shape = shape
        self.strides = strides
        self.dtype = dtype
        self.parameter = parameter
        self.parts = parts
        self.note = note
        self.count, span, self.in_a_row, backwards = _measure(shape, strides)
        self.reach = offset + span if self.count else 0
        self.is_impossible = backwards or offset < 0

    def changed(
        self,
        *,
        storage: Storage | None = None,
        parameter: bool | None = None,
        parts: tuple[TensorView, ...] | None = None,
        note: str | None = None,
    ) -> TensorView:
        """The same view with another storage, kind, parts or note; None keeps what there is."""
        return TensorView(
            self.storage if storage is None else storage,
            self.offset,
            self.shape,
            self.strides,
            self.dtype,
            parameter=self.parameter if parameter is None else parameter,
            parts=self.parts if parts is None else parts,
            note=self.note if note is None else note,
        )


# Most tensors of a network are like others of it. The bound is a low one because whoever makes a
# file can choose shapes whose hashes are equal, each of which is then held against all others.
@lru_cache(maxsize=128)
def _measure(shape: tuple[int, ...], strides: tuple[int, ...]) -> tuple[int, int, bool, bool]:
    """Elements, from the first to the last one touched, whether in a row, whether backwards."""
    step, span, in_a_row = 1, 1, True
    for size, stride in zip(reversed(shape), reversed(strides), strict=True):
        if size != 1:
            if stride != step:
                in_a_row = False
            span += (size - 1) * stride
            step *= size
    possible = min(shape, default=0) >= 0
    return step if possible else 0, span, in_a_row, min(strides, default=0) < 0


@lru_cache(maxsize=128)
def strides_in_a_row(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of elements that lie one behind the other, in C's order."""
    steps = [1]
    for size in reversed(shape[1:]):
        steps.append(steps[-1] * size)
    return tuple(reversed(steps))[: len(shape)]
