"""Builds the pages of this folder into a site: `sphinx-build -W docs site`."""

from __future__ import annotations

import re
from typing import Any

from rnninspect import __version__

project = "rnninspect"
author = "the rnninspect developers"
copyright = "the rnninspect developers, MIT licence"  # noqa: A001 - Sphinx's own name
version = release = __version__
REPOSITORY = "https://github.com/rnninspect/rnninspect/"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["html_image"]  # pictures for light and dark pages are HTML
myst_heading_anchors = 3  # pages link to each other's headings as they do on GitHub
default_role = "code"  # one backtick in a docstring is code, as in Markdown
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "a11y-high-contrast-dark"

html_theme = "furo"  # it loads nothing from other hosts
html_title = "rnninspect"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_theme_options = {
    "source_repository": REPOSITORY,
    "source_branch": "main",
    "source_directory": "docs/",
}


TO_REPOSITORY = re.compile(r"\]\(\.\./([^)#]+)")
PART = re.compile(r"^## (.+)\n((?:(?!## ).*\n)*)", re.MULTILINE)
PAGE = re.compile(r"^\* \[.*\]\((.+)\.md\)", re.MULTILINE)


def prepare(app: Any, page: str, source: list[str]) -> None:  # noqa: ANN401
    """Make a page, which GitHub shows as it is, a page of the site.

    A link to a file outside of this folder leads to the repository. The lists of the first page are
    also the site's table of contents.
    """
    del app
    text = TO_REPOSITORY.sub(rf"]({REPOSITORY}blob/main/\1", source[0])
    if page == "index":
        text += "".join(contents(title, PAGE.findall(part)) for title, part in PART.findall(text))
    source[0] = text


def contents(title: str, pages: list[str]) -> str:
    """One part of the table of contents."""
    return "\n".join(["", "```{toctree}", ":hidden:", f":caption: {title}", "", *pages, "```", ""])


def setup(app: Any) -> None:  # noqa: ANN401 - Sphinx's types would make mypy need Sphinx
    """Called by Sphinx."""
    app.connect("source-read", prepare)
