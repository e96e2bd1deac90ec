"""The lock file: it is read as it was written; a malformed one is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnninspect.errors import PolicyError
from rnninspect.policy.baseline import Baseline, Figures, baseline_text, read_baseline

ONE = Figures(
    parameters=30, recurrent_parameters=20, bytes=120, file_bytes=200, layers={"lstm": 20}
)
NUMBERS = st.integers(min_value=0, max_value=2**70)
# What a path or a layer can be called; a layer's name may contain a lone surrogate.
PATHS = st.text(st.characters(codec="utf-8"), min_size=1)
FIGURES = st.builds(
    Figures, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.dictionaries(st.text(), NUMBERS, max_size=3)
)


@given(models=st.dictionaries(PATHS, FIGURES, max_size=3))
def test_a_written_lock_file_can_be_read_again(
    models: dict[str, Figures], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("lock") / "rnninspect.lock"
    path.write_text(baseline_text(models), encoding="utf-8")
    assert read_baseline(path).models == models


def test_the_text_is_sorted_with_a_figure_on_each_line() -> None:
    two = Figures(1, 1, 4, 9, {"z": 1, "a": 2})
    text = baseline_text({"b.pt": two, "a.pt": ONE})
    assert text == baseline_text({"a.pt": ONE, "b.pt": two})
    lines = [line.strip() for line in text.splitlines()]
    assert lines[3:7] == [
        '"models": {',
        '"a.pt": {',
        '"parameters": 30,',
        '"recurrent_parameters": 20,',
    ]
    assert lines.index('"a": 2,') < lines.index('"z": 1')
    assert text.isascii()


def test_models_are_named_from_the_folder_of_the_lock_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path / "models")
    held = Baseline(Path("../rnninspect.lock"), {})
    assert held.name_of("a.pt") == held.name_of(str(tmp_path / "models" / "a.pt")) == "models/a.pt"
    assert held.path_of("models/a.pt") == "a.pt"


def test_a_model_without_its_file_is_missing(tmp_path: Path) -> None:
    (tmp_path / "here.pt").touch()
    path = tmp_path / "rnninspect.lock"
    path.write_text(baseline_text({"here.pt": ONE, "gone.pt": ONE}))
    assert read_baseline(path).missing == {"gone.pt"}


def document(**changes: object) -> str:
    plain = json.loads(baseline_text({"a.pt": ONE}))
    plain["models"]["a.pt"] |= changes
    return json.dumps(plain)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not valid JSON"),
        ("<<<<<<< HEAD\n", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "models: not an object"),
        ('{"models": []}', "models: not an object"),
        ('{"models": {}}', "version: "),
        ('{"models": {}, "version": 2}', "version: "),
        ('{"models": {"a": 1}, "version": 1}', "models.a: layers: not an object"),
        ('{"models": {"\\ud800": {}}, "version": 1}', "models.\ud800: not a valid path"),
        (document(bytes="1"), "models.a.pt.bytes: not a non-negative integer"),
        (document(bytes=-1), "models.a.pt.bytes: not a non-negative integer"),
        (document(bytes=True), "models.a.pt.bytes: not a non-negative integer"),
        (document(bytes=1.5), "models.a.pt.bytes: not a non-negative integer"),
        (document(parameters=None), "models.a.pt.parameters: not a non-negative integer"),
        (document(layers={"x": None}), "models.a.pt.x: not a non-negative integer"),
    ],
)
def test_a_malformed_lock_file_is_refused_with_its_place(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "rnninspect.lock"
    path.write_text(text)
    with pytest.raises(PolicyError) as caught:
        read_baseline(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_a_missing_lock_file_is_reported_with_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="--update-baseline writes it"):
        read_baseline(tmp_path / "rnninspect.lock")
    with pytest.raises(PolicyError, match="a folder, not a file"):
        read_baseline(tmp_path)
