"""Finds and reads the policy file: rnninspect.toml, or [tool.rnninspect] of pyproject.toml."""

from __future__ import annotations

import os

from rnninspect.errors import PolicyError, UnreadableFile, in_words
from rnninspect.lean import re
from rnninspect.policy.amounts import MOST_WORDS
from rnninspect.policy.keys import BY_NAME
from rnninspect.policy.settings import settings_of, shown
from rnninspect.record import Record
from rnninspect.source.documents import read_document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rnninspect.policy.settings import Settings

OWN_FILE, SHARED_FILE = "rnninspect.toml", "pyproject.toml"
TABLE = ("tool", "rnninspect")
OVERRIDES, GLOBS = "overrides", "files"
# The time of tomllib for a dotted key grows by the square of its parts: they are counted before.
MOST_PARTS = 32
_PART = r"""(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
LONG_KEY = re.compile(
    rf"(?:^|[\[{{,])[ \t]*{_PART}(?:[ \t]*\.[ \t]*{_PART}){{{MOST_PARTS}}}", re.MULTILINE
)
ESCAPES = ("\\u", "\\U", "\\x")  # of a character by its number; \x since TOML 1.1
MARKS_OF_A_PROJECT = (".git", ".hg")


class Override(Record):
    """Settings for the models that match one of the globs."""

    globs: tuple[str, ...]
    settings: Settings


class PolicyFile(Record):
    """The settings of one file; its globs and its baseline are relative to the folder.

    `place` is the text before a key in a message.
    """

    folder: str
    stated: Settings
    overrides: tuple[Override, ...]
    place: str = ""

    def require_baseline_inside(self) -> None:
        """PolicyError if the file names a baseline that is not in the project."""
        name = self.stated.get("baseline")
        if name and not self.is_inside(name):
            raise PolicyError(f"{name}: outside the project; only --baseline can name it")

    def is_inside(self, path: str) -> bool:
        """Whether a path leads to a place in the project.

        A project ends at the repository's root, or at the folder of the file: the author of a
        downloaded file must not choose what else is opened on this machine.
        """
        # A loop of links is left, and fails when it is opened.
        project = os.path.realpath(self._project)
        return os.path.commonpath([os.path.realpath(path), project]) == project

    @property
    def _project(self) -> str:
        marked = (
            folder
            for folder in _upwards(self.folder)
            if any(os.path.exists(os.path.join(folder, mark)) for mark in MARKS_OF_A_PROJECT)
        )
        return next(marked, self.folder)


def _upwards(folder: str) -> Iterator[str]:
    """An absolute folder, and those that it is in."""
    yield folder
    while (parent := os.path.dirname(folder)) != folder:
        yield (folder := parent)


def read_policy_file(chosen: Path | None) -> PolicyFile:
    """The chosen file, or the nearest one from the current folder upwards; empty if there is none.

    In a folder with both, rnninspect.toml wins; a pyproject.toml without our table is skipped.

    Raises:
        PolicyError: it cannot be read, or a setting is wrong.
    """
    if chosen is not None:
        found = _read(str(chosen))
        if found is None:
            raise PolicyError(f"{shown(chosen)}: no table [{'.'.join(TABLE)}]")
        return found
    here = os.getcwd()
    for folder in _upwards(here):
        for path in (os.path.join(folder, name) for name in (OWN_FILE, SHARED_FILE)):
            if os.path.lexists(path) and (found := _read(path)):
                return found
    return PolicyFile(here, {}, ())


def _read(path: str) -> PolicyFile | None:
    is_shared = os.path.basename(path) == SHARED_FILE
    document = _parse(path, is_shared=is_shared)
    if not is_shared:
        return _understand(path, document, f"{shown(path)}: ")
    for depth, name in enumerate(TABLE, 1):
        if name not in document:
            return None
        document = _table(document[name], f"{shown(path)}: {'.'.join(TABLE[:depth])}")
    return _understand(path, document, f"{shown(path)}: {'.'.join(TABLE)}.")


def _parse(path: str, *, is_shared: bool) -> Mapping[str, object]:
    try:
        text = read_document(path).decode()
        if is_shared and not _may_have_table(text):
            return {}
        if LONG_KEY.search(text):
            raise PolicyError(f"{shown(path)}: a key has more than {MOST_PARTS} parts")
        import tomllib  # noqa: PLC0415 - where there is a file

        return tomllib.loads(text)
    except UnreadableFile as error:
        raise PolicyError(f"{shown(path)}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"{shown(path)}: not valid TOML: {in_words(error)}") from error


def _may_have_table(text: str) -> bool:
    """Whether a pyproject.toml may have our table, by its lines: most have none.

    To parse it takes longer than to check a model. Both names of the table are in one line, in a
    heading, a dotted key or an inline table, unless `tool` is a heading or a key by itself.
    """
    if any(escape in text for escape in ESCAPES):  # a name may be spelt with them
        return True
    outer, inner = TABLE
    lines = [line for line in text.splitlines() if outer in line]
    return any(inner in line or _key_of(line) == outer for line in lines)


def _key_of(line: str) -> str:
    """The key or the heading in a line, if it is a single word."""
    return line.partition("#")[0].partition("=")[0].strip(" \t[]'\"\ufeff")


def _understand(path: str, table: Mapping[str, object], place: str) -> PolicyFile:
    folder = os.path.dirname(os.path.abspath(path))  # the folder by which it is named
    plain = {name: value for name, value in table.items() if name != OVERRIDES}
    stated = settings_of(plain, place)
    if stated.get("baseline") is not None:
        from pathlib import Path  # noqa: PLC0415 - few policies name one

        stated["baseline"] = shown(Path(folder) / stated["baseline"])
    overrides = tuple(_overrides(table.get(OVERRIDES, []), place))
    globs = sum(len(override.globs) for override in overrides)
    if globs + len(stated.get("per_file_ignores", ())) > MOST_WORDS:
        raise PolicyError(f"{place}{OVERRIDES}: more than {MOST_WORDS:,} globs in all")
    return PolicyFile(folder, stated, overrides, place)


def _overrides(listed: object, place: str) -> Iterator[Override]:
    if not isinstance(listed, list):
        raise PolicyError(f"{place}{OVERRIDES}: not an array of tables")
    for number, entry in enumerate(listed):
        name = f"{place}{OVERRIDES}[{number}]"
        given = dict(_table(entry, name))
        globs = given.pop(GLOBS, None)
        globs = [globs] if isinstance(globs, str) else globs
        if not isinstance(globs, list) or not all(isinstance(glob, str) for glob in globs):
            raise PolicyError(f"{name}.{GLOBS}: not a list of globs")
        for key in given:
            if key in BY_NAME and BY_NAME[key].whole:
                raise PolicyError(f"{name}.{key}: cannot be set for some files only")
        yield Override(tuple(globs), settings_of(given, f"{name}."))


def _table(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise PolicyError(f"{name}: not a table")
    return value
