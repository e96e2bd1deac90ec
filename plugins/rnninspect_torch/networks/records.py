"""Words for what is found in a file: entries, and the networks that they are the state of."""

from __future__ import annotations

from rnninspect.plugin import Purpose, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rnninspect_torch.layers.gathering import Group
    from rnninspect_torch.pickles.values import Tensor


class Entry:
    """A named tensor of a network."""

    __slots__ = ("name", "purpose", "tensor")

    def __init__(self, name: str, tensor: Tensor, purpose: Purpose = Purpose.PARAMETER) -> None:
        self.name = name
        self.tensor = tensor
        self.purpose = purpose


class Declared(Record):
    """What a pickled or scripted module says of itself: its class and its plain attributes."""

    path: str  # the class, `torch.nn.modules.rnn.LSTM`
    attributes: dict[str, object]

    @property
    def name(self) -> str:
        """The last part of the class's name."""
        return self.path.rpartition(".")[2]


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
        entries: Iterable[Entry] = (),
        declared: Mapping[str, Declared] | None = None,
        groups: Iterable[Group] = (),
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
