"""Archives around a file of torch, and modules of the reader that need each other one way only."""

from __future__ import annotations

import ast
import gzip
import io
import zipfile
from pathlib import Path

import pytest

import rnninspect_torch
from making.described import model_of
from making.torch.pickles import lstm, parameters, read, saved
from rnninspect.plugin import Fact, RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import open_source
from rnninspect_torch import TorchReader
from rnninspect_torch.recognition import Container, container_of

WEIGHTS = saved(lstm(3, 2, "rnn"))
OTHER = saved({"mean": (4,)})


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for label, data in members.items():
            file.writestr(label, data)
    return buffer.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_around_the_weights(method: int, tmp_path: Path) -> None:
    members = {"data": b"{}", "net/weights.pt": WEIGHTS, "readme.txt": b"hello"}
    model = read(packed(members, method), tmp_path, "agent.zip")
    assert parameters(model) == 56
    assert model.observations == ()
    assert parameters(read(gzip.compress(packed(members, method)), tmp_path)) == 56


def test_a_policy_is_told_from_what_lies_beside_it(tmp_path: Path) -> None:
    members = {"data": b"{}", "variables.pth": OTHER, "policy.pth": WEIGHTS}
    model = read(packed(members), tmp_path, "agent.zip")
    assert parameters(model) == 56
    (note,) = model.observations
    assert note.fact is Fact.UNUSUAL
    assert note.detail == "only policy.pth of the zip archive is read, not variables.pth"


def test_a_zip_of_two_models_or_of_none(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="with 2 PyTorch files; extract it"):
        read(packed({"a.pt": WEIGHTS, "b.pt": OTHER}), tmp_path)
    with pytest.raises(UnreadableFile, match="with no PyTorch file; extract it"):
        read(packed({"firmware.bin": b"hello"}), tmp_path)
    with open_source(tmp_path) as folder:
        assert container_of(folder.holding(packed({"a.txt": WEIGHTS}))) is None
        assert container_of(folder.holding(packed({"a.TH": WEIGHTS}))) is Container.ARCHIVE


def test_a_file_in_a_file_in_a_file_ends(tmp_path: Path) -> None:
    data = WEIGHTS
    for _ in range(3):
        data = packed({"inner.pt": data})
    assert parameters(read(data, tmp_path)) == 56
    with pytest.raises(UnreadableFile, match="nested too deeply: a file inside 4 others"):
        read(packed({"inner.pt": data}), tmp_path)


def test_what_a_member_grows_to_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "agent.zip"
    path.write_bytes(packed({"a.pt": saved({"zeros": (1 << 18,)})}, zipfile.ZIP_DEFLATED))
    with (
        open_source(path, Limits(expansion=1 << 16)) as source,
        pytest.raises(RefusedFile, match="expansion=65536"),
    ):
        model_of(TorchReader(), source)


def needed_by() -> dict[str, set[str]]:
    """Modules of the reader, and which of its modules each imports when it runs, early or late."""
    folder = Path(rnninspect_torch.__file__).parent
    return {path.stem: set(_imports(ast.parse(path.read_text()))) for path in folder.glob("*.py")}


def _imports(tree: ast.AST) -> list[str]:
    found: list[str] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "rnninspect_torch":
            found.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("rnninspect_torch."):
            found.append(str(node.module).partition(".")[2])
        found.extend(_imports(node))
    return found


def test_no_module_needs_one_that_needs_it() -> None:
    needed = needed_by()
    while bottom := {name for name, others in needed.items() if not others & needed.keys()}:
        needed = {name: others for name, others in needed.items() if name not in bottom}
    assert needed == {}
