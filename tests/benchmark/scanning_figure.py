"""Draws the table of `docs/scanning.md`: `python -m tests.benchmark.scanning_figure`.

Seconds and memory by the number of files, both axes logarithmic, a line for each engine. The SVG
has no script and no font of its own, follows the reader's light or dark setting, and says in words
what it shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from rnninspect.record import Record

from .scanning import ENGINES, HEADS

DOCS = Path(__file__).parents[2] / "docs"
PAGE, FIGURE = DOCS / "scanning.md", DOCS / "scanning_growth.svg"
WIDTH, HEIGHT = 760, 330
ROLE = 'role="img" aria-labelledby="title said"'
PLOT_WIDTH, PLOT_HEIGHT, TOP = 270, 210, 52
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.head { font-weight: 600 } .grid { stroke: #d1d9e0 } .line { fill: none; stroke-width: 2 }
.c0 { stroke: #0550ae } .c1 { stroke: #bc4c00 } .c2 { stroke: #6639ba }
.mark { fill: #ffffff; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .grid { stroke: #3d444d } .mark { fill: #0d1117 }
  .c0 { stroke: #79c0ff } .c1 { stroke: #ffa657 } .c2 { stroke: #d2a8ff }
}
"""
DASHES = ("", "7 4", "2 4")

Series = dict[str, list[tuple[float, float]]]  # of each engine: files, and what was measured


class Panel(Record):
    """One plot: its place from the left, its heading, its marks on the axis, and what it shows."""

    left: int
    head: str
    marks: dict[float, str]
    series: Series

    def x(self, files: float) -> float:
        """Where a number of files is."""
        every = [files for points in self.series.values() for files, _ in points]
        return self.left + PLOT_WIDTH * _share(files, min(every), max(every))

    def y(self, value: float) -> float:
        """Where a value is."""
        return TOP + PLOT_HEIGHT * (1 - _share(value, min(self.marks), max(self.marks)))


def main() -> None:
    """Write the figure."""
    FIGURE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def drawn(page: str) -> str:
    """The figure of the table in a page."""
    rows = list(table(page))
    seconds: Series = {name: [] for name in ENGINES}
    memory: Series = {name: [] for name in ENGINES}
    for files, engine, rate, call in rows:
        seconds[engine].append((files, files / rate))
        memory[engine].append((files, call))
    times = {1.0: "1 s", 10.0: "10 s", 100.0: "100 s", 1_000.0: "1,000 s", 10_000.0: "10,000 s"}
    sizes = {25.0: "25 MB", 50.0: "50 MB", 100.0: "100 MB", 200.0: "200 MB", 400.0: "400 MB"}
    panels = (
        Panel(80, "Time of a scan", _around(times, seconds), seconds),
        Panel(450, "Peak memory of the call", _around(sizes, memory), memory),
    )
    said = "; ".join(
        f"{engine}, {files:,.0f} files: {files / rate:,.0f} s, {call:,.0f} MB"
        for files, engine, rate, call in rows
    )
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {ROLE}>',
        '<title id="title">Time and memory of a scan by the number of files</title>',
        f'<desc id="said">{escape(said)}</desc>',
        f"<style>{STYLE}</style>",
        *(line for panel in panels for line in plot(panel)),
        *legend(),
        "</svg>",
    )
    return "\n".join(parts) + "\n"


def table(page: str) -> Iterator[tuple[float, str, float, float]]:
    """Files, engine, files a second and the call's peak in MB, of each row of the table."""
    _, found, rest = page.partition(f"| {' | '.join(HEADS)} |\n")
    if not found:
        raise ValueError("the page has no table of scans")
    for line in rest.splitlines()[1:]:
        if not line.startswith("|"):
            return
        files, engine, rate, _, call, *_ = (cell.strip() for cell in line.strip("|").split("|"))
        yield _number(files), engine, _number(rate), _number(call.removesuffix(" MB"))


def plot(panel: Panel) -> Iterator[str]:
    """The heading, the grid and the lines of a panel."""
    right, bottom = panel.left + PLOT_WIDTH, TOP + PLOT_HEIGHT
    yield _text(panel.left, TOP - 18, panel.head, "head")
    for value, label in panel.marks.items():
        y = panel.y(value)
        yield f'<line class="grid" x1="{panel.left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(panel.left - 8, y + 4, label, anchor="end")
    for files in sorted({files for points in panel.series.values() for files, _ in points}):
        yield _text(panel.x(files), bottom + 20, f"{files:,.0f}", anchor="middle")
    yield _text(panel.left + PLOT_WIDTH / 2, bottom + 38, "files", anchor="middle")
    for at, points in enumerate(panel.series.values()):
        places = [(panel.x(files), panel.y(value)) for files, value in points]
        yield _line(at, places)


def legend() -> Iterator[str]:
    """The engines, each with its line."""
    for at, name in enumerate(ENGINES):
        left = 80 + 200 * at
        yield _line(at, [(left, HEIGHT - 12), (left + 36, HEIGHT - 12)])
        yield _text(left + 46, HEIGHT - 8, name)


def _line(at: int, places: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    marks = (_mark(at, x, y) for x, y in places)
    dash = f' stroke-dasharray="{DASHES[at]}"' if DASHES[at] else ""
    return f'<polyline class="line c{at}"{dash} points="{path}"/>{"".join(marks)}'


def _mark(at: int, x: float, y: float) -> str:
    """A circle, a square or a triangle, so that colour is not needed."""
    if at == 0:
        return f'<circle class="mark c0" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    corners = ((-4, -4), (4, -4), (4, 4), (-4, 4)) if at == 1 else ((0, -5), (5, 4), (-5, 4))
    points = " ".join(f"{x + right:.1f},{y + down:.1f}" for right, down in corners)
    return f'<polygon class="mark c{at}" points="{points}"/>'


def _text(x: float, y: float, text: str, style: str = "", anchor: str = "start") -> str:
    head = f' class="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{head}>{escape(text)}</text>'


def _around(marks: dict[float, str], series: Series) -> dict[float, str]:
    """The marks from the last one below all values to the first one above."""
    values = [value for points in series.values() for _, value in points]
    low = max(mark for mark in marks if mark <= min(values))
    high = min(mark for mark in marks if mark >= max(values))
    return {mark: label for mark, label in marks.items() if low <= mark <= high}


def _share(value: float, low: float, high: float) -> float:
    return (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))


def _number(text: str) -> float:
    return float(text.replace(",", ""))


if __name__ == "__main__":
    main()
