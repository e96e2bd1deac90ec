"""Words for what is found in a file: entries, and the networks that they are the state of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rnninspect.plugin import Purpose

if TYPE_CHECKING:
    from rnninspect_torch.gathering import Group
    from rnninspect_torch.values import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A named tensor of a network."""

    name: str
    tensor: Tensor
    purpose: Purpose = Purpose.PARAMETER


@dataclass(frozen=True, slots=True)
class Declared:
    """What a pickled or scripted module says of itself: its class and its plain attributes."""

    path: str  # the class, `torch.nn.modules.rnn.LSTM`
    attributes: dict[str, object]

    @property
    def name(self) -> str:
        """The last part of the class's name."""
        return self.path.rpartition(".")[2]


@dataclass(slots=True)
class Root:
    """One network, or one other thing with tensors, of a file.

    Attributes:
        name: the keys that lead to it, empty for the file's own value.
        purpose: PARAMETER for a part of the network, COPY, OPTIMIZER or STATE for others.
        entries: its tensors in the file's order, each name once.
        groups: layers whose tensors' names do not tell that they are.
        declared: its modules by their path, where the file has modules and not only tensors.
    """

    name: str
    purpose: Purpose = Purpose.PARAMETER
    entries: list[Entry] = field(default_factory=list)
    declared: dict[str, Declared] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
