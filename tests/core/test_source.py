"""Sources: exact reads, windows, and what is not a regular file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limit, Limits
from rnninspect.source.neighbours import Whereabouts
from rnninspect.source.source import open_source


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(bytes(range(100)))
    return path


def test_reads_are_exact(file: Path) -> None:
    with open_source(file) as source:
        assert source.read(10, 3) == b"\x0a\x0b\x0c"
        assert source.head(1000) == bytes(range(100))
        for offset, length in ((99, 2), (-1, 1), (0, -1), (10**20, 1)):
            with pytest.raises(UnreadableFile, match="beyond the end"):
                source.read(offset, length)


def test_a_window_cannot_look_out(file: Path) -> None:
    with open_source(file) as source:
        window = source.window(10, 5).window(1, 4)
        assert (window.size, window.read(0, 4)) == (4, b"\x0b\x0c\x0d\x0e")
        with pytest.raises(UnreadableFile):
            window.read(0, 5)
        with pytest.raises(UnreadableFile):
            source.window(98, 3)


def test_a_source_in_memory_keeps_path_and_limits(file: Path) -> None:
    with open_source(file, Limits(layers=3)) as source:
        held = source.holding(b"abc")
        assert (held.read(1, 2), held.location, held.limits.layers) == (b"bc", str(file), 3)


def test_a_file_that_shrinks_while_it_is_read_is_an_error(file: Path) -> None:
    with open_source(file) as source:
        os.truncate(file, 50)
        with pytest.raises(UnreadableFile, match="ends at offset 50"):
            source.read(40, 20)


@pytest.mark.parametrize("kind", ["missing", "pipe", "loop", "device", "nul"])
def test_a_pipe_or_device_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    reasons = {
        "pipe": "a pipe",
        "device": "a device",
        "missing": "No such file",
        "loop": "symbolic links",
        "nul": "embedded null",
    }
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "loop":
            path.symlink_to(path)
        case "device":
            path = Path(os.devnull)
        case "nul":
            path = Path("a\0b")
    with pytest.raises(UnreadableFile, match=reasons[kind]):
        open_source(path)


def test_neighbours_stay_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "secret").write_text("x")
    (folder / "data.bin").write_text("four")
    (folder / "sub" / "more.bin").write_text("x")
    (folder / "out").symlink_to(tmp_path / "secret")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "m").write_text("m")
    expected = {
        "data.bin": Whereabouts.INSIDE,
        "sub/../data.bin": Whereabouts.INSIDE,
        "sub/more.bin": Whereabouts.INSIDE,
        "../secret": Whereabouts.OUTSIDE,
        "sub/../../secret": Whereabouts.OUTSIDE,
        str(tmp_path / "secret"): Whereabouts.OUTSIDE,
        "out": Whereabouts.OUTSIDE,
        "up/secret": Whereabouts.OUTSIDE,
        "..\\secret": Whereabouts.OUTSIDE,
        "data.bin\0x": Whereabouts.OUTSIDE,
        "": Whereabouts.OUTSIDE,
        "nowhere": Whereabouts.MISSING,
        "pipe": Whereabouts.IRREGULAR,
        "sub": Whereabouts.IRREGULAR,
    }
    with open_source(folder / "m") as source:
        found = {location: source.neighbour(location).whereabouts for location in expected}
        assert found == expected
        assert source.neighbour("data.bin").size == 4


def test_a_folder_is_a_source_without_bytes_that_opens_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    (folder / "variables").mkdir(parents=True)
    (folder / "variables" / "index").write_bytes(b"abc")
    (tmp_path / "secret").write_bytes(b"x")
    with open_source(folder) as source:
        assert (source.is_folder, source.size, source.head(4)) == (True, 0, b"")
        with source.open_neighbour("variables/index") as inner:
            assert (inner.is_folder, inner.read(0, 3)) == (False, b"abc")
        for location in ("../secret", "absent", "variables"):
            with pytest.raises(UnreadableFile, match="looked for in the model's folder"):
                source.open_neighbour(location)


def test_a_cache_that_links_model_and_data_into_one_folder_works(tmp_path: Path) -> None:
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots" / "main"
    blobs.mkdir()
    snapshot.mkdir(parents=True)
    for name in ("model.onnx", "model.onnx_data"):
        (blobs / f"hash-{name}").write_text("x")
        (snapshot / name).symlink_to(blobs / f"hash-{name}")
    with open_source(snapshot / "model.onnx") as source:
        assert source.neighbour("model.onnx_data").whereabouts is Whereabouts.INSIDE


def test_a_limit_says_its_name() -> None:
    limits = Limits(tensors=2)
    limits.require(Limit.TENSORS, 2)
    with pytest.raises(RefusedFile, match=r"tensors=2; --limit tensors=N"):
        limits.require(Limit.TENSORS, 3)


def test_a_limit_is_spent_by_all_parts_of_a_model_together(file: Path) -> None:
    (file.parent / "shard").write_bytes(bytes(10))
    with open_source(file, Limits(members=5)) as source, source.open_neighbour("shard") as shard:
        source.window(0, 5).spend(Limit.MEMBERS, 2)
        source.holding(b"abc").spend(Limit.MEMBERS, 2)
        shard.spend(Limit.MEMBERS, 1)
        with pytest.raises(RefusedFile, match=r"the shard exceeds the limit members=5"):
            shard.spend(Limit.MEMBERS, 1, "the shard")


def test_every_limit_has_a_name_and_a_value() -> None:
    assert tuple(Limit) == Limits._fields


def test_a_neighbour_may_be_asked_for_values_as_the_model_may(file: Path) -> None:
    (file.parent / "shard").write_bytes(bytes(10))
    with open_source(file) as source:
        source.reading.reads_values = True
        with source.open_neighbour("shard") as shard:
            assert shard.reads_values
            assert shard.window(0, 1).reads_values


def test_hard_links_are_one_file(file: Path) -> None:
    (file.parent / "shard").write_bytes(bytes(1000))
    (file.parent / "again").hardlink_to(file.parent / "shard")
    (file.parent / "itself").hardlink_to(file)
    with open_source(file) as source:
        shard, again, itself = (source.neighbour(name) for name in ("./shard", "again", "itself"))
        assert shard.path != again.path
        assert shard.identity == again.identity != itself.identity
        assert source.all_bytes == 100 + 1000


def test_files_found_beside_the_model_are_part_of_its_bytes(file: Path) -> None:
    (file.parent / "weights.data").write_bytes(bytes(1000))
    (file.parent / "shard").write_bytes(bytes(50))
    with open_source(file) as source:
        assert source.all_bytes == 100
        for location in ("weights.data", "./weights.data", "model.bin", "absent", "../x"):
            source.window(0, 10).neighbour(location)
        with source.open_neighbour("shard") as shard:
            shard.holding(b"x").neighbour("weights.data")
        assert source.all_bytes == 1150


def test_a_snapshot_of_the_hub_has_its_files_among_the_blobs(tmp_path: Path) -> None:
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots" / "main"
    blobs.mkdir()
    snapshot.mkdir(parents=True)
    (blobs / "hash").write_text("x")
    (tmp_path / "outside").write_text("x")
    (snapshot / "config.json").symlink_to("../../blobs/hash")
    (snapshot / "other").symlink_to("../../outside")
    with open_source(snapshot) as source:
        assert source.neighbour("config.json").whereabouts is Whereabouts.INSIDE
        assert source.neighbour("other").whereabouts is Whereabouts.OUTSIDE
    (snapshot / "index").symlink_to("../../blobs/hash")
    with open_source(snapshot) as source, source.open_neighbour("index") as index:
        assert index.neighbour("config.json").whereabouts is Whereabouts.INSIDE
    with open_source(tmp_path) as source:  # no snapshot: its folder alone
        assert source.neighbour("snapshots/main/../../../x").whereabouts is Whereabouts.OUTSIDE
