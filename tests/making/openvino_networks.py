"""Networks of OpenVINO that tests write by hand, and what is found in them."""

from __future__ import annotations

from pathlib import Path

from makers.openvino_files import Graph
from rnninspect import Report, inspect_file


def inspected(graph: Graph, folder: Path, old: str = "", new: str = "") -> Report:
    path = graph.save(folder / "model.xml")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new) if old else text)
    return inspect_file(path)


def errors(report: Report) -> list[tuple[str, str | None, str | None]]:
    return [
        (found.rule, found.layer, found.tensor)
        for found in report.findings
        if found.level == "error"
    ]
