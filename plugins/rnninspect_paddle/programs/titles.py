"""The names that the variables of a program have in the modules that it was made of.

Paddle 2 saves them beside the parameters, as a pickle of `structured_name` by variable.
"""

from __future__ import annotations

from rnninspect.decode.pickles.values import Mapping
from rnninspect.plugin import Fact, Observation, Record, RefusedFile, UnreadableFile, Whereabouts
from rnninspect_paddle.state import load_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_ENDING = ".pdiparams.info"
_KEY = "structured_name"
_LONGEST = 500


class Titles(Record):
    """The names in the modules.

    Attributes:
        names: by the names of variables.
        notes: what loading the file would run, or why it was not read.
    """

    names: dict[str, str]
    notes: tuple[Observation, ...] = ()


def titles_beside(source: Source) -> Titles:
    """The names beside a program; none where there is no such file.

    Raises:
        RefusedFile: a limit would be exceeded.
    """
    stem, _, ending = source.name.rpartition(".")
    name = f"{stem}{_ENDING}"
    if ending != "pdmodel" or source.neighbour(name).whereabouts is not Whereabouts.INSIDE:
        return Titles({})
    with source.open_neighbour(name) as file:
        try:
            value, code = load_value(file)
        except RefusedFile:
            raise
        except UnreadableFile as error:
            return Titles({}, (Observation(Fact.UNUSUAL, f"{name} was not read: {error}"),))
    entries = value.named if isinstance(value, Mapping) else {}
    found: dict[str, str] = {}
    for variable, entry in entries.items():
        title = entry.named.get(_KEY) if isinstance(entry, Mapping) else None
        if isinstance(title, str):
            found[variable] = title[:_LONGEST]
    return Titles(found, tuple(code))
