"""Models on a host of SSH: OpenSSH's server on this machine."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from making.sshd import sshd
from rnninspect import inspect_file

pytestmark = pytest.mark.frameworks  # paramiko

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def port(home: Path) -> Iterator[int]:
    with sshd(home) as port:
        yield port


@pytest.fixture
def root(port: int, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a folder with two models, links that lead around and out, and a pipe."""
    monkeypatch.setenv("HOME", str(home))
    (tmp_path / "b" / "ü ñ").mkdir(parents=True)
    shutil.copy(SAMPLES / "torch" / "tagger.pt", tmp_path / "a.pt")
    shutil.copy(SAMPLES / "onnx" / "basic_lstm.onnx", tmp_path / "b" / "ü ñ")
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    (tmp_path / "etc").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe.bin")
    return f"sftp://{getpass.getuser()}@127.0.0.1:{port}{tmp_path}"


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-m", "rnninspect", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_model_over_sftp_is_the_same_as_on_the_disk(root: str) -> None:
    report = inspect_file(f"{root}/a.pt")
    assert report.layers == inspect_file(SAMPLES / "torch" / "tagger.pt").layers
    assert report.path == f"{root}/a.pt"


def test_a_folder_is_walked_over_and_its_links_are_not_followed(root: str) -> None:
    done = call(f"{root}/", "--format", "json")
    paths = [report["path"] for report in json.loads(done.stdout)["reports"]]
    assert paths == [f"{root}/a.pt", f"{root}/b/ü ñ/basic_lstm.onnx"]


def test_what_is_not_there_is_one_line(root: str) -> None:
    for url, reason in ((f"{root}/none.pt", "no such file"), (f"{root}/none/", "no such folder")):
        done = call("scan", url)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert reason in done.stderr
