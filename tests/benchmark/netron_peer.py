"""Where netron's own parsers are, if netron and node are installed."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

OPEN = Path(__file__).with_name("netron_open.mjs")


def netron_command() -> tuple[str, ...]:
    """The command that opens a model with them, but for its path; empty without netron or node."""
    folder, node = _folder(), shutil.which("node")
    if folder is None or node is None:
        return ()
    return (node, str(OPEN), _copied(folder).name)


def _folder() -> Path | None:
    """What the variable NETRON names, or else the folder of the Python package."""
    named = os.environ.get("NETRON")
    if named:
        return Path(named)
    package = find_spec("netron")
    return None if package is None or package.origin is None else Path(package.origin).parent


@cache
def _copied(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """The modules, marked as such: otherwise node parses each of them twice."""
    copy = tempfile.TemporaryDirectory(prefix="rnninspect-netron-")
    for path in (*folder.glob("*.js"), *folder.glob("*.json")):
        shutil.copy(path, copy.name)
    Path(copy.name, "package.json").write_text('{"type": "module"}')
    return copy
