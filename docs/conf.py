"""Builds the pages of this folder into a site: `sphinx-build -W docs site`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import rnninspect

project = "rnninspect"
author = "the rnninspect developers"
copyright = "the rnninspect developers, MIT licence"  # noqa: A001 - Sphinx's own name
version = release = rnninspect.__version__
REPOSITORY = "https://github.com/rnninspect/rnninspect/"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["attrs_inline"]  # which of two pictures is for a dark page
myst_heading_anchors = 3  # pages link to each other's headings as they do on GitHub
default_role = "code"  # one backtick in a docstring is code, as in Markdown
napoleon_use_ivar = True  # attributes are described once, in the docstring of their class
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
smartquotes = False  # two hyphens are an option, not a dash
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "a11y-high-contrast-dark"

html_theme = "furo"  # it loads nothing from other hosts
html_title = "rnninspect"
html_static_path = ["static"]
html_favicon = "static/icon.svg"
html_css_files = ["site.css"]
html_copy_source = False
html_use_index = False
html_theme_options = {
    "source_repository": REPOSITORY,
    "source_branch": "main",
    "source_directory": "docs/",
    "top_of_page_buttons": [],  # they are in no landmark
}


TO_REPOSITORY = re.compile(r"\]\(\.\./([^)#]+)")
PICTURE = re.compile(
    r'<picture>\n<source .* srcset="(.+)">\n<img alt="(.+)" src="(.+)">\n</picture>'
)
PART = re.compile(r"^## (.+)\n((?:(?!## ).*\n)*)", re.MULTILINE)
PAGE = re.compile(r"^\* \[.*\]\((.+)\.md\)", re.MULTILINE)


def prepare(app: Any, page: str, source: list[str]) -> None:  # noqa: ANN401
    """Make a page, which GitHub shows as it is, a page of the site.

    A link to a file outside of this folder leads to the repository. Of two pictures, the page shows
    the one for its colours. The lists of the first page are also the site's table of contents. The
    page of public names gets them.
    """
    del app
    text = TO_REPOSITORY.sub(rf"]({REPOSITORY}blob/main/\1", source[0])
    text = PICTURE.sub(r"![\2](\1){.only-dark}\n![\2](\3){.only-light}", text)
    if page == "index":
        text += "".join(contents(title, PAGE.findall(part)) for title, part in PART.findall(text))
    if page == "api-reference":
        names = [name for name in rnninspect.__all__ if not name.startswith("_")]
        text += "\n".join(["", "```{eval-rst}", *map(documented, names), "```", ""])
    source[0] = text


def documented(name: str) -> str:
    """The directive for one public name."""
    value = getattr(rnninspect, name)
    if not isinstance(value, type):
        return f".. autofunction:: rnninspect.{name}\n"
    kind = "exception" if issubclass(value, BaseException) else "class"
    return f".. auto{kind}:: rnninspect.{name}\n   :members:\n"


def is_a_field(app: Any, what: str, name: str, value: object, *_: object) -> bool | None:  # noqa: ANN401
    """Whether a member is a field of a record, of which the docstring of its class speaks."""
    del app, what, name
    return True if type(value).__name__ == "_tuplegetter" else None


def contents(title: str, pages: list[str]) -> str:
    """One part of the table of contents."""
    return "\n".join(["", "```{toctree}", ":hidden:", f":caption: {title}", "", *pages, "```", ""])


# What readers of a screen need and the theme lacks: levels and names, and keys to scroll with.
ACCESSIBLE = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="This page">',
    '<div id="search-results"></div>': '<h1>Search</h1><div id="search-results"></div>',
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
}


def finish(app: Any, error: Exception | None) -> None:  # noqa: ANN401
    """Put into the written pages what the theme lacks."""
    for path in Path(app.outdir).glob("*.html") if error is None else ():
        text = path.read_text(encoding="utf-8")
        for lacking, complete in ACCESSIBLE.items():
            text = text.replace(lacking, complete)
        path.write_text(text, encoding="utf-8")


def setup(app: Any) -> None:  # noqa: ANN401 - Sphinx's types would make mypy need Sphinx
    """Called by Sphinx."""
    app.connect("source-read", prepare)
    app.connect("build-finished", finish)
    app.connect("autodoc-skip-member", is_a_field)
