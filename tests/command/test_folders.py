"""Folders, lists and standard input: `inspect`, `scan`, `check` and `card` over many models."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "sample_models"
LSTM = SAMPLES / "onnx" / "basic_lstm.onnx"
TAGGER = SAMPLES / "torch" / "tagger.pt"
COMMAND = [sys.executable, "-m", "rnninspect"]


def call(
    *arguments: str | Path, folder: Path | None = None, data: bytes = b""
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], cwd=folder, input=data, capture_output=True, check=False
    )
    said = (done.stdout.decode(), done.stderr.decode())
    return subprocess.CompletedProcess(done.args, done.returncode, *said)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Five models, one of them a folder, among other files."""
    folder = tmp_path / "models"
    (folder / "old").mkdir(parents=True)
    shutil.copy(LSTM, folder / "lstm.2.onnx")
    shutil.copy(TAGGER, folder / "lstm.10.pt")
    shutil.copy(SAMPLES / "broken" / "cut_tensor.onnx", folder / "old")
    shutil.copytree(SAMPLES / "keras" / "exported", folder / "exported")
    for path in (SAMPLES / "keras").glob("named.ckpt*"):
        shutil.copy(path, folder)
    (folder / "README.md").write_text("models")
    (folder / "config.json").write_text('{"model_type": "x"}')
    (folder / "data.bin").write_bytes(bytes(range(256)))
    return folder


def paths_of(text: str) -> list[str]:
    return [report["path"] for report in json.loads(text)["reports"]]


FOUND = ["exported", "lstm.2.onnx", "lstm.10.pt", "named.ckpt.index", "old/cut_tensor.onnx"]


def test_a_folder_gives_the_report_on_each_model_and_what_they_are_together(models: Path) -> None:
    done = call("models", folder=models.parent)
    assert (done.returncode, done.stderr) == (1, "")
    heads = [line.partition(":")[0] for line in done.stdout.splitlines() if " bytes" in line]
    assert heads == [f"models/{path}" for path in FOUND]
    assert done.stdout.splitlines()[-3] == "5 models: 4 ok, 1 error"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_one_process_and_two_print_the_same(models: Path, jobs: str) -> None:
    (models / "cut.onnx").write_bytes(LSTM.read_bytes()[:100])
    alone = call(models, "--format", "json")
    assert paths_of(alone.stdout) == [str(models / path) for path in FOUND]
    shared = call(models, "--format", "json", "--jobs", jobs)
    assert (shared.stdout, shared.stderr) == (alone.stdout, alone.stderr)
    assert (alone.returncode, shared.returncode) == (2, 2)
    assert alone.stderr.startswith(f"rnninspect: {models}/cut.onnx: ")


def test_a_folder_that_is_a_model_is_that_model(models: Path) -> None:
    done = call(models / "exported", "--format", "json")
    assert paths_of(done.stdout) == [str(models / "exported")]
    assert "models" not in call(models / "exported").stdout.splitlines()[-1]


