"""Looks at pages in a headless Chromium: `python -m tests.browser AXE [--pictures FOLDER]`.

AXE is the script `axe.min.js` of axe-core. Each page is drawn at three widths in both colour
schemes; nothing may be wider than the page, the console stays empty, axe finds no violation,
sorting and filtering work, and the page says the same without JavaScript. Needs Chromium and its
driver, and the package selenium.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By

from rnninspect import check, compare, inspect_file
from rnninspect.api.shown import Shown

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_models"
WIDTHS, SCHEMES, HEIGHT = (360, 800, 1400), ("light", "dark"), 1_000
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PAGES = {
    "report": ["torch/tagger.pt"],
    "stack": ["torch/stacked_lstm.safetensors"],
    "fault": ["broken/grown_bias.pt"],
    "many": ["torch/tagger.pt", "onnx/basic_lstm.onnx", "broken/missing_reverse.pt"],
    "check": ["check", "torch/tagger.pt", "broken/grown_bias.pt", "--max-parameters", "100"],
    "diff": ["diff", "torch/tagger.pt", "torch/bidirectional_gru.pt"],
}
TOO_WIDE = """
return [...document.querySelectorAll('main *')].filter((each) => {
  if (each.closest('.scroll') && !each.classList.contains('scroll')) return false;
  if (each.ownerSVGElement) return false;
  return each.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
}).map((each) => each.tagName + ' ' + each.textContent.slice(0, 40));
"""
AXE = """
return axe.run(document).then((found) => found.violations.map(
  (each) => each.id + ': ' + each.nodes.length + ' ' + each.nodes[0].html.slice(0, 200)));
