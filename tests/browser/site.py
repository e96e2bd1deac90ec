"""Looks at the site of docs/ in a headless Chromium: `python -m tests.browser.site SITE AXE`.

SITE is the folder that Sphinx wrote, AXE the script `axe.min.js` of axe-core. Each page is drawn at
three widths in both colour schemes: it does not scroll sideways, loads nothing from another host,
the console stays empty, and axe finds no violation in its narrow light and its wide dark form.
`--pictures FOLDER` keeps what was seen.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from .__main__ import AXE, HEIGHT, SCHEMES, WIDTHS, open_browser

LOOKED_AT = {(SCHEMES[0], min(WIDTHS)), (SCHEMES[1], max(WIDTHS))}
PATIENCE = 300  # seconds for axe on the longest page
SIDEWAYS = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
LOADED = """
return performance.getEntriesByType('resource').map((each) => each.name)
  .filter((name) => !name.startsWith(location.origin) && !name.startsWith('data:'));
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a line for each request."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder at an address of this machine: scripts may fetch nothing from files."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def faults_of(browser: Any, url: str, width: int) -> list[str]:  # noqa: ANN401
    """What is wrong with a page at a width."""
    metrics = {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(url)
    wider = browser.execute_script(SIDEWAYS)
    faults = [f"scrolls sideways by {wider} pixels"] if wider > 0 else []
    faults += [f"loads {name}" for name in browser.execute_script(LOADED)]
    return faults + [f"console: {entry['message']}" for entry in browser.get_log("browser")]


def look_at(site: Path, axe: str, pictures: Path | None) -> Iterator[str]:
    """The faults of all pages, a line each."""
    with served(site) as address:
        for scheme in SCHEMES:
            browser = open_browser(scheme)
            browser.set_script_timeout(PATIENCE)
            for page in sorted(site.glob("*.html")):
                for width in WIDTHS:
                    faults = faults_of(browser, f"{address}/{page.name}", width)
                    if pictures:
                        browser.save_screenshot(str(pictures / f"{page.stem}-{scheme}-{width}.png"))
                    if (scheme, width) in LOOKED_AT:
                        browser.execute_script(axe)
                        faults += [f"axe: {each}" for each in browser.execute_script(AXE)]
                    yield from (f"{page.stem}, {scheme}, {width}: {each}" for each in faults)
            browser.quit()


def main() -> int:
    """Print the number of pages and their faults; 1 if there are any."""
    parser = ArgumentParser(prog="python -m tests.browser.site", description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("axe", type=Path)
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    axe = arguments.axe.read_text(encoding="utf-8")
    faults = 0
    for fault in look_at(arguments.site, axe, arguments.pictures):
        faults += 1
        print(fault)
    sizes = [page.stat().st_size for page in arguments.site.glob("*.html")]
    print(f"{len(sizes)} pages, {sum(sizes):,} bytes, {faults} faults")
    return 1 if faults or not sizes else 0


if __name__ == "__main__":
    sys.exit(main())
