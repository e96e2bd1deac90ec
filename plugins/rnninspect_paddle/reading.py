"""Picks the way to read each kind of file."""

from __future__ import annotations

from rnninspect.plugin import parsing
from rnninspect_paddle.recognition import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source
    from rnninspect_paddle.recognition import Match


def read(source: Source, match: Match) -> SavedModel:
    """Describe a recognised file or folder.

    Raises:
        UnreadableFile: truncated or malformed.
        RefusedFile: a limit is exceeded.
    """
    with parsing("Paddle file"):
        if match.start:
            with source.open_neighbour(match.start) as start:
                return _read(start, match.kind)
        return _read(source, match.kind)


def _read(source: Source, kind: Kind) -> SavedModel:
    if kind is Kind.STATE:
        from rnninspect_paddle.describing import describe_state

        return describe_state(source)
    from rnninspect_paddle.programs.inference import describe_parameters, describe_program

    if kind is Kind.PARAMETERS:
        return describe_parameters(source)
    if kind is Kind.JSON:
        from rnninspect_paddle.programs.pir import read_program

        return describe_program(read_program(source), source, "paddle program (JSON)")
    from rnninspect_paddle.programs.messages import read_program

    return describe_program(read_program(source), source, "paddle program")
