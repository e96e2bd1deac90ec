"""Records of what is found in a file: named tensors, weights in groups, modules, networks."""

from __future__ import annotations

from rnninspect.plugin import Purpose, Record
from rnninspect.stored.kinds import names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from abc import abstractmethod
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from rnninspect.graphs import Graph
    from rnninspect.plugin import Role, StoredTensor
    from rnninspect.stored.columns import TensorColumns
    from rnninspect_torch.dialect.signatures import ModuleSignature
    from rnninspect_torch.tensors.views import Storage, TensorView

    # Bytes stored for storages, by their scope and their keys.
    Held = Callable[[str, Sequence[str] | range], Sequence[int]]
    # The scope and the key of a storage, and a shape, a type and the bytes that fill it.
    Whole = tuple[str, str, tuple[int, ...], str, int]

    class InColumns(Sequence["NamedTensor"]):
        """Tensors that `columns.entries.ColumnEntries` has, of which few exist as objects."""

        @property
        @abstractmethod
        def shapes(self) -> Sequence[tuple[int, ...]]:
            """The shape of each."""

        @abstractmethod
        def unusual(self) -> list[NamedTensor]:
            """Those of all that may share elements, or leave some of their storage unused."""

        @abstractmethod
        def plain_bytes(self) -> int:
            """Bytes of all others."""

        @abstractmethod
        def unmatched(self, held: Held | None, each: Callable[[Storage], int | None]) -> list[int]:
            """The indices of those for which the file stores more or less than they need.

            It asks `held`, if there is one, for many storages at once, else for each.
            """

        @abstractmethod
        def place_of(self, entry: NamedTensor) -> int:
            """The index of one of them among all of the network."""

        @abstractmethod
        def without(self, places: Container[int]) -> InColumns:
            """Those of other indices."""

        @abstractmethod
        def move(self, move: Callable[[TensorView], TensorView], scope: str) -> set[str]:
            """Put the scopes of all storages below one; return what they were.

            `move` gives the tensor in its new scope.
            """

        @abstractmethod
        def extend(self, other: InColumns) -> None:
            """Add those of another file."""

        @abstractmethod
        def stored(
            self,
            describe: Callable[[NamedTensor], StoredTensor],
            purpose: Callable[[NamedTensor], Purpose],
            around: Purpose,
        ) -> TensorColumns:
            """All in columns; the functions are asked about an entry where needed."""


_CONTAINERS = {"ModuleDict", "ModuleList", "Sequential", "Module"}
ADAPTER = "lora "  # prefix of the key of a part that is added to a weight


class NamedTensor:
    """A named tensor of a network."""

    __slots__ = ("_tensor", "name", "purpose")

    def __init__(self, name: str, tensor: TensorView, purpose: Purpose = Purpose.PARAMETER) -> None:
        self.name = name
        self._tensor = tensor
        self.purpose = purpose

    @property
    def tensor(self) -> TensorView:
        """The tensor."""
        return self._tensor

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensor."""
        return self.tensor.shape

    @property
    def whole(self) -> Whole | None:
        """What a tensor is that fills a storage of its own, all of which the file stores.

        None for others, and for those of which that is unknown.
        """
        return None


class DeclaredModule(Record):
    """A pickled or scripted module: its class and plain attributes."""

    path: str  # the class, `torch.nn.modules.rnn.LSTM`
    attributes: dict[str, object]

    @property
    def name(self) -> str:
        """The name of the class without its package."""
        return self.path.rpartition(".")[2]

    @property
    def kind(self) -> str:
        """The same for a layer; empty for a class that is only a container of modules."""
        return "" if self.name in _CONTAINERS else self.name

    @property
    def is_frameworks_own(self) -> bool:
        """Whether the class, scripted or not, is one of torch's; an operator has no module."""
        return "." not in self.path or self.path.removeprefix("__torch__.").startswith("torch.")


class Position(Record):
    """The position of a weight in a stack."""

    level: int
    direction: int
    role: Role


