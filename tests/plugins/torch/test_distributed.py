"""Folders of torch.distributed.checkpoint: the index and its chunks."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.torch.pickles import (
    call,
    instance,
    items,
    mapping,
    name,
    number,
    numbers,
    read,
    read_path,
    saved,
    text,
)
from rnninspect.errors import UnreadableFile
from rnninspect.model import Fact
from rnninspect.rules import check

METADATA = "torch.distributed.checkpoint.metadata"


def distributed_index(shape: tuple[int, ...], sizes: tuple[int, ...], place: str) -> bytes:
    """The index of one tensor in one chunk, as pickled by torch.distributed.checkpoint."""
    properties = name(METADATA, "TensorProperties") + b")\x81"
    properties += items(name("torch", "float32"), b"N", b"\x89", b"N", b"\x89") + b"b"
    chunk = instance(
        METADATA,
        "ChunkStorageMetadata",
        {"offsets": numbers([0] * len(sizes)), "sizes": numbers(sizes)},
    )
    tensor_metadata = instance(
        METADATA,
        "TensorStorageMetadata",
        {
            "properties": properties,
            "size": call("torch", "Size", numbers(shape)),
            "chunks": b"](" + chunk + b"e",
        },
    )
    key = instance(METADATA, "MetadataIndex", {"fqn": text("fc.weight")})
    where = instance(
        "torch.distributed.checkpoint.filesystem",
        "_StorageInfo",
        {"relative_path": text(place), "offset": number(0), "length": number(500)},
    )
    index = {
        "state_dict_metadata": mapping({"fc.weight": tensor_metadata}),
        "storage_data": b"}(" + key + where + b"u",
    }
    return b"\x80\x04" + instance(METADATA, "Metadata", index) + b"."


def test_a_distributed_checkpoint(tmp_path: Path) -> None:
    (tmp_path / ".metadata").write_bytes(distributed_index((4, 5), (4, 5), "__0_0.distcp"))
    (tmp_path / "__0_0.distcp").write_bytes(bytes(500))
    for path in (tmp_path, tmp_path / ".metadata"):
        model = read_path(path)
        assert model.format == "torch distributed checkpoint"
        assert [(stored.name, stored.shape, stored.bytes) for stored in model.tensors] == [
            ("fc.weight", (4, 5), 80)
        ]
        assert (model.observations, check(model, ())) == ((), ())


@pytest.mark.parametrize(
    ("size", "place", "rule"),
    [(40, "__0_0.distcp", "R201"), (500, "gone.distcp", "R204"), (500, "../x.distcp", "R205")],
)
def test_missing_and_short_files_of_chunks(
    size: int, place: str, rule: str, tmp_path: Path
) -> None:
    (tmp_path / ".metadata").write_bytes(distributed_index((4, 5), (4, 5), place))
    (tmp_path / "__0_0.distcp").write_bytes(bytes(size))
    found = {finding.rule for finding in check(read_path(tmp_path), ())}
    assert rule in found


def test_chunks_that_do_not_cover_the_tensor(tmp_path: Path) -> None:
    (tmp_path / ".metadata").write_bytes(distributed_index((4, 5), (3, 5), "__0_0.distcp"))
    (tmp_path / "__0_0.distcp").write_bytes(bytes(500))
    (note,) = read_path(tmp_path).observations
    assert (note.fact, note.detail) == (Fact.CONTRADICTION, "its chunks have 15 elements of 20")


def test_a_file_of_chunks_is_refused(tmp_path: Path) -> None:
    data = saved({"a": (2, 2)})
    with pytest.raises(UnreadableFile, match="several archives in one file"):
        read(data + data, tmp_path, "__0_0.distcp")
