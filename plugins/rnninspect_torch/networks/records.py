"""Words for what is found in a file: entries, and the networks that they are the state of."""

from __future__ import annotations

from rnninspect.plugin import Purpose, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rnninspect.plugin import Role
    from rnninspect_torch.dialect.signatures import ModuleSignature
    from rnninspect_torch.pickles.values import TensorView

ADAPTER = "lora "  # begins the word of a part that is added to a weight


class NamedTensor:
    """A named tensor of a network."""

    __slots__ = ("name", "purpose", "tensor")

    def __init__(self, name: str, tensor: TensorView, purpose: Purpose = Purpose.PARAMETER) -> None:
        self.name = name
        self.tensor = tensor
        self.purpose = purpose


class DeclaredModule(Record):
    """What a pickled or scripted module says of itself: its class and its plain attributes."""

    path: str  # the class, `torch.nn.modules.rnn.LSTM`
    attributes: dict[str, object]

    @property
    def name(self) -> str:
        """The last part of the class's name."""
        return self.path.rpartition(".")[2]

    @property
    def is_of_torch(self) -> bool:
        """Whether the class, scripted or not, is one of torch's; an operator has no module."""
        return "." not in self.path or self.path.removeprefix("__torch__.").startswith("torch.")


class Position(Record):
    """Where in a stack a weight belongs."""

    level: int
    direction: int
    role: Role


class StoredWeight(Record):
    """One weight as the file has it: usually one tensor, else the parts that it is made of.

    Attributes:
        parts: tensors by the word that the name carries: `g`, `orig`, `original0`; the tensor
            itself under the empty word.
    """

    parts: dict[str, NamedTensor]

    @property
    def is_computed(self) -> bool:
        """Whether the module makes it from its parts, so that it is not stored as it is used."""
        return any(self.parts.keys() - {""})

    @property
    def main(self) -> NamedTensor | None:
        """The part with the weight's own shape, if there is one."""
        for word in ("raw", "orig", "original", "original1", "v", ""):
            if word in self.parts:
                return self.parts[word]
        return None

    @property
    def counted(self) -> tuple[NamedTensor, ...]:
        """The parts that are parameters: a mask or the vectors of spectral_norm are buffers."""
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
        """The shape that the module computes with; None if the parts do not tell it."""
        main = self.main
        first = self.parts.get("original0")
        if main is None or (first is not None and not _is_norm(first, main)):
            return None
        return main.tensor.shape


def _is_norm(first: NamedTensor, second: NamedTensor) -> bool:
    """Whether two parts are those of weight_norm: a length for each row, and the rows."""
    return first.tensor.shape[:1] == second.tensor.shape[:1] and set(first.tensor.shape[1:]) <= {1}


class WeightGroup:
    """The weights of one module, as far as its tensors' names tell.

    Attributes:
        path: of the module, in the file's own words.
        signature: the names that its tensors have.
        weights: by their place in the stack.
        indexed: weights that are only numbered, until their number is a place.
        recovered: whether the cell was recognised in plain operations, not by names.
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
        """Its path without the module that weight drop puts around the layer."""
        dropped = any("raw" in weight.parts for weight in self.weights.values())
        inner = self.path.removesuffix("module").removesuffix(".")
        return inner if dropped and self.path.endswith("module") else self.path

    def entries(self) -> Iterable[NamedTensor]:
        """All tensors, parts included."""
        for weight in (*self.weights.values(), *self.indexed.values()):
            yield from weight.parts.values()


class Root:
    """One network, or one other thing with tensors, of a file.

    Attributes:
        name: the keys that lead to it, empty for the file's own value.
        purpose: PARAMETER for a part of the network, COPY, OPTIMIZER or STATE for others.
        entries: its tensors in the file's order, each name once.
        groups: layers whose tensors' names do not tell that they are.
        declared: its modules by their path, where the file has modules and not only tensors.
        loose: whether its tensors belong to an object that is not a module.
        is_state_dict: whether the file marks it as what nn.Module.state_dict returned.
    """

    __slots__ = ("declared", "entries", "groups", "is_state_dict", "loose", "name", "purpose")

    def __init__(  # noqa: PLR0913 - all but the name are rarely given
        self,
        name: str,
        purpose: Purpose = Purpose.PARAMETER,
        entries: Iterable[NamedTensor] = (),
        declared: Mapping[str, DeclaredModule] | None = None,
        groups: Iterable[WeightGroup] = (),
        *,
        loose: bool = False,
        is_state_dict: bool = False,
    ) -> None:
        self.name = name
        self.purpose = purpose
        self.entries = list(entries)
        self.declared = dict(declared or {})
        self.groups = list(groups)
        self.loose = loose
        self.is_state_dict = is_state_dict
