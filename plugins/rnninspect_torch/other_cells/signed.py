"""The cells that the core's table of signatures knows, among tensors without a layer."""

from __future__ import annotations

from rnninspect.plugin import Limit
from rnninspect.signatures.layers import layer_of
from rnninspect.signatures.matching import find
from rnninspect_torch.networks.naming import without_wrappers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.plugin import RecurrentLayer, Source, StoredTensor
    from rnninspect_torch.networks.records import NamedTensor

_STEPS_OF_A_TENSOR = 10


def describe_known_cells(
    entries: list[NamedTensor], source: Source, stored: Callable[[NamedTensor], StoredTensor]
) -> list[RecurrentLayer]:
    """The layers whose tensors have the names and shapes of a signature."""
    source.spend(Limit.STEPS, _STEPS_OF_A_TENSOR * len(entries))
    by_name = {entry.name: entry for entry in entries}
    shapes = {name: entry.tensor.shape for name, entry in by_name.items()}
    return [
        layer_of(found, lambda name: stored(by_name[name]), name=without_wrappers(found.path))
        for found in find(shapes)
    ]
