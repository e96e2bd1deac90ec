"""Tensors with the names that they have in a network, one by one and in columns."""

from __future__ import annotations

from rnninspect.plugin import Purpose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from abc import abstractmethod
    from collections.abc import Callable, Container, Mapping, Sequence

    from rnninspect.plugin import StoredTensor
    from rnninspect.stored.columns import TensorColumns
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

        @property
        @abstractmethod
        def purposes(self) -> Mapping[int, Purpose]:
            """What those are kept for that are no parameters, as far as the file says it."""

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
