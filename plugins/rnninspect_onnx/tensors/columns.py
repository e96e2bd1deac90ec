"""The stored tensors of a model; of a large graph only those that are used or unusual are made."""

from __future__ import annotations

from _operator import is_, ne  # without the module `operator` around it
from itertools import compress, repeat

from rnninspect.plugin import Purpose, Record, StoredTensor
from rnninspect.stored.columns import TensorColumns
from rnninspect_onnx.protobuf.initializers import TensorKind
from rnninspect_onnx.tensors.inventory import TensorBlock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet

    from rnninspect_onnx.protobuf.initializers import Initializers
    from rnninspect_onnx.protobuf.tensor_messages import TensorProto
    from rnninspect_onnx.tensors.external import ExternalFiles
    from rnninspect_onnx.tensors.inventory import Container, TensorEntry

_FEWER = 4  # times fewer tensors, which are searched, than all of them
FEW = 1_000  # initializers of a graph, which are made one by one


class Common(Record):
    """What the plain tensors of one kind have in common, as a StoredTensor has it."""

    shape: tuple[int, ...]
    dtype: str
    bytes: int
    purpose: Purpose


_UNUSUAL = Common((), "", 0, Purpose.PARAMETER)


class Collected:
    """The tensors of a model, by their places in the order of the file and by their offsets in it.

    `describe` makes the value of a tensor; `common` says what the plain tensors of a kind have in
    common, None if there are none; `used` are the offsets, in order, of tensors whose purpose
    depends on that: `purpose` says it of a plain one, None if it is to be made; `files` gives what
    knows the files with external data.

    Attributes:
        names: of all, by place.
    """

    def __init__(
        self,
        describe: Callable[[TensorEntry], StoredTensor],
        common: Callable[[TensorKind, Container], Common | None],
        used: list[int],
        purpose: Callable[[int, TensorKind, Container], Purpose | None],
        files: Callable[[], ExternalFiles],
    ) -> None:
        self._describe, self._common, self._files = describe, common, files
        self._used, self._purpose = used, purpose
        self.names: list[str] = []
        self._shapes: list[tuple[int, ...]] = []
        self._dtypes: list[str] = []
        self._sizes: list[int] = []
        self._purposes: dict[int, Purpose] = {}
        self._made: dict[int, StoredTensor] = {}  # by place
        self._places: dict[int, int] = {}  # by offset, of those that are made or used
        self._firsts: list[int] = []
        self._blocks: list[TensorBlock] = []

    def unusual(self, part: TensorEntry | TensorBlock) -> Iterator[tuple[int, TensorEntry]]:
        """Add a tensor or a block; yields what `put` must be given next, and their places."""
        if not isinstance(part, TensorBlock):
            if part.tensor.offset not in self._places:
                self._append(part)
                yield len(self.names) - 1, part
        elif len(part.tensors) < FEW or not part.tensors.in_order:
            for index in range(len(part.tensors)):
                yield from self.unusual(part.entry(index))
        else:
            first = len(self.names)
            for index in self._add_block(part):
                self._places[part.tensors.offsets[index]] = first + index
                yield first + index, part.entry(index)

    def put(self, place: int, tensor: StoredTensor) -> None:
        """Set the value of a tensor that was added."""
        self._shapes[place], self._dtypes[place] = tensor.shape, tensor.dtype
        self._sizes[place] = tensor.bytes
        self._mark(place, tensor)

    def get(self, offset: int) -> StoredTensor | None:
        """The tensor at an offset of the file; None if there is none."""
        place = self._places.get(offset)
        if place is None and self._blocks:
            place = self._place(offset)
        return None if place is None else self.at(place)

    def _place(self, offset: int) -> int | None:
        from bisect import bisect_left  # noqa: PLC0415 - which few files need

        for first, block in zip(self._firsts, self._blocks, strict=True):
            offsets = block.tensors.offsets
            at = bisect_left(offsets, offset)
            if at < len(offsets) and offsets[at] == offset:
                return first + at
        return None

    def tensors(self, states: AbstractSet[str]) -> tuple[StoredTensor, ...] | TensorColumns:
        """All of them, of which those with the given identities are states, not parameters."""
        made, purposes = self._made, self._purposes
        if states:
            made = {place: _state(tensor, states) for place, tensor in made.items()}
            purposes = purposes | {place: tensor.purpose for place, tensor in made.items()}
        if not self._blocks:
            return tuple(made.values())
        columns = TensorColumns(
            *(self.names, self._shapes, self._dtypes, self._sizes),
            lambda place: made.get(place) or self.at(place),
            purposes=purposes,
        )
        for place in list(made):
            columns[place]
        return columns

    def _append(self, entry: TensorEntry) -> None:
        """A row whose value is put later."""
        self._places[entry.tensor.offset] = len(self.names)
        self.names.append(entry.name)
        self._shapes.append(())
        self._dtypes.append("")
        self._sizes.append(0)

    def _mark(self, place: int, tensor: StoredTensor) -> None:
        self._made[place] = tensor
        if tensor.purpose is not Purpose.PARAMETER:
            self._purposes[place] = tensor.purpose

    def at(self, place: int) -> StoredTensor:
        """The tensor at a place, which is not plain from here on."""
        made = self._made.get(place)
        if made is None:
            from bisect import bisect_right  # noqa: PLC0415 - as above

            at = bisect_right(self._firsts, place) - 1
            made = self._made[place] = self._of_block(self._blocks[at], place, self._firsts[at])
        return made

    def _of_block(self, block: TensorBlock, place: int, first: int) -> StoredTensor:
        """A plain tensor of a block; where its data are in its own field, from the columns."""
        kind = block.tensors.kinds[place - first]
        if not isinstance(kind, TensorKind) or kind.typed or kind.location is not None:
            return self._describe(block.entry(place - first))
        size, identity = self._sizes[place], str(block.tensors.offsets[place - first])
        purpose = self._purposes.get(place, Purpose.PARAMETER)
        name, dtype = self.names[place], self._dtypes[place]
        return StoredTensor(
            name,
            kind.dims,
            dtype,
            size,
            identity,
            purpose,
            None,
            needed_bytes=size,
            held_bytes=size,
        )

    def _add_block(self, block: TensorBlock) -> list[int]:
        """Add a row for each tensor of a block; the indices of those that are not plain."""
        tensors, first = block.tensors, len(self.names)
        self._firsts.append(first)
        self._blocks.append(block)
        kinds = dict(zip(map(id, tensors.kinds), tensors.kinds, strict=True))
        commons = {key: self._common_of(kind, block.container) for key, kind in kinds.items()}
        rows = list(map(commons.__getitem__, map(id, tensors.kinds)))
        self.names += tensors.names
        self._shapes += [row.shape for row in rows]
        self._dtypes += [row.dtype for row in rows]
        self._sizes += tensors.lengths
        if any(common.purpose is not Purpose.PARAMETER for common in commons.values()):
            places = enumerate([row.purpose for row in rows], first)
            self._purposes |= {at: kind for at, kind in places if kind is not Purpose.PARAMETER}
        unusual = set(self._used_otherwise(block, first))
        needed = [row.bytes for row in rows]
        every = range(len(rows))
        unusual.update(compress(every, map(ne, needed, tensors.lengths)))
        unusual.update(compress(every, map(is_, rows, repeat(_UNUSUAL))))
        if any(isinstance(kind, TensorKind) and kind.location for kind in kinds.values()):
            unusual |= self._files().add_block(tensors, needed, first, unusual)
        return sorted(unusual)

    def _used_otherwise(self, block: TensorBlock, first: int) -> Iterator[int]:
        """Note the purposes of tensors that are used; the indices of those that are to be made."""
        tensors = block.tensors
        for at in _used(tensors, self._used):
            kind, purpose = tensors.kinds[at], None
            if isinstance(kind, TensorKind):
                purpose = self._purpose(tensors.offsets[at], kind, block.container)
            if purpose is not Purpose.QUANTISATION:  # layers ask for few of those
                self._places[tensors.offsets[at]] = first + at
            if purpose is None:
                yield at
            elif purpose is not Purpose.PARAMETER:
                self._purposes[first + at] = purpose
            else:
                self._purposes.pop(first + at, None)

    def _common_of(self, kind: TensorKind | TensorProto, container: Container) -> Common:
        found = self._common(kind, container) if isinstance(kind, TensorKind) else None
        return _UNUSUAL if found is None else found


def _state(tensor: StoredTensor, states: AbstractSet[str]) -> StoredTensor:
    """A tensor, or the same as a state if it is one of these."""
    is_state = tensor.identity in states and tensor.purpose is Purpose.PARAMETER
    return tensor._replace(purpose=Purpose.STATE) if is_state else tensor


def _used(tensors: Initializers, used: list[int]) -> Iterator[int]:
    """The indices of tensors that are used: looked up in what is shorter, as both are in order."""
    from bisect import bisect_left, bisect_right  # noqa: PLC0415 - as above

    offsets = tensors.offsets
    within = used[bisect_left(used, offsets[0]) : bisect_right(used, offsets[-1])]
    if _FEWER * len(within) > len(offsets):
        every = set(within)
        yield from (at for at, offset in enumerate(offsets) if offset in every)
        return
    for offset in within:
        at = bisect_left(offsets, offset)
        if offsets[at] == offset:
            yield at
