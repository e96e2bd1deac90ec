"""A policy from files, variables and options: values, precedence and errors."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import pytest

from rnninspect.errors import PolicyError
from rnninspect.policy import KEYS, Key, Policies, Policy, gather
from rnninspect.rules import Level


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own; its parent is the repository."""
    here = tmp_path / "repository" / "models"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    return here


def shared(folder: Path, text: str) -> Path:
    path = folder / "pyproject.toml"
    path.write_text(text)
    return path


def general(**environment: str) -> Policy:
    return gather({}, environment).general


def test_every_key_has_a_field_and_every_field_a_key() -> None:
    assert [key.field for key in KEYS] == [*Policy._fields]


# For each key a value in TOML and in a string, and what both mean.
VALUES: dict[str, tuple[str, str, object]] = {
    "models": ('["a/**/*.pt", "b"]', "a/**/*.pt,b", ("a/**/*.pt", "b")),
    "max-parameters": ('"5M"', "5M", 5_000_000),
    "max-recurrent-parameters": ("400_000", "400k", 400_000),
    "max-bytes": ('"20 MB"', "20MB", 20_000_000),
    "max-file-bytes": ('"1.5GiB"', "1.5GiB", 3 * 2**29),
    "max-state-bytes": ('"2 kB"', "2kB", 2000),
    "max-layer-parameters": ('"200k"', "200k", 200_000),
    "max-hidden-size": ("512", "512", 512),
    "max-levels": ("2", "2", 2),
    "allowed-cells": ('["LSTM", "gru"]', "lstm,GRU", ("LSTM", "GRU")),
    "allowed-dtypes": ('["float16"]', "float16", ("float16",)),
    "allowed-formats": ('["onnx", "h5 x"]', "onnx, h5 x", ("onnx", "h5 x")),
    "require-declared": ("true", "yes", True),
    "min-coverage": ('"95%"', "95 %", Fraction(19, 20)),
    "max-growth": ('"2%"', "2%", Fraction(1, 50)),
    "select": ('["R1", "R501"]', "r1,R501", ("R1", "R501")),
    "ignore": ('["R402"]', "R402", ("R402",)),
    "per-file-ignores": ('{"old/*" = ["R4"]}', "old/*:R4", (("old/*", ("R4",)),)),
    "baseline": ('"rnninspect.lock"', "rnninspect.lock", "rnninspect.lock"),
    "fail-on": ('"warning"', "warning", Level.WARNING),
}  # fmt: skip


def test_the_table_of_values_covers_every_key() -> None:
    assert list(VALUES) == [key.name for key in KEYS]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_each_key_from_a_file_a_variable_and_an_option(folder: Path, key: Key) -> None:
    written, said, value = VALUES[key.name]
    assert getattr(gather({}, {key.variable: said}).general, key.field) == value
    assert getattr(gather({key.name: said}, {}).general, key.field) == value
    shared(folder, f"[tool.rnninspect]\n{key.name} = {written}\n")
    assert getattr(general(), key.field) == value
    assert key.read(key.example) is not None


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_a_bad_value_of_each_key_is_named_with_its_place(folder: Path, key: Key) -> None:
    shared(folder, f"[tool.rnninspect]\n{key.name} = 2025-01-01\n")
    with pytest.raises(PolicyError, match=rf"^pyproject.toml: tool.rnninspect.{key.name}: "):
        gather({}, {})


BUT_PATHS = [key for key in KEYS if key.name != "baseline"]  # any word is a path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("key", BUT_PATHS, ids=lambda key: key.name)
def test_a_bad_word_for_each_key_names_the_variable_or_the_option(key: Key) -> None:
    with pytest.raises(PolicyError, match=f"^{key.variable}: '§,,' "):
        gather({}, {key.variable: "§,,"})
    with pytest.raises(PolicyError, match=f"^--{key.name}: '§,,' "):
        gather({key.name: "§,,"}, {})


def test_an_option_wins_over_a_variable_and_that_over_a_file(folder: Path) -> None:
    shared(folder, "[tool.rnninspect]\nmax-parameters = 1\nmax-bytes = 1\nmax-levels = 1\n")
    environment = {"RNNINSPECT_MAX_PARAMETERS": "2", "RNNINSPECT_MAX_BYTES": "2"}
    policy = gather({"max-parameters": "3"}, environment).general
    assert (policy.max_parameters, policy.max_bytes, policy.max_levels) == (3, 2, 1)


