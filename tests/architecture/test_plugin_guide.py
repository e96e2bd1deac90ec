"""The reader that `docs/write-a-reader.md` writes: built, installed beside the wheel, and run."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from making import offline

pytestmark = pytest.mark.slow
GUIDE = Path(__file__).parents[2] / "docs" / "write-a-reader.md"
FILE = re.compile(r"^`([\w/.]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment with rnninspect and the reader, and the folder of the reader."""

    home: Path
    project: Path
    variables: dict[str, str]

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        program, *arguments = map(str, command)
        return offline.run(
            [str(self.home / "bin" / program), *arguments], self.project, self.variables
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("guide")
    project, home = folder / "project", folder / "home"
    for name, text in FILE.findall(GUIDE.read_text()):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (header,) = EXAMPLE.findall(GUIDE.read_text())
    (project / "good.toy").write_bytes(header.encode() + bytes(4 * (24 + 16 + 8 + 8)))
    variables = offline.environment(folder / "packages")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    for source in (offline.source(folder / "tree"), project):
        command = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python")]
        done = offline.run(
            [*command, "install", "--quiet", "--no-deps", str(source)], folder, variables
        )
        assert done.returncode == 0, done.stderr
    return Installed(home, project, variables)


def test_the_reader_is_listed(installed: Installed) -> None:
    done = installed.run("rnninspect", "readers")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^toy +Toy files", done.stdout, re.MULTILINE)


def test_its_file_is_inspected_and_counted(installed: Installed) -> None:
    done = installed.run("rnninspect", "good.toy")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^encoder .* 48 +48 +192 +ok", done.stdout, re.MULTILINE), done.stdout
    counted = installed.run("rnninspect", "count", "lstm", "--input-size=3", "--hidden-size=2")
    assert re.search(r"^toy .* 48 ", counted.stdout, re.MULTILINE)


def test_its_judge_agrees(installed: Installed) -> None:
    done = installed.run("rnninspect", "verify", "good.toy")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("toy 1.0 counts 56 ")
    assert done.stdout.rstrip().endswith(": agree")


def test_a_damaged_file_is_named(installed: Installed) -> None:
    data = (installed.project / "good.toy").read_bytes()
    for name, content, code, reason in (
        ("cut.toy", data[:40], 2, "truncated: the header has no end"),
        ("words.toy", data.replace(b"bias 8", b"bias x"), 2, "malformed line in the header"),
        ("short.toy", data[:-8], 1, "R2"),
    ):
        (installed.project / name).write_bytes(content)
        done = installed.run("rnninspect", name)
        assert (done.returncode, reason in done.stdout + done.stderr) == (code, True), done


def test_it_keeps_the_contract(installed: Installed) -> None:
    code = (
        "import test_reader, pathlib, tempfile;"
        "test_reader.test_the_reader_keeps_the_contract(pathlib.Path(tempfile.mkdtemp()))"
    )
    done = installed.run("python", "-c", code)
    assert (done.returncode, done.stderr) == (0, "")
