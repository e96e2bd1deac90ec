"""Records of what is found in a file: named tensors, weights in groups, modules, networks."""

from __future__ import annotations

from rnninspect.plugin import Purpose, Record
from rnninspect.stored.kinds import names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rnninspect.graphs import Graph
    from rnninspect_torch.networks.named_tensors import InColumns, NamedTensor
    from rnninspect_torch.networks.weights import WeightGroup
    from rnninspect_torch.tensors.tables import StoragesAlike

_CONTAINERS = {"ModuleDict", "ModuleList", "Sequential", "Module"}


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


class ModulesAlike(Record):
    """Modules of a list or a dict that are built like one before them, the original.

    Attributes:
        names: their paths.
        storages: theirs, in the order of the tensors of one module after the other.
        tensors: those of the original, by their names in it.
        aliases: names in each of tensors that are attributes, too, and which ones they are.
        declared: what is in the original, by its path there.
    """

    names: list[str]
    storages: StoragesAlike
    tensors: list[NamedTensor]
    aliases: list[tuple[str, int]]
    declared: dict[str, DeclaredModule]

    def declare(self, root: Root) -> None:
        """Add the modules to those of a root."""
        for path in self.names:
            for below, module in self.declared.items():
                root.declared[f"{path}.{below}" if below else path] = module


class Root:
    """A network, or another collection of tensors, of a file.

    Attributes:
        name: path of keys to it; empty for the top-level value.
        purpose: PARAMETER for a network, else COPY, OPTIMIZER or STATE.
        entries: its tensors in the file's order, with unique names.
        columns: the same as a sequence that makes an entry for the one that is looked at; None if
            they are in `entries`.
        alike: modules whose tensors are in neither yet, by how many entries are before them; each a
            second time for its aliases.
        groups: layers that were not found by names.
        declared: its modules by their path, if the file contains modules.
        outside_module: whether its tensors belong to an object that is not a module.
        is_state_dict: whether it has the mark of nn.Module.state_dict.
        translations: gives the core's graphs of its program, under one assumption after the other;
            None if the file has no code, or code that cannot have a cell.
        operators: how many the translated program has.
    """

    __slots__ = (
        "alike",
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
        self.alike: list[tuple[int, ModulesAlike, bool]] = []
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
    def parameters(self) -> Sequence[NamedTensor]:
        """The tensors of which the file does not say that they are none."""
        if self.columns is None:
            return [each for each in self.entries if each.purpose is Purpose.PARAMETER]
        aside = self.columns.purposes
        return self.columns.without(aside) if aside else self.columns

    @property
    def unusual(self) -> Sequence[NamedTensor]:
        """All tensors but those in columns that have all of a storage of their own."""
        return self.entries if self.columns is None else self.columns.unusual()

    @property
    def every(self) -> Sequence[NamedTensor]:
        """Its tensors, wherever they are."""
        return self.entries if self.columns is None else self.columns
