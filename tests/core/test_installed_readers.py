"""A reader of another distribution, found by its entry point: what it says, and its faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.distribution import call, install

ROOT = Path(__file__).parents[2]
GOOD = ROOT / "sample_models" / "onnx" / "basic_lstm.onnx"
READER = """
from rnninspect.plugin import Convention, Role

class Toy:
    name, summary, suffixes, implied_suffixes = "toy", "files of a toy", (".toy",), ()

    def recognise(self, source):
        {recognise}

    def conventions(self):
        {conventions}

    def frameworks(self):
        return []
"""
WHOLE = 'return [Convention("toy\\x1b[31m", "LSTM", frozenset({Role.BIAS}), note="a toy")]'
SIZES = ("--input-size", "3", "--hidden-size", "2")


def installed(folder: Path, recognise: str = "return None", conventions: str = WHOLE) -> Path:
    """A folder with an installed distribution that has a reader."""
    code = READER.format(recognise=recognise, conventions=conventions)
    return install(folder, {"toy.py": code}, "toy:Toy")


def test_count_shows_its_conventions_after_our_own(tmp_path: Path) -> None:
    done = call(installed(tmp_path), "count", "lstm", *SIZES)
    assert (done.returncode, done.stderr) == (0, "")
    (row,) = [line for line in done.stdout.splitlines() if line.startswith("toy")]
    assert row.split() == ["toy\\x1b[31m", "1", "4(nm", "+", "n²", "+", "n)", "48", "a", "toy"]
    assert "toy" not in call(tmp_path, "count", "gru", *SIZES).stdout


@pytest.mark.parametrize(
    ("conventions", "reason"),
    [
        ("return 1 / 0", " failed in conventions: ZeroDivisionError: division by zero"),
        (
            'return [Convention("toy", "Transformer", frozenset())]',
            ": conventions: toy: Transformer is not a cell",
        ),
        (
            'return [Convention("toy", "GRU", frozenset({Role.PEEPHOLE}))]',
            ": conventions: toy: GRU has no peephole",
        ),
        ("return [1]", ": conventions: 1 is not a Convention"),
    ],
)
def test_a_fault_in_its_conventions_is_one_line(
    tmp_path: Path, conventions: str, reason: str
) -> None:
    done = call(installed(tmp_path, conventions=conventions), "count", "lstm", *SIZES)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"rnninspect: reader toy{reason}")


def test_a_fault_in_its_conventions_ends_an_explanation_in_one_line(tmp_path: Path) -> None:
    """Where the reset gate of a GRU acts may be what an installed reader knows."""
    sample = str(Path(__file__).parents[2] / "sample_models" / "keras" / "old.ckpt-7")
    assert call(tmp_path, "explain", sample).returncode == 0
    done = call(installed(tmp_path, conventions="return 1 / 0"), "explain", sample)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("rnninspect: reader toy failed in conventions: ")


@pytest.mark.parametrize(
    ("recognise", "reason"),
    [
        (
            "return source.absent",
            "failed in recognise: AttributeError: 'Source' object has no attribute 'absent'",
        ),
        ("raise ValueError('two\\nlines')", "failed in recognise: ValueError: two lines"),
        (
            "return source.read(0, 99)",
            "failed in recognise: UnreadableFile: 99 bytes at offset 0",
        ),
        ("raise SystemExit(1)", "failed in recognise: SystemExit: 1"),
        ("return False", ": recognise returned False, not None or a callable"),
        ("return self", "not None or a callable"),
        ("return lambda: 1 / 0", "failed in read: ZeroDivisionError: division by zero"),
        ("return lambda: exit(1)", "failed in read: SystemExit: 1"),
        ("return lambda model: model", "failed in read: TypeError: "),
        (
            "return lambda: None",
            ": read returned a malformed model: None is not a SavedModel or an Inside",
        ),
    ],
)
def test_a_fault_in_recognition_or_reading_is_one_line(
    recognise: str, reason: str, tmp_path: Path
) -> None:
    folder = installed(tmp_path, recognise=recognise)
    (tmp_path / "unknown").write_bytes(b"nobody knows this")
    done = call(folder, tmp_path / "unknown", GOOD)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"rnninspect: {tmp_path}/unknown: reader toy")
    assert reason in done.stderr
    assert "basic_lstm" in done.stdout, "a file that a built-in reader knows is reported"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("def recognise(", "def recognises(", "has no method recognise"),
        ("def conventions(", "def convention(", "has no method conventions"),
        ("def frameworks(", "def framework(", "has no method frameworks"),
        ('"files of a toy"', "3", "has no summary that is a str"),
        ('(".toy",)', "None", "has no suffixes that is a tuple"),
    ],
)
def test_a_reader_that_is_not_complete_is_one_line(
    old: str, new: str, reason: str, tmp_path: Path
) -> None:
    code = installed(tmp_path) / "toy.py"
    code.write_text(code.read_text().replace(old, new))
    (tmp_path / "unknown").write_bytes(b"nobody knows this")
    for words in ((tmp_path / "unknown",), ("readers",), ("count", "lstm", *SIZES)):
        done = call(tmp_path, *words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert done.stderr.endswith(f"reader toy:Toy {reason}\n")


@pytest.mark.parametrize(
    "words", [("readers",), ("count", "lstm", *SIZES)], ids=["readers", "count"]
)
def test_a_reader_that_cannot_be_loaded_is_one_line(words: tuple[str, ...], tmp_path: Path) -> None:
    (installed(tmp_path) / "toy.py").unlink()
    done = call(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "rnninspect: reader toy:Toy cannot be loaded: No module named 'toy'\n"
