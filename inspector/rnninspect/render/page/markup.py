"""HTML that is safe by its type: text is escaped unless it is already markup."""

from __future__ import annotations

from html import escape

from rnninspect.render.escape import for_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_VOID = frozenset(("meta",))


class Markup(str):
    """Text that is HTML; any other string is escaped where it is put into an element."""

    __slots__ = ()


def text(value: str | int) -> Markup:
    """A value as markup: numbers with commas, what a terminal would not show as escapes."""
    if isinstance(value, Markup):
        return value
    shown = f"{value:,}" if isinstance(value, int) else for_terminal(value)
    return Markup(escape(shown))


def element(tag: str, /, *children: str | int | None, **attributes: str | int | None) -> Markup:
    """An element with its attributes and children.

    Args:
        tag: its name.
        children: escaped unless they are markup; None is left out.
        attributes: by name, `_` for `-` and at the end of a word that Python reserves; None is left
            out, the empty string is an attribute without a value.
    """
    parts = [tag]
    for key, value in attributes.items():
        if value is not None:
            label = key.rstrip("_").replace("_", "-")
            parts.append(f'{label}="{_attribute(value)}"' if value != "" else label)
    head = f"<{' '.join(parts)}>"
    if tag in _VOID:
        return Markup(head)
    return Markup(f"{head}{join(children)}</{tag}>")


def heading(level: int, words: str) -> Markup:
    """A heading, 1 for that of a page."""
    return element(f"h{level}", words)


def linked(anchor: str, words: str, title: str | None = None) -> Markup:
    """A link to a place on the page, or plain words where that has no anchor."""
    if anchor:
        return element("a", words, href=f"#{anchor}", title=title)
    return element("span", words, title=title)


def _attribute(value: str | int) -> str:
    return str(value) if isinstance(value, int) else escape(for_terminal(value))


def join(children: Iterable[str | int | None], separator: str = "") -> Markup:
    """The children one after the other, escaped unless they are markup; None is left out."""
    return Markup(separator.join(text(child) for child in children if child is not None))
