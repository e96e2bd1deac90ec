"""Regular expressions, compiled by Python's own compiler without the rest of the module `re`.

`re` imports `enum`, `functools` and `collections` for the names of its flags, which takes four
times as long as to load the compiler: two thirds of what Python takes to start. So the files of its
compiler are loaded by themselves, under another name. Where they are not plain files of Python's
library, or a program has imported `re` anyway, `re` is used.
"""

from __future__ import annotations

import os
import sys

__all__ = ["compiled", "escape", "findall", "fullmatch", "match", "search", "sub"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from re import Match, Pattern
    from typing import Any

    Text = str | bytes
    Compile = Callable[[Text, int], Pattern[Any]]

_MOST = 512  # compiled patterns that are kept, as many as `re` keeps
_NAME = f"{__name__.rpartition('.')[0]}.sre"  # of the package that the compiler is loaded as
_SPECIAL = {code: f"\\{code:c}" for code in b"()[]{}?*+-|^$\\.&~# \t\n\r\v\f"}
_known: dict[tuple[type, Text, int], Pattern[Any]] = {}
_compile: list[Compile] = []  # the compiler, once it is loaded


def compiled(text: Text, flags: int = 0) -> Pattern[Any]:
    """The pattern of a text, as `re.compile` gives it."""
    key = type(text), text, flags
    pattern = _known.get(key)
    if pattern is None:
        if len(_known) >= _MOST:
            _known.clear()
        if not _compile:
            _compile.append(_loaded())
        pattern = _known[key] = _compile[0](text, flags)
    return pattern


def _loaded() -> Compile:
    if "re" not in sys.modules:
        try:
            return compiler_alone()
        except (ImportError, AttributeError):
            pass
    import re  # noqa: PLC0415 - see above

    return re.compile


def compiler_alone() -> Compile:
    """The function that compiles, of a package of its own over the files of `re`.

    Raises:
        ImportError, AttributeError: Python has no such files.
    """
    package = type(sys)(_NAME)
    package.__path__ = [f"{os.path.dirname(os.__file__)}/re"]  # noqa: PTH120 - pathlib is large
    sys.modules[_NAME] = package
    try:
        __import__(f"{_NAME}._compiler")
        function: Compile = sys.modules[f"{_NAME}._compiler"].compile
    except BaseException:
        del sys.modules[_NAME]
        raise
    return function


def match(pattern: Text, text: Text, flags: int = 0) -> Match[Any] | None:
    """As in `re`."""
    return compiled(pattern, flags).match(text)


def search(pattern: Text, text: Text, flags: int = 0) -> Match[Any] | None:
    """As in `re`."""
    return compiled(pattern, flags).search(text)


def fullmatch(pattern: Text, text: Text, flags: int = 0) -> Match[Any] | None:
    """As in `re`."""
    return compiled(pattern, flags).fullmatch(text)


def findall(pattern: Text, text: Text, flags: int = 0) -> list[Any]:
    """As in `re`."""
    return compiled(pattern, flags).findall(text)


def sub(pattern: Text, by: Any, text: Text, count: int = 0, flags: int = 0) -> Any:  # noqa: ANN401 - of the text's type
    """As in `re`."""
    return compiled(pattern, flags).sub(by, text, count)


def escape(text: Any) -> Any:  # noqa: ANN401 - of the text's type
    """As in `re`."""
    if isinstance(text, bytes):
        return text.decode("latin-1").translate(_SPECIAL).encode("latin-1")
    return text.translate(_SPECIAL)
