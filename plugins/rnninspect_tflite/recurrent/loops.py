"""Loops in which nothing was recognised, and that look like a recurrent cell nevertheless."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, Purpose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rnninspect.plugin import Recurrences, StoredTensor
    from rnninspect_tflite.operators.suspects import Suspect
    from rnninspect_tflite.schema.records import Key

_SHOWN = 8


def describe_suspects(
    suspects: Iterable[Suspect], tensors: Mapping[Key, StoredTensor], recovered: Recurrences
) -> Iterator[Observation]:
    """An observation for each loop whose matrices are in no layer and in no skipped step."""
    known, told = recovered.identities, set[str]()
    for each in suspects:
        found = [tensors[leaf.key] for leaf in each.matrices if leaf.key in tensors]
        stored = tuple(tensor for tensor in found if tensor.purpose is Purpose.PARAMETER)
        if not stored or each.name in told or not known.isdisjoint(t.identity for t in stored):
            continue
        told.add(each.name)
        detail = (
            f"the loop at {each.name} looks like a recurrent cell: "
            f"{' and '.join(each.activations)} of products of "
            f"{', '.join(tensor.name for tensor in stored[:_SHOWN])} with a value that it carries"
        )
        yield Observation(Fact.POSSIBLE, detail, tensor=stored[0].name, tensors=stored)