def test_the_value_none_removes_a_limit_of_the_file(folder: Path) -> None:
    shared(folder, "[tool.rnninspect]\nmax-parameters = 1\n")
    assert general(RNNINSPECT_MAX_PARAMETERS="none").max_parameters is None


def test_the_nearest_file_above_is_used(folder: Path) -> None:
    shared(folder.parent, "[tool.rnninspect]\nmax-levels = 7\n")
    assert general().max_levels == 7
    shared(folder, "[tool.black]\nline-length = 100\n")  # says nothing to us
    assert general().max_levels == 7
    shared(folder, "[tool.rnninspect]\n")
    assert general().max_levels is None


def test_rnninspect_toml_wins_over_pyproject_in_the_same_folder(folder: Path) -> None:
    shared(folder, "[tool.rnninspect]\nmax-levels = 7\n")
    (folder / "rnninspect.toml").write_text("max-levels = 8\n")
    assert general().max_levels == 8


def test_a_chosen_file_is_the_only_one(folder: Path, tmp_path: Path) -> None:
    shared(folder, "[tool.rnninspect]\nmax-levels = 7\n")
    other = tmp_path / "other.toml"
    other.write_text("max-hidden-size = 3\n")
    policy = gather({}, {}, other).general
    assert (policy.max_levels, policy.max_hidden_size) == (None, 3)


OVERRIDE = '[[tool.rnninspect.overrides]]\nfiles = "a"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max-params = 1", "pyproject.toml: tool.rnninspect.max-params: unknown key"),
        ("max_levels = 1", "tool.rnninspect.max_levels: unknown key; did you mean max-levels?"),
        ('max-bytes = "20 XB"', "tool.rnninspect.max-bytes: '20 XB' is not a number of bytes"),
        ('allowed-cells = ["XRU"]', "rnninspect.allowed-cells: 'XRU' is not one of RNN, GRU, LSTM"),
        ('ignore = ["X1"]', "tool.rnninspect.ignore: no rule has a code that starts with 'X1'"),
        ('ignore = ["R999"]', "starts with 'R999'"),
        ("ignore = [1]", "tool.rnninspect.ignore: [1] is not a list of strings"),
        ('fail-on = "sometimes"', "'sometimes' is not one of error, warning, note, never"),
        ("require-declared = 1", "tool.rnninspect.require-declared: 1 is not true or false"),
        ("overrides = 1", "tool.rnninspect.overrides: not an array of tables"),
        ("overrides = [1]", "tool.rnninspect.overrides[0]: not a table"),
        ("[[tool.rnninspect.overrides]]", "tool.rnninspect.overrides[0].files: not a list"),
        (f'{OVERRIDE}max-x = 1', "overrides[0].max-x: unknown key"),
        (f'{OVERRIDE}max-levels = "x"', "overrides[0].max-levels: "),
        (
            f'{OVERRIDE}baseline = "x"',
            "overrides[0].baseline: cannot be set for some files only",
        ),
        ("max-levels = ", "pyproject.toml: not valid TOML: "),
        ("max-levels = 1\nmax-levels = 2", "pyproject.toml: not valid TOML: "),
    ],
)  # fmt: skip
def test_an_error_in_a_file_names_file_and_key(folder: Path, text: str, message: str) -> None:
    shared(folder, f"[tool.rnninspect]\n{text}\n")
    with pytest.raises(PolicyError) as caught:
        gather({}, {})
    assert message in str(caught.value)
    assert str(caught.value).startswith("pyproject.toml: ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"tool = 1", "tool: not a table"),
        (b"[tool]\nrnninspect = 1", "tool.rnninspect: not a table"),
        (b"\xff", "not valid TOML"),
        (b"tool = " + b"[" * 5000, "not valid TOML"),
        ("\ufeff[tool]\nrnninspect.max-levels = 7".encode(), "not valid TOML"),
    ],
)
def test_a_damaged_file_is_refused(folder: Path, content: bytes, message: str) -> None:
    (folder / "pyproject.toml").write_bytes(content)
    with pytest.raises(PolicyError, match=f"^pyproject.toml: {message}"):
        gather({}, {})


