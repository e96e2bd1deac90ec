"""The frame of a page, whose own policy lets nothing else load or run, and that of a fragment."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from rnninspect.lean import re
from rnninspect.render.page.markup import Markup, element, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def page(title: str, sections: Iterable[Markup]) -> Iterator[str]:
    """A whole page, section by section.

    Its Content-Security-Policy names the style and the script by their hashes and forbids all else,
    so that nothing from a model could run even if it were not escaped.
    """
    style = Markup(f"{_rules('style.css')}\n{_rules('page.css')}\n")
    script = _resource("page.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)};"
        " base-uri 'none'; form-action 'none'"
    )
    head = join(
        (
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=policy),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", title),
            element("style", style),
        ),
        "\n",
    )
    yield f'<!doctype html>\n<html lang="en">\n{element("head", head)}\n'
    yield '<body class="rnninspect">\n<main>\n'
    for section in sections:
        yield f"{section}\n"
    made = "Counted from the stored tensors; nothing of the model was run."
    yield f"</main>\n{element('footer', made)}\n{element('script', script)}\n</body>\n</html>\n"


def fragment(sections: Iterable[Markup]) -> str:
    """What a notebook shows: the sections with their style, which concerns nothing else there.

    It needs no script, and has no anchors: two outputs of a notebook must not share one, and a link
    opens nothing that is folded without the script of a page.
    """
    style = element("style", _rules("style.css"))
    return element("div", style, *sections, class_="rnninspect output")


def _rules(name: str) -> Markup:
    """A style without its comments and indentation, since each notebook's output repeats it."""
    plain = re.sub(r"/\*.*?\*/", "", _resource(name), flags=re.DOTALL)
    return Markup("\n".join(line.strip() for line in plain.splitlines() if line.strip()))


def _resource(name: str) -> Markup:
    return Markup(files(__package__).joinpath(name).read_text("utf-8"))


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
