"""Policies, baselines, cards and reports from strangers: bounded, inside the project, no wait."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from making.repository import check
from rnninspect.errors import PolicyError, UnreadableFile
from rnninspect.policy import gather
from rnninspect.source.documents import LARGEST, read_document

pytestmark = pytest.mark.slow

SECONDS = 20  # each call has them: what waits or grows without a bound takes longer
MEMORY = 2 * 2**30  # bytes of address space


def bounded(
    command: list[str], folder: Path, stdin: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command where it can neither wait for ever nor fill the memory."""
    return subprocess.run(
        [sys.executable, "-m", "rnninspect", *command],
        cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS, stdin=stdin,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )  # fmt: skip


def put(path: Path, kind: str) -> None:
    """A path to something other than a small regular file."""
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "large":
            path.touch()
            os.truncate(path, 3 * 2**30)
        case "loop":
            path.symlink_to(path.name)
        case _:
            path.symlink_to(kind)


KINDS = {
    "pipe": "a pipe, not a file",
    "folder": "a folder, not a file",
    "large": "too large: 3,221,225,472 bytes, at most 1,000,000 are read",
    "loop": "Too many levels of symbolic links",
    "/dev/zero": "a device, not a file",
    "nowhere": "No such file or directory",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["rnninspect.toml", "pyproject.toml"])
def test_a_policy_that_is_not_a_small_regular_file_is_never_skipped(
    repository: Path, name: str, kind: str
) -> None:
    (repository / "pyproject.toml").unlink()
    put(repository / name, kind)
    done = bounded(["check", "models/small.safetensors"], repository)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"rnninspect: {name}: {KINDS[kind]}\n"
    chosen = bounded(["check", "models/small.safetensors", "--config", name], repository)
    assert (chosen.returncode, chosen.stderr) == (2, done.stderr)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("given", [[], ["--baseline", "rnninspect.lock"]], ids=["file", "option"])
def test_a_baseline_that_is_not_a_small_regular_file_is_refused(
    repository: Path, given: list[str], kind: str
) -> None:
    (repository / "rnninspect.lock").unlink()
    put(repository / "rnninspect.lock", "/dev/null" if kind == "nowhere" else kind)
    done = bounded(["check", "models/small.safetensors", *given], repository)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    outside = kind.startswith("/") or kind == "nowhere"
    reason = "outside the project" if outside and not given else KINDS.get(kind, "")
    reason = "a device, not a file" if kind == "nowhere" and given else reason
    assert done.stderr.startswith(f"rnninspect: rnninspect.lock: {reason}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_that_is_not_a_small_regular_file_is_refused(repository: Path, kind: str) -> None:
    put(repository / "README.md", kind)
    for more in ([], ["--check"], ["--append"]):
        words = ["card", "models/small.safetensors", "--update", "README.md", *more]
        done = bounded(words, repository)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"rnninspect: README.md: {KINDS[kind]}\n"


@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "loop", "large"])
def test_a_report_to_compare_with_that_is_not_a_file_is_refused(
    repository: Path, kind: str
) -> None:
    put(repository / "old.json", kind)
    done = bounded(["diff", "old.json", "models/small.safetensors"], repository)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_standard_input_that_does_not_end_is_refused(repository: Path) -> None:
    descriptor = os.open("/dev/zero", os.O_RDONLY)
    done = bounded(["diff", "-", "models/small.safetensors"], repository, descriptor)
    os.close(descriptor)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("rnninspect: -: ")


def test_a_document_of_the_largest_size_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(LARGEST))
    assert read_document(path) == bytes(LARGEST)
    path.write_bytes(bytes(LARGEST + 1))
    with pytest.raises(UnreadableFile, match=r"too large: 1,000,001 bytes"):
        read_document(path)


