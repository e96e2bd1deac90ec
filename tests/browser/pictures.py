"""Draws the pictures of the documents: `python -m tests.browser.pictures`.

Each is drawn by a headless Chromium in both colour schemes: a report page, and what the command
prints on a terminal with colours.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .__main__ import ROOT, SCHEMES, open_browser

DOCS = ROOT / "docs"
STACK = "sample_models/broken/grown_bias.pt"
SHOWN = (
    "rnninspect sample_models/keras/family.keras",
    "rnninspect sample_models/broken/half_bias.onnx",
)
SELECTED = re.compile(r"\x1b\[([\d;]*)m")
COLOURS = {
    "light": {"": "#1f2328", "31": "#b42318", "32": "#116329", "33": "#7a4b00", "36": "#0b6070"},
    "dark": {"": "#e6edf3", "31": "#ff8a80", "32": "#7ee787", "33": "#f2cc60", "36": "#76d9e6"},
}
GROUND = {"light": "#f6f8fa", "dark": "#0d1117"}
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: {ground}; color: {text} }}
pre {{ margin: 0; padding: 16px 20px; width: max-content; font: 14px/1.35 monospace }}
</style><pre>{lines}</pre>"""


def terminal(scheme: str) -> str:
    """A page that looks like a terminal after the commands."""
    parts = []
    for command in SHOWN:
        done = subprocess.run(
            [sys.executable, "-m", *command.split()], capture_output=True, text=True, check=False,
            cwd=ROOT, env={**os.environ, "COLUMNS": "80", "FORCE_COLOR": "1"},
        )  # fmt: skip
        parts.append(f"$ {command}\n{done.stdout}")
    lines = coloured("\n".join(parts), COLOURS[scheme])
    return PAGE.format(ground=GROUND[scheme], text=COLOURS[scheme][""], lines=lines)


def coloured(text: str, colours: dict[str, str]) -> str:
    """Text with a terminal's escape sequences as HTML: colours and bold, which are all we print."""
    plain, *styled = SELECTED.split(text)
    made = html.escape(plain)
    for codes, after in zip(styled[::2], styled[1::2], strict=True):
        chosen = codes.split(";")
        styles = [f"color:{colours[code]}" for code in chosen if code in colours and code]
        styles += ["font-weight:bold"] if "1" in chosen else []
        made += f'<span style="{";".join(styles)}">{html.escape(after)}</span>'
    return made


def picture(browser: Any, page: Path, target: Path, width: int) -> None:  # noqa: ANN401
    """Write what a page looks like, as high as it is."""
    browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    metrics = {"width": width, "height": 200, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(page.as_uri())
    height = browser.execute_script("return document.documentElement.scrollHeight")
    metrics["height"] = min(height, 680)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.save_screenshot(str(target))


def main() -> None:
    """Write the pictures into docs/."""
    with tempfile.TemporaryDirectory() as folder:
        report, shell = Path(folder, "report.html"), Path(folder, "terminal.html")
        command = [sys.executable, "-m", "rnninspect", STACK, "--format", "html", "-o", str(report)]
        subprocess.run(command, check=False, cwd=ROOT)
        for scheme in SCHEMES:
            browser = open_browser(scheme)
            picture(browser, report, DOCS / f"report-{scheme}.png", 1060)
            shell.write_text(terminal(scheme), encoding="utf-8")
            picture(browser, shell, DOCS / f"terminal-{scheme}.png", 760)
            browser.quit()


if __name__ == "__main__":
    main()
