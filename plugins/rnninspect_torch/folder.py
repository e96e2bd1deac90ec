"""A folder that holds one model: the file that it starts from tells the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnninspect.plugin import UnreadableFile
from rnninspect_torch.reading import read_any
from rnninspect_torch.sniffing import model_in

if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source


def read(source: Source) -> SavedModel:
    """The model in a folder; UnreadableFile if there is none."""
    name = model_in(source)
    if name is None:
        raise UnreadableFile("a folder without a file that a model of torch starts from")
    with source.open_neighbour(name) as start:
        return read_any(start)
