"""Makes text from a file safe to show, without hiding any of it."""

from __future__ import annotations

from rnninspect.render.widths import MOST_MARKS, end_of, start_of, width_of

MARKDOWN = str.maketrans(
    {char: f"\\{char}" for char in "\\`*[]|~:"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
)
SPREADSHEET_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def for_terminal(text: str) -> str:
    """Control, bidirectional, zero-width and unpaired surrogate characters become escapes.

    So do the characters by which GitHub's log recognises a command: `::` and `##[`.
    """
    shown = text
    if not text.isprintable():
        shown = "".join(char if char.isprintable() else _escape(char) for char in text)
    if shown.lstrip().startswith("::"):
        shown = shown.replace("::", "\\x3a:", 1)
    return shown.replace("##[", "#\\x23[")


def for_markdown(text: str) -> str:
    """As for a terminal; Markdown and HTML are escaped, so that no link is made either."""
    return for_terminal(text).translate(MARKDOWN)


def for_csv(text: str) -> str:
    """As for a terminal; text that a spreadsheet would run as a formula gets an apostrophe."""
    shown = for_terminal(text)
    return f"'{shown}" if shown.startswith(SPREADSHEET_FORMULA) else shown


def shorten(text: str, width: int) -> str:
    """At most `width` columns: the middle is cut, since both ends of a path matter."""
    if len(text) <= MOST_MARKS * width and width_of(text) <= width:
        return text
    kept = max(width - 1, 2)
    return f"{start_of(text, kept // 2)}…{end_of(text, kept - kept // 2)}"


def _escape(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
