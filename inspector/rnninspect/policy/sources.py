"""Gathers a policy from a file, the environment and options; the later one wins."""

from __future__ import annotations

import os

from rnninspect.errors import PolicyError
from rnninspect.policy.files import PolicyFile, read_policy_file
from rnninspect.policy.keys import BY_NAME, Policy
from rnninspect.policy.settings import from_environment, settings_of
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from rnninspect.policy.settings import Settings


class Policies(Record):
    """All settings: of a file, and of the environment and the options, which take precedence."""

    file: PolicyFile
    forced: Settings

    @property
    def general(self) -> Policy:
        """The policy without overrides."""
        return Policy(**(self.file.stated | self.forced))

    def for_model(self, path: str) -> Policy:
        """The policy of one model: the file, its overrides, and the forced settings."""
        names = self._names(path)
        settings = dict(self.file.stated)
        for override in self.file.overrides:
            if _matches(names, override.globs):
                settings |= override.settings
        return Policy(**(settings | self.forced))

    def ignored_for(self, path: str) -> tuple[str, ...]:
        """Codes that `per-file-ignores` ignores for one model, whatever is selected."""
        names = self._names(path)
        pairs = self.general.per_file_ignores
        return tuple(code for glob, codes in pairs if _matches(names, (glob,)) for code in codes)

    @property
    def folder_of_models(self) -> str:
        """The folder from which `models` are named: the file's, or the current one."""
        return os.getcwd() if "models" in self.forced else self.file.folder

    def place_of(self, name: str) -> str:
        """The place of a key that is no option, for a message."""
        key = BY_NAME[name]
        return key.variable if key.field in self.forced else f"{self.file.place}{name}"

    def require_inside(self, path: str, entry: str) -> None:
        """PolicyError if the file lists a model that is not in the project."""
        if "models" not in self.forced and not self.file.is_inside(path):
            place = self.place_of("models")
            raise PolicyError(f"{place}: {entry!r} is outside the project; name it as an argument")

    def _names(self, path: str) -> tuple[str, ...]:
        relative = os.path.relpath(path, self.file.folder)
        return tuple(name.replace(os.sep, "/") for name in (relative, os.path.normpath(path)))


def _matches(names: Iterable[str], globs: Iterable[str]) -> bool:
    """Whether a path, from the policy's folder or as given, or its last part fits a glob.

    A star also matches slashes; `**/` also matches nothing.
    """
    from fnmatch import fnmatchcase  # noqa: PLC0415 - imports `re`, for globs alone

    tried = [form for glob in globs for form in (glob, glob.replace("**/", ""))]
    parts = {part for name in names for part in (name, name.rpartition("/")[2])}
    return any(fnmatchcase(part, glob) for part in parts for glob in tried)


def gather(
    options: Mapping[str, object], environment: Mapping[str, str], chosen: Path | None = None
) -> Policies:
    """The policy of one run.

    Args:
        options: values by key name; None for an option that was not given.
        environment: the process's variables.
        chosen: a policy file instead of the nearest one.

    Raises:
        PolicyError: a key is unknown or a value wrong; the message names file and key.
    """
    given = {name: value for name, value in options.items() if value is not None}
    forced = from_environment(environment) | settings_of(given, "--")
    file = read_policy_file(chosen)
    if "baseline" not in forced:
        file.require_baseline_inside()
    return Policies(file, forced)
