"""Writes HDF5 files with h5py that use what the format offers, drawn by a seed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import h5py
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

TYPES = ("<f4", ">f4", "<f2", "<f8", "i1", "<u2", ">i4", "<i8", "?", "S7", "V3", "<c8")
VERSIONS = ("earliest", "v108", "v110", "v112", "v114", "latest")


def write_sample(path: Path, seed: int, version: str) -> None:
    """A file of some twenty objects; everything in it follows from seed and version."""
    draw = random.Random(seed)  # noqa: S311 - reproducible, and nothing secret
    block = 512 << draw.randrange(4) if draw.random() < 0.2 else 0
    with created(path, version, block) as file:
        _decorate(file, draw)
        groups = [file]
        for number in range(draw.randrange(2, 12)):
            parent = draw.choice(groups)
            groups.append(_group(parent, f"g{number}", draw))
            _decorate(groups[-1], draw)
        for number in range(draw.randrange(3, 20)):
            parent = draw.choice(groups)
            _decorate(_dataset(parent, f"d{number}", draw), draw)
        _link(file, groups, draw)


def created(path: Path, version: str, user_block: int = 0) -> h5py.File:
    """An empty file that notes no times, so that it is the same on every day."""
    access, plist = h5py.h5p.create(h5py.h5p.FILE_ACCESS), h5py.h5p.create(h5py.h5p.FILE_CREATE)
    access.set_libver_bounds(LOWEST[version], h5py.h5f.LIBVER_LATEST)
    plist.set_userblock(user_block)
    plist.set_obj_track_times(False)
    return h5py.File(h5py.h5f.create(bytes(path), h5py.h5f.ACC_TRUNC, plist, access))


LOWEST = {
    "earliest": h5py.h5f.LIBVER_EARLIEST,
    "v108": h5py.h5f.LIBVER_V18,
    "v110": h5py.h5f.LIBVER_V110,
    "v112": h5py.h5f.LIBVER_V112,
    "v114": h5py.h5f.LIBVER_V114,
    "latest": h5py.h5f.LIBVER_LATEST,
}


def _group(parent: h5py.Group, name: str, draw: random.Random) -> h5py.Group:
    plist = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
    plist.set_obj_track_times(False)
    if draw.random() < 0.2:
        plist.set_link_creation_order(h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED)
    return h5py.Group(h5py.h5g.create(parent.id, name.encode(), gcpl=plist))


def _dataset(parent: h5py.Group, name: str, draw: random.Random) -> h5py.Dataset:
    shape = tuple(draw.randrange(5) for _ in range(draw.randrange(5)))
    kind = np.dtype(draw.choice(TYPES))
    options: dict[str, object] = {"data": np.zeros(shape, kind)}
    match draw.randrange(9):
        case 0:
            options = {"data": h5py.Empty("f4")}
        case 1:
            options = {"data": ["one", "zwölf"], "dtype": h5py.string_dtype()}
        case 2:
            options = {"shape": (4, 5), "dtype": "<f4", "chunks": (2, 3), **draw.choice(FILTERS)}
        case 3:
            return _compact(parent, name, shape, kind)
        case 4:
            options = {"data": np.zeros(2, np.dtype([("a", "<i4"), ("b", "<f8", (2,))]))}
        case 5:
            options = {"shape": (3,), "dtype": h5py.vlen_dtype(np.int32)}
        case 6:  # allocated when it is written: never
            options = {"shape": shape, "dtype": kind}
    return parent.create_dataset(name, track_times=False, **options)


FILTERS: tuple[dict[str, object], ...] = (
    {},
    {"compression": "gzip"},
    {"shuffle": True, "compression": "lzf"},
    {"fletcher32": True},
)


def _compact(parent: h5py.Group, name: str, shape: tuple[int, ...], kind: np.dtype) -> h5py.Dataset:
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    plist.set_obj_track_times(False)
    space, stored = h5py.h5s.create_simple(shape or (1,)), h5py.h5t.py_create(kind)
    return h5py.Dataset(h5py.h5d.create(parent.id, name.encode(), stored, space, plist))


def _decorate(item: h5py.Group | h5py.Dataset, draw: random.Random) -> None:
    for number in range(draw.randrange(4)):
        value: object = draw.choice(
            (
                "text",
                "",
                "ü" * 40,
                b"bytes",
                ["a", "bc"],
                np.array([b"x", b"yz"]),
                7,
                1.5,
                np.arange(3),
                np.zeros((0,)),
                h5py.Empty("S3"),
                True,
            )
        )
        if isinstance(value, list):
            item.attrs.create(f"a{number}", value, dtype=h5py.string_dtype())
        else:
            item.attrs[f"a{number}"] = value


def _link(file: h5py.File, groups: list[h5py.Group], draw: random.Random) -> None:
    file["soft"] = h5py.SoftLink("/nowhere/at/all")
    file["outside"] = h5py.ExternalLink("other.h5", "/there")
    groups[-1]["again"] = draw.choice(groups)  # a cycle, or a second name


def write_crowd(path: Path, number: int, version: str) -> None:
    """A group with this number of links, and one with as many attributes."""
    draw = random.Random(number)  # noqa: S311 - reproducible, and nothing secret
    with created(path, version) as file:
        crowd = _group(file, "crowd", draw)
        for at in range(number):
            _group(crowd, f"{at:x}" * (1 + at % 40), draw)
        if version == "earliest":
            return
        for at in range(number):
            file["crowd"].attrs[f"attribute {at}"] = "x" * (at % 300)