KEY = ".".join(["a"] * 33)
HOSTILE = {
    "a dotted key": "a." * 400_000 + "a = 1",
    "a header": f"[{KEY}]",
    "a header of tables": f"[[ {KEY} ]]",
    "a quoted key": ' . '.join(['"a.b"', "'c.d'"] * 20) + " = 1",
    "a key in an inline table": f"a = {{b = 1, {KEY} = 1}}",
    "a list in a list": "a = " + "[" * 400_000,
    "globs": 'per-file-ignores = {' + ", ".join(f'"{n}" = ["R"]' for n in range(1001)) + "}",
    "globs of overrides": "[[overrides]]\nfiles = [" + '"a", ' * 501 + "]\n"
    "[[overrides]]\nfiles = [" + '"a", ' * 500 + "]\n",
    "words": 'allowed-dtypes = [' + '"a", ' * 1001 + "]",
    "a baseline with NUL": 'baseline = "a\\u0000b"',
    "a number of many digits": "max-parameters = 0x" + "f" * 900_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_policy_is_one_line_in_little_time(repository: Path, name: str) -> None:
    (repository / "rnninspect.toml").write_text(HOSTILE[name])
    done = bounded(["check", "models/small.safetensors"], repository)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("rnninspect: rnninspect.toml: ")


@pytest.mark.parametrize(
    "text",
    [
        f'# {KEY}\n"{KEY}" = "{KEY}"',
        f"[{'.'.join(['a'] * 32)}]",
        "[tool.black]\nurls = [" + ", ".join(f'"{n}.example.org"' for n in range(9999)) + "]",
    ],
    ids=["in text", "32 parts", "many dots"],
)
def test_dots_outside_keys_are_not_counted(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(text)
    gather({}, {})


@pytest.mark.parametrize("name", ["../outside.lock", "/etc/passwd", "link.lock", "a/../../x.lock"])
@pytest.mark.parametrize("update", [False, True])
def test_a_policy_opens_no_baseline_outside_its_project(
    repository: Path, name: str, *, update: bool
) -> None:
    (repository / "link.lock").symlink_to("../outside.lock")
    (repository.parent / "outside.lock").write_text((repository / "rnninspect.lock").read_text())
    (repository / "rnninspect.toml").write_text(f'baseline = "{name}"')
    done = check(repository, *["--update-baseline"] * update)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.endswith(": outside the project; only --baseline can name it\n")
    assert not (repository.parent / "x.lock").exists()


def test_a_baseline_named_by_the_caller_may_be_anywhere(repository: Path) -> None:
    outside = repository.parent / "outside.lock"
    outside.write_text((repository / "rnninspect.lock").read_text())
    (repository / "rnninspect.toml").write_text('baseline = "/etc/passwd"')
    given = ["--baseline", "../outside.lock"]
    assert "R507" in check(repository, *given).stdout  # models are named from its folder
    assert check(repository, variables={"RNNINSPECT_BASELINE": "rnninspect.lock"}).returncode == 0


def test_a_project_is_the_whole_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "project" / "part"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    (folder / "rnninspect.toml").write_text('baseline = "../rnninspect.lock"')
    with pytest.raises(PolicyError, match=r"^\.\./rnninspect.lock: outside the project"):
        gather({}, {})
    (tmp_path / "project" / ".git").mkdir()
    assert gather({}, {}).general.baseline == "../rnninspect.lock"


def test_no_baseline_is_written_that_could_not_be_read(repository: Path) -> None:
    path = repository / "rnninspect.lock"
    document = json.loads(path.read_text())
    figures = document["models"]["models/small.safetensors"]
    document["models"] |= {f"models/{n}.onnx": figures | {"layers": {}} for n in range(7_500)}
    path.write_text(json.dumps(document, separators=(",", ":")))
    for name in document["models"]:
        (repository / name).touch()
    before = path.read_bytes()
    assert len(before) < LARGEST
    done = check(repository, "models/small.safetensors", "--update-baseline")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("rnninspect: rnninspect.lock: too large: ")
    assert path.read_bytes() == before


def test_a_card_of_nothing_but_fences_is_read_in_little_time(repository: Path) -> None:
    (repository / "README.md").write_text("```\n" * (LARGEST // 4))
    words = ["card", "models/small.safetensors", "--update", "README.md"]
    done = bounded(words, repository)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
