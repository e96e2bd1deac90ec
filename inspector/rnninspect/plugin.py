"""The one door for plugins: the Reader protocol, and every name that a reader needs."""

from __future__ import annotations

from rnninspect.cells import BIASES, CELLS, SHARED_ROLES, Cell, Factor, Role, Sizes, Sum, Symbol
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
    Piece,
    Purpose,
    RecurrentLayer,
    SavedModel,
    Search,
    Searched,
    SkippedLayer,
    Slot,
    Stack,
    StoredTensor,
)
from rnninspect.record import Record
from rnninspect.source.limits import Limit, Limits
from rnninspect.source.neighbours import Neighbour, Whereabouts
from rnninspect.source.source import Source, open_source
from rnninspect.source.totals import DeclaredTotals
from rnninspect.wording import has_recurrent_name, no_formula, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
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
    "SHARED_ROLES",
    "UNUSABLE",
    "Axis",
    "Cell",
    "Convention",
    "DeclaredTotals",
    "ElementKind",
    "ElementType",
    "Fact",
    "Factor",
    "Fate",
    "Filing",
    "Framework",
    "Inside",
    "Judge",
    "Limit",
    "Limits",
    "Neighbour",
    "Observation",
    "Operand",
    "Origin",
    "Piece",
    "PluginError",
    "Purpose",
    "Read",
    "Reader",
    "Record",
    "Recurrences",
    "RecurrentLayer",
    "RefusedFile",
    "Role",
    "SavedModel",
    "Search",
    "Searched",
    "Sizes",
    "SkippedLayer",
    "Slot",
    "Source",
    "Stack",
    "StoredTensor",
    "Sum",
    "Symbol",
    "UnknownFormat",
    "UnreadableFile",
    "Whereabouts",
    "has_recurrent_name",
    "in_words",
    "no_formula",
    "open_source",
    "parsing",
    "plural",
]

# What is reported of another file of the model that cannot be used, and a clause for people.
UNUSABLE = {
    Whereabouts.MISSING: (Fact.EXTERNAL_MISSING, "is missing"),
    Whereabouts.IRREGULAR: (Fact.EXTERNAL_OUTSIDE, "is not a regular file"),
    Whereabouts.OUTSIDE: (Fact.EXTERNAL_OUTSIDE, "is outside the model's folder"),
}


class Convention(Record):
    """Which weights a framework gives a cell, for `rnninspect count`.

    Attributes:
        name: `pytorch`, `keras reset_after`, …: the word in a layer's `convention`.
        cell: key of CELLS.
        with_bias: the biases that a layer has when it has any.
        options: further roles that this framework can store (peepholes, projection).
        note: a clause for people, such as `reset_after=True, the default`.
        reset_after: of a GRU, whether its reset gate acts after the recurrent product; None for
            other cells, and where a layer of this convention may do either.
    """

    name: str
    cell: str
    with_bias: frozenset[Role]
    options: frozenset[Role] = frozenset()
    note: str = ""
    reset_after: bool | None = None


class Judge(Record):
    """A framework that `verify` asks for its own count; see `rnninspect.verification.question`.

    Attributes:
        name: for people, `torch`.
        module: imported in a child process, which calls its `version` and `answer`.
        packages: the modules that must be installed for that.
        extra: the extra that installs them.
        distribution: whose extra it is.
        environment: variables of the child process; None removes one.
        others: formats of the framework that it cannot load, so that it is not asked about them.
    """

    name: str
    module: str
    packages: tuple[str, ...]
    extra: str
    distribution: str = "rnninspect"
    environment: tuple[tuple[str, str | None], ...] = ()
    others: frozenset[str] = frozenset()


class Framework(Record):
    """What the core needs to know of a framework whose files a reader describes.

    Attributes:
        name: the word in `SavedModel.framework`: `pytorch`.
        label: the name as it is written: `PyTorch`.
        library: its `library_name` in a model card, if Hugging Face has one for it.
        keeps_names: whether all of its formats name the layers of a model alike, so that `diff`
            matches them by name.
        zero_biases_from: frameworks whose layers its exporters fill up with bias vectors of zeros.
        judges: whom `verify` asks.
    """

    name: str
    label: str
    library: str = ""
    keeps_names: bool = False
    zero_biases_from: frozenset[str] = frozenset()
    judges: tuple[Judge, ...] = ()


class Inside(Record):
    """Another file inside the one at hand, for whichever reader knows its format.

    Attributes:
        source: the bytes of the inner file, or a folder of its members.
        container: what the outer file is, `pickle`.
        observations: what was noticed about the outer file.
    """

    source: Source
    container: str
    observations: tuple[Observation, ...] = ()


class Filing(Record):
    """How the models of a reader are filed, for walks over folders; patterns are matched whole.

    Attributes:
        sure_suffixes: endings that only its models have: what ends so and cannot be read is an
            error. With another of its `suffixes` a file of another kind is passed over.
        starts: patterns of the first 16 bytes, of a file by any name.
        parts: patterns of names, each with the name of the file in the same folder that such a file
            belongs to, in which `{name}` is a group of the pattern; a folder's name ends in `/`.
        folders: names of files, such as `saved_model.pb`, whose folder is the model if another of
            its files belongs to them.
        packages: endings of folders that are a model each, with all in them.
    """

    sure_suffixes: tuple[str, ...] = ()
    starts: tuple[bytes, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    folders: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


class Recurrences(Record):
    """What was found in a graph.

    Attributes:
        layers: the cells that were recognised.
        skipped: the steps whose states return through stored weights, and that fit no cell.
        observations: the steps that are ambiguous, and whether the search was given up.
        states: the identities of the stored tensors from which unrolled sequences start.
        finished: whether the search came to its end.
    """

    layers: tuple[RecurrentLayer, ...] = ()
    skipped: tuple[SkippedLayer, ...] = ()
    observations: tuple[Observation, ...] = ()
    states: frozenset[str] = frozenset()
    finished: bool = True

    def with_purposes(self, tensors: Iterable[StoredTensor]) -> tuple[StoredTensor, ...]:
        """All tensors of the file, of which the first states are no parameters."""
        return tuple(
            tensor._replace(purpose=Purpose.STATE)
            if tensor.identity in self.states and tensor.purpose is Purpose.PARAMETER
            else tensor
            for tensor in tensors
        )

    @property
    def identities(self) -> frozenset[str]:
        """The identities of the stored tensors of layers and of skipped steps."""
        of_layers = (
            tensor
            for layer in self.layers
            for operand in layer.operands
            for tensor in operand.tensors
        )
        of_steps = (tensor for step in self.skipped for tensor in step.tensors)
        return frozenset(tensor.identity for tensor in (*of_layers, *of_steps))


class Reader(Protocol):
    """What an installed package offers: it recognises one framework's files and describes them.

    A reader describes and never judges: it does not count, compare, warn or print. The class is
    created without arguments, and the package's `__init__` imports only the standard library.
    It may also have a method `filing() -> Filing`; without it, all of its suffixes are sure ones.

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
        """The conventions that its frameworks count by; for `count` and `diff`."""

    def frameworks(self) -> Sequence[Framework]:
        """The frameworks whose files it describes; for `verify`, `diff` and `card`."""
