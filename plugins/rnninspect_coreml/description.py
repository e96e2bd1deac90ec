"""What was found in a model, gathered part by part."""

from __future__ import annotations

from rnninspect.plugin import Fact, Limit, Observation, Purpose, RecurrentLayer, SkippedLayer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import Source, StoredTensor


class Description:
    """What was found, in the order of the file.

    Attributes:
        source: the file.
        layers: recurrent layers.
        skipped: those without a formula.
        tensors: the stored ones, each once.
        states: identities of those that sequences start from.
        observations: what else was noticed.
        searched: how many layers or operators were looked through.
        finished: whether the search came to its end.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.layers: list[RecurrentLayer] = []
        self.skipped: list[SkippedLayer] = []
        self.tensors: list[StoredTensor] = []
        self.states: set[str] = set()
        self.observations: list[Observation] = []
        self.searched = 0
        self.finished = True

    def count_layer(self, steps: int) -> None:
        """Count one more layer or operator, which costs so many steps.

        Raises:
            RefusedFile: there are too many.
        """
        self.searched += 1
        self.source.limits.require(Limit.NODES, self.searched, "the number of layers")
        self.source.spend(Limit.STEPS, steps)

    def add_layer(self, layer: RecurrentLayer) -> None:
        """Add a recurrent layer; RefusedFile if there are too many."""
        self.layers.append(layer)
        self.source.limits.require(
            Limit.RECURRENT, len(self.layers), "the number of recurrent layers"
        )

    def add_tensors(self, tensors: Iterable[StoredTensor]) -> None:
        """Add stored tensors; RefusedFile if there are too many."""
        self.tensors.extend(tensors)
        self.source.limits.require(Limit.TENSORS, len(self.tensors), "the number of tensors")

    def possible(self, loop: str, matrices: tuple[StoredTensor, ...]) -> None:
        """Note a loop that looks like a cell."""
        detail = f"{loop} is a loop that multiplies what it carries by stored weights"
        self.observations.append(Observation(Fact.POSSIBLE, detail, tensors=matrices))

    def all_tensors(self) -> tuple[StoredTensor, ...]:
        """The stored tensors, with states apart from parameters."""
        return tuple(
            tensor._replace(purpose=Purpose.STATE)
            if tensor.identity in self.states and tensor.purpose is Purpose.PARAMETER
            else tensor
            for tensor in self.tensors
        )
