"""Reads ExecuTorch programs (`.pte`): constants, and the layers that their operators name.

Schema: schema/program.fbs of ExecuTorch, identifier ET12. Constants have no names unless they are
stored in a data file of their own; what a backend compiled is its own format.
"""

from __future__ import annotations

from rnninspect.decode.flatbuffers import INT8, INT32, UINT8, UINT32, UINT64, FlatBuffer
from rnninspect.lean import IntEnum, partial
from rnninspect.plugin import Fact, Limit, Observation, Purpose, Record, UnreadableFile, plural
from rnninspect_torch.describing.contents import Contents
from rnninspect_torch.describing.model import describe_model
from rnninspect_torch.mobile.constants import Constants
from rnninspect_torch.mobile.scalar_types import name_of
from rnninspect_torch.mobile.segments import read_segments
from rnninspect_torch.mobile.worth import calls_of, may_contain_cell
from rnninspect_torch.networks.records import Root
from rnninspect_torch.tensors.calls import TorchCalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.flatbuffers import Table
    from rnninspect.graphs import Graph
    from rnninspect.plugin import SavedModel, Source
    from rnninspect_torch.networks.named_tensors import NamedTensor

FORMAT = "executorch program"
_TENSOR = 5  # of the union KernelTypes
_EXTERNAL = 1  # TensorDataLocation of a tensor in another file
_IN_SEGMENT = 1  # DataLocation of what a backend compiled
_HIGHEST_RANK = 64
_MOST_NOTES = 20


class _Program(IntEnum):
    """Fields of the root table."""

    PLANS = 1
    BUFFERS = 2
    DELEGATED = 3
    SEGMENTS = 4
    CONSTANTS = 5
    MUTABLE = 6
    NAMED = 7


class _Plan(IntEnum):
    """Fields of an execution plan, one for each method."""

    NAME = 0
    VALUES = 2
    DELEGATES = 7


class _Tensor(IntEnum):
    """Fields of a tensor."""

    TYPE = 0
    SIZES = 2
    BUFFER = 5
    ALLOCATION = 6
    EXTRA = 9


class _Offsets(Record):
    """Where the tensors of a segment begin, by the numbers of their buffers."""

    segment: int
    starts: tuple[int, ...]


