"""Reads ExecuTorch's data files (`.ptd`): named tensors that a program loads.

Schema: extension/flat_tensor/serialize/flat_tensor.fbs of ExecuTorch, identifier FT01.
"""

from __future__ import annotations

from rnninspect.decode.flatbuffers import INT8, INT32, UINT32, FlatBuffer
from rnninspect.lean import partial
from rnninspect.plugin import Fact, Limit, Observation, UnreadableFile
from rnninspect_torch.describing.contents import Contents
from rnninspect_torch.describing.model import describe_model
from rnninspect_torch.mobile.constants import Constants
from rnninspect_torch.mobile.scalar_types import name_of
from rnninspect_torch.mobile.segments import read_segments
from rnninspect_torch.networks.records import Root
from rnninspect_torch.tensors.calls import TorchCalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source
    from rnninspect_torch.mobile.segments import Segments

FORMAT = "executorch data"
_SEGMENTS, _NAMED = 1, 2
_HIGHEST_RANK = 64


def read(source: Source) -> SavedModel:
    """The tensors in a data file, and the layers that their names tell."""
    data = FlatBuffer(source).root()
    segments = read_segments(source, data.tables(_SEGMENTS))
    named, constants = data.tables(_NAMED), Constants()
    source.limits.require(Limit.TENSORS, len(named))
    notes: list[Observation] = []
    for each in named:
        number, layout = each.integer(1, UINT32), each.table(2)
        name, shape, dtype = each.text(0) or "", _sizes(segments, number), "uint8"
        if name in constants.entries:
            notes.append(Observation(Fact.DUPLICATE_NAME, "in the data file", tensor=name))
            name = f"{name} ({len(constants.entries)})"
        if layout is not None:
            sizes = layout.numbers(1, INT32)
            if len(sizes) > _HIGHEST_RANK:
                raise UnreadableFile(
                    f"tensor {name[:80]} has rank {len(sizes)}", place=f"tensor {name[:80]}"
                )
            shape, dtype = sizes.integers(), name_of(layout.integer(0, INT8))
        constants.add(name, f"{number}", shape, dtype, partial(segments.held, number, 0))
    contents = Contents(FORMAT, None, TorchCalls(source), constants.stored_bytes, tuple(notes))
    return describe_model(contents, [Root("", entries=constants.entries.values())])


def _sizes(segments: Segments, number: int) -> tuple[int, ...]:
    """The shape of bytes that no layout describes."""
    return (segments.parts[number][1],) if number < len(segments.parts) else (0,)
