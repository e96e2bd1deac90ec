"""What the usage lines show, with any version of typer, and what a lone dash is taken for."""

from __future__ import annotations

import pytest
from typer.core import TyperCommand

from rnninspect.cli.options import PlainUsage
from rnninspect.command.request import Request
from rnninspect.command.running import run


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


@pytest.mark.parametrize(("word", "hint"), [("-", ""), ("-x.onnx", "; options go before --")])
def test_a_lone_dash_is_not_taken_for_an_option(
    word: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Request((word,))) == 2
    assert capsys.readouterr().err == f"rnninspect: {word}: No such file or directory{hint}\n"