def test_scan_counts_each_model_once(models: Path) -> None:
    done = call("scan", models, "--format", "json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["total"]["models"] == 5
    assert found["total"]["verdicts"]["error"] == 1
    assert [fault["path"] for fault in found["faults"]] == [str(models / "old/cut_tensor.onnx")]
    parameters = [report["totals"]["parameters"] for report in _reports(models)]
    assert found["total"]["parameters"] == sum(parameters)


def _reports(models: Path) -> list[dict[str, dict[str, int]]]:
    reports: list[dict[str, dict[str, int]]] = json.loads(call(models, "--format", "json").stdout)[
        "reports"
    ]
    return reports


def test_scan_prints_the_reports_on_request(models: Path) -> None:
    reports, summary = call(models / "old"), call("scan", models / "old")
    done = call("scan", models / "old", "-v")
    assert done.stdout == f"{reports.stdout}\n{summary.stdout}"
    assert call("scan", models, "-v", "-f", "json").returncode == 2


def test_what_cannot_be_read_is_an_error_and_counted(models: Path) -> None:
    (models / "bad.pt").write_bytes(b"nothing")
    done = call("scan", models, "--format", "json")
    assert done.returncode == 2
    assert done.stderr == f"rnninspect: {models}/bad.pt: no reader recognises its content\n"
    assert json.loads(done.stdout)["total"]["verdicts"]["unreadable"] == 1


def test_a_folder_without_a_model_is_an_error_in_each_subcommand(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.json").write_text("{}")
    shutil.copy(TAGGER, tmp_path / "a.pt")
    (tmp_path / ".gitignore").write_text("*.pt")
    for command in ("inspect", "scan", "check", "card"):
        done = call(command, "empty", folder=tmp_path)
        assert done.returncode == 2, command
        assert done.stderr == "rnninspect: empty: a folder without a known model\n"
        done = call(command, ".", folder=tmp_path)
        assert done.returncode == 2, command
        assert done.stderr == (
            "rnninspect: .: a folder without a known model;"
            " left out: 1 by .gitignore (--no-ignore)\n"
        )
        assert call(command, ".", "--no-ignore", folder=tmp_path).returncode == 0, command


def test_a_folder_without_a_model_beside_others_is_named(models: Path) -> None:
    (models.parent / "empty").mkdir()
    for order in (["empty", "models"], ["models", "empty"], [str(LSTM), "empty", str(LSTM)]):
        done = call(*order, folder=models.parent)
        assert done.stderr == "rnninspect: empty: a folder without a known model\n"
        assert done.returncode == 2


def test_check_takes_folders(models: Path) -> None:
    done = call("check", models, "--max-parameters", "1", "--format", "json")
    assert done.returncode == 1
    checked = {path for path in FOUND if f"{models}/{path}" in done.stdout}
    assert checked == set(FOUND)
    assert call("check", models, "--exclude", "old").returncode == 0


def test_card_takes_folders(models: Path) -> None:
    done = call("card", "models", "--exclude", "old/", folder=models.parent)
    assert done.returncode == 0
    assert done.stdout.count("parameters, ") == 4


@pytest.mark.parametrize("separator", ["\n", "\0", "\r\n"])
def test_lists_name_files_and_folders(models: Path, separator: str, tmp_path: Path) -> None:
    names = [f"{models}/lstm.2.onnx", f"{models}/old", f"{models}/lstm.10.pt"]
    data = separator.join(names).encode()
    (tmp_path / "list").write_bytes(data)
    expected = [names[0], f"{names[1]}/cut_tensor.onnx", names[2]]
    for given in (tmp_path / "list", "-"):
        done = call("inspect", "--files-from", given, "--format", "json", data=data)
        assert paths_of(done.stdout) == expected


def test_a_list_may_name_a_line_break_and_a_dash(tmp_path: Path) -> None:
    for name in ("a\nb.onnx", "-"):
        shutil.copy(LSTM, tmp_path / name)
    done = call(
        "inspect", "--files-from", "-", "-f", "json", folder=tmp_path, data=b"a\nb.onnx\0-\0"
    )
    assert paths_of(done.stdout) == ["a\nb.onnx", "./-"]


def test_a_list_that_is_not_there_or_none_at_all_is_an_error(tmp_path: Path) -> None:
    done = call("scan", "--files-from", "nowhere", folder=tmp_path)
    assert done.stderr == "rnninspect: nowhere: No such file or directory\n"
    assert done.returncode == 2
    (tmp_path / "long").write_bytes(b"x" * 200_000)
    done = call("scan", "--files-from", "long", folder=tmp_path)
    assert done.stderr.startswith("rnninspect: long: not a list of paths")
    assert call("scan").returncode == 2


@pytest.mark.parametrize("command", ["inspect", "scan", "check", "card"])
def test_a_model_comes_through_standard_input(command: str) -> None:
    done = call(command, "-", data=TAGGER.read_bytes())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_standard_input_that_is_a_file_is_read_where_it_is() -> None:
    with TAGGER.open("rb") as file:
        command = [*COMMAND, "-", "-f", "json", "--limit", "input_bytes=1"]
        done = subprocess.run(command, stdin=file, capture_output=True, text=True, check=False)
    assert paths_of(done.stdout) == ["-"]


def test_standard_input_is_bounded_and_has_no_files_beside_it(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "onnx" / "external_lstm.onnx.data", tmp_path)
    data = (SAMPLES / "onnx" / "external_lstm.onnx").read_bytes()
    done = call("-", folder=tmp_path, data=data)
    assert done.returncode == 1
    assert "R204" in done.stdout
    done = call("-", "--limit", "input_bytes=100", data=data)
    assert done.returncode == 2
    assert "limit input_bytes=100" in done.stderr
    assert call("-", data=b"").stderr == "rnninspect: -: the file is empty\n"
    assert call("-", LSTM).returncode == 2


def test_no_name_breaks_out_of_a_summary(tmp_path: Path) -> None:
    for number, name in enumerate(["\x1b[31mred.pt", "a\nb.pt", "|x|.pt", "\u202ex.pt"]):
        shutil.copy(TAGGER if number % 2 else SAMPLES / "broken" / "cut_tensor.pt", tmp_path / name)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.pt")).write_bytes(b"no")
    for output in ("table", "markdown", "json"):
        done = call("scan", tmp_path, "--format", output)
        assert done.returncode == 2
        assert not {"\x1b", "\u202e"} & {*done.stdout, *done.stderr}
        assert "a\nb.pt" not in done.stdout
        assert len(done.stderr.splitlines()) == 1


def test_a_glob_that_matches_nothing_is_a_usage_error() -> None:
    for text in ("[", "", "!x", "/"):
        assert call("scan", "--exclude", text, SAMPLES).returncode == 2
