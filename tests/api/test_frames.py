"""Layers as data frames of pandas and polars: the columns of a scan, with their types."""

from __future__ import annotations

import doctest
import importlib.util
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from making.by_hand import model, report
from rnninspect import Report, inspect_file
from rnninspect.api import frames
from rnninspect.rows.schema import LAYERS

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_models"
FILES = ["torch/tagger.pt", "keras/conv_lstm1d.keras", "onnx/basic_lstm.onnx"]
LIST_OR_SIZES = ("kernel_size", "own_sizes", "dtypes", "rules")


@pytest.mark.parametrize("file", FILES)
def test_both_have_a_row_for_each_layer_and_the_columns_of_a_scan(file: str) -> None:
    made = inspect_file(SAMPLES / file)
    names = [column.name for column in LAYERS]
    pandas, polars = made.to_frame("pandas"), made.to_frame("polars")
    assert list(pandas.columns) == polars.columns == names
    assert len(pandas) == len(polars) == len(made.layers)
    assert pandas["expected"].tolist() == [layer.expected for layer in made.layers]
    assert polars["stored"].to_list() == [layer.stored for layer in made.layers]
    assert pandas["dtypes"].tolist() == polars["dtypes"].to_list()
    plain = [name for name in names if name not in LIST_OR_SIZES]
    for row, other in zip(pandas[plain].to_dict("records"), polars[plain].to_dicts(), strict=True):
        assert {name: None if value is pd.NA else value for name, value in row.items()} == other


def test_columns_have_their_types_without_a_layer_too() -> None:
    empty = Report(*report(model()))
    for library, kinds in (
        ("pandas", {"name": "string", "expected": "Int64", "peepholes": "boolean"}),
        ("polars", {"name": pl.String, "expected": pl.Int64, "rules": pl.List(pl.String)}),
    ):
        frame = empty.to_frame(library)  # type: ignore[arg-type]
        full = inspect_file(SAMPLES / FILES[0]).to_frame(library)  # type: ignore[arg-type]
        assert len(frame) == 0
        for name, kind in kinds.items():
            assert frame[name].dtype == full[name].dtype == kind


def test_sizes_of_a_cells_own_are_pairs_in_polars(monkeypatch: pytest.MonkeyPatch) -> None:
    made = inspect_file(SAMPLES / FILES[0])
    rows = [{"own_sizes": {"d": 8, "E": 16}} | {"name": "mixer"}]
    missing = {column.name: None for column in LAYERS}
    monkeypatch.setattr(frames, "layer_rows", lambda _: [missing | row for row in rows])
    assert made.to_frame("pandas")["own_sizes"].tolist() == [{"d": 8, "E": 16}]
    pairs = [{"key": "d", "value": 8}, {"key": "E", "value": 16}]
    assert made.to_frame("polars")["own_sizes"].to_list() == [pairs]


@pytest.mark.parametrize(
    ("installed", "library", "message"),
    [
        ((), None, "to_frame needs pandas or polars: pip install pandas"),
        ((), "polars", "to_frame needs polars: pip install polars"),
        (("pandas",), "polars", "to_frame needs polars: pip install polars"),
    ],
)
def test_a_missing_library_is_named(
    installed: tuple[str, ...],
    library: str | None,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        frames,
        "find_spec",
        lambda name: importlib.util.find_spec(name) if name in installed else None,
    )
    with pytest.raises(ImportError) as caught:
        inspect_file(SAMPLES / FILES[0]).to_frame(library)  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_pandas_is_taken_unless_only_polars_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    made = inspect_file(SAMPLES / FILES[0])
    assert isinstance(made.to_frame(), pd.DataFrame)
    monkeypatch.setattr(frames, "find_spec", lambda name: name == "polars" or None)
    assert isinstance(made.to_frame(), pl.DataFrame)
    with pytest.raises(ValueError, match="'arrow' is not one of pandas, polars"):
        made.to_frame("arrow")  # type: ignore[arg-type]


def test_the_example_prints_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (example,) = doctest.DocTestFinder().find(Report.to_frame, "to_frame")
    assert doctest.DocTestRunner().run(example) == (0, 3)
