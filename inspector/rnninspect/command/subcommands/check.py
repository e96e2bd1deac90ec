"""Checks models against limits and a baseline, whoever has parsed the options."""

from __future__ import annotations

import os

from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.environment import ci_root, terminal_width
from rnninspect.command.printing import print_document, print_error
from rnninspect.command.running import inspected, listing
from rnninspect.errors import PolicyError, UnreadableFile
from rnninspect.lean import partial
from rnninspect.record import Record
from rnninspect.render import AUDIT
from rnninspect.render.view import View
from rnninspect.report import Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from rnninspect.audit import Audit
    from rnninspect.command.request import Request
    from rnninspect.policy import Policies
    from rnninspect.policy.baseline import Baseline
    from rnninspect.report import Report


class NothingNamedError(Exception):
    """Neither the call nor the policy names a model."""


class Asked(Record):
    """What one call asks for, its policy left out."""

    request: Request
    format: str = "table"
    output: Path | None = None
    update: bool = False
    verbose: bool = False
    quiet: bool = False

    def with_models_of(self, policies: Policies) -> Asked:
        """The same with the policy's models, if none is named.

        Raises:
            PolicyError: they cannot be found.
            NothingNamedError: there are none either.
        """
        gathering = self.request.gathering
        if self.request.paths or gathering.lists:
            return self
        from rnninspect.policy.models import listed_models  # noqa: PLC0415 - only without arguments

        paths = listed_models(policies, gathering.choice, self.request.limits)
        if not paths:
            raise NothingNamedError(
                "name a model, a folder, or a list (--files-from), or set models in the policy"
            )
        return self._replace(request=self.request._replace(paths=paths))


def check(asked: Asked, given: Mapping[str, object], config: Path | None) -> int:
    """Check the models, print the outcome, and return the exit code.

    Args:
        asked: what the call asks for.
        given: the options that are keys of the policy; None for one that was not given.
        config: a policy file instead of the nearest one.

    Raises:
        NothingNamedError: neither the call nor the policy names a model.
    """
    from rnninspect.policy import gather  # noqa: PLC0415 - only when used

    try:
        policies = gather(given, os.environ, config)
        return _check(asked.with_models_of(policies), policies)
    except PolicyError as error:
        print_error(str(error))
        return FAILED


def _check(asked: Asked, policies: Policies) -> int:
    from rnninspect.audit import Checking  # noqa: PLC0415 - only when used

    files = list(asked.request.paths)
    results = listing(inspected(asked.request), files)
    old = _baseline(policies.general.baseline, asked)
    if asked.update and old:
        new = _to_be_accepted(old)
        checking = Checking(_accepting(results, new), policies, new, partial(_accept, old, new))
    else:
        checking = Checking(results, policies, old)
    view = View(
        terminal_width(),
        root=ci_root(),
        fail_on=policies.general.fail_on,
        verbose=asked.verbose,
        quiet=asked.quiet,
    )
    done = print_document(AUDIT, asked.format, checking, view, asked.output, files)
    return _code(checking.audit()) if done else FAILED


def _code(audit: Audit) -> int:
    if audit.unreadable:
        return FAILED
    return FINDINGS if audit.failing else OK


def _baseline(name: str | None, asked: Asked) -> Baseline | None:
    """The baseline to compare with; an empty one where the first one is about to be written."""
    if name is None and not asked.update:
        return None
    from pathlib import Path  # noqa: PLC0415 - as above

    from rnninspect.policy.baseline import DEFAULT_NAME, Baseline, read_baseline  # noqa: PLC0415 - as above

    path = Path(name or DEFAULT_NAME)
    return Baseline(path, {}) if asked.update and not path.exists() else read_baseline(path)


def _to_be_accepted(old: Baseline) -> Baseline:
    """The baseline that will replace another, so far without what is read."""
    from rnninspect.policy.baseline import Baseline  # noqa: PLC0415 - as above

    # What is not read keeps its figures, and what is missing is dropped.
    kept = {name: figures for name, figures in old.models.items() if name not in old.missing}
    return Baseline(old.path, kept)


def _accepting(
    results: Iterable[Report | Unreadable], new: Baseline
) -> Iterator[Report | Unreadable]:
    """The results; each model's figures are put into the new baseline before it is compared."""
    from rnninspect.audit import figures_of  # noqa: PLC0415 - as above

    for result in results:
        if not isinstance(result, Unreadable):
            new.models[new.name_of(result.path)] = figures_of(result)
        yield result


def _accept(old: Baseline, new: Baseline, made: Audit) -> Audit:
    """Write the new baseline, and note in the outcome what it changed."""
    from rnninspect.audit import renewal_of  # noqa: PLC0415 - as above
    from rnninspect.policy.baseline import baseline_text  # noqa: PLC0415 - as above
    from rnninspect.results.writing import write_whole  # noqa: PLC0415 - as above
    from rnninspect.source.documents import require_small  # noqa: PLC0415 - as above

    try:
        text = f"{baseline_text(new.models)}\n"
        require_small(len(text.encode()))
        write_whole(old.path, text, [model.path for model in made.models])
    except OSError as error:
        raise PolicyError(f"{old.path}: {error.strerror or error}") from error
    except UnreadableFile as error:
        raise PolicyError(f"{old.path}: {error}") from error
    return made._replace(renewal=renewal_of(old, new))
