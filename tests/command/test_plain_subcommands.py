"""Calls of check, card and diff that need no parser print and return what the parser's do."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnninspect.cli import start
from rnninspect.command.subcommands.plain import plain_call

SAMPLES = Path(__file__).parents[2] / "sample_models"
ONNX, TORCH = str(SAMPLES / "onnx/basic_lstm.onnx"), str(SAMPLES / "torch/tagger.pt")
WRONG = str(SAMPLES / "broken/gate_count.onnx")
Outcome = tuple[int, str, str]

PLAIN = [
    ["check", ONNX],
    ["check", ONNX, TORCH, ONNX, "-v"],
    ["check", ONNX, WRONG, "missing.onnx"],
    ["check", "--max-parameters", "5", ONNX],
    ["check", "--max-parameters=5M", ONNX, "--format", "json"],
    ["check", ONNX, "-f", "junit", "--allowed-cells", "GRU"],
    ["check", ONNX, "--max-parameters", "many"],
    ["check", ONNX, "--quiet", "--select", "R1", "--min-coverage", "100%"],
    ["check", ONNX, "--config", "missing.toml"],
    ["card", ONNX, TORCH],
    ["card", WRONG, "--fail-on", "never"],
    ["card", WRONG],
    ["card", ONNX, "missing.onnx"],
    ["card", ONNX, "--update", "missing.md", "--check"],
    ["diff", ONNX, TORCH],
    ["diff", ONNX, TORCH, "--fail-on-change", "--format=json"],
    ["diff", ONNX, ONNX, "--fail-on-change"],
    ["diff", ONNX, "missing.onnx", "-f", "markdown"],
]
FOR_THE_PARSER = [
    [],
    ["check"],
    ["check", "--help"],
    ["check", "-"],
    ["check", "--", ONNX],
    ["check", ONNX, "--format", "tabel"],
    ["check", ONNX, "--format", "JSON"],
    ["check", ONNX, "--format"],
    ["check", ONNX, "-q", "-v"],
    ["check", ONNX, "-q", "--format", "json"],
    ["check", ONNX, "--require-declared"],
    ["check", ONNX, "--max-parameters", "1", "--max-parameters", "2"],
    ["check", ONNX, "--max-parameters", "-1"],
    ["check", ONNX, "--max-parameters="],
    ["check", ONNX, "--max-paramters", "1"],
    ["check", ONNX, "--limit", "tensors=1"],
    ["check", ONNX, "--color", "always"],
    ["check", ONNX, "--include", "*.onnx"],
    ["card", ONNX, "--append"],
    ["card", ONNX, "--fail-on", "warn"],
    ["card", ONNX, "--format", "json"],
    ["diff", ONNX],
    ["diff", ONNX, TORCH, ONNX],
    ["diff", ONNX, "-"],
    ["scan", ONNX],
]


@pytest.fixture(autouse=True)
def _quiet_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # without a policy
    monkeypatch.delenv("RNNINSPECT_CONFIG", raising=False)


def parsed(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> Outcome:
    with pytest.raises(SystemExit) as ended:
        start(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code, *capfd.readouterr()


@pytest.mark.parametrize("arguments", PLAIN, ids=lambda words: " ".join(words)[-60:])
def test_a_plain_call_does_what_the_parser_would(
    arguments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    call = plain_call(arguments)
    assert call is not None
    code = call()
    assert (code, *capfd.readouterr()) == parsed(arguments, capfd)


@pytest.mark.parametrize("arguments", FOR_THE_PARSER, ids=lambda words: " ".join(words)[-60:])
def test_what_is_not_plain_is_left_to_the_parser(arguments: list[str]) -> None:
    assert plain_call(arguments) is None


def test_a_variable_that_names_a_policy_is_left_to_the_parser(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RNNINSPECT_CONFIG", "policy.toml")
    assert plain_call(["check", ONNX]) is None


@pytest.mark.parametrize("write", ["--output", "-o"])
def test_a_plain_call_writes_the_same_file(
    write: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ["check", ONNX, "--max-hidden-size", "1", write, "out.txt"]
    call = plain_call(arguments)
    assert call is not None
    code, text = call(), (tmp_path / "out.txt").read_text()
    (tmp_path / "out.txt").unlink()
    assert (code, *capfd.readouterr()) == parsed(arguments, capfd)
    assert (tmp_path / "out.txt").read_text() == text


def test_a_plain_call_renews_a_card_and_a_baseline(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text("# A model\n")
    for arguments in (
        ["card", ONNX, "--update", "README.md", "--append"],
        ["check", ONNX, "--baseline", "new.lock", "--update-baseline"],
    ):
        call = plain_call(arguments)
        assert call is not None
        assert call() == 0
        renewed = {path.name: path.read_text() for path in tmp_path.iterdir()}
        capfd.readouterr()
        assert parsed(arguments, capfd)[0] == 0
        assert {path.name: path.read_text() for path in tmp_path.iterdir()} == renewed
