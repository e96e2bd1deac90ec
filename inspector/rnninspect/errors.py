"""The ways in which an inspection can end without a report."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self, TypeVar

    Error = TypeVar("Error", bound="RnnInspectError")


class RnnInspectError(Exception):
    """Root of all errors that rnninspect raises on purpose; its text is one line for a person.

    Attributes:
        path: the model, as `inspect_file` was given it; None where the error concerns no model.
        place: the part of the model where the fault is, by itself: `offset 12`, `shard a.bin`, a
            key; None where the text names no such part.
    """

    path: str | None = None

    def __init__(self, reason: str = "", *, place: str | None = None) -> None:
        super().__init__(reason)
        self.place = place

    @property
    def reason(self) -> str:
        """The text: what is wrong and where in the file, without the path."""
        return str(self)

    def inside(self, place: str, before: str = "") -> Self:
        """The same error about a part of the model; its text begins with the part.

        Args:
            place: the part, such as another file.
            before: a word before it in the text.
        """
        inner = place if self.place is None else f"{place}, {self.place}"
        return _made(type(self), f"{before}{place}: {self}", {**vars(self), "place": inner})

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return _made, (type(self), str(self), vars(self))


def _made(kind: type[Error], reason: str, state: dict[str, object]) -> Error:
    """An error of a kind, whatever its own constructor takes."""
    made = kind.__new__(kind, reason)
    vars(made).update(state)
    return made


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


class ResultsError(RnnInspectError):
    """A file of results cannot be read or written; the message names it."""


# What Python raises at values that a malformed file leads to.
FOREIGN = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError),
    TypeError,
    ValueError,
)


class parsing:  # noqa: N801 - read as a verb: `with parsing():`
    """Turns what Python raises at a malformed file into UnreadableFile.

    `what` begins the message: `malformed checkpoint: a number has too many digits`.
    """

    def __init__(self, what: str = "content") -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if error is not None and (isinstance(error, FOREIGN) or _is_of_struct(error)):
            raise UnreadableFile(f"malformed {self._what}: {in_words(error)}") from error


_WORDS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (RecursionError, "it is nested too deeply"),
    (MemoryError, "it needs more memory than there is"),
    (UnicodeError, "its text is not UTF-8"),
    (IndexError, "a position is out of range"),
    ((TypeError, AttributeError), "a value has an unexpected type"),
    (ArithmeticError, "a number is out of range"),
)


def _is_of_struct(error: object) -> bool:
    """Whether it is `struct.error`: the module is large, and many readers do without it."""
    return type(error).__name__ == "error" and type(error).__module__ == "struct"


def in_words(error: BaseException) -> str:
    """What is wrong with a file, where only one of Python's own exceptions says it."""
    words = next((words for kind, words in _WORDS if isinstance(error, kind)), None)
    if _is_of_struct(error):
        words = "it ends too early"
    if words is not None:
        return words
    said = str(error).partition("\n")[0][:200]
    if isinstance(error, OSError):
        return (error.strerror or said or "it cannot be read").lower()
    if isinstance(error, KeyError):
        return f"missing key {said}"
    if "int_max_str_digits" in said:
        return "a number has too many digits"
    if said.startswith(("invalid literal for int", "could not convert string")):
        return f"{said.rpartition(': ')[2][:80]} is not a number"
    return said or "its structure is inconsistent"
