"""The calls of `check`, `card` and `diff` that need no parser, with their common options alone.

What is not certain to be meant so is left to the parser: other options, help, and mistakes, so that
there is one place for each text.
"""

from __future__ import annotations

import os

from rnninspect.command.request import Request
from rnninspect.record import Record
from rnninspect.render import AUDIT, DIFF
from rnninspect.rules import Level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

_SHORT = {"-f": "--format", "-o": "--output", "-v": "--verbose", "-q": "--quiet"}
_NEVER = "never"  # of --fail-on


class _Words(Record):
    """The words of a call that are no options, and the options with their values."""

    paths: tuple[str, ...]
    values: dict[str, str]
    flags: frozenset[str]

    def path(self, option: str) -> Path | None:
        """The value of an option as a path; None if it is not given."""
        if option not in self.values:
            return None
        from pathlib import Path  # noqa: PLC0415 - few calls name one

        return Path(self.values[option])


def plain_call(arguments: Sequence[str]) -> Callable[[], int] | None:
    """The call of a subcommand, which returns the exit code; None if a parser is needed."""
    known = {"check": _check, "card": _card, "diff": _diff}.get(arguments[0] if arguments else "")
    return None if known is None else known(arguments[1:])


def _words(
    arguments: Sequence[str], valued: Collection[str], flags: Collection[str]
) -> _Words | None:
    """The words of a call; None if there is any other option, or one is there twice."""
    paths, values, seen = [], {}, set()
    waiting = iter(arguments)
    for word in waiting:
        if not word.startswith("-"):
            paths.append(word)
            continue
        name, equals, value = word.partition("=")
        name = _SHORT.get(name, name) if not equals else name
        if name in values or name in seen:
            return None
        if name in flags and not equals:
            seen.add(name)
            continue
        value = value if equals else next(waiting, "")
        if name not in valued or not value or value.startswith("-"):
            return None
        values[name] = value
    return _Words(tuple(paths), values, frozenset(seen)) if paths else None


def _check(arguments: Sequence[str]) -> Callable[[], int] | None:
    from rnninspect.policy.keys import KEYS  # noqa: PLC0415 - only for check

    keys = {f"--{key.name}": key for key in KEYS if key.option}
    words = _words(
        arguments,
        {"--format", "--output", "--config", *keys},
        {"--verbose", "--quiet", "--update-baseline"},
    )
    if words is None or (os.environ.get("RNNINSPECT_CONFIG") and "--config" not in words.values):
        return None
    chosen = words.values.get("--format", "table")
    terse = words.flags & {"--verbose", "--quiet"}
    if chosen not in AUDIT or len(terse) > 1 or (terse and chosen != "table"):
        return None
    given = {key.name: words.values.get(option) for option, key in keys.items()}
    if any(given[key.name] and isinstance(key.read(key.example), bool) for key in keys.values()):
        return None  # an option without a value
    from rnninspect.command.subcommands.check import Asked, check  # noqa: PLC0415 - as above

    asked = Asked(
        Request(tuple(dict.fromkeys(words.paths))),
        chosen,
        words.path("--output"),
        "--update-baseline" in words.flags,
        "--verbose" in words.flags,
        "--quiet" in words.flags,
    )
    return lambda: check(asked, given, words.path("--config"))


def _card(arguments: Sequence[str]) -> Callable[[], int] | None:
    words = _words(arguments, {"--update", "--fail-on"}, {"--append", "--check", "--metadata"})
    if words is None or (words.flags and "--update" not in words.values):
        return None
    level = words.values.get("--fail-on", Level.ERROR.value)
    if level not in (*Level, _NEVER):
        return None
    from rnninspect.command.subcommands.card import Asked, card  # noqa: PLC0415 - only for card

    asked = Asked(
        Request(words.paths),
        words.path("--update"),
        "--append" in words.flags,
        "--check" in words.flags,
        "--metadata" in words.flags,
        None if level == _NEVER else Level(level),
    )
    return lambda: card(asked)


def _diff(arguments: Sequence[str]) -> Callable[[], int] | None:
    words = _words(arguments, {"--format", "--output"}, {"--fail-on-change"})
    if words is None or len(words.paths) != 2:
        return None
    chosen = words.values.get("--format", "table")
    if chosen not in DIFF:
        return None
    from rnninspect.command.subcommands.diff import Asked, diff  # noqa: PLC0415 - only for diff

    fails = "--fail-on-change" in words.flags
    asked = Asked(*words.paths, chosen, words.path("--output"), fails)
    return lambda: diff(asked)
