"""The subcommand for CI: models held to a policy and a baseline."""

from __future__ import annotations

import inspect
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnninspect.cli import options
from rnninspect.cli.options import Format, LimitPairs, Models, Output
from rnninspect.command.running import (
    FAILED,
    FINDINGS,
    OK,
    Request,
    ci_root,
    complain,
    deliver,
    inspect_all,
    summarise,
    terminal_width,
)
from rnninspect.command.writing import write_whole
from rnninspect.errors import PolicyError, UnreadableFile
from rnninspect.policy.keys import KEYS
from rnninspect.render.view import View
from rnninspect.source.documents import require_small
from rnninspect.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.policy import Key, Policies
    from rnninspect.policy.baseline import Baseline
    from rnninspect.render.view import Unreadable
    from rnninspect.report import Report

Config = Annotated[
    Path | None,
    typer.Option(envvar="RNNINSPECT_CONFIG", help="A policy file instead of the nearest one."),
]
UpdateBaseline = Annotated[
    bool, typer.Option("--update-baseline", help="Accept the figures as they are now.")
]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one call asks for beside the policy."""

    request: Request
    format: str
    output: Path | None
    update: bool


def _with_policy_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each key of the policy; typer reads the signature."""
    signature = inspect.signature(command, eval_str=True)
    own = [part for part in signature.parameters.values() if part.kind is not part.VAR_KEYWORD]
    more = [
        inspect.Parameter(key.field, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for key in KEYS
        for kind in [_option(key)]
    ]
    command.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined] # mypy knows no such attribute of a function
    return command


def _option(key: Key) -> Any:  # noqa: ANN401 - an annotation
    if isinstance(key.read(key.example), bool):
        return Annotated[bool | None, typer.Option(f"--{key.name}/--no-{key.name}", help=key.help)]
    text = f"{key.help} E.g. {key.example}"
    return Annotated[str | None, typer.Option(f"--{key.name}", metavar="VALUE", help=text)]


@_with_policy_options
def check(
    models: Models,
    *,
    output_format: Format = "table",
    output: Output = None,
    config: Config = None,
    update_baseline: UpdateBaseline = False,
    limit: LimitPairs = None,
    **policy: object,
) -> None:
    """Hold models to limits and to a baseline, for CI.

    Exit 1 if a limit or a rule fails, 2 if a model cannot be read.

    Limits stand in [tool.rnninspect] of the nearest pyproject.toml, in rnninspect.toml, in
    variables (RNNINSPECT_MAX_PARAMETERS) or in options, which win.

    Example: rnninspect check models/*.onnx --max-parameters 5M --max-file-bytes 20MB
    """
    from rnninspect.policy import gather  # noqa: PLC0415 - only when used

    request = Request(tuple(dict.fromkeys(models)), limits=options.limits(limit))
    wish = _Wish(request, options.renderer(output_format), output, update_baseline)
    given = {key.name: policy[key.field] for key in KEYS}
    try:
        code = _check(wish, gather(given, os.environ, config))
    except PolicyError as error:
        complain(str(error))
        code = FAILED
    raise typer.Exit(code)


def _check(wish: _Wish, policies: Policies) -> int:
    from rnninspect.audit import audit  # noqa: PLC0415 - only when used
    from rnninspect.render.audit.table import AUDIT_RENDERERS  # noqa: PLC0415 - only when used

    old = _baseline(policies.general.baseline, wish)
    reports, unreadable = inspect_all(wish.request)
    new = _accept(reports, old) if wish.update and old else old
    held = audit(reports, policies, new, [file.path for file in unreadable])
    view = View(terminal_width(), root=ci_root(), fail_on=held.fail_on)
    text = AUDIT_RENDERERS[wish.format](held, unreadable, view)
    if old and new and wish.update and wish.format == "table":
        text = f"{text}\n\n{_renewal(old, new)}"
    files = [*wish.request.paths, *(name for report in reports for name in report.files)]
    done = deliver(text, wish.output, files)
    if wish.format == "github":
        done = summarise(AUDIT_RENDERERS["markdown"](held, unreadable, view)) and done
    return _code(unreadable, held.failing) if done else FAILED


def _code(unreadable: Sequence[Unreadable], failing: Sequence[str]) -> int:
    if unreadable:
        return FAILED
    return FINDINGS if failing else OK


def _baseline(name: str | None, wish: _Wish) -> Baseline | None:
    """The baseline to measure by; an empty one where a first one is to be written."""
    from rnninspect.policy.baseline import DEFAULT_NAME, Baseline, read_baseline  # noqa: PLC0415 - as above

    if name is None and not wish.update:
        return None
    path = Path(name or DEFAULT_NAME)
    return Baseline(path, {}) if wish.update and not path.exists() else read_baseline(path)


def _accept(reports: Sequence[Report], old: Baseline) -> Baseline:
    """Write the figures of today; models that were not read stay, those that are gone go."""
    from rnninspect.audit import figures_of  # noqa: PLC0415 - as above
    from rnninspect.policy.baseline import Baseline, baseline_text  # noqa: PLC0415 - as above

    kept = {name: held for name, held in old.models.items() if name not in old.missing}
    fresh = {old.name_of(report.path): figures_of(report) for report in reports}
    new = Baseline(old.path, kept | fresh)
    try:
        text = f"{baseline_text(new.models)}\n"
        require_small(len(text.encode()))
        write_whole(old.path, text, [report.path for report in reports])
    except OSError as error:
        raise PolicyError(f"{old.path}: {error.strerror or error}") from error
    except UnreadableFile as error:
        raise PolicyError(f"{old.path}: {error}") from error
    return new


def _renewal(old: Baseline, new: Baseline) -> str:
    added, removed = new.models.keys() - old.models.keys(), old.models.keys() - new.models.keys()
    changed = [name for name in old.models if new.models.get(name) not in (None, old.models[name])]
    numbers = f"{len(added)} added, {len(changed)} changed, {len(removed)} removed"
    return f"{old.path}: {plural(len(new.models), 'model')} accepted: {numbers}"


COMMANDS = (check,)
