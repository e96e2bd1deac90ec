"""The weights of a module, grouped by the names of their tensors."""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import Role
    from rnninspect_torch.dialect.signatures import ModuleSignature
    from rnninspect_torch.networks.named_tensors import NamedTensor

ADAPTER = "lora "  # prefix of the key of a part that is added to a weight


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