class ProgramReader:
    """The constants of a program, plan by plan.

    Attributes:
        constants: what is stored.
        methods: the plans, each with its constants by the numbers of their values.
        notes: what is stored and not described.
    """

    def __init__(self, source: Source) -> None:
        self._program = FlatBuffer(source).root()
        self._limits = source.limits
        self._segments = read_segments(source, self._program.tables(_Program.SEGMENTS))
        stated = self._program.table(_Program.CONSTANTS)
        self._offsets = _Offsets(0, ()) if stated is None else _offsets(stated)
        self._mutable = [_offsets(each) for each in self._program.tables(_Program.MUTABLE)]
        self._buffers = self._program.tables(_Program.BUFFERS)
        self.constants = Constants()
        self.notes: list[Observation] = []
        self.methods: list[tuple[Table, dict[int, NamedTensor]]] = []

    def read(self) -> None:
        """Find the constants of all plans, and what their backends have."""
        count = 0
        for plan in self._program.tables(_Program.PLANS):
            values = plan.tables(_Plan.VALUES)
            count += len(values)
            self._limits.require(Limit.NODES, count, "the number of values")
            stored: dict[int, NamedTensor] = {}
            for number, value in enumerate(values):
                tensor = value.table(1) if value.integer(0, UINT8) == _TENSOR else None
                entry = None if tensor is None else self._add(tensor)
                if entry is not None:
                    stored[number] = entry
            self.methods.append((plan, stored))
            self._delegates(plan)
        for each in self._program.tables(_Program.NAMED):
            self._add_bytes(f"named data {each.text(0) or ''}", each.integer(1, UINT32))

    def _add(self, tensor: Table) -> NamedTensor | None:
        """The entry of a tensor that is never written to; None of others."""
        number, extra = tensor.integer(_Tensor.BUFFER, UINT32), tensor.table(_Tensor.EXTRA)
        elsewhere = extra is not None and extra.integer(2, INT8) == _EXTERNAL
        if not number and not elsewhere:
            return None
        sizes = tensor.numbers(_Tensor.SIZES, INT32)
        if len(sizes) > _HIGHEST_RANK:
            raise UnreadableFile(f"a tensor of rank {len(sizes)}")
        shape, dtype = sizes.integers(), name_of(tensor.integer(_Tensor.TYPE, INT8))
        named = "" if extra is None else extra.text(1) or ""
        self._limits.require(Limit.TENSORS, len(self.constants.entries) + 1)
        if elsewhere:
            known = self.constants.entries.get(named)
            return known or self.constants.add_elsewhere(named, shape, dtype)
        changes = tensor.place(_Tensor.ALLOCATION) is not None  # and starts from what is stored
        where, kind = self._offsets, "constant"
        if changes:
            place = 0 if extra is None else extra.integer(0, UINT64)
            where = self._mutable[place] if place < len(self._mutable) else _Offsets(0, ())
            kind = f"mutable.{place}"
        name = named or f"{kind}.{number}"
        made = self.constants.entries.get(name)  # the methods of a module share its weights
        if made is None:
            made = self.constants.add(
                name, f"{kind}.{number}", shape, dtype, partial(self._held, where, number)
            )
        return None if changes else made

    def _held(self, where: _Offsets, number: int, needed: int) -> int | None:
        if number < len(where.starts):
            return self._segments.held(where.segment, where.starts[number], needed)
        if number < len(self._buffers):
            return len(self._buffers[number].numbers(0, UINT8))
        return 0

    def _delegates(self, plan: Table) -> None:
        for number, delegate in enumerate(plan.tables(_Plan.DELEGATES)):
            self._limits.require(Limit.MEMBERS, number, "the number of delegates")
            backend, data = (delegate.text(0) or "")[:80], delegate.table(1)
            if data is None:
                continue
            name = f"{plan.text(_Plan.NAME) or ''}.{backend}.{number}"
            index = data.integer(1, UINT32)
            if data.integer(0, INT8) == _IN_SEGMENT:
                size = self._add_bytes(name, index)
            else:
                size = len(self._program.tables(_Program.DELEGATED)[index].numbers(0, UINT8))
                self._add_plain(name, f"delegated.{index}", size, size)
            if number < _MOST_NOTES:
                clause = f"{plural(size, 'byte')} are compiled for {backend}, and not described"
                self.notes.append(Observation(Fact.UNUSUAL, clause, tensor=name))

    def _add_bytes(self, name: str, segment: int) -> int:
        """Add a segment as bytes of unknown meaning; how many there are."""
        if segment >= len(self._segments.parts):
            raise UnreadableFile(f"{name} refers to segment {segment}, which is missing")
        size = self._segments.parts[segment][1]
        self._add_plain(name, f"segment.{segment}", size, self._segments.held(segment, 0, size))
        return size

    def _add_plain(self, name: str, key: str, size: int, held: int | None) -> None:
        self._limits.require(Limit.TENSORS, len(self.constants.entries) + 1)
        self.constants.add(name, key, (size,), "uint8", lambda _: held)


def _offsets(table: Table) -> _Offsets:
    return _Offsets(table.integer(0, UINT32), table.numbers(1, UINT64).integers())


def read(source: Source) -> SavedModel:
    """The model in an ExecuTorch program."""
    reader = ProgramReader(source)
    reader.read()
    entries = list(reader.constants.entries.values())
    nameless = [entry for entry in entries if entry.name.startswith(("constant.", "mutable."))]
    if any(entry.purpose is Purpose.PARAMETER for entry in nameless):
        clause = "the names of weights are not stored: each is named by its number"
        reader.notes.append(Observation(Fact.UNUSUAL, clause))
    held = reader.constants.stored_bytes
    contents = Contents(FORMAT, None, TorchCalls(source), held, tuple(reader.notes))
    root = Root("", entries=entries)
    _translated(root, reader, source)
    return describe_model(contents, [root])


def _translated(root: Root, reader: ProgramReader, source: Source) -> None:
    """Have the calls of each method translated when the layers are looked for."""
    methods = [(plan, stored) for plan, stored in reader.methods if may_contain_cell(plan)]
    if not methods:
        return
    root.operators = sum(calls_of(plan) for plan, _ in methods)

    def translations() -> Iterator[Graph]:
        from rnninspect_torch.mobile.translation import translate  # noqa: PLC0415 - few programs need it

        for plan, stored in methods:
            graph = translate(plan, stored, source)
            if graph is not None:
                yield graph

    root.translations = translations
