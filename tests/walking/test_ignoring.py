"""What `.gitignore` leaves out, judged by git itself."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnninspect.walking.globs import parse
from rnninspect.walking.ignoring import leaves_out, rules_of
from rnninspect.walking.tree import LocalTree
from rnninspect.walking.walk import Met, Walk

NAMES = ["a", "b", "ab", "a.onnx", "b.pt", "aXb", "x y", "-", "#a", "!b", "é.pt", "a[b", "A", "ab "]
WORDS = [
    *("a", "b", "ab", "*", "?", "**", "*.onnx", "*.pt", "a*", "*b", "a*b", "[ab]", "[!a]", "[^b]*"),
    *(
        "[a-c]?",
        "[[:alpha:]]",
        "[[:upper:]]*",
        "\\#a",
        "\\!b",
        "[",
        "a[b",
        "a\\[b",
        "é.pt",
        "??.pt",
    ),
    *("[]a]*", "[a", "***", "a**b", "\\a", "x\\ y", "x y", "[[:nope:]]", "[b-a]", "[a-]*", "-"),
    *("a\\", "[\\a-\\b]", "[\\]]", "[--/]", "!a", "#a", "ab "),
]
TREE = [f"{one}/{two}" for one in ("a", "b", "ab") for two in NAMES]
TREE += [f"a/b/{name}" for name in NAMES] + [f"b/ab/a/{name}" for name in NAMES] + NAMES[3:]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    _git(folder, "init", "-q")
    for path in TREE:
        place = folder / path
        if place.exists() or any(part.is_file() for part in place.parents):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("")
    return folder


def _git(folder: Path, *arguments: str, data: bytes = b"") -> bytes:
    settings_of_no_one = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        input=data,
        capture_output=True,
        check=False,
        env={**os.environ, **settings_of_no_one, "XDG_CONFIG_HOME": os.devnull},
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def _paths(folder: Path) -> list[bytes]:
    paths = []
    for top, folders, files in os.walk(os.fsencode(folder)):
        folders[:] = [name for name in folders if name != b".git"]
        inner = os.path.relpath(top, os.fsencode(folder))
        paths += [os.path.normpath(os.path.join(inner, name)) for name in (*folders, *files)]
    return [path for path in paths if os.path.basename(path) != b".gitignore"]


def _left_out_by_git(folder: Path) -> set[bytes]:
    data = b"\0".join(_paths(folder))
    found = _git(folder, "check-ignore", "-z", "--stdin", data=data)
    return set(found.split(b"\0")) - {b""}


def _left_out_by_us(folder: Path) -> set[bytes]:
    """Each path is asked about with the folders above it, as a walk does."""
    known = {
        os.path.relpath(path.parent, folder): path.read_bytes()
        for path in folder.rglob(".gitignore")
    }
    left_out = set()
    for path in _paths(folder):
        parts = path.split(b"/")
        for length in range(1, len(parts) + 1):
            above = [b"/".join(parts[:depth]) or b"." for depth in range(length)]
            chain = [
                rules_of(known[os.fsdecode(inner)], depth)
                for depth, inner in enumerate(above)
                if os.fsdecode(inner) in known
            ]
            is_folder = length < len(parts) or os.path.isdir(
                os.path.join(os.fsencode(folder), path)
            )
            if leaves_out(chain, parts[:length], is_folder=is_folder):
                left_out.add(path)
                break
    return left_out


LINES = st.builds(
    lambda negated, slash, words, end: f"{negated}{slash}{'/'.join(words)}{end}",
    st.sampled_from(["", "", "", "!", "\\!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    st.sampled_from(["", "", "/", " ", "\\ ", "/ ", "  "]),
)
FILES = st.lists(LINES, max_size=5).map("\n".join)


@example("a/**/b\n!a/b", "")
@example("*\n!*/\n!*.pt", "")
@example("/a/\n!a/b.pt", "b.pt\n")
@example("**/a\n", "!a")
@example("a/**", "")
@example("**/", "!b")
@example("a/*\n!a/b", "/ab")
@example("\ufeffa\r\n*.pt\r\n", "")
@example("  a\n\t\n#a\n\n/", "**")
@example("x\\ y\nab\\ \n", "")
@given(FILES, FILES)
@settings(max_examples=150)
def test_it_leaves_out_what_git_does(repository: Path, outer: str, inner: str) -> None:
    (repository / ".gitignore").write_text(outer)
    (repository / "b" / ".gitignore").write_text(inner)
    assert _left_out_by_us(repository) == _left_out_by_git(repository)


def test_a_walk_follows_the_lists_of_a_repository_from_its_top(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    models = tmp_path / "data" / "models"
    for name in ("a.pt", "b.pt", "c.pt", "old/d.pt", "old/keep.pt", "tmp/e.pt", "kept/f.pt"):
        (models / name).parent.mkdir(parents=True, exist_ok=True)
        (models / name).write_text("")
    (tmp_path / ".gitignore").write_text("/data/models/a.pt\ntmp/\n")
    (tmp_path / "data" / ".gitignore").write_text("models/old/*\n!keep.pt\n")
    (tmp_path / ".git" / "info" / "exclude").write_text("b.pt\n")
    (models / ".gitignore").write_text("/c.pt\n")
    found = [
        found.path for found in Walk(tree=LocalTree()).over(str(models)) if isinstance(found, Met)
    ]
    assert found == [str(models / "kept" / "f.pt"), str(models / "old" / "keep.pt")]
    asked = _left_out_by_git(tmp_path)
    assert {os.fsencode(f"data/models/{name}.pt") for name in "abc"} <= asked


@pytest.mark.parametrize(
    "line",
    [b"*a" * 60 + b"b", b"**/a/" * 30 + b"b", b"**/" * 60 + b"*b*", b"[" * 5000, b"*" * 5000],
)
def test_no_pattern_makes_the_search_long(line: bytes) -> None:
    path = [b"a" * 255] * 40
    start = time.process_time()
    glob = parse(line)
    if glob is not None:
        glob.matches(path, is_folder=False)
    assert time.process_time() - start < 0.5
