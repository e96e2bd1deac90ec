"""The tar archive of torch 0.1, which torch still reads."""

from __future__ import annotations

import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn


class Early:
    """Pickles as a parameter of torch 0.1."""

    def __init__(self, data: Numbered) -> None:
        self.data = data

    def __reduce__(self) -> tuple[object, ...]:
        return nn.Parameter, (), (self.data, None, None, True, False)


def written(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def tar_era(
    state: dict[str, Any], value_of: Callable[[dict[str, Any]], Any] = dict
) -> dict[str, bytes]:
    """The four members of the archive; `value_of` makes the saved value from named tensors."""
    storages, tensors = pickle.dumps(len(state), 2), pickle.dumps(len(state), 2)
    value = io.BytesIO()

    class Naming(pickle.Pickler):
        def persistent_id(self, given: object) -> str | None:
            return given.number if isinstance(given, Numbered) else None

    named = {}
    for number, (name, tensor) in enumerate(state.items(), start=1):
        storages += pickle.dumps((number + 100, "cpu", torch.FloatStorage), 2)
        storages += tensor.numel().to_bytes(8, "little") + tensor.numpy().tobytes()
        tensors += pickle.dumps((number, number + 100, torch.FloatTensor), 2)
        numbers = (*tensor.shape, *tensor.stride(), 0)
        tensors += tensor.dim().to_bytes(8, "little")
        tensors += b"".join(given.to_bytes(8, "little") for given in numbers)
        named[name] = Numbered(str(number))
    Naming(value, 2).dump(value_of(named))
    return {
        "sys_info": pickle.dumps({"protocol_version": 1000, "little_endian": True}, 2),
        "storages": storages + pickle.dumps([], 2),
        "tensors": tensors,
        "pickle": value.getvalue(),
    }


class Numbered:
    """A placeholder for a tensor, pickled as its number."""

    def __init__(self, number: str) -> None:
        self.number = number
