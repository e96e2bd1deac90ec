"""The order of names: numbers by their value, so that `layers.2` comes before `layers.10`."""

from __future__ import annotations

import re

_NUMBER = re.compile("0*([0-9]+)")


def natural(name: str) -> str:
    """A text that sorts as the name should; two names may have the same one."""
    return _NUMBER.sub(lambda found: f"{len(found[1]):03}{found[1]}", name)
