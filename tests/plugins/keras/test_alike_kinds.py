"""Each kind of HDF5 object that is compared with a known one: the same as when it is made."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from making.keras.hdf5_samples import created
from plugins.keras.test_alike import Both, both, outcome
from rnninspect.decode.hdf5 import Dataset, File, Group
from rnninspect.decode.hdf5 import file as decoding
from rnninspect.decode.hdf5.checksum import lookup3
from rnninspect.decode.hdf5.headers import place_of_size
from rnninspect.decode.hdf5.known import KnownHeaders
from rnninspect.source.source import open_source

__all__ = ["both"]  # the fixture

LAYERS, MUTATIONS = 20, 80


def named(group: h5py.Group, _: int) -> None:
    """A layer as Keras since 3.6 writes it."""
    group.attrs["name"] = "dense"
    group["0"], group["1"] = np.zeros((3, 2), np.float32), np.zeros(2, np.float32)


def attributed(group: h5py.Group, at: int) -> None:
    """A dataset whose attributes need a second part of its header, on some of the layers."""
    for number in range(2):
        item = group.create_dataset(str(number), data=np.zeros((3, 2), np.float32))
        for more in range(5 if at % 3 else 1):
            item.attrs[f"attribute {more}"] = "text" if at % 2 else 1.5


def chunked(group: h5py.Group, _: int) -> None:
    """Chunks: of one size, filtered, growing, and none yet."""
    group.create_dataset("0", data=np.zeros((4, 6), np.float32), chunks=(2, 3))
    group.create_dataset("1", data=np.zeros(6, np.float32), compression="gzip", shuffle=True)
    group.create_dataset("2", (4,), np.float32, maxshape=(None,))
    group.create_dataset("3", data=np.zeros((2, 0), np.float32), maxshape=(2, None))
    group.create_dataset("4", data=np.zeros((4, 4)), maxshape=(None, None), fletcher32=True)
    group.create_dataset("5", data=np.zeros(3, "S4"), chunks=(2,))


def opaque(group: h5py.Group, at: int) -> None:
    """Types that HDF5 has no class for, which Keras names in an attribute; some names are wrong."""
    for number, name in enumerate(("bfloat16", "float8_e5m2", "own" if at % 3 else "bfloat16")):
        item = group.create_dataset(
            str(number), data=np.zeros((3, 2), "V1" if number == 1 else "V2")
        )
        item.attrs["dtype"] = name
    group.create_dataset("3", data=np.zeros((3, 2), "V2"))


KINDS = (named, attributed, chunked, opaque)
Kind = Callable[[h5py.Group, int], None]


def write(path: Path, kind: Kind, version: str) -> None:
    with created(path, version) as file:
        for at in range(LAYERS):
            kind(file.create_group(f"layers/dense_{at}").create_group("vars"), at)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.mark.parametrize("version", ["earliest", "v110", "latest"])
def test_each_kind(kind: Kind, version: str, both: Both, tmp_path: Path) -> None:
    path = tmp_path / "kinds.weights.h5"
    write(path, kind, version)
    in_columns, made = both(path)
    assert in_columns == made


@pytest.mark.parametrize("version", ["earliest", "latest"])
def test_changed_bytes(
    kind: Kind, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes of structure are changed, arrays are of zeros; half of the checksums are mended."""
    path, draw = tmp_path / "mutated.weights.h5", random.Random(3)  # noqa: S311 - nothing secret
    write(path, kind, version)
    data, read = path.read_bytes(), 0
    places = [at for at, byte in enumerate(data) if byte]
    for number in range(MUTATIONS):
        changed = bytearray(data)
        for _ in range(draw.randrange(1, 3)):
            at = draw.choice(places) + draw.randrange(2)
            changed[at] = draw.choice((0, 1, 2, 255, changed[at] ^ 1 << draw.randrange(8)))
        if number % 2:
            mend(changed)
        path.write_bytes(changed)
        short, long = both_ways(path, monkeypatch)
        assert short == long, number
        read += isinstance(short, tuple) and len(short) == 2
    assert read > MUTATIONS // 20


def both_ways(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[object, object]:
    """What a file is with objects in columns from the first on, and with none."""
    monkeypatch.setattr(decoding, "FEW", 0)
    short = outcome(path)
    monkeypatch.setattr(decoding, "FEW", 10**9)
    return short, outcome(path)


def headers(data: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """Where each object header of version 2 begins, and where its checksum is."""
    at = -1
    while (at := data.find(b"OHDR", at + 1)) >= 0:
        start, width = place_of_size(data[at + 5])
        end = at + start + width + int.from_bytes(data[at + start : at + start + width], "little")
        if end + 4 <= len(data):
            yield at, end


def mend(data: bytearray) -> None:
    """Make the checksums of object headers right, where something else was changed."""
    for start, end in headers(data):
        data[end : end + 4] = lookup3(bytes(data[start:end])).to_bytes(4, "little")


def test_the_first_fault_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong checksum, with others or another fault before and after it."""
    path, draw = tmp_path / "faults.weights.h5", random.Random(4)  # noqa: S311 - nothing secret
    write(path, named, "latest")
    data, named_first = path.read_bytes(), set[object]()
    known = list(headers(data))
    for _ in range(40):
        changed = bytearray(data)
        for start, end in draw.sample(known[1:], 3):
            changed[end if draw.random() < 0.7 else start] ^= 1
        path.write_bytes(changed)
        short, long = both_ways(path, monkeypatch)
        assert short == long
        named_first.add(short)
    assert len(named_first) > 10


@pytest.mark.parametrize("version", ["earliest", "latest"])
def test_few_objects_are_made(
    kind: Kind, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, learned = tmp_path / "kinds.weights.h5", list[int]()
    write(path, kind, version)

    def learn(known: KnownHeaders, found: Group | Dataset) -> None:
        learned.append(found.address)
        as_before(known, found)

    as_before = KnownHeaders.learn
    monkeypatch.setattr(decoding, "FEW", 0)
    monkeypatch.setattr(KnownHeaders, "learn", learn)
    with open_source(path) as source:
        objects = sum(1 for _ in File(source).visit())
    assert len(learned) < objects // 3
