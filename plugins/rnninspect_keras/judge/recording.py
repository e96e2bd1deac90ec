"""Records the framework's count of a layer, or why there is none."""

from __future__ import annotations

from rnninspect.verification.question import NoOpinion, RefusedLayer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.verification.question import Answer, Part


def note(given: Answer, part: Part, count: Callable[[Part], int]) -> None:
    """Book Keras' count of a layer, or why there is none."""
    try:
        given.counts[part.name] = count(part)
    except RefusedLayer as error:
        given.refusals[part.name] = str(error)
    except NoOpinion as error:
        given.silences[part.name] = str(error)
