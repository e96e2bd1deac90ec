"""Models that gguf-split cut into several files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from making.gguf_bytes import file, number
from making.gguf_models import ARCHITECTURES, made, write
from plugins.ggml.test_container import rules
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.inspection import inspect_file
from rnninspect.source.limits import Limits

MODEL = made(ARCHITECTURES["mamba"], blocks=3)


def split(folder: Path) -> list[Path]:
    """The model in several files, written by gguf's writer; a block may be in two of them."""
    write(folder / "model.gguf", MODEL, split_max_tensors=10, small_first_shard=True)
    return sorted(folder.glob("*.gguf"))


def test_any_part_gives_the_whole_model(tmp_path: Path) -> None:
    whole = inspect_file(write(tmp_path / "whole.gguf", MODEL))
    folder = tmp_path / "parts"
    folder.mkdir()
    parts = split(folder)
    assert [each.name for each in parts][::4] == [
        "model-00001-of-00005.gguf",
        "model-00005-of-00005.gguf",
    ]
    for path in (parts[0], parts[3]):
        report = inspect_file(path)
        assert report.format == "split gguf v3"
        assert report.file_bytes == sum(each.stat().st_size for each in parts)
        assert [each.stored for each in report.layers] == [each.stored for each in whole.layers]
        assert report.totals == whole.totals
        assert rules(report) == []


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    parts = split(tmp_path)
    parts[2].unlink()
    report = inspect_file(parts[0])
    assert "R204" in rules(report)
    assert any(each.message == f"{parts[2].name} is missing" for each in report.findings)


def test_a_part_of_another_name_does_not_find_the_others(tmp_path: Path) -> None:
    parts = split(tmp_path)
    report = inspect_file(parts[1].rename(tmp_path / "renamed.gguf"))
    assert "R204" in rules(report)
    assert "does not end in -00001-of-00005" in next(
        each.message for each in report.findings if each.rule == "R204"
    )


def test_a_part_in_the_place_of_another_is_found(tmp_path: Path) -> None:
    parts = split(tmp_path)
    shutil.copy(parts[1], parts[2])
    found = rules(inspect_file(parts[0]))
    assert {"R104", "R209"} <= set(found)


def part(at: int, count: int, tensors: int, size: int = 8) -> bytes:
    pairs = [number("split.no", at), number("split.count", count)]
    pairs.append(number("split.tensors.count", tensors))
    return file(pairs, [(f"t{at}", (size,), 0, 0)], payload=32)


@pytest.mark.parametrize(
    ("second", "rule"),
    [
        (part(1, 2, 2), None),
        (part(1, 3, 2), "R104"),
        (part(0, 2, 2), "R104"),
        (b"not GGUF", "R204"),
    ],
)
def test_parts_that_disagree(second: bytes, rule: str | None, tmp_path: Path) -> None:
    (tmp_path / "m-00001-of-00002.gguf").write_bytes(part(0, 2, 2))
    (tmp_path / "m-00002-of-00002.gguf").write_bytes(second)
    found = rules(inspect_file(tmp_path / "m-00001-of-00002.gguf"))
    assert found == [] if rule is None else rule in found


def test_a_wrong_number_of_tensors(tmp_path: Path) -> None:
    (tmp_path / "m-00001-of-00002.gguf").write_bytes(part(0, 2, 5))
    (tmp_path / "m-00002-of-00002.gguf").write_bytes(part(1, 2, 5))
    report = inspect_file(tmp_path / "m-00001-of-00002.gguf")
    assert rules(report) == ["R104"]
    assert report.findings[0].message == "split.tensors.count is 5, the files have 2 tensors"


def test_a_malformed_part_is_named_in_the_reason(tmp_path: Path) -> None:
    (tmp_path / "m-00001-of-00002.gguf").write_bytes(part(0, 2, 2))
    (tmp_path / "m-00002-of-00002.gguf").write_bytes(part(1, 2, 2)[:60])
    with pytest.raises(UnreadableFile, match=r"m-00002-of-00002\.gguf: truncated"):
        inspect_file(tmp_path / "m-00001-of-00002.gguf")


def test_one_file_by_many_names_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "m-00001-of-00050.gguf"
    path.write_bytes(part(0, 50, 50))
    for at in range(2, 51):
        (tmp_path / f"m-{at:05}-of-00050.gguf").hardlink_to(path)
    report = inspect_file(path)
    assert report.totals.tensors == 1
    assert rules(report) == ["R204"]


def test_a_count_of_parts_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m-00001-of-60000.gguf"
    path.write_bytes(part(0, 60_000, 60_000))
    with pytest.raises(RefusedFile, match="members"):
        inspect_file(path, Limits(members=50_000))
    assert "R204" in rules(inspect_file(path))


def test_all_parts_share_one_limit_of_tensors(tmp_path: Path) -> None:
    for at in range(4):
        path = tmp_path / f"m-{at + 1:05}-of-00004.gguf"
        path.write_bytes(part(at, 4, 4))
    with pytest.raises(RefusedFile, match="tensors=3"):
        inspect_file(path, Limits(tensors=3))


def test_a_walk_over_a_folder_finds_a_split_model_once(tmp_path: Path) -> None:
    split(tmp_path)
    write(tmp_path / "whole.gguf", MODEL)
    done = subprocess.run(
        [sys.executable, "-m", "rnninspect", tmp_path, "--format", "csv", "--columns", "layer"],
        capture_output=True,
        text=True,
        check=True,
    )
    paths = {line.partition(",")[0] for line in done.stdout.splitlines()[1:] if line}
    assert {Path(path).name for path in paths} == {"model-00001-of-00005.gguf", "whole.gguf"}
