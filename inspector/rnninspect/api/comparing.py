"""Comparisons of two models that can print themselves."""

from __future__ import annotations

import os

from rnninspect import comparison
from rnninspect.api.shown import HEADING, Shown
from rnninspect.comparison import outline
from rnninspect.comparison.sides import read_side
from rnninspect.errors import RnnInspectError
from rnninspect.render import DIFF
from rnninspect.report import Report
from rnninspect.source.limits import Limits
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.comparison import Outline
    from rnninspect.render import Formats
    from rnninspect.render.page.markup import Markup


class Comparison(Shown, comparison.Comparison):
    """Two models and what differs: `rows`, each with `changes` that have a kind and a reason.

    `changed` says whether more than conventions differs. `print(comparison)` is what the command
    prints, and a notebook draws it.
    """

    __slots__ = ()

    def _formats(self) -> Formats:
        return DIFF

    def _sections(self) -> Iterable[Markup]:
        from rnninspect.render.diff.html import sections_of  # noqa: PLC0415 - only for notebooks

        return sections_of(self, HEADING)

    def __repr__(self) -> str:
        number = sum(bool(row.changes) for row in self.rows)
        changes = f"{plural(number, 'row')} differ{'s' if number == 1 else ''}"
        kind = "" if self.changed else ", none but by convention" if number else ""
        return f"<Comparison {self.old.path!r} → {self.new.path!r}: {changes}{kind}>"


def compare(
    old: Report | str | os.PathLike[str],
    new: Report | str | os.PathLike[str],
    limits: Limits | None = None,
) -> Comparison:
    """Match the layers of two models, of one format or of two, and name what differs.

    Args:
        old: a report, or the path of a model or of a JSON report on one.
        new: the same.
        limits: bounds on each file that is read.

    Raises:
        UnreadableFile: a path leads neither to a model nor to a report.
        PluginError: an installed reader is broken.

    Example:
        >>> from rnninspect import compare
        >>> found = compare("sample_models/keras/family.keras", "sample_models/torch/family.pt")
        >>> found.changed
        False
        >>> for row in found.rows:
        ...     print(row.name, row.moved.parameters, *(change.kind for change in row.changes))
        encoder 40 convention
        decoder 12 convention
    """
    bounds = limits or Limits()
    found = comparison.compare(_outline(old, new, bounds), _outline(new, old, bounds))
    return Comparison(*found)


def _outline(
    side: Report | str | os.PathLike[str], other: Report | str | os.PathLike[str], limits: Limits
) -> Outline:
    if isinstance(side, Report):
        return outline(side)
    path = os.fspath(side)
    try:
        return read_side(path, _path(other), limits).outline
    except RnnInspectError as error:
        error.path = path
        raise


def _path(side: Report | str | os.PathLike[str]) -> str:
    return side.path if isinstance(side, Report) else os.fspath(side)
