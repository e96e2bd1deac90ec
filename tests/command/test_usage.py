"""What the usage lines show, with any version of typer, and what a lone dash is taken for."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.core import TyperCommand

from rnninspect.cli import start
from rnninspect.cli.options import PlainUsage
from rnninspect.command.request import Request
from rnninspect.command.running import run

GOOD = str(Path(__file__).parents[2] / "sample_models" / "onnx" / "basic_lstm.onnx")


@pytest.mark.parametrize(
    ("of_typer", "shown"),
    [
        ("MODEL...", "MODEL..."),
        ("{MODEL...}", "MODEL..."),
        ("{MODEL...}...", "MODEL..."),
        ("{MODEL}", "MODEL"),
        ("[LAYER]", "[LAYER]"),
    ],
)
def test_an_argument_is_shown_without_braces_with_any_typer(
    of_typer: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TyperCommand, "collect_usage_pieces", lambda _self, _context: [of_typer])
    assert PlainUsage("inspect").collect_usage_pieces(None) == [shown]


def test_what_looks_like_an_option_after_the_dashes_has_a_hint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(Request(("-x.onnx",))) == 2
    said = "rnninspect: -x.onnx: No such file or directory; options go before --\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rule", "tensor-shap"], "no rule 'tensor-shap'; did you mean tensor-shape? `rnninspect"),
        (["rule", "R1O1"], "no rule 'R1O1'; `rnninspect rules` lists them"),
        (["rule", "xyzzy"], "no rule 'xyzzy'; `rnninspect rules` lists them"),
        (["count", "lstmm"], "no cell 'lstmm'; did you mean LSTM"),
        (["inspect", GOOD, "--format", "jsom"], "; did you mean json?"),
        (["inspect", GOOD, "--columns", "layer,store"], "verdict; did you mean stored?"),
        (["inspect", GOOD, "--fail-on", "warn"], "never; did you mean warning?"),
        (["inspect", GOOD, "--limit", "tensor=3"], "; did you mean tensors?"),
        (
            ["explain", GOOD, "lstn"],
            "no layer named 'lstn'; did you mean lstm? its layers are lstm",
        ),
        (["explain", GOOD, "xyzzy"], "no layer named 'xyzzy'; its layers are lstm"),
        (
            ["check", GOOD, "--ignore", "tensor-shapes"],
            "starts with 'TENSOR-SHAPES'; did you mean R101?",
        ),
    ],
)
def test_a_misspelt_word_is_guessed(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        start(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
