"""Completion for a named shell: typer's own options support only the current one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from typer.completion import install_callback, show_callback

from rnninspect.command import FAILED, OK
from rnninspect.command.printing import print_error

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONS: dict[str, Callable[[Any, Any, str], object]] = {
    "--install-completion": install_callback,
    "--show-completion": show_callback,
}
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")


def shell_named(arguments: list[str]) -> list[str] | None:
    """The option and its values, if these arguments ask for the completion of a named shell."""
    option, equals, value = arguments[0].partition("=") if arguments else ("", "", "")
    words = [value, *arguments[1:]] if equals else arguments[1:]
    return [option, *words] if option in OPTIONS and words else None


def complete(app: typer.Typer, option: str, *words: str) -> int:
    """Install or print the completion of one shell; the exit code."""
    if len(words) != 1 or words[0] not in SHELLS:
        print_error(f"{option}: {' '.join(words)!r} is not one of {', '.join(SHELLS)}")
        return FAILED
    try:
        with typer.Context(typer.main.get_command(app), info_name="rnninspect") as context:
            OPTIONS[option](context, None, words[0])
    except SystemExit as ended:
        return int(ended.code or OK)
    except OSError as error:  # no such shell, or its file cannot be written
        print_error(f"{option} {words[0]}: {error}")
        return FAILED
    return OK
