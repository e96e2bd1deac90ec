"""Says how to install an extra, for messages about a package that is missing."""

from __future__ import annotations


def installing(extra: str) -> str:
    """The commands that install an extra, from a package index and from a checkout."""
    return f"pip install 'rnninspect[{extra}]', in a checkout pip install '.[{extra}]'"
