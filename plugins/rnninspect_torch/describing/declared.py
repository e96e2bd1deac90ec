"""Sizes that a configuration in a checkpoint, or beside the weights, declares."""

from __future__ import annotations

from rnninspect.declared import Document, declare_first
from rnninspect.plugin import CELLS, Fact, Purpose
from rnninspect_torch.describing.beside import beside
from rnninspect_torch.networks.configurations import configurations_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Observation
    from rnninspect_torch.describing.contents import Contents
    from rnninspect_torch.describing.network import Network


def declare_sizes(networks: list[Network], contents: Contents) -> list[Observation]:
    """Put declared sizes into the layers of a file; what is wrong with them.

    Of several networks with such layers none is known to be meant, unless all but one are copies.
    """
    with_own = [network for network in networks if _has_own_cells(network)]
    if sum(network.root.purpose is Purpose.PARAMETER for network in with_own) > 1:
        return []
    notes: list[Observation] = []
    for network in with_own:
        declared = declare_first(network.layers, _documents(contents))
        network.layers = list(declared.layers)
        notes += [note for note in declared.observations if note not in notes]
    return notes


def _has_own_cells(network: Network) -> bool:
    return any(CELLS[layer.cell].symbols for layer in network.layers)


def _documents(contents: Contents) -> Iterator[Document | Observation]:
    """The configurations of a file, those in it before those beside it."""
    source = contents.calls.source
    yield from configurations_in(contents.value, source)
    incomplete = any(note.fact is Fact.EXTERNAL_MISSING for note in contents.observations)
    for found in beside(source):
        if incomplete and isinstance(found, Document):
            yield found._replace(is_whole=False)
        else:
            yield found
