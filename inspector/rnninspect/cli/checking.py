"""The subcommand for CI: compares models with a policy and a baseline."""

from __future__ import annotations

import inspect
import os
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnninspect.cli import options, words
from rnninspect.cli.gathering import Models, gathering_models
from rnninspect.cli.options import AllowDownload, LimitPairs, Output
from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.environment import ci_root, terminal_width
from rnninspect.command.printing import print_document, print_error
from rnninspect.command.request import Gathering, Request
from rnninspect.command.running import inspected, listing
from rnninspect.errors import PolicyError, UnreadableFile
from rnninspect.policy.keys import KEYS
from rnninspect.render import AUDIT
from rnninspect.render.view import View
from rnninspect.report import Unreadable
from rnninspect.results.writing import write_whole
from rnninspect.source.documents import require_small

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rnninspect.audit import Audit
    from rnninspect.policy import Key, Policies
    from rnninspect.policy.baseline import Baseline
    from rnninspect.report import Report

Config = Annotated[
    Path | None,
    typer.Option(envvar="RNNINSPECT_CONFIG", help="A policy file instead of the nearest one."),
]
UpdateBaseline = Annotated[
    bool, typer.Option("--update-baseline", help="Accept the current figures.")
]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show all limits, warnings and largest layers.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show nothing but failures.")]


@dataclass(frozen=True, slots=True)
class _Options:
    """What one call asks for, its policy left out."""

    request: Request
    format: str
    output: Path | None
    update: bool
    verbose: bool = False
    quiet: bool = False

    def with_models_of(self, policies: Policies) -> _Options:
        """The same with the policy's models, if none is named.

        Raises:
            PolicyError: they cannot be found.
            typer.BadParameter: there are none either.
        """
        gathering = self.request.gathering
        if self.request.paths or gathering.lists:
            return self
        from rnninspect.policy.models import listed_models  # noqa: PLC0415 - only without arguments

        paths = listed_models(policies, gathering.choice, self.request.limits)
        if not paths:
            raise typer.BadParameter(
                "name a model, a folder, or a list (--files-from), or set models in the policy"
            )
        return replace(self, request=self.request._replace(paths=paths))

    def require_fitting(self) -> None:
        """A usage error if two of the options exclude each other."""
        chosen = [name for name in ("verbose", "quiet") if getattr(self, name)]
        if len(chosen) > 1:
            raise typer.BadParameter("--verbose and --quiet exclude each other")
        if chosen and self.format != "table":
            raise typer.BadParameter(f"--{chosen[0]} needs --format table")


def _with_policy_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each key of the policy; typer reads the signature."""
    signature = inspect.signature(command, eval_str=True)
    own = [part for part in signature.parameters.values() if part.kind is not part.VAR_KEYWORD]
    more = [
        inspect.Parameter(key.field, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for key in KEYS
        if key.option
        for kind in [_option(key)]
    ]
    command.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined] # mypy knows no such attribute of a function
    return command


def _option(key: Key) -> Any:  # noqa: ANN401 - an annotation
    if isinstance(key.read(key.example), bool):
        return Annotated[bool | None, typer.Option(f"--{key.name}/--no-{key.name}", help=key.help)]
    text = f"{key.help} E.g. {key.example}"
    option = typer.Option(
        f"--{key.name}", metavar="VALUE", help=text, autocompletion=words.of_key(key.read)
    )
    return Annotated[str | None, option]


@partial(gathering_models, needed=False)
@_with_policy_options
def check(  # noqa: PLR0913 - an option each
    models: Models = None,
    *,
    output_format: Annotated[str, options.format_option(AUDIT)] = "table",
    output: Output = None,
    config: Config = None,
    update_baseline: UpdateBaseline = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
    limit: LimitPairs = None,
    allow_download: AllowDownload = False,
    gathering: Gathering,
    **policy: object,
) -> None:
    """Check models against limits and a baseline, for CI.

    Prints what fails, and how many passed. Exit 1 if something fails, 2 if a model cannot be read.

    Limits are set in [tool.rnninspect] of the nearest pyproject.toml, in rnninspect.toml, in
    variables (RNNINSPECT_MAX_PARAMETERS) or by options; an option takes precedence.
    `models` of the same files lists the models for a call that names none.

    Example: rnninspect check models/*.onnx --max-parameters 5M --max-file-bytes 20MB
    """
    from rnninspect.policy import gather  # noqa: PLC0415 - only when used

    paths = tuple(dict.fromkeys(models or ()))
    limits = options.limits(limit, allow_download=allow_download)
    request = Request(paths, limits=limits, gathering=gathering)
    chosen = options.format_of(AUDIT, output_format)
    asked = _Options(request, chosen, output, update_baseline, verbose, quiet)
    asked.require_fitting()
    given = {key.name: policy[key.field] for key in KEYS if key.option}
    try:
        policies = gather(given, os.environ, config)
        code = _check(asked.with_models_of(policies), policies)
    except PolicyError as error:
        print_error(str(error))
        code = FAILED
    raise typer.Exit(code)


def _check(asked: _Options, policies: Policies) -> int:
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


def _baseline(name: str | None, asked: _Options) -> Baseline | None:
    """The baseline to compare with; an empty one where the first one is about to be written."""
    from rnninspect.policy.baseline import DEFAULT_NAME, Baseline, read_baseline  # noqa: PLC0415 - as above

    if name is None and not asked.update:
        return None
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

    try:
        text = f"{baseline_text(new.models)}\n"
        require_small(len(text.encode()))
        write_whole(old.path, text, [model.path for model in made.models])
    except OSError as error:
        raise PolicyError(f"{old.path}: {error.strerror or error}") from error
    except UnreadableFile as error:
        raise PolicyError(f"{old.path}: {error}") from error
    return replace(made, renewal=renewal_of(old, new))


COMMANDS = (check,)
