"""Plain pickles: a module or state dict that pickle.dump wrote, storages and all."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation
from rnninspect_torch.assembling import assemble
from rnninspect_torch.cursor import Cursor
from rnninspect_torch.distributed import describe_checkpoint, is_index
from rnninspect_torch.opcodes import load
from rnninspect_torch.rebuild import TorchCalls
from rnninspect_torch.saved import Saved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source


def read_plain(source: Source) -> Saved:
    """The value of the first pickle; bytes behind it are noted, not read."""
    calls, cursor = TorchCalls(source), Cursor(source)
    value = load(cursor, calls)
    notes: tuple[Observation, ...] = ()
    if cursor.left:
        detail = f"{cursor.left:,} bytes behind the pickle"
        notes = (Observation(Fact.UNUSUAL, detail),)
    return Saved("pytorch pickle", value, calls, lambda _: None, notes)


def read(source: Source) -> SavedModel:
    """The model in a plain pickle, or the one whose index a distributed checkpoint pickles."""
    saved = read_plain(source)
    if is_index(saved.value):
        return describe_checkpoint(saved)
    return assemble(saved)
