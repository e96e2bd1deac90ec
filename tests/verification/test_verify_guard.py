"""The child of `verify` refuses what no framework needs to read a file, whoever swallows errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from making.gadget_judge import GADGETS
from making.small_models import lstm_file
from rnninspect.cli import app
from rnninspect.plugin import Judge
from rnninspect.verification import asking

WORDS = {
    "text": "loading it tried to compile code",
    "marshalled": "loading it tried to unpack code from the file",
    "system": "loading it tried to call os.system",
    "through a link": "loading it tried to write to",
    "beside the model": "loading it tried to run code from the folder of the file",
    "installed module": "loading it tried to import antigravity",
}


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    judge = Judge("fake", "making.gadget_judge", ("json",), "torch")
    monkeypatch.setattr(asking, "judges_of", lambda _: (judge,))
    (tmp_path / "stranger.py").write_text(f"open({str(tmp_path / 'canary')!r}, 'a').close()")
    return lstm_file(tmp_path / "model.safetensors")


@pytest.mark.parametrize("gadget", GADGETS)
def test_what_no_framework_needs_ends_the_child(gadget: str, model: Path) -> None:
    environment = {"GADGET": gadget}
    done = CliRunner().invoke(app, ["verify", str(model)], env=environment)
    assert (done.exit_code, done.stdout) == (2, "")
    started = f"rnninspect: {model}: fake 1.0 not asked: loading it tried to "
    assert done.stderr.startswith(started)
    assert WORDS.get(gadget, "") in done.stderr
    assert done.stderr.count("\n") == 1
    left = {path.name for path in model.parent.iterdir()}
    assert left == {"model.safetensors", "stranger.py"}


@pytest.mark.parametrize("gadget", ["system", "text", "write", "beside the model"])
def test_a_trusted_file_may(gadget: str, model: Path) -> None:
    environment = {"GADGET": gadget}
    done = CliRunner().invoke(app, ["verify", "--trust-file", str(model)], env=environment)
    assert (done.exit_code, done.stderr) == (0, "")
    assert (model.parent / "canary").exists()