@pytest.mark.parametrize(
    "text",
    [
        "[tool.rnninspect]\nmax-levels = 7",
        "[ tool . 'rnninspect' ] # ours\nmax-levels = 7",
        "tool.rnninspect.max-levels = 7",
        'tool = {rnninspect = {"max-levels" = 7}}',
        "[tool] # of all\nrnninspect.max-levels = 7",
        '["tool"]\nrnninspect = {max-levels = 7}',
        '[tool."rnn\\u0069nspect"]\nmax-levels = 7',
        '["\\U00000074ool".rnninspect]\nmax-levels = 7',
    ],
)
def test_our_table_is_found_however_it_is_written(folder: Path, text: str) -> None:
    shared(folder, f"[project]\nname = 'x'\n{text}" if text[0] == "[" else text)
    assert general().max_levels == 7


@pytest.mark.parametrize(
    "text", ["[tool.other]\nx = ", "[project]\ndependencies = ['rnninspect']\n[tool.a]\n"]
)
def test_a_file_without_our_table_is_not_parsed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    shared(folder, text)
    monkeypatch.setitem(sys.modules, "tomllib", None)
    assert general() == Policy()


def test_a_chosen_file_must_exist_and_have_our_table(folder: Path) -> None:
    with pytest.raises(PolicyError, match=r"^absent\.toml: No such file"):
        gather({}, {}, Path("absent.toml"))
    with pytest.raises(PolicyError, match=r"^pyproject.toml: no table \[tool.rnninspect\]"):
        gather({}, {}, shared(folder, "[tool.other]\n"))


@pytest.mark.usefixtures("folder")
def test_an_empty_variable_counts_as_unset() -> None:
    assert general(RNNINSPECT_MAX_PARAMETERS="").max_parameters is None


@pytest.mark.usefixtures("folder")
def test_a_misspelt_variable_is_refused_and_a_foreign_one_is_not() -> None:
    assert general(RNNINSPECT_VERSION="1", MAX_PARAMETERS="x") == Policy()
    with pytest.raises(PolicyError, match=r"_MAX_PARAMETER: .* RNNINSPECT_MAX_PARAMETERS"):
        general(RNNINSPECT_MAX_PARAMETER="1")


OVERRIDES = """
[tool.rnninspect]
max-parameters = 10
max-levels = 1
per-file-ignores = {"models/old/**" = ["R4"], "*.h5" = ["R301"]}
[[tool.rnninspect.overrides]]
files = ["models/big*.onnx", "**/server/*"]
max-parameters = 20
[[tool.rnninspect.overrides]]
files = "big2.onnx"
max-parameters = "none"
"""


def overridden(folder: Path) -> Policies:
    shared(folder.parent, OVERRIDES)
    return gather({}, {})


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("small.onnx", 10),
        ("big1.onnx", 20),
        ("./big1.onnx", 20),
        ("../models/big1.onnx", 20),
        ("big2.onnx", None),
        ("deep/er/server/x.pt", 20),
        ("../server/x.pt", 20),
        ("server.onnx", 10),
    ],
)
def test_overrides_apply_to_globs_and_the_later_one_wins(
    folder: Path, path: str, number: int | None
) -> None:
    policies = overridden(folder)
    assert policies.for_model(path).max_parameters == number
    assert policies.for_model(str(folder / path)).max_parameters == number
    assert policies.for_model(path).max_levels == 1


def test_an_option_wins_over_an_override(folder: Path) -> None:
    overridden(folder)
    policies = gather({"max-parameters": "5"}, {})
    assert policies.for_model("big1.onnx").max_parameters == 5


@pytest.mark.parametrize(
    ("path", "codes"),
    [("old/a.pt", ("R4",)), ("old/deep/a.h5", ("R4", "R301")), ("a.h5", ("R301",)), ("a.pt", ())],
)
def test_ignores_for_some_files(folder: Path, path: str, codes: tuple[str, ...]) -> None:
    assert overridden(folder).ignored_for(path) == codes


def test_a_baseline_is_relative_to_the_policy_file(folder: Path) -> None:
    shared(folder.parent, '[tool.rnninspect]\nbaseline = "rnninspect.lock"\n')
    assert general().baseline == "../rnninspect.lock"
    assert general(RNNINSPECT_BASELINE="my.lock").baseline == "my.lock"
