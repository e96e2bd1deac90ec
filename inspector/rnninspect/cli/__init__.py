"""The command line: its subcommands, their options and their help."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rnninspect.cli import (
    card,
    checking,
    counting,
    diff,
    inspecting,
    knowledge,
    scanning,
    verifying,
)
from rnninspect.cli.colour import with_colour
from rnninspect.cli.completion import complete, shell_named
from rnninspect.cli.options import PlainUsage
from rnninspect.cli.showing import show_text
from rnninspect.command import FAILED
from rnninspect.command.ending import discard
from rnninspect.command.printing import print_error
from rnninspect.command.short_help import show_short_help
from rnninspect.version import __version__
from rnninspect.wording.nearest import nearest

app = typer.Typer(
    rich_markup_mode=None,  # help is plain text: it must read well in a pipe too
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Inspect the recurrent layers of saved models: formula against stored tensors.",
    epilog="`rnninspect MODEL...` is short for `rnninspect inspect MODEL...`; "
    "write ./check for a file that is named like a subcommand. --install-completion and "
    "--show-completion also accept the name of a shell: bash, zsh, fish, powershell, pwsh.",
)
COMMANDS = {
    command.__name__: command
    for command in (
        *inspecting.COMMANDS,
        *scanning.COMMANDS,
        *checking.COMMANDS,
        *card.COMMANDS,
        *diff.COMMANDS,
        *verifying.COMMANDS,
        *counting.COMMANDS,
        *knowledge.COMMANDS,
    )
}
OWN_OPTIONS = frozenset({"-h", "--help", "--version", "--install-completion", "--show-completion"})

for _command in COMMANDS.values():
    app.command(cls=PlainUsage)(with_colour(_command))


def _print_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if asked:
        show_text(f"rnninspect {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _options_of_the_whole(
    context: typer.Context,
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    del version  # its callback has done the work
    if context.invoked_subcommand is None:
        raise typer.Exit(show_short_help())


def _is_almost_own(arguments: list[str]) -> bool:
    """Whether a lone option is a misspelt one of the whole: typer then suggests it."""
    return len(arguments) == 1 and bool(nearest(arguments[0], OWN_OPTIONS, alike=0.8))


def start(arguments: list[str]) -> int:
    """Run the command, which ends in SystemExit; without a subcommand's name it is `inspect`."""
    if words := shell_named(arguments):
        return complete(app, *words)
    known = (
        not arguments
        or arguments[0] in COMMANDS
        or arguments[0] in OWN_OPTIONS
        or _is_almost_own(arguments)
    )
    words = arguments if known else ["inspect", *arguments]
    try:
        code: int = app(args=words, prog_name="rnninspect")
    except OSError as error:  # help is what typer prints by itself
        discard(sys.stdout)
        print_error(f"standard output: {error.strerror or error}")
        code = FAILED
    return code
