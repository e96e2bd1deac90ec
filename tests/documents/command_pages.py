"""The commands, the limits and the keys of a policy as Markdown."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import Any

import typer

from documents.tables import table
from rnninspect.cli import app
from rnninspect.policy.keys import KEYS
from rnninspect.source.limits import Limits

MEANING = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def page() -> str:
    """Each subcommand: its help, its arguments and its options."""
    program = typer.main.get_command(app)
    context = typer.Context(program, info_name="rnninspect")
    commands = program.commands  # type: ignore[attr-defined] # a group's, which typer does not say
    return "\n\n".join(_command(name, commands[name], context) for name in commands)


def limits() -> str:
    """Each limit, its default and what it counts."""
    meaning = dict(MEANING.findall(cleandoc(str(Limits.__doc__))))
    rows = [
        (f"`{name}`", _spelled(value), " ".join(meaning[name].split()))
        for name, value in Limits()._asdict().items()
    ]
    return table(("Limit", "Default", "What it counts"), rows)


def keys() -> str:
    """Each key of a policy, its variable, what it limits and a value."""
    rows = [(f"`{key.name}`", key.help, f"`{key.example}`") for key in KEYS]
    return table(("Key", "What it does", "E.g."), rows)


def _spelled(value: int) -> str:
    return f"{value // 2**20:,} MiB" if value and not value % 2**20 else f"{value:,}"


def _command(name: str, command: Any, parent: typer.Context) -> str:  # noqa: ANN401
    context = typer.Context(command, info_name=name, parent=parent)
    usage = command.get_usage(context).removeprefix("Usage: ")
    text, _, example = command.help.partition("Example: ")
    parts = [f"## {name}", _escaped(text.strip()), f"```text\n{' '.join(usage.split())}\n```"]
    if example:
        parts.append(f"For example:\n\n```text\n{' '.join(example.split())}\n```")
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    if arguments:
        parts.append(table(("Argument", "What it is"), [_row(each) for each in arguments]))
    named = [each for each in command.params if each.param_type_name == "option"]
    if named:
        parts.append(table(("Option", "What it does"), [_row(each) for each in named]))
    return "\n\n".join(parts)


def _row(parameter: Any) -> tuple[str, str]:  # noqa: ANN401 - typer's classes have no useful types
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar}`", _escaped(parameter.help or "")
    names = [*sorted(parameter.opts, key=len), *parameter.secondary_opts]
    value = "" if parameter.is_flag else f" `{parameter.metavar or 'VALUE'}`"
    text = _escaped(parameter.help or "")
    if parameter.default not in (None, False, ()):
        text += f" Default: `{parameter.default}`."
    if parameter.envvar:
        text += f" Variable: `{parameter.envvar}`."
    return ", ".join(f"`{each}`" for each in names) + value, text


def _escaped(text: str) -> str:
    """Plain text of a help as Markdown, with options as code."""
    escaped = re.sub(r"([*<|])", r"\\\1", text)
    return re.sub(r"(?<![\w-])(--[a-z][a-z-]+)", r"`\1`", escaped)
