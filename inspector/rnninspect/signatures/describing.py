"""Describes the layers among named tensors: what a reader calls, whatever its format."""

from __future__ import annotations

from rnninspect.lean import partial
from rnninspect.signatures.odd import may_be_known
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rnninspect.model import RecurrentLayer, StoredTensor
    from rnninspect.source.source import Source

_STEPS_OF_A_TENSOR = 16


def known_layers(  # noqa: PLR0913 - options, by keyword
    tensors: Mapping[str, StoredTensor],
    source: Source,
    *,
    called: Callable[[str], str] = str,
    root: str | None = None,
    whole: bool = False,
    known: Mapping[str, int] | None = None,
    implementation: str = "",
) -> list[RecurrentLayer]:
    """The layers whose tensors have the names and shapes of a signature, in the file's order.

    Args:
        tensors: those that may be a layer's, by name: parts separated by `.` or `/`, without what
            the format adds (`:0`, `/.ATTRIBUTES/VARIABLE_VALUE`).
        source: whose steps are spent where a name is one of a signature's.
        called: the name for people of a module by its name in the file.
        root: which network of a checkpoint the layers belong to.
        whole: whether a module must have all weights, none of them transposed: in formats whose
            writers rename and transpose what they store, so that no fault of the file is meant.
        known: sizes that the file declares, by symbol, for those that no shape determines.
        implementation: the only one whose signatures are tried; empty for all.

    Raises:
        RefusedFile: the limit of steps would be exceeded.
    """
    if not may_be_known(tensors):
        return []
    from rnninspect.signatures.finding import find  # noqa: PLC0415
    from rnninspect.signatures.layers import layer_of  # noqa: PLC0415 - few networks need them

    source.spend(Limit.STEPS, _STEPS_OF_A_TENSOR * len(tensors))
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    sizes, spend = tuple((known or {}).items()), partial(source.spend, Limit.STEPS)
    every = find(shapes, whole=whole, known=sizes, implementation=implementation, spend=spend)
    return [
        layer_of(found, tensors.__getitem__, name=called(found.path), root=root) for found in every
    ]
