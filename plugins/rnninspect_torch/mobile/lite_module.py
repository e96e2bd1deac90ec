"""Reads modules that PyTorch Mobile saved as a flatbuffer (identifier PTMF).

They contain what a TorchScript archive does: attributes, constants, code and bytecode, which is not
read where the code is stored.
"""

from __future__ import annotations

from rnninspect.decode.flatbuffers import UINT8, UINT32, FlatBuffer
from rnninspect.lean import partial
from rnninspect.plugin import Fact, Observation
from rnninspect_torch.describing.contents import Contents
from rnninspect_torch.describing.model import describe_model
from rnninspect_torch.formats.torchscript import CodeFile, read_code, root_of
from rnninspect_torch.mobile.ivalues import Slot, Values
from rnninspect_torch.tensors.calls import TorchCalls
from rnninspect_torch.tensors.views import TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.flatbuffers import Table
    from rnninspect.plugin import SavedModel, Source

FORMAT = "pytorch mobile flatbuffer"
_WITHOUT_CODE = "its code is not stored: weights that are constants have no names and no layers"


def read(source: Source) -> SavedModel:
    """The model in a flatbuffer of PyTorch Mobile."""
    buffer = FlatBuffer(source)
    module, calls = buffer.root(), TorchCalls(source)
    values = Values(buffer, module, calls)
    notes: list[Observation] = []
    files = list(_code_files(module, source))
    constants = [values.at(number) for number in module.numbers(Slot.CONSTANTS, UINT32).integers()]
    if not constants:
        constants = [values.at(number) for number in values.function_constants]
        if not files and any(isinstance(value, TensorView) for value in constants):
            notes.append(Observation(Fact.UNUSUAL, _WITHOUT_CODE))
    state = values.at(module.integer(Slot.STATE, UINT32))
    root = root_of(state, constants, read_code(files, source, notes), source)
    contents = Contents(FORMAT, state, calls, values.stored_bytes, tuple(notes))
    return describe_model(contents, [root])


def _code_files(module: Table, source: Source) -> Iterator[CodeFile]:
    for file in module.tables(Slot.SOURCES):
        text = file.numbers(1, UINT8)
        yield CodeFile(
            file.text(0) or "", len(text), partial(source.window, text.offset, len(text))
        )