class StoredWeight(Record):
    """One weight as stored: usually one tensor, otherwise the parts that it is computed from.

    Attributes:
        parts: tensors by the suffix of their name: `g`, `orig`, `original0`; the weight itself has
            an empty suffix.
    """

    parts: dict[str, NamedTensor]

    @property
    def plain(self) -> NamedTensor | None:
        """The tensor that it is, as nearly all weights are one; None if it is computed."""
        return self.parts.get("") if len(self.parts) == 1 else None

    @property
    def is_computed(self) -> bool:
        """Whether the module computes it from its parts."""
        return any(self.parts)

    @property
    def main(self) -> NamedTensor | None:
        """The part with the shape of the weight, if there is one."""
        for word in ("raw", "orig", "original", "original1", "v", ""):
            if word in self.parts:
                return self.parts[word]
        return None

    @property
    def counted(self) -> tuple[NamedTensor, ...]:
        """The parts that are parameters; masks and the vectors of spectral_norm are buffers."""
        if not self.is_computed:
            return tuple(self.parts.values())
        main = self.main
        others = [
            entry
            for word, entry in self.parts.items()
            if word in ("g", "original0") or word.startswith(ADAPTER)
        ]
        return tuple(others if main is None or main in others else [*others, main])

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape of the computed weight; None if it does not follow from the parts."""
        plain = self.plain
        if plain is not None:
            return plain.shape
        main = self.main
        first = self.parts.get("original0")
        if main is None or (first is not None and not _is_norm(first, main)):
            return None
        return main.shape


def _is_norm(first: NamedTensor, second: NamedTensor) -> bool:
    """Whether two parts are those of weight_norm: a norm for each row, and the rows."""
    return first.tensor.shape[:1] == second.tensor.shape[:1] and set(first.tensor.shape[1:]) <= {1}


class WeightGroup:
    """The weights of one module, grouped by the names of their tensors.

    Attributes:
        path: of the module, as in the file.
        signature: the naming scheme of its tensors.
        weights: by their position in the stack.
        indexed: numbered weights whose position is not known yet.
        recovered: whether the cell was recognised in operations, not by names.
    """

    __slots__ = ("indexed", "path", "recovered", "signature", "weights")

    def __init__(self, path: str, signature: ModuleSignature, *, recovered: bool = False) -> None:
        self.path = path
        self.signature = signature
        self.weights: dict[Position, StoredWeight] = {}
        self.indexed: dict[tuple[int, Role], StoredWeight] = {}
        self.recovered = recovered

    @property
    def name(self) -> str:
        """Its path without the wrapper of weight drop."""
        dropped = any("raw" in weight.parts for weight in self.weights.values())
        inner = self.path.removesuffix("module").removesuffix(".")
        return inner if dropped and self.path.endswith("module") else self.path

    def entries(self) -> Iterable[NamedTensor]:
        """All tensors, parts included."""
        for weight in (*self.weights.values(), *self.indexed.values()):
            yield from weight.parts.values()


class Root:
    """A network, or another collection of tensors, of a file.

    Attributes:
        name: path of keys to it; empty for the top-level value.
        purpose: PARAMETER for a network, else COPY, OPTIMIZER or STATE.
        entries: its tensors in the file's order, with unique names.
        columns: the same as a sequence that makes an entry for the one that is looked at; None if
            they are in `entries`.
        groups: layers that were not found by names.
        declared: its modules by their path, if the file contains modules.
        outside_module: whether its tensors belong to an object that is not a module.
        is_state_dict: whether it has the mark of nn.Module.state_dict.
        translations: gives the core's graphs of its program, under one assumption after the other;
            None if the file has no code, or code that cannot have a cell.
        operators: how many the translated program has.
    """

    __slots__ = (
        "columns",
        "declared",
        "entries",
        "groups",
        "is_state_dict",
        "name",
        "operators",
        "outside_module",
        "purpose",
        "translations",
    )

    def __init__(  # noqa: PLR0913 - optional but for the name
        self,
        name: str,
        purpose: Purpose = Purpose.PARAMETER,
        entries: Iterable[NamedTensor] = (),
        declared: Mapping[str, DeclaredModule] | None = None,
        groups: Iterable[WeightGroup] = (),
        *,
        columns: InColumns | None = None,
        outside_module: bool = False,
        is_state_dict: bool = False,
    ) -> None:
        self.name = name
        self.purpose = purpose
        self.entries = list(entries)
        self.columns = columns
        self.declared = dict(declared or {})
        self.groups = list(groups)
        self.outside_module = outside_module
        self.is_state_dict = is_state_dict
        self.operators = 0
        self.translations: Callable[[], Iterable[Graph]] | None = None

    def named_shapes(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The name and the shape of each tensor, which need not be made for it."""
        if self.columns is not None:
            return zip(names_of(self.columns), self.columns.shapes, strict=True)
        return ((entry.name, entry.tensor.shape) for entry in self.entries)

    @property
    def unusual(self) -> Sequence[NamedTensor]:
        """All tensors but those in columns that have all of a storage of their own."""
        return self.entries if self.columns is None else self.columns.unusual()

    @property
    def every(self) -> Sequence[NamedTensor]:
        """Its tensors, wherever they are."""
        return self.entries if self.columns is None else self.columns
