"""`card` from outside: files, streams, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import huggingface_hub
import pytest

from making.model_cards import model_card
from making.process import ROOT, call
from rnninspect.card.block import END, START

SAMPLES = ROOT / "sample_models"
KERAS, ONNX = SAMPLES / "keras" / "lstm_one_bias.keras", SAMPLES / "onnx" / "basic_lstm.onnx"
TORCH, BROKEN = SAMPLES / "torch" / "lstm_two_biases.pt", SAMPLES / "broken" / "cut_tensor.onnx"
EMPTY = f"{START}\n{END}\n"


def page(folder: Path, content: str = f"# Card\n\n{EMPTY}\nwords\n") -> Path:
    path = folder / "README.md"
    path.write_bytes(content.encode())
    return path


def test_card_prints_the_block_with_its_markers() -> None:
    done = call("card", KERAS, ONNX)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{START}\n**")
    assert done.stdout.endswith(f"{END}\n")
    assert done.stdout.count("| Layer ") == 2


def test_update_twice_gives_the_same_bytes_and_touches_nothing(tmp_path: Path) -> None:
    path = page(tmp_path)
    first = call("card", KERAS, "--update", path)
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    content, status = path.read_bytes(), path.stat()
    assert b"| lstm " in content
    assert call("card", KERAS, "--update", path).returncode == 0
    assert path.read_bytes() == content
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (status.st_ino, status.st_mtime_ns)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("last", ["", "\n", "\n\n\n"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_on_a_long_model_card_only_the_block_changes(
    ending: str, last: str, tmp_path: Path
) -> None:
    before, after = (ending.join(part.splitlines()) for part in model_card())
    after += last.replace("\n", ending)
    block = ending.join(["", "| stale |", "|---|", "", ""])
    path = page(tmp_path, f"{before}{ending}{START}{block}{END}{ending}{after}")
    path.chmod(0o644)
    assert len(path.read_bytes().splitlines()) >= 300
    assert call("card", KERAS, TORCH, "--update", path).returncode == 0
    new = path.read_bytes()
    assert new.startswith(f"{before}{ending}{START}{ending}**".encode())
    assert new.endswith(f"{END}{ending}{after}".encode())
    assert b"stale |" not in new
    assert new.count(b"\n") == new.count(ending.encode())
    assert path.stat().st_mode & 0o777 == 0o644
    assert call("card", KERAS, TORCH, "--update", path).returncode == 0
    assert path.read_bytes() == new


def test_metadata_on_a_long_model_card_changes_only_its_own_fields(tmp_path: Path) -> None:
    before, after = model_card()
    path = page(tmp_path, f"{before}\n{START}\n{END}\n{after}")
    assert call("card", KERAS, "--update", path, "--metadata").returncode == 0
    head = path.read_text().rpartition(f"\n{START}\n**")[0]
    old, new = before.splitlines(), head.splitlines()
    gone, fresh = set(old) - set(new), set(new) - set(old)
    assert not gone
    assert [line.split(":")[0].strip(" -") for line in new if line in fresh] == [
        "keras", "lstm", "rnninspect", "file", "parameters", "recurrent_parameters", "bytes",
    ]  # fmt: skip
    assert path.read_text().endswith(f"{END}\n{after}")
    assert call("card", KERAS, "--update", path, "--metadata", "--check").returncode == 0


def test_the_mode_and_a_link_are_kept(tmp_path: Path) -> None:
    path = page(tmp_path)
    path.chmod(0o640)
    link = tmp_path / "link.md"
    link.symlink_to(path)
    assert call("card", KERAS, "--update", link).returncode == 0
    assert link.is_symlink()
    assert b"| lstm " in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o640


def test_the_model_is_named_as_seen_from_the_card(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    model = tmp_path / "models" / "one.keras"
    model.write_bytes(KERAS.read_bytes())
    path = page(tmp_path)
    call("card", "models/one.keras", "--update", "README.md", folder=tmp_path)
    content = path.read_bytes()
    assert b"**models/one.keras**" in content
    call("card", "one.keras", "--update", "../README.md", folder=tmp_path / "models")
    assert path.read_bytes() == content
    assert f"**{KERAS.name}**" in call("card", KERAS, folder=tmp_path).stdout


def test_check_reports_a_card_that_is_out_of_date_and_writes_nothing(tmp_path: Path) -> None:
    path = page(tmp_path)
    old = path.read_bytes()
    stale = call("card", KERAS, "--update", path, "--check")
    assert (stale.returncode, stale.stdout) == (1, "")
    assert stale.stderr.startswith(f"rnninspect: {path}: out of date; ")
    assert path.read_bytes() == old
    call("card", KERAS, "--update", path)
    fresh = call("card", KERAS, "--update", path, "--check")
    assert (fresh.returncode, fresh.stderr) == (0, "")
    assert call("card", ONNX, "--update", path, "--check").returncode == 1


def test_append_puts_the_block_at_the_end_once(tmp_path: Path) -> None:
    path = page(tmp_path, "# Card")
    missing = call("card", KERAS, "--update", path)
    assert missing.returncode == 2
    assert missing.stderr == (
        f"rnninspect: {path}: no marker {START}; add both markers, or use --append\n"
    )
    assert call("card", KERAS, "--update", path, "--append", "--check").returncode == 1
    assert call("card", KERAS, "--update", path, "--append").returncode == 0
    content = path.read_bytes()
    assert content.startswith(f"# Card\n\n{START}\n".encode())
    assert call("card", KERAS, "--update", path, "--append").returncode == 0
    assert path.read_bytes() == content


def test_an_unreadable_model_leaves_the_card_unchanged(tmp_path: Path) -> None:
    path = page(tmp_path)
    old = path.read_bytes()
    done = call("card", KERAS, tmp_path / "absent.onnx", "--update", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"rnninspect: {tmp_path}/absent.onnx: No such file or directory\n"
    assert path.read_bytes() == old


def test_findings_are_in_the_card_and_exit_1(tmp_path: Path) -> None:
    path = page(tmp_path)
    assert call("card", BROKEN, "--update", path).returncode == 1
    assert b"- error R1" in path.read_bytes()
    assert call("card", BROKEN, "--update", path, "--fail-on", "never").returncode == 0


@pytest.mark.parametrize("name", ["absent.md", "folder", "pipe"])
def test_a_card_that_is_not_a_file_is_one_line_and_exit_2(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    done = call("card", KERAS, "--update", tmp_path / name)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert done.stderr.startswith(f"rnninspect: {tmp_path / name}: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["card"],
        ["card", str(KERAS), "--check"],
        ["card", str(KERAS), "--append"],
        ["card", str(KERAS), "--metadata"],
        ["card", str(KERAS), "--fail-on", "sometimes"],
        ["diff", str(KERAS)],
        ["diff", str(KERAS), str(ONNX), "--format", "csv"],
        ["diff", str(KERAS), str(ONNX), "--limit", "x"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2(arguments: list[str]) -> None:
    done = call(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_metadata_fills_the_front_matter(tmp_path: Path) -> None:
    front = "---\nlicense: mit  # ours\nlanguage: no\ntags:\n- speech\n---\n"
    path = page(tmp_path, f"{front}# Card\n{EMPTY}")
    arguments = ("card", KERAS, "--update", path, "--metadata")
    assert call(*arguments, "--check").returncode == 1
    assert call(*arguments).returncode == 0
    content = path.read_bytes()
    assert content.startswith(
        b"---\nlicense: mit  # ours\nlanguage: no\ntags:\n- speech\n- keras\n"
    )
    card = huggingface_hub.ModelCard(content.decode())
    assert card.data.tags == ["speech", "keras", "lstm"]
    assert card.data.library_name == "keras"
    assert card.data["rnninspect"][0]["parameters"] == 48
    assert call(*arguments, "--check").returncode == 0
    assert call(*arguments).returncode == 0
    assert path.read_bytes() == content


def test_metadata_without_its_package_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "huggingface_hub.py").write_text("raise ImportError('not here')\n")
    path = page(tmp_path)
    done = call("card", KERAS, "--update", path, "--metadata", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    commands = "pip install 'rnninspect[card]', in a checkout pip install '.[card]'"
    assert done.stderr.endswith(f"needs huggingface_hub: {commands}\n")
    assert path.read_text() == f"# Card\n\n{EMPTY}\nwords\n"


def test_the_common_call_imports_none_of_this() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "rnninspect", str(KERAS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "rnninspect.render.report.table" in modules
    own = ("card", "comparison", "cli", "render.card", "render.diff", "results.writing")
    assert not modules & {f"rnninspect.{name}" for name in own}
