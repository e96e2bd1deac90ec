"""Tests that need a framework are told by what they import, however that is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from framework_free import needs_framework

IMPORTS = (
    *("import torch", "from torch import nn", "def f():\n    import torch"),
    *("import behind", "from behind import x", "from . import behind", "from .behind import x"),
)


@pytest.mark.parametrize("line", IMPORTS)
def test_a_framework_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "behind.py").write_text("import torch\n")
    module = tmp_path / "test_it.py"
    module.write_text(f"import json\n{line}\n")
    assert needs_framework(module)


def test_other_modules_need_none(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("import json\n")
    module = tmp_path / "test_it.py"
    module.write_text("from . import beside\nfrom pathlib import Path\n")
    assert not needs_framework(module)
