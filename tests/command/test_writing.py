"""What `-o` may replace: a regular file or a new one, and never a file that was inspected."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from making.repository import check

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parents[2] / "sample_models"
GOOD = SAMPLES / "onnx" / "basic_lstm.onnx"
SPARED = "it is one of the inspected files, and is not replaced"


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rnninspect", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, timeout=60
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("model.onnx", "victim.onnx", "-ovictim.onnx"):
        shutil.copy(GOOD, tmp_path / name)
    return tmp_path


ASKING = pytest.param("verify", marks=pytest.mark.frameworks)


@pytest.mark.parametrize("command", ["inspect", "check", ASKING])
def test_a_file_whose_name_is_an_option_replaces_no_other_model(folder: Path, command: str) -> None:
    done = call(folder, command, "-ovictim.onnx", "model.onnx", "victim.onnx")
    assert done.returncode == 2
    assert done.stderr.endswith(f"rnninspect: victim.onnx: {SPARED}\n")
    assert (folder / "victim.onnx").read_bytes() == GOOD.read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        *(["--"], ["inspect", "--"], ["check", "-v", "--"], ["model.onnx", "--"]),
        ["--format", "json", "--"],
    ],
    ids=" ".join,
)
def test_all_that_follows_two_dashes_is_a_file(folder: Path, words: list[str]) -> None:
    done = call(folder, *words, "-ovictim.onnx")
    assert (done.returncode, done.stderr) == (0, "")
    assert "-ovictim.onnx" in done.stdout
    assert (folder / "victim.onnx").read_bytes() == GOOD.read_bytes()


def test_an_option_after_two_dashes_says_where_options_go(folder: Path) -> None:
    done = call(folder, "check", "--", "model.onnx", "--max-levels")
    assert done.returncode == 2
    assert done.stderr.endswith(": No such file or directory; options go before --\n")


def linked(folder: Path) -> str:
    (folder / "link.onnx").symlink_to("model.onnx")
    return "link.onnx"


def hard_linked(folder: Path) -> str:
    (folder / "same.onnx").hardlink_to(folder / "model.onnx")
    return "same.onnx"


def data_beside_it(folder: Path) -> str:
    for end in ("", ".data"):
        shutil.copy(SAMPLES / "onnx" / f"external_lstm.onnx{end}", folder)
    shutil.move(folder / "external_lstm.onnx", folder / "model.onnx")
    return "external_lstm.onnx.data"


def of_a_checkpoint(folder: Path) -> str:
    for end in (".index", ".data-00000-of-00001"):
        shutil.copy(SAMPLES / "keras" / f"named.ckpt{end}", folder / f"model.onnx{end}")
    (folder / "model.onnx").unlink()
    return "model.onnx.index"


NAMES = [lambda _: "model.onnx", lambda _: "../{}/model.onnx", linked,
         hard_linked, data_beside_it, of_a_checkpoint]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words", [["inspect"], ["check", "--format", "json"], ["diff"]])
def test_no_file_of_an_inspected_model_is_replaced_by_any_name(
    folder: Path, words: list[str], name: Callable[[Path], str]
) -> None:
    target = name(folder).format(folder.name)
    before = (folder / target).read_bytes()
    models = ["model.onnx", "model.onnx"] if words == ["diff"] else ["model.onnx"]
    files = sorted(folder.iterdir())
    done = call(folder, *words, *models, "-o", target)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"rnninspect: {target}: {SPARED}\n"
    assert (folder / target).read_bytes() == before
    assert sorted(folder.iterdir()) == files


def test_an_unreadable_model_is_never_replaced(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"not a model")
    done = call(folder, "model.onnx", "victim.onnx", "-o", "model.onnx")
    assert done.returncode == 2
    assert (folder / "model.onnx").read_bytes() == b"not a model"


def test_an_earlier_report_is_not_replaced_by_its_comparison(folder: Path) -> None:
    call(folder, "model.onnx", "-f", "json", "-o", "old.json")
    before = (folder / "old.json").read_bytes()
    done = call(folder, "diff", "old.json", "model.onnx", "-o", "old.json")
    assert (done.returncode, done.stderr) == (2, f"rnninspect: old.json: {SPARED}\n")
    assert (folder / "old.json").read_bytes() == before


def test_no_card_is_appended_to_its_model(folder: Path) -> None:
    done = call(folder, "card", "model.onnx", "--update", "model.onnx", "--append")
    assert done.returncode == 2
    assert (folder / "model.onnx").read_bytes() == GOOD.read_bytes()


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("pipe", "a pipe, not a file"),
        (".", "a folder, not a file"),
        ("/dev/null", "a device, not a file"),
        ("/dev/full", "a device, not a file"),
        ("loop", "Too many levels of symbolic links"),
        ("absent/report.txt", "its folder does not exist"),
        ("x" * 300, "File name too long"),
    ],
)
@pytest.mark.parametrize("command", ["inspect", "check"])
def test_only_regular_files_are_written(
    folder: Path, target: str, reason: str, command: str
) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("pool")
    (folder / "pool").symlink_to("loop")
    done = call(folder, command, "model.onnx", "-o", target)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f": {reason}" in done.stderr


def test_a_link_to_a_file_that_is_not_there_yet_is_followed(folder: Path) -> None:
    (folder / "link.txt").symlink_to("report.txt")
    assert call(folder, "model.onnx", "-o", "link.txt").returncode == 0
    assert (folder / "link.txt").is_symlink()
    assert "basic" not in (folder / "report.txt").read_text()


@pytest.mark.parametrize("name", ["loop", "pipe"])
def test_a_baseline_or_a_card_that_is_not_a_file_is_one_error_line(
    repository: Path, name: str
) -> None:
    os.mkfifo(repository / "pipe")
    (repository / "loop").symlink_to("loop")
    done = check(repository, "--update-baseline", "--baseline", name)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"rnninspect: {name}: ")
    done = call(repository, "card", "models/small.safetensors", "--update", name)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"rnninspect: {name}: ")


def test_a_job_summary_that_is_a_pipe_without_a_reader_does_not_hang(repository: Path) -> None:
    os.mkfifo(repository / "pipe")
    done = check(repository, "--format", "github", variables={"GITHUB_STEP_SUMMARY": "pipe"})
    assert done.returncode == 2
    assert done.stderr == "rnninspect: pipe: No such device or address\n"
