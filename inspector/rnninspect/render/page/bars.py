"""Bars that show where parameters are, as SVG that scales in width alone."""

from __future__ import annotations

from rnninspect.record import Record
from rnninspect.render.page.markup import element, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.render.page.markup import Markup

_LABELLED = 10  # per cent of the whole width, from which a segment has room for its name
LEGEND = {
    "kernel": "input kernel",
    "recurrent": "recurrent kernel",
    "bias": "biases",
    "other": "other weights of a cell",
    "rest": "everything else",
    "fault": "contradicts the formula",
    "old": "before",
    "changed": "after, changed",
    "convention": "after, another convention alone",
}


class Segment(Record):
    """A part of a bar: `kind` is a key of LEGEND, `amount` in elements."""

    label: str
    kind: str
    amount: int


class Bar(Record):
    """One line of a picture.

    Attributes:
        name: the text before the bar, as markup.
        segments: its parts, from the left.
        amount: the text after it, which may be markup.
        level: whether it is a part of the line above.
    """

    name: Markup
    segments: tuple[Segment, ...]
    amount: str
    level: bool = False

    @property
    def whole(self) -> int:
        """The sum of its segments."""
        return sum(segment.amount for segment in self.segments)


def picture(bars: Sequence[Bar]) -> Markup:
    """A list of bars on one scale, the longest of them as wide as the space."""
    scale = max((bar.whole for bar in bars), default=0) or 1
    return element("ol", *(_line(bar, scale) for bar in bars), class_="bars")


def legend(bars: Sequence[Bar]) -> Markup:
    """The meaning of the colours that these bars have."""
    kinds = {segment.kind for bar in bars for segment in bar.segments if segment.amount}
    swatch = {
        kind: element("svg", element("rect", class_=kind), aria_hidden="true") for kind in LEGEND
    }
    entries = (element("li", swatch[kind], LEGEND[kind]) for kind in LEGEND if kind in kinds)
    return element("ul", *entries, class_="legend")


def _line(bar: Bar, scale: int) -> Markup:
    return element(
        "li",
        element("span", bar.name, class_="level" if bar.level else None),
        drawn(bar.segments, scale),
        element("span", bar.amount),
    )


def drawn(segments: Sequence[Segment], scale: int) -> Markup:
    """One bar whose full width is `scale` elements."""
    parts, start = [], 0.0
    for segment in segments:
        width = 100 * segment.amount / scale
        if segment.amount > 0:
            parts.append(_segment(segment, start, width))
        start += width
    said = ", ".join(f"{segment.label} {segment.amount:,}" for segment in segments) or "none"
    return element("svg", *parts, class_="bar", role="img", aria_label=said)


def _segment(segment: Segment, start: float, width: float) -> Markup:
    place = {"x": f"{start:.2f}%", "width": f"{width:.2f}%"}
    title = element("title", f"{segment.label}: {segment.amount:,}")
    if width < _LABELLED:
        return element("rect", title, class_=segment.kind, **place)
    label = element("text", segment.label, x="5", y="70%")
    return element("svg", element("rect", title, class_=segment.kind), label, **place)


def joined(bars: Sequence[Bar], caption: str) -> Markup:
    """A figure with its bars, the legend and a caption that says what is drawn."""
    return element("figure", element("figcaption", caption), join((picture(bars), legend(bars))))
