"""Files of arrays by name, read and written whole: npz, npy and pickle of numpy, MessagePack."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flax.serialization
import msgpack
import numpy as np
from flax.traverse_util import flatten_dict, unflatten_dict

Arrays = dict[str, Any]


def read(path: Path) -> Arrays:
    """Every array of a file by its name."""
    if path.suffix == ".npz":
        return dict(np.load(path))
    tree = flax.serialization.msgpack_restore(path.read_bytes())
    return {name: np.asarray(leaf) for name, leaf in flatten_dict(tree, sep="/").items()}


def write(target: Path, arrays: Arrays) -> None:
    """A file with these arrays, in the format of the target's suffix."""
    WRITERS[target.suffix](target, arrays)


def _npz(target: Path, arrays: Arrays) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array)
            archive.writestr(f"{name}.npy", content.getvalue())


def _npy(target: Path, arrays: Arrays) -> None:
    np.save(target, np.array(arrays, dtype=object), allow_pickle=True)


def _pickle(target: Path, arrays: Arrays) -> None:
    target.write_bytes(pickle.dumps(arrays))


def _msgpack(target: Path, arrays: Arrays) -> None:
    target.write_bytes(flax.serialization.to_bytes(unflatten_dict(arrays, sep="/")))


WRITERS: dict[str, Callable[[Path, Arrays], None]] = {
    ".npz": _npz,
    ".npy": _npy,
    ".pkl": _pickle,
    ".msgpack": _msgpack,
}


def short(target: Path, arrays: Arrays, name: str) -> None:
    """Write a file with one array whose elements lack their last byte."""
    if target.suffix == ".msgpack":
        flat = {key: _packed(array, lacking=key == name) for key, array in arrays.items()}
        target.write_bytes(msgpack.packb(unflatten_dict(flat, sep="/")))
        return
    write(target, arrays)
    data, elements = target.read_bytes(), np.ascontiguousarray(arrays[name]).tobytes()
    if target.suffix != ".npz":
        target.write_bytes(data.replace(elements, elements[:-1], 1))
        return
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            cut = content[:-1] if content.endswith(elements) else content
            new.writestr(member, cut)


def _packed(array: Any, *, lacking: bool) -> msgpack.ExtType:  # noqa: ANN401 - as above
    elements = array.tobytes()[: -1 if lacking else None]
    return msgpack.ExtType(1, msgpack.packb((array.shape, array.dtype.name, elements)))
