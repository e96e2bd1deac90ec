"""The models that a policy lists: paths, globs, what they match, and where they may lead."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rnninspect.errors import PolicyError
from rnninspect.policy import gather
from rnninspect.policy.models import listed_models
from rnninspect.source.limits import Limits
from rnninspect.walking.choice import Choice, glob_of

SAMPLES = Path(__file__).parents[2] / "sample_models"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with four models, one of them a folder, among other files."""
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "models" / "old").mkdir(parents=True)
    for name in ("lstm.2.onnx", "lstm.10.onnx", "old/lstm.onnx"):
        shutil.copy(SAMPLES / "onnx" / "basic_lstm.onnx", folder / "models" / name)
    shutil.copytree(SAMPLES / "keras" / "exported", folder / "models" / "exported")
    (folder / "models" / "README.md").write_text("models")
    (folder / "models" / "config.json").write_text("{}")
    monkeypatch.chdir(folder)
    return folder


def listed(*entries: str, choice: Choice | None = None) -> list[str]:
    """What a policy in the current folder finds with these entries."""
    Path("rnninspect.toml").write_text(f"models = {list(entries)}\n")
    return found(choice)


def found(choice: Choice | None = None, **environment: str) -> list[str]:
    return list(listed_models(gather({}, environment), choice, Limits()))


ONNX = ["models/lstm.2.onnx", "models/lstm.10.onnx", "models/old/lstm.onnx"]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("entry", "due"),
    [
        ("models/**/*.onnx", ONNX),
        ("**/*.onnx", ONNX),
        ("./models//**/*.onnx", ONNX),
        ("models/*.onnx", ONNX[:2]),
        ("models/lstm.?.onnx", ONNX[:1]),
        ("models/lstm.[0-9][0-9].onnx", ONNX[1:2]),
        ("models/*", ["models/exported", *ONNX]),
        ("models/ol*", ONNX[2:]),
        ("*/exp*", ["models/exported"]),
        ("models", ["models"]),
        ("models/**", ["models"]),
        ("models/absent.onnx", ["models/absent.onnx"]),
        ("**", ["."]),
    ],
)
def test_an_entry_is_a_path_or_a_glob(entry: str, due: list[str]) -> None:
    assert listed(entry) == due


@pytest.mark.usefixtures("project")
def test_a_model_that_two_entries_match_is_listed_once() -> None:
    assert listed("models/old/*", "models/lstm.2.onnx", "**/*.onnx") == [
        "models/old/lstm.onnx",
        "models/lstm.2.onnx",
        "models/lstm.10.onnx",
    ]


def test_entries_are_relative_to_the_folder_of_the_policy(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listed("models/*.onnx") == ONNX[:2]
    monkeypatch.chdir(project / "models")
    assert found() == ["lstm.2.onnx", "lstm.10.onnx"]
    assert found(RNNINSPECT_MODELS="old/*.onnx") == ["old/lstm.onnx"]


def test_a_name_like_an_option_is_a_file(project: Path) -> None:
    (project / "models" / "lstm.2.onnx").rename(project / "-.onnx")
    assert listed("-.onnx", "*.onnx") == ["./-.onnx"]


def test_a_glob_leaves_out_what_a_walk_leaves_out(project: Path) -> None:
    (project / ".gitignore").write_text("old/\n")
    assert listed("**/*.onnx") == ONNX[:2]
    assert listed("**/*.onnx", choice=Choice(ignored=True)) == ONNX
    glob = glob_of("lstm.2*")
    assert glob
    assert listed("**/*.onnx", choice=Choice(exclude=(glob,))) == ONNX[1:2]
    assert listed("**/*.onnx", choice=Choice(include=(glob,))) == ONNX[:1]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("models/*.tflite", "no model matches 'models/*.tflite'"),
        (
            "models/old/*",
            "no model matches 'models/old/*'; left out: 1 by .gitignore (--no-ignore)",
        ),
        ("models/li*", "no model matches 'models/li*'; left out: 1 as symbolic links"),
        ("models/c*", "no model matches 'models/c*'"),
        ("../*.onnx", "'../*.onnx' is outside the project; name it as an argument"),
        ("models/link.onnx", "'models/link.onnx' is outside the project; name it as an argument"),
        ("/etc/*.onnx", "'/etc/*.onnx' is not a relative path or glob"),
        ("s3://bucket/*.onnx", "'s3://bucket/*.onnx' is not a relative path or glob"),
        ("*/../x.onnx", "'*/../x.onnx' is not a glob that matches anything (try"),
        ("models/[x", "'models/[x' is not a glob that matches anything (try"),
        ("", "[''] has an empty entry"),
    ],
)
def test_an_entry_that_leads_to_no_model_is_an_error(project: Path, entry: str, said: str) -> None:
    (project / "models" / ".gitignore").write_text("/old/lstm.onnx\n")
    elsewhere = project.parent / "elsewhere.onnx"
    elsewhere.write_bytes(b"")
    (project / "models" / "link.onnx").symlink_to(elsewhere)
    with pytest.raises(PolicyError) as caught:
        listed(entry)
    assert str(caught.value).startswith(f"rnninspect.toml: models: {said}")


def test_an_error_names_the_table_or_the_variable(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.rnninspect]\nmodels = ["x/../*.pt"]\n')
    with pytest.raises(PolicyError, match=r"^pyproject.toml: tool.rnninspect.models: no model"):
        found()
    with pytest.raises(PolicyError, match=r"^RNNINSPECT_MODELS: no model matches '\*.pt'$"):
        found(RNNINSPECT_MODELS="*.pt")


def test_a_variable_may_lead_out_of_the_project(project: Path) -> None:
    shutil.copy(SAMPLES / "onnx" / "basic_lstm.onnx", project.parent)
    assert found(RNNINSPECT_MODELS="../*.onnx") == ["../basic_lstm.onnx"]


@pytest.mark.usefixtures("project")
def test_a_folder_that_cannot_be_read_is_listed_to_be_reported() -> None:
    assert listed("absent/*.onnx", "models/*.onnx") == ["absent", *ONNX[:2]]
