"""The ways in which an inspection can end without a report."""

from __future__ import annotations


class RnnInspectError(Exception):
    """Root of all errors that rnninspect raises on purpose; its text is one line for a person.

    Attributes:
        path: the model, as `inspect_file` was given it; None where the error concerns no model.
    """

    path: str | None = None

    @property
    def reason(self) -> str:
        """The text: what is wrong and where in the file, without the path."""
        return str(self)


class UnreadableFile(RnnInspectError):  # noqa: N818 - names what is wrong, as a reader of the message would
    """The file's structure cannot be parsed, or the file cannot be opened."""


class UnknownFormat(UnreadableFile):
    """No reader recognises the file."""


class RefusedFile(UnreadableFile):
    """Reading on would exceed a limit; the message names it."""


class PluginError(RnnInspectError):
    """An installed reader cannot be loaded or breaks the contract of `rnninspect.plugin.Reader`."""


class PolicyError(RnnInspectError):
    """A policy or a baseline cannot be used; the message names the file (or option) and the key."""


def in_words(error: Exception) -> str:
    """What is wrong with a file, where only one of Python's own exceptions says it."""
    said = str(error)
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeError):
        return "its text is not UTF-8"
    if "int_max_str_digits" in said:
        return "a number has too many digits"
    if said.startswith(("invalid literal for int", "could not convert string")):
        return f"{said.rpartition(': ')[2][:80]} is not a number"
    if isinstance(error, ValueError) and said:
        return said.splitlines()[0][:200]
    return f"{type(error).__name__}: {said[:200]}".splitlines()[0]
