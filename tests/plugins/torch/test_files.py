"""Files and folders around the tensors: shards, distributed checkpoints, gzip, tar, strangers."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from making.contract import hold
from making.described import model_of
from making.torch.pickles import (
    archive,
    call,
    instance,
    items,
    lstm,
    mapping,
    name,
    number,
    numbers,
    parameters,
    read,
    read_path,
    records_of,
    saved,
    strides_of,
    text,
)
from rnninspect.counter import count_layers
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.model import Fact
from rnninspect.plugin import Limits
from rnninspect.rules import Level, check
from rnninspect.source.source import open_source
from rnninspect_torch import TorchReader
from rnninspect_torch.archives.tar_members import read_tar
from rnninspect_torch.recognition import Container, container_of

METADATA = "torch.distributed.checkpoint.metadata"


def test_the_reader_keeps_the_contract(tmp_path: Path) -> None:
    good = tmp_path / "good.pt"
    good.write_bytes(saved(lstm(3, 2, "rnn")))
    assert [layer.name for layer in hold(TorchReader(), good, tmp_path).layers] == ["rnn"]


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", Container.LEGACY),
        (b"\x80\x05\x95" + bytes(8) + b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", Container.LEGACY),
        (b"\x80\x04N.", Container.PICKLE),
        (b"\x80\x09N.", None),
        (b"(dp0\nS'a'\np1\nI1\ns.", Container.PICKLE),
        (b"(dp0\nS'a'\np1\nI1\ns", None),
        (b"\x02" + bytes(7) + b"{}", Container.SAFETENSORS),
        (b"\x02" + bytes(7) + b'{"a"', Container.SAFETENSORS),
        (bytes(4) + b"PTMF", Container.FLATBUFFER),
        (bytes(4) + b"ET12", Container.EXECUTORCH),
        (b'{"metadata": {}, "weight_map": {"a": "b"}}', Container.INDEX),
        (b'{"a": 1}', None),
        (gzip.compress(b"\x80\x04N.", mtime=0), Container.GZIP),
        (gzip.compress(b"hello", mtime=0), None),
        (b"\x1f\x8bxx", None),
        (b"", None),
        (b"PK\x03\x04", None),
    ],
)
def test_content_decides(head: bytes, container: Container | None, tmp_path: Path) -> None:
    path = tmp_path / "file.keras"
    path.write_bytes(head)
    with open_source(path) as source:
        assert container_of(source) is container


def test_executorch_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="unsupported ExecuTorch program"):
        read(bytes(4) + b"ET12" + bytes(100), tmp_path, "model.pte")


def sharded(folder: Path, places: dict[str, str]) -> Path:
    index = folder / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": places}))
    return index


def test_a_layer_over_two_shards(tmp_path: Path) -> None:
    shapes = list(lstm(3, 2, "rnn").items())
    places: dict[str, str] = {}
    for number_ in range(2):
        part = dict(shapes[number_::2])
        (tmp_path / f"part{number_}.bin").write_bytes(saved(part))
        places |= dict.fromkeys(part, f"part{number_}.bin")
    index = sharded(tmp_path, places)
    for path in (index, tmp_path):
        model = read_path(path)
        assert [layer.name for layer in model.layers] == ["rnn"]
        assert (parameters(model), model.observations) == (56, ())


def test_a_shard_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "part0.bin").write_bytes(saved({"fc.weight": (2, 2)}))
    index = sharded(tmp_path, {"fc.weight": "part0.bin", "fc.bias": "part1.bin"})
    model = read_path(index)
    facts = [(note.fact, note.detail) for note in model.observations]
    assert (Fact.EXTERNAL_MISSING, "shard part1.bin") in facts
    levels = {finding.level for finding in check(model, ())}
    assert Level.ERROR in levels


def test_a_shard_without_its_index_is_told(tmp_path: Path) -> None:
    model = read(saved({"fc.weight": (2, 2)}), tmp_path, "model-00002-of-00003.bin")
    (note,) = model.observations
    assert note.detail.startswith("part 2 of 3")


@pytest.mark.parametrize("place", ["../secret.bin", "/etc/passwd", "a/../../secret.bin"])
def test_a_shard_outside_of_the_folder_is_not_opened(place: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "a").mkdir(parents=True)
    (tmp_path / "secret.bin").write_bytes(saved({"secret": (2, 2)}))
    (folder / "part0.bin").write_bytes(saved({"fc.weight": (2, 2)}))
    model = read_path(sharded(folder, {"fc.weight": "part0.bin", "secret": place}))
    assert [held.name for held in model.tensors] == ["fc.weight"]
    assert Fact.EXTERNAL_OUTSIDE in {note.fact for note in model.observations}


def test_a_shard_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "part0.bin").write_bytes(b"hello")
    with pytest.raises(UnreadableFile, match=r"shard part0.bin: neither safetensors"):
        read_path(sharded(tmp_path, {"a": "part0.bin"}))


@pytest.mark.parametrize("places", [{}, {"a": 3}, [1]])
def test_an_index_that_leads_nowhere(places: object, tmp_path: Path) -> None:
    path = tmp_path / "model.bin.index.json"
    path.write_text(json.dumps({"weight_map": places}))
    with open_source(path) as source, pytest.raises(UnreadableFile, match="weight_map"):
        model_of(TorchReader(), source)


def distributed_index(shape: tuple[int, ...], sizes: tuple[int, ...], place: str) -> bytes:
    """The index of one tensor in one chunk, as torch.distributed.checkpoint pickles it."""
    properties = name(METADATA, "TensorProperties") + b")\x81"
    properties += items(name("torch", "float32"), b"N", b"\x89", b"N", b"\x89") + b"b"
    chunk = instance(
        METADATA,
        "ChunkStorageMetadata",
        {"offsets": numbers([0] * len(sizes)), "sizes": numbers(sizes)},
    )
    told = instance(
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
    held = {
        "state_dict_metadata": mapping({"fc.weight": told}),
        "storage_data": b"}(" + key + where + b"u",
    }
    return b"\x80\x04" + instance(METADATA, "Metadata", held) + b"."


def test_a_distributed_checkpoint(tmp_path: Path) -> None:
    (tmp_path / ".metadata").write_bytes(distributed_index((4, 5), (4, 5), "__0_0.distcp"))
    (tmp_path / "__0_0.distcp").write_bytes(bytes(500))
    for path in (tmp_path, tmp_path / ".metadata"):
        model = read_path(path)
        assert model.format == "torch distributed checkpoint"
        assert [(held.name, held.shape, held.bytes) for held in model.tensors] == [
            ("fc.weight", (4, 5), 80)
        ]
        assert (model.observations, check(model, ())) == ((), ())


@pytest.mark.parametrize(
    ("size", "place", "rule"),
    [(40, "__0_0.distcp", "R201"), (500, "gone.distcp", "R204"), (500, "../x.distcp", "R205")],
)
def test_chunks_that_are_not_there(size: int, place: str, rule: str, tmp_path: Path) -> None:
    (tmp_path / ".metadata").write_bytes(distributed_index((4, 5), (4, 5), place))
    (tmp_path / "__0_0.distcp").write_bytes(bytes(size))
    found = {finding.rule for finding in check(read_path(tmp_path), ())}
    assert rule in found


def test_chunks_that_do_not_add_up(tmp_path: Path) -> None:
    (tmp_path / ".metadata").write_bytes(distributed_index((4, 5), (3, 5), "__0_0.distcp"))
    (tmp_path / "__0_0.distcp").write_bytes(bytes(500))
    (note,) = read_path(tmp_path).observations
    assert (note.fact, note.detail) == (Fact.CONTRADICTION, "its chunks have 15 elements of 20")


def test_a_file_of_chunks_says_what_is_wrong(tmp_path: Path) -> None:
    data = saved({"a": (2, 2)})
    with pytest.raises(UnreadableFile, match="several archives in one file"):
        read(data + data, tmp_path, "__0_0.distcp")


def test_gzip_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\x80\x04" + bytes(1 << 22)))
    with (
        open_source(path, Limits(expansion=1 << 20)) as source,
        pytest.raises(RefusedFile, match="expansion=1048576"),
    ):
        model_of(TorchReader(), source)


def test_gzip_that_is_cut_off(tmp_path: Path) -> None:
    data = gzip.compress(saved({"a": (20, 20)}))
    with pytest.raises(UnreadableFile, match="truncated gzip data"):
        read(data[:-20], tmp_path, "model.gz")


def test_gzip_inside_of_gzip(tmp_path: Path) -> None:
    with open_source(tmp_path) as folder:
        inner = gzip.compress(gzip.compress(saved({"a": (2, 2)})))
        with pytest.raises(UnreadableFile):
            model_of(TorchReader(), folder.holding(inner))


def tar(members: dict[str, bytes], form: int = tarfile.GNU_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as file:
        for label, data in members.items():
            member = tarfile.TarInfo(label)
            member.size = len(data)
            file.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT])
def test_members_of_a_tar_archive(form: int, tmp_path: Path) -> None:
    long = "folder/" * 12 + "file" if form == tarfile.USTAR_FORMAT else "x" * 300
    members = {"a": b"1", "folder/b": bytes(700), long: b"3"}
    path = tmp_path / "archive.tar"
    path.write_bytes(tar(members, form))
    with open_source(path) as source:
        found = read_tar(source)
        assert {label: part.read(0, part.size) for label, part in found.items()} == members


def test_a_tar_archive_of_weights(tmp_path: Path) -> None:
    weights = saved(lstm(3, 2, "rnn"))
    for members in ({"config.json": b"{}", "weights.th": weights}, {"only.bin": weights}):
        assert parameters(read(tar(members), tmp_path)) == 56
    with pytest.raises(UnreadableFile, match="with 2 PyTorch files; extract it"):
        read(tar({"a.bin": weights, "b.bin": weights}), tmp_path)
    with pytest.raises(UnreadableFile, match="with no PyTorch file; extract it"):
        read(tar({"a.txt": b"hello"}), tmp_path)


def test_a_broken_tar_header(tmp_path: Path) -> None:
    data = bytearray(tar({"a": b"1", "b": b"2"}))
    data[1024 + 124 : 1024 + 136] = b"not a number"
    with pytest.raises(UnreadableFile, match="malformed tar header at offset 1024"):
        read(bytes(data), tmp_path)


def test_a_folder_of_hugging_face(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(saved(lstm(3, 2, "rnn")))
    (counted,) = count_layers(read_path(tmp_path).layers)
    assert counted.stored == 56


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with open_source(tmp_path) as source:
        assert TorchReader().recognise(source) is None


def first_script(shapes: dict[str, tuple[int, ...]], path: tuple[str, ...]) -> bytes:
    """A record model.json as torch 1.1 wrote it, with one module inside of each other."""
    tensors, parameters_ = [], []
    for number_, (label, shape) in enumerate(shapes.items()):
        parameters_.append({"isBuffer": False, "tensorId": str(number_), "name": label})
        tensors.append(
            {
                "dims": [str(size) for size in shape],
                "offset": "0",
                "strides": [str(step) for step in strides_of(shape)],
                "requiresGrad": True,
                "dataType": "FLOAT",
                "data": {"key": f"tensors/{number_}"},
                "device": "cpu",
            }
        )
    module: dict[str, object] = {"parameters": parameters_}
    for label in reversed(path):
        module = {"submodules": [{"name": label, **module}]}
    held = {"protoVersion": "6", "producerName": "pytorch", "producerVersion": "1.0"}
    return json.dumps({**held, "mainModule": module, "tensors": tensors}).encode()


def test_torchscript_of_before_1_3(tmp_path: Path) -> None:
    shapes = lstm(3, 2)
    records = {
        label.replace("data/", "tensors/"): data for label, data in records_of(shapes).items()
    }
    records["model.json"] = first_script(shapes, ("net", "rnn"))
    data = archive(b"", records).replace(b"data.pkl", b"data.xkl")
    model = read(data, tmp_path)
    assert (model.format, model.producer) == ("torchscript", "pytorch 1.0")
    assert [(layer.name, layer.cell) for layer in model.layers] == [("net.rnn", "LSTM")]
    assert parameters(model) == 56
    short = {**records, "tensors/0": bytes(8)}
    broken = read(archive(b"", short).replace(b"data.pkl", b"data.xkl"), tmp_path)
    assert {finding.rule for finding in check(broken, ())} == {"R201"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"tensorId": "3"', b'"tensorId": "9"', "refers to tensor 9 of 4"),
        (b'"strides": ["1"]', b'"strides": []', "has rank 1 and 0 strides"),
        (b'"dims": ["8", "3"]', b'"dims": ["8", {}]', "is not an integer"),
    ],
)
def test_a_broken_table_of_tensors(old: bytes, new: bytes, reason: str, tmp_path: Path) -> None:
    table = first_script(lstm(3, 2), ("net",)).replace(old, new)
    data = archive(b"", {"tensors/0": b"", "model.json": table})
    with pytest.raises(UnreadableFile, match=reason):
        read(data.replace(b"data.pkl", b"data.xkl"), tmp_path)
