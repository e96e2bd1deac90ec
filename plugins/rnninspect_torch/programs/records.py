"""What TorchScript code declares: calls of recurrent operators, and the attributes of classes."""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_torch.programs.unrolled import UnrolledCell


class LayerCall(Record):
    """A call of a recurrent operator.

    Attributes:
        operator: `lstm`, `gru`, `rnn_tanh` or `rnn_relu`.
        cell: whether it is the operator of a cell.
        label: the variable of its weights, if they are in one.
        constants: numbers of its weights among the constants; empty if they are not constants.
        biases, levels, directions: as declared by the call; None for a cell.
    """

    operator: str
    cell: bool
    label: str
    constants: tuple[int, ...]
    biases: bool | None = None
    levels: int = 1
    directions: int = 1


class ClassCode(Record):
    """One class of the archive's code.

    Attributes:
        finals: its constants, as Python values.
        parameters, buffers: names of its own tensors of these kinds.
        lists: whether these names are listed; torch 1.0 to 1.2 did not list them.
        trains: whether it has the attribute `training`, which freezing removes.
        calls: its calls of recurrent operators; none where its constants say all that these could.
        cells: cells that are unrolled into basic operators.
    """

    finals: dict[str, object]
    parameters: tuple[str, ...] = ()
    buffers: tuple[str, ...] = ()
    trains: bool = False
    calls: tuple[LayerCall, ...] = ()
    cells: tuple[UnrolledCell, ...] = ()
    lists: bool = True
