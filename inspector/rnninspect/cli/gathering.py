"""The options of subcommands that take folders, lists and many models."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnninspect.command.request import SECONDS, Gathering
from rnninspect.walking.choice import Choice, glob_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.walking.globs import Glob

Models = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="MODEL...",
        help="Saved models, folders to look for models in, or - for a model on standard input.",
    ),
]
Include = Annotated[
    list[str] | None,
    typer.Option(metavar="GLOB", help="In folders, only files that match, or in folders that do."),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(metavar="GLOB", help="In folders, no files and no folders that match."),
]
NoIgnore = Annotated[
    bool, typer.Option("--no-ignore", help="Also take files that .gitignore leaves out.")
]
Hidden = Annotated[bool, typer.Option("--hidden", help="Also take hidden files and folders.")]
FilesFrom = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE", help="Also take the paths in this list, one a line or ended by NUL; - too."
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, help="Processes; if not set, one for each core if there is much."
    ),
]
Timeout = Annotated[
    float, typer.Option(min=0.1, help="Seconds for one model in a process of its own.")
]


def _options(  # noqa: PLR0913 - an option each
    *,
    include: Include = None,
    exclude: Exclude = None,
    no_ignore: NoIgnore = False,
    hidden: Hidden = False,
    files_from: FilesFrom = None,
    jobs: Jobs = None,
    timeout: Timeout = SECONDS,
) -> Gathering:
    """The options as one value."""
    choice = Choice(
        include=_globs("--include", include),
        exclude=_globs("--exclude", exclude),
        ignored=no_ignore,
        hidden=hidden,
    )
    return Gathering(choice, tuple(files_from or ()), jobs or 0, timeout)


def _globs(option: str, texts: list[str] | None) -> tuple[Glob, ...]:
    globs = []
    for text in texts or ():
        glob = glob_of(text)
        if glob is None:
            reason = f"{text!r} is not a glob that matches anything (try 'exports/')"
            raise typer.BadParameter(reason, param_hint=f"'{option}'")
        globs.append(glob)
    return tuple(globs)


def gathering_models(command: Callable[..., None], *, needed: bool = True) -> Callable[..., None]:
    """The command with these options, which it is given as one value, `gathering`.

    Typer reads the signature. If a model is needed, it is a usage error to name neither one nor a
    list.
    """
    signature = inspect.signature(command, eval_str=True)
    more = inspect.signature(_options, eval_str=True).parameters

    @wraps(command)
    def gathered(**given: Any) -> None:  # noqa: ANN401 - whatever the command is given
        gathering = _options(**{name: given.pop(name) for name in more})
        models = tuple(given.pop("models") or ())
        if needed and not models and not gathering.lists:
            raise typer.BadParameter("name a model, a folder, or a list (--files-from)")
        sources = [*models, *gathering.lists]
        if "-" in models and len(sources) > 1:
            raise typer.BadParameter("- is one model, on standard input: it must be the only one")
        command(models=list(models), gathering=gathering, **given)

    own = [part for part in signature.parameters.values() if part.name != "gathering"]
    gathered.__signature__ = signature.replace(parameters=[*own, *more.values()])  # type: ignore[attr-defined] # mypy knows no such attribute of a function
    return gathered