"""
SORTED = """
const table = document.querySelector('table.sortable');
const before = [...table.tBodies[0].rows].map((row) => row.textContent);
table.tHead.querySelectorAll('button')[0].click();
const once = [...table.tBodies[0].rows].map((row) => row.textContent);
table.tHead.querySelectorAll('button')[0].click();
const twice = [...table.tBodies[0].rows].map((row) => row.textContent);
return [before, once, twice];
"""
FILTERED = """
const [choice] = document.querySelectorAll('.filters select');
const rows = [...document.querySelectorAll('[data-cells]')];
const cell = choice.options[1].value;
choice.value = cell;
choice.dispatchEvent(new Event('change', {bubbles: true}));
return rows.every((row) => row.hidden !== row.dataset.cells.split('|').includes(cell));
"""


def draw(folder: Path) -> dict[str, Path]:
    """Write each page by the command."""
    drawn = {}
    for name, arguments in PAGES.items():
        paths = [str(SAMPLES / each) if "." in each else each for each in arguments]
        drawn[name] = folder / f"{name}.html"
        command = [sys.executable, "-m", "rnninspect", *paths, "--format", "html"]
        done = subprocess.run([*command, "-o", str(drawn[name])], check=False, cwd=ROOT)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{name}: exit code {done.returncode}")
    return drawn


def draw_notebook(folder: Path) -> dict[str, Path]:
    """Write what a notebook shows of some values into a plain page, as a notebook does."""
    fault = inspect_file(SAMPLES / "broken" / "grown_bias.pt")
    values: tuple[Shown, ...] = (
        fault,
        compare(SAMPLES / "keras" / "family.keras", SAMPLES / "torch" / "family.pt"),
        check([inspect_file(SAMPLES / "onnx" / "basic_lstm.onnx")], {"max-parameters": 100}),
    )
    cells = "".join(f"<h3>Out[{at}]</h3>{value._repr_html_()}" for at, value in enumerate(values))
    head = '<meta charset="utf-8"><title>a notebook</title><h1>A notebook</h1><h2>Cells</h2>'
    path = folder / "notebook.html"
    path.write_text(f'<!doctype html><html lang="en"><main>{head}{cells}</main>', encoding="utf-8")
    return {"notebook": path}


def open_browser(scheme: str) -> Any:  # noqa: ANN401 - a driver has no useful type
    """A browser that prefers a colour scheme."""
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={tempfile.mkdtemp()}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService("/usr/bin/chromedriver")
    browser = webdriver.Chrome(options=options, service=service)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    return browser


def faults_of(browser: Any, page: Path, width: int, axe: str) -> list[str]:  # noqa: ANN401
    """What is wrong with a page at a width."""
    metrics = {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(page.as_uri())
    faults = [f"too wide: {each}" for each in browser.execute_script(TOO_WIDE)]
    faults += [f"console: {entry['message']}" for entry in browser.get_log("browser")]
    for details in browser.find_elements(By.TAG_NAME, "details"):
        browser.execute_script("arguments[0].open = true", details)
    faults += [f"open and too wide: {each}" for each in browser.execute_script(TOO_WIDE)]
    browser.execute_script(axe)
    return faults + [f"axe: {each}" for each in browser.execute_script(AXE)]


def faults_of_sorting(browser: Any, page: Path) -> list[str]:  # noqa: ANN401
    """Whether a click on a heading sorts the rows and keeps each of them."""
    browser.get(page.as_uri())
    if not browser.find_elements(By.CSS_SELECTOR, "th button"):
        return [] if page.stem == "notebook" else ["no heading is a button"]
    before, once, twice = browser.execute_script(SORTED)
    if not sorted(before) == sorted(once) == sorted(twice):
        return ["sorting loses rows"]
    return ["a second click does not reverse the order"] if once == twice != before else []


def faults_of_filtering(browser: Any, page: Path) -> list[str]:  # noqa: ANN401
    """Whether the choice of a cell leaves the models that have it."""
    browser.get(page.as_uri())
    if not browser.find_elements(By.CSS_SELECTOR, ".filters"):
        return []
    return [] if browser.execute_script(FILTERED) else ["the filter shows other models"]


def text_of(browser: Any, page: Path) -> str:  # noqa: ANN401
    """What the page says, without the signs that only sorting adds."""
    browser.get(page.as_uri())
    said = browser.find_element(By.TAG_NAME, "main").get_attribute("textContent")
    return str(said)


def look_at(pages: dict[str, Path], axe: str, pictures: Path | None) -> dict[str, list[str]]:
    """The faults of each page, in both colour schemes and without JavaScript."""
    faults: dict[str, list[str]] = {name: [] for name in pages}
    said = {}
    for scheme in SCHEMES:
        browser = open_browser(scheme)
        for name, page in pages.items():
            for width in WIDTHS:
                found = faults_of(browser, page, width, axe)
                faults[name] += [f"{scheme}, {width}: {each}" for each in found]
                if pictures:
                    browser.save_screenshot(str(pictures / f"{name}-{scheme}-{width}.png"))
            faults[name] += faults_of_sorting(browser, page)
            faults[name] += faults_of_filtering(browser, page)
            said[name] = text_of(browser, page)
        browser.quit()
    browser = open_browser("light")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    for name, page in pages.items():
        if text_of(browser, page) != said[name]:
            faults[name].append("says something else without JavaScript")
        if browser.find_elements(By.CSS_SELECTOR, "th button"):
            faults[name].append("JavaScript was not disabled")
    browser.quit()
    return faults


def main() -> int:
    """Print a line for each page, and its faults; 1 if there are any."""
    parser = ArgumentParser(prog="python -m tests.browser", description=__doc__)
    parser.add_argument("axe", type=Path)
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    axe = arguments.axe.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        pages = draw(Path(folder)) | draw_notebook(Path(folder))
        sizes = {name: page.stat().st_size for name, page in pages.items()}
        faults = look_at(pages, axe, arguments.pictures)
    for name, found in faults.items():
        print(f"{name}: {sizes[name]:,} bytes, {len(found)} faults", *found, sep="\n  ")
    return 1 if any(faults.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
