"""The names of modules that Paddle 2 saves beside a program and its parameters."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from makers.paddle_files import combined, lstm_shapes, program
from makers.paddle_samples import stack
from rnninspect import Report, inspect_file

SHORT = dict(zip(lstm_shapes(1, 1), ("w_0", "w_1", "b_0", "b_1"), strict=True))


def titled(folder: Path, titles: object, *, both: bool = False) -> Report:
    """A stack, or the cells of nn.BiRNN in a loop, with these names beside them."""
    shapes, op = stack()
    if both:
        shapes = {
            f"lstm_cell_{way}.{SHORT[word]}": shape
            for way in (0, 1)
            for word, shape in lstm_shapes(3, 2).items()
        }
    (folder / "net.pdmodel").write_bytes(program(shapes, [] if both else [op]))
    (folder / "net.pdiparams").write_bytes(combined(shapes))
    (folder / "net.pdiparams.info").write_bytes(pickle.dumps(titles, 4))
    return inspect_file(folder / "net.pdmodel")


def names(prefix: str, places: tuple[str, str]) -> dict[str, dict[str, object]]:
    return {
        f"lstm_cell_{number}.{SHORT[word]}": {"structured_name": f"{prefix}.{place}.{word}"}
        for number, place in enumerate(places)
        for word in SHORT
    }


def test_a_stack_has_the_name_of_its_module(tmp_path: Path) -> None:
    report = titled(tmp_path, names("encoder.rnn", ("0.cell", "1.cell")))
    assert [layer.name for layer in report.layers] == ["encoder.rnn[0]", "encoder.rnn[1]"]
    assert not report.findings


def test_two_cells_of_one_module_are_its_directions(tmp_path: Path) -> None:
    report = titled(tmp_path, names("encoder", ("cell_fw", "cell_bw")), both=True)
    (layer,) = report.layers
    assert (layer.name, layer.layer.sizes.directions, layer.stored) == ("encoder", 2, 112)
    without = titled(tmp_path, {}, both=True)
    assert [layer.name for layer in without.layers] == ["lstm_cell_0", "lstm_cell_1"]


@pytest.mark.parametrize("titles", [[], {"lstm_cell_0.w_0": 5}, {7: {"structured_name": "x"}}])
def test_other_contents_are_no_names(tmp_path: Path, titles: object) -> None:
    assert [layer.name for layer in titled(tmp_path, titles).layers] == ["lstm_0[0]", "lstm_0[1]"]


class Runs:
    def __reduce__(self) -> tuple[object, ...]:
        return print, ("it was run",)


def test_what_loading_the_names_would_run_is_named(tmp_path: Path) -> None:
    report = titled(tmp_path, {"lstm_cell_0.w_0": Runs()})
    assert [finding.rule for finding in report.findings] == ["R301"]


def test_names_that_cannot_be_read_are_noted(tmp_path: Path) -> None:
    titled(tmp_path, {})
    (tmp_path / "net.pdiparams.info").write_bytes(b"\x80\x04}q")
    report = inspect_file(tmp_path / "net.pdmodel")
    (note,) = report.findings
    assert (note.rule, len(report.layers)) == ("R407", 2)
    assert note.message.startswith("net.pdiparams.info was not read: ")
