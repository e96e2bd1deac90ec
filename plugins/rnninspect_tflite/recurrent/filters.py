"""SVDF: filters with a memory of their last inputs, which is no state that a gate reads."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, plural
from rnninspect_tflite.schema.options import integer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect_tflite.operators.values import Call

SVDF = "SVDF"
_SHOWN = 4


def describe_filters(calls: Sequence[Call]) -> Iterator[Observation]:
    """One note on all SVDF operators, and each contradiction of their sizes."""
    known = []
    for call in calls:
        features, times = (call.input(at) for at in (1, 2))
        if features is None or times is None or len(features.shape) != len(times.shape) != 2:
            continue
        rank = integer(call.operator, 0)
        rows, inputs = features.shape
        if rank < 1 or rows is None or rows % rank or times.shape[0] != rows:
            detail = (
                f"SVDF of rank {rank} has {rows} filters over its inputs and "
                f"{times.shape[0]} over time"
            )
            yield Observation(Fact.CONTRADICTION, detail, tensor=call.label)
            continue
        known.append(
            f"{rows // rank} units of rank {rank} over {inputs} inputs, {times.shape[1]} steps"
        )
    if known:
        more = ", …" if len(known) > _SHOWN else ""
        detail = (
            f"{plural(len(known), 'SVDF operator')}, which remember inputs without gates, are "
            f"no recurrent layers: {'; '.join(known[:_SHOWN])}{more}"
        )
        yield Observation(Fact.UNUSUAL, detail)
