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


def test_what_looks_like_an_option_after_the_dashes_has_a_hint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(Request(("-x.onnx",))) == 2
    said = "rnninspect: -x.onnx: No such file or directory; options go before --\n"
    assert capsys.readouterr().err == said
