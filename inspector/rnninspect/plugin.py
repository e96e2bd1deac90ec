"""The one door for plugins: the Reader protocol, and every name that a reader needs."""

from __future__ import annotations

from rnninspect.cells import BIASES, CELLS, Cell, Factor, Role, Sizes, Symbol
from rnninspect.dtypes import DTYPES, ElementKind, ElementType
from rnninspect.errors import (
    PluginError,
    RefusedFile,
    UnknownFormat,
    UnreadableFile,
    in_words,
    parsing,
)
from rnninspect.model import (
    LARGEST_SIZE,
    MOST_ELEMENTS,
    Axis,
    Fact,
    Fate,
    Observation,
    Operand,
    Origin,
    Purpose,
    RecurrentLayer,
    SavedModel,
    SkippedLayer,
    Slot,
    Stack,
    StoredTensor,
)
from rnninspect.record import Record
from rnninspect.source.limits import Limit, Limits
from rnninspect.source.neighbours import Neighbour, Whereabouts
from rnninspect.source.source import Source, open_source
from rnninspect.wording import no_formula, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    Read = Callable[[], "SavedModel | Inside"]
else:  # a reader need not be a subclass, only alike
    Protocol, Read = object, object

__all__ = [
    "BIASES",
    "CELLS",
    "DTYPES",
    "LARGEST_SIZE",
    "MOST_ELEMENTS",
    "Axis",
    "Cell",
    "Convention",
    "ElementKind",
    "ElementType",
    "Fact",
    "Factor",
    "Fate",
    "Inside",
    "Limit",
    "Limits",
    "Neighbour",
    "Observation",
    "Operand",
    "Origin",
    "PluginError",
    "Purpose",
    "Read",
    "Reader",
    "Record",
    "RecurrentLayer",
    "RefusedFile",
    "Role",
    "SavedModel",
    "Sizes",
    "SkippedLayer",
    "Slot",
    "Source",
    "Stack",
    "StoredTensor",
    "Symbol",
    "UnknownFormat",
    "UnreadableFile",
    "Whereabouts",
    "in_words",
    "no_formula",
    "open_source",
    "parsing",
    "plural",
]


class Convention(Record):
    """Which weights a framework gives a cell, for `rnninspect count`.

    Attributes:
        name: `pytorch`, `keras reset_after`, …: the word in a layer's `convention`.
        cell: key of CELLS.
        with_bias: the biases that a layer has when it has any.
        options: further roles that this framework can store (peepholes, projection).
        note: a clause for people, such as `reset_after=True, the default`.
    """

    name: str
    cell: str
    with_bias: frozenset[Role]
    options: frozenset[Role] = frozenset()
    note: str = ""


class Inside(Record):
    """Another file that the one at hand holds, for whichever reader knows its format.

    Attributes:
        source: the bytes of the inner file, or a folder of its members.
        container: what the outer file is, `pickle`.
        observations: what was noticed about the outer file.
    """

    source: Source
    container: str
    observations: tuple[Observation, ...] = ()


class Reader(Protocol):
    """What an installed package offers: it recognises one framework's files and describes them.

    A reader describes and never judges: it does not count, compare, warn or print. The class is
    created without arguments, and the package's `__init__` imports only the standard library.

    Attributes:
        name: short and unique: `onnx`.
        summary: what it reads, for `rnninspect readers`.
        suffixes: file name endings that put it first in the order of tries; content decides.
        implied_suffixes: those that its users leave out, as TensorFlow does with `.index`.
    """

    name: str
    summary: str
    suffixes: tuple[str, ...]
    implied_suffixes: tuple[str, ...]

    def recognise(self, source: Source) -> Read | None:
        """What reads the source, or None if its content is not one of the reader's formats.

        It reads little of the source, and raises nothing. What it returns is called once, without
        arguments, while the source is open, and so can carry what was found out already:
        `functools.partial(read, source, kind)`. That call describes the model, or says which file
        inside the source is the model. It raises:
            UnreadableFile: the structure cannot be parsed; the message says where and why.
            RefusedFile: a limit of `source.limits` would be exceeded.
        """

    def conventions(self) -> Sequence[Convention]:
        """The conventions that its framework counts by."""
