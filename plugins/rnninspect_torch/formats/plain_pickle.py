"""Plain pickles of pickle.dump or joblib, with storages or arrays inside."""

from __future__ import annotations

from rnninspect.decode.cursor import Cursor
from rnninspect.decode.pickles.interpreter import load
from rnninspect.decode.pickles.values import Instance
from rnninspect.plugin import Fact, Observation, UnknownFormat, plural
from rnninspect_torch.arrays.describing import describe_arrays
from rnninspect_torch.describing.contents import Contents
from rnninspect_torch.describing.model import describe_value
from rnninspect_torch.formats.distributed import describe_checkpoint, is_index
from rnninspect_torch.formats.embedded import find_inside
from rnninspect_torch.networks.walking import Walk
from rnninspect_torch.tensors.arrays import SCOPE as ARRAY
from rnninspect_torch.tensors.calls import TorchCalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Inside, SavedModel, Source

_TABLES = "pandas."  # whose arrays are columns of data


def read_plain(source: Source) -> Contents:
    """The value of the first pickle; trailing bytes are noted, not read."""
    calls, cursor = TorchCalls(source), Cursor(source)
    value = load(cursor, calls)
    notes: tuple[Observation, ...] = ()
    if cursor.left:
        detail = f"{plural(cursor.left, 'trailing byte')} after the pickle"
        notes = (Observation(Fact.UNUSUAL, detail),)
    return Contents("pytorch pickle", value, calls, lambda _: None, notes)


def read(source: Source) -> SavedModel | Inside:
    """The model in a plain pickle, in a file embedded in it, or in a distributed checkpoint."""
    contents = read_plain(source)
    if not contents.calls.has_storages and not contents.calls.nested:
        found = find_inside(contents, Walk(source))
        if found is not None:
            return found
    if is_index(contents.value):
        return describe_checkpoint(contents)
    if isinstance(contents.value, Instance) and contents.value.path.startswith(_TABLES):
        raise UnknownFormat(f"not a model but a pickle of {contents.value.path[:80]}")
    model = describe_value(contents)
    if all(tensor.identity.startswith(f"{ARRAY}/") for tensor in model.tensors):
        return describe_arrays(
            contents._replace(format=f"{contents.calls.container} of numpy arrays")
        )
    return model
