"""Packages of Core ML in zip archives say what they say as folders, or why they are not read."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from makers.coreml_files import MODEL, WEIGHTS
from rnninspect import RefusedFile, UnreadableFile, inspect_file
from rnninspect.render.report.json import report_json

PACKAGE = Path(__file__).parents[3] / "sample_models/coreml/program.mlpackage"
FILES = {
    str(path.relative_to(PACKAGE)): path.read_bytes()
    for path in PACKAGE.rglob("*")
    if path.is_file()
}
Files = dict[str, bytes]


def zipped(path: Path, files: Files, method: int = ZIP_STORED) -> Path:
    with ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def below(folder: str, files: Files) -> Files:
    return {f"{folder}{name}": data for name, data in files.items()}


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
@pytest.mark.parametrize("folder", ["", "net.mlpackage/", "a/b/"])
def test_an_archive_says_what_its_folder_says(tmp_path: Path, folder: str, method: int) -> None:
    forks = {"__MACOSX/net.mlpackage/._Manifest.json": b"", "__MACOSX/Manifest.json": b"{}"}
    path = zipped(tmp_path / "net.zip", {**below(folder, FILES), **forks}, method)
    found, expected = (report_json(inspect_file(each)) for each in (path, PACKAGE))
    assert found["layers"] == expected["layers"] != []
    for key in ("format", "producer", "totals", "findings", "searched"):
        assert found[key] == expected[key]


def test_weights_that_are_not_in_the_archive_are_missing(tmp_path: Path) -> None:
    files = {name: data for name, data in FILES.items() if name != WEIGHTS}
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights/weight.bin").write_bytes(FILES[WEIGHTS])  # beside the archive
    report = inspect_file(zipped(tmp_path / "net.zip", files))
    assert "R204" in {finding.rule for finding in report.findings}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (below("a/", FILES) | below("b/", FILES), "2 packages in a zip archive"),
        (
            {name: data for name, data in FILES.items() if name != MODEL} | {"x.mlmodel": b""},
            f"names {MODEL}, which is not in the archive",
        ),
        ({"Manifest.json": b"{}", MODEL: FILES[MODEL]}, "Manifest.json names no model"),
    ],
)
def test_an_archive_without_one_model_is_not_read(
    tmp_path: Path, files: Files, reason: str
) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        inspect_file(zipped(tmp_path / "net.zip", files))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_occurs_twice_is_an_error(tmp_path: Path) -> None:
    path = zipped(tmp_path / "net.zip", FILES)
    with ZipFile(path, "a") as archive:
        archive.writestr(WEIGHTS, b"others")
    with pytest.raises(UnreadableFile, match=r"duplicate member .*weight\.bin"):
        inspect_file(path)


def test_what_is_inflated_is_bounded(tmp_path: Path) -> None:
    path = zipped(tmp_path / "net.zip", {**FILES, WEIGHTS: bytes(2**27)}, ZIP_DEFLATED)
    with pytest.raises(RefusedFile, match="expansion"):
        inspect_file(path)


def test_many_files_beside_the_model_are_refused(tmp_path: Path) -> None:
    folder = MODEL.rpartition("/")[0]
    many = {f"{folder}/{number}.bin": b"" for number in range(1_001)}
    with pytest.raises(RefusedFile, match="1,000 files"):
        inspect_file(zipped(tmp_path / "net.zip", FILES | many))
