"""Each fault in each weight of the intact samples of OpenVINO: found by a right rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from makers.openvino_files import lstm
from mutation.table import note
from rnninspect import inspect_file

pytestmark = pytest.mark.mutation
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models" / "openvino"
INTACT = ("gru.xml", "loop.xml", "old_lstm.xml", "both.xml")
SHAPES = frozenset({"R101", "R103", "R104", "R105", "R106", "R107", "R108"})
SHORT = frozenset({"R201"})
Edit = Callable[[str], str]


def intact(name: str, folder: Path) -> Path:
    """A sample, or a layer of two directions that is made here."""
    if name == "both.xml":
        return lstm(3, 2, directions=2).save(folder / "intact.xml")
    return SAMPLES / name


def shapes(text: str) -> list[re.Match[str]]:
    """Where constants of more than one axis state their shapes."""
    return [each for each in re.finditer(r'shape="([\d, ]+)" offset', text) if "," in each[1]]


def reshaped(found: re.Match[str], sizes: list[int]) -> Edit:
    new = f'shape="{",".join(map(str, sizes))}" offset'
    return lambda text: text[: found.start()] + new + text[found.end() :]


def edits(text: str) -> dict[tuple[str, str], tuple[Edit, frozenset[str]]]:
    """Each fault with a place, how it is made, and the rules that may find it."""
    faults: dict[tuple[str, str], tuple[Edit, frozenset[str]]] = {}
    for found in shapes(text):
        sizes = [int(size) for size in found[1].split(",")]
        faults["cut", found[0]] = (reshaped(found, [*sizes[:-1], sizes[-1] - 1]), SHAPES)
        faults["grown", found[0]] = (reshaped(found, [*sizes[:-1], sizes[-1] + 1]), SHAPES | SHORT)
        if sizes != sizes[::-1]:
            faults["swapped", found[0]] = (reshaped(found, sizes[::-1]), SHAPES)
    for found in re.finditer(r'hidden_size="2"', text):
        faults["declared size", str(found.start())] = (
            replaced(found, 'hidden_size="3"'),
            SHAPES,
        )
    for found in re.finditer(r'direction="(\w+)"', text):
        other = "forward" if found[1] == "bidirectional" else "bidirectional"
        faults["direction", found[0]] = (replaced(found, f'direction="{other}"'), SHAPES)
    for found in re.finditer(r'linear_before_reset="true"', text):
        faults["bias", found[0]] = (replaced(found, 'linear_before_reset="false"'), SHAPES)
    for found in re.finditer(r'offset="(\d+)"', text):
        faults["moved", found[0]] = (
            replaced(found, f'offset="{10**6}"'),
            SHORT,
        )
    return faults


def replaced(found: re.Match[str], new: str) -> Edit:
    return lambda text: text[: found.start()] + new + text[found.end() :]


def rules_of(path: Path) -> set[str]:
    return {found.rule for found in inspect_file(path).findings if found.level == "error"}


@pytest.mark.parametrize("name", INTACT)
def test_each_seeded_fault_is_found(name: str, tmp_path: Path) -> None:
    path, target = intact(name, tmp_path), tmp_path / "model.xml"
    text, data = path.read_text(), path.with_suffix(".bin").read_bytes()
    target.with_suffix(".bin").write_bytes(data)
    wrong = []
    for (fault, place), (edit, due) in edits(text).items():
        target.write_text(edit(text))
        told = rules_of(target)
        note("openvino ir", fault, found=bool(told & due))
        if not told & due:
            wrong.append(f"{fault} at {place}: {sorted(told)}")
    target.write_text(text)
    for fault, cut in (("payload cut", 1), ("no payload", len(data))):
        target.with_suffix(".bin").write_bytes(data[: len(data) - cut])
        told = rules_of(target)
        note("openvino ir", fault, found="R201" in told)
        wrong += [] if "R201" in told else [f"{fault}: {sorted(told)}"]
    assert not wrong


@pytest.mark.parametrize("name", INTACT)
def test_each_edge_to_a_weight_that_is_dropped_is_found(name: str, tmp_path: Path) -> None:
    path, target = intact(name, tmp_path), tmp_path / "model.xml"
    text = path.read_text()
    target.with_suffix(".bin").write_bytes(path.with_suffix(".bin").read_bytes())
    (operator,) = {
        found[1] for found in re.finditer(r'<layer id="(\d+)"[^>]*type="(?:LSTM|GRU)\w+"', text)
    }
    first = {"gru.xml": 3, "loop.xml": 3, "both.xml": 4, "old_lstm.xml": 9}[name]
    for edge in re.finditer(rf'<edge [^>]*to-layer="{operator}" to-port="(\d)" ?/>', text):
        if int(edge[1]) >= first and edge.start() < text.rfind("</body>") % len(text):
            target.write_text(text[: edge.start()] + text[edge.end() :])
            told = rules_of(target)
            note("openvino ir", "dropped", found="R102" in told)
            assert "R102" in told


@pytest.mark.parametrize("name", INTACT)
def test_an_intact_network_raises_no_error(name: str, tmp_path: Path) -> None:
    told = rules_of(intact(name, tmp_path))
    note("openvino ir", "(false alarms)", found=not told)
    assert not told
