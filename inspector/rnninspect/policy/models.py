"""Finds the models that a policy lists, by paths and globs from the policy's folder."""

from __future__ import annotations

from pathlib import Path

from rnninspect.errors import PolicyError, RnnInspectError
from rnninspect.policy.globs import split
from rnninspect.policy.settings import shown
from rnninspect.readers import look_at
from rnninspect.report import Unreadable
from rnninspect.source.source import open_source
from rnninspect.walking.choice import Choice, left_out_in_words
from rnninspect.walking.walk import Walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.policy.sources import Policies
    from rnninspect.source.limits import Limits
    from rnninspect.walking.walk import Met


def listed_models(policies: Policies, choice: Choice | None, limits: Limits) -> tuple[str, ...]:
    """The paths that a policy's `models` stand for, in its order, each once.

    An entry without a wildcard is one path, whether or not it exists. A glob stands for the models
    that a walk meets, which leaves out what a walk over a folder does.

    Args:
        policies: the settings of the run.
        choice: what the walk takes; None for what is usual.
        limits: of what is opened.

    Raises:
        PolicyError: no model matches a glob, or an entry leads out of the project.
    """
    found: dict[str, None] = {}
    for entry in policies.general.models:
        fixed, glob = split(entry)
        folder = shown(Path(policies.folder_of_models) / fixed)
        policies.require_inside(folder, entry)
        if glob is None:
            found[_as_a_file(folder)] = None
            continue
        walk = Walk((choice or Choice())._replace(within=(glob,)), limits)
        paths = [met.path for met in walk.over(folder) if _may_be_model(met, limits)]
        if not paths:
            left_out = left_out_in_words(walk.left_out | {"excluded": 0})
            place = policies.place_of("models")
            raise PolicyError(f"{place}: no model matches {entry!r}{left_out}")
        found |= dict.fromkeys(map(_as_a_file, paths))
    return tuple(found)


def _as_a_file(path: str) -> str:
    """A path that is neither an option nor standard input."""
    return f"./{path}" if path.startswith("-") else path


def _may_be_model(met: Met | Unreadable, limits: Limits) -> bool:
    """Whether it claims to be a model, a reader knows it, or it cannot be read."""
    if isinstance(met, Unreadable) or met.claims:
        return True
    try:
        with open_source(met.path, limits) as source:
            return look_at(source) is not None
    except RnnInspectError:
        return True
