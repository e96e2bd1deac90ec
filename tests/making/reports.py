"""Reports that the output formats are tested with, and the golden files that hold their text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from making.by_hand import layer, model, report, reshaped, tensor
from rnninspect.cells import Role, Sizes
from rnninspect.model import (
    Fact,
    Fate,
    Observation,
    Origin,
    Purpose,
    SavedModel,
    SkippedLayer,
    Stack,
)
from rnninspect.render import REPORT, Formats
from rnninspect.render.colour import Style
from rnninspect.render.view import View
from rnninspect.report import Report, Unreadable

GOLDEN = Path(__file__).parents[1] / "render" / "golden"


def stacked() -> SavedModel:
    sizes = (Sizes(257, 128, directions=2), Sizes(256, 128, directions=2))
    levels = tuple(
        layer(sizes=each, name=f"encoder.lstm[{level}]")._replace(
            kind="Bidirectional(LSTM)",
            stack=Stack("encoder.lstm", level, 2),
        )
        for level, each in enumerate(sizes)
    )
    moments = tensor("exp_avg", (128, 3))._replace(purpose=Purpose.OPTIMIZER)
    return model(*levels, others=(tensor("dense.weight", (10, 256)), moments))


def faulty() -> SavedModel:
    lost = SkippedLayer("custom", "MyCell", "no formula is known for this cell")
    cut = reshaped(layer("GRU", Sizes(16, 8), name="gru"), Role.KERNEL, (24, 12))
    fed = layer(name="fed")
    fed = fed._replace(
        operands=tuple(o._replace(fate=Fate.INPUT, tensors=()) for o in fed.operands)
    )
    seen = Observation(Fact.CODE, "builtins.print")
    saved = model(cut._replace(origin=Origin.INFERRED), fed)
    return saved._replace(skipped=(lost,), observations=(seen,))


def hostile() -> SavedModel:
    name = "\x1b[2J\x07a\nb|c\r<script>alert(1)</script>\u202egnp.exe=`*[x](http://y)\ud800\x7f"
    command = "::stop-commands::x##[add-mask]y"
    layers = (
        layer(name=name),
        layer("RNN", name='=HYPERLINK("x")'),
        layer("GRU", name=command),
        layer(name="x" * 5000),
    )
    return model(*(made._replace(origin=Origin.INFERRED) for made in layers))  # a note on each


CASES = {
    "stacked": [report(stacked(), "model.pt")],
    "faulty": [report(faulty(), "broken.onnx")],
    "hostile": [report(hostile(), "=a|b\x1b.pt")],
    "none": [report(model(others=(tensor("dense", (3, 3)),)), "dense.h5")],
    "two": [report(stacked(), "one.pt"), report(faulty(), "two.onnx")],
}
UNREADABLE = [Unreadable("absent.onnx", "No such file or directory")]


def text_of(output: str, results: Iterable[Report | Unreadable], view: View) -> str:
    """The text of reports in a format, without its last line end."""
    return drawn(REPORT, output, results, view)


def drawn(formats: Formats, output: str, document: object, view: View | None = None) -> str:
    """The text of a document in a format, without its last line end.

    With colour it is the same text, but for the codes: whatever is drawn in a test shows it.
    """
    view = view or View()
    text = "".join(formats[output](document, view))
    if not isinstance(document, Iterator):
        assert without_codes(in_colour(formats, output, document, view)) == text
    return text.removesuffix("\n")


def in_colour(formats: Formats, output: str, document: object, view: View | None = None) -> str:
    """The text of a document as a terminal with colour gets it."""
    return "".join(formats[output](document, (view or View())._replace(colour=True)))


def without_codes(text: str) -> str:
    """The text without the codes of our styles, and of no other."""
    codes = "|".join(("0", *Style))
    return re.sub(rf"\x1b\[(?:{codes})m", "", text)


def hold(name: str, text: str, config: pytest.Config) -> None:
    """Compare a text with its golden file, or renew that."""
    path, text = GOLDEN / name, _without_frame(text)
    if config.getoption("--renew-golden"):
        path.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == path.read_text(encoding="utf-8")


def _without_frame(text: str) -> str:
    """A page without its policy, style and script, which are the same in each; or other text."""
    if not text.startswith("<!doctype html>"):
        return text
    frame = r"\n<(style|script)>.*?</\1>(?=</head>|\n</body>)"
    text = re.sub(frame, r"\n<\1>…</\1>", text, flags=re.DOTALL)
    return re.sub(r"sha256-[\w+/=]+", "sha256-…", text)


def without_rules(text: str) -> str:
    """SARIF without the rules, which are the same in each; other text as it is."""
    return re.sub(r'("rules": \[).*?(\n     \])', r"\1 … \2", text, count=1, flags=re.DOTALL)
