"""Turns given values into settings, key by key; an error names the place and the key."""

from __future__ import annotations

import os

from rnninspect.errors import PolicyError
from rnninspect.policy.keys import BY_NAME, KEYS
from rnninspect.wording.nearest import nearest, suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Settings = dict[str, Any]

# Other programs may use RNNINSPECT_ variables too. One with such a prefix, or with almost the name
# of a key, is a typing error.
GUARDED = ("MAX_", "MIN_", "ALLOWED_", "REQUIRE_")
ALL_BUT = 0.9


def settings_of(given: Mapping[str, object], place: str) -> Settings:
    """Values by field of Policy, from values by key name.

    Args:
        given: as TOML or the command line gives them.
        place: the text before a key in a message: `--`, or the file and the table.

    Raises:
        PolicyError: a key is unknown, or its value is wrong.
    """
    settings: Settings = {}
    for name, value in given.items():
        if name not in BY_NAME:
            near = nearest(name.replace("_", "-"), BY_NAME)
            raise PolicyError(f"{place}{name}: unknown key{suggestion(near)}")
        settings[BY_NAME[name].field] = _read(name, value, f"{place}{name}")
    return settings


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings of RNNINSPECT_ variables; an empty one counts as unset, as in CI systems.

    Raises:
        PolicyError: a value is wrong, or a variable almost has the name of a key.
    """
    known = {key.variable: key for key in KEYS}
    for name in environment:
        word = name.removeprefix("RNNINSPECT_")
        if word == name or name in known:
            continue
        if word.startswith(GUARDED) or nearest(name, known, alike=ALL_BUT):
            raise PolicyError(f"{name}: unknown variable{suggestion(nearest(name, known))}")
    return {
        key.field: _read(key.name, environment[variable], variable)
        for variable, key in known.items()
        if environment.get(variable)
    }


def shown(path: str | os.PathLike[str]) -> str:
    """A path for a message: relative to the current folder where that is shorter."""
    whole, relative = os.fspath(path), os.path.relpath(path)
    return relative if len(relative) < len(whole) else whole


def _read(name: str, value: object, place: str) -> object:
    try:
        return BY_NAME[name].read(value)
    except ValueError as error:
        raise PolicyError(f"{place}: {error}") from error
