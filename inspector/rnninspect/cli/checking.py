"""The subcommand for CI: compares models with a policy and a baseline."""

from __future__ import annotations

import inspect
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnninspect.cli import options, words
from rnninspect.cli.gathering import Models, gathering_models
from rnninspect.cli.options import AllowDownload, LimitPairs, Output
from rnninspect.command.request import Gathering, Request
from rnninspect.command.subcommands.check import Asked, NothingNamedError
from rnninspect.command.subcommands.check import check as run
from rnninspect.policy.keys import KEYS
from rnninspect.render import AUDIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.policy import Key

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


def _require_fitting(asked: Asked) -> None:
    """A usage error if two of the options exclude each other."""
    chosen = [name for name in ("verbose", "quiet") if getattr(asked, name)]
    if len(chosen) > 1:
        raise typer.BadParameter("--verbose and --quiet exclude each other")
    if chosen and asked.format != "table":
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
    paths = tuple(dict.fromkeys(models or ()))
    limits = options.limits(limit, allow_download=allow_download)
    request = Request(paths, limits=limits, gathering=gathering)
    chosen = options.format_of(AUDIT, output_format)
    asked = Asked(request, chosen, output, update_baseline, verbose, quiet)
    _require_fitting(asked)
    given = {key.name: policy[key.field] for key in KEYS if key.option}
    try:
        raise typer.Exit(run(asked, given, config))
    except NothingNamedError as error:
        raise typer.BadParameter(str(error)) from error


COMMANDS = (check,)
