"""No code of a torch file leaves its canary unless the file is trusted; with torch itself."""

from __future__ import annotations

import gzip
import pickle
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from making.drawing import agree
from making.judges import TORCH
from rnninspect import inspect_file
from rnninspect.verification.asking import question_on
from rnninspect.verification.child import ask
from rnninspect.verification.opinion import Bounds
from rnninspect.verification.question import Answer

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]
SUFFIXES = (".pt", ".pth", ".bin", ".ckpt", "")


class Gadget:
    """Leaves the canary when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = str(canary)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, (self.canary, "a")


def held(canary: Path) -> dict[str, Any]:
    state = torch.nn.LSTM(5, 3).state_dict()
    return {"state_dict": dict(state), "gadget": Gadget(canary)}


def zipped(path: Path, canary: Path) -> None:
    torch.save(held(canary), path)


def legacy(path: Path, canary: Path) -> None:
    torch.save(held(canary), path, _use_new_zipfile_serialization=False)


def behind_gzip(path: Path, canary: Path) -> None:
    legacy(path, canary)
    path.write_bytes(gzip.compress(path.read_bytes()))


def archived(path: Path, canary: Path) -> None:
    weights = path.with_name("weights.th")
    zipped(weights, canary)
    with tarfile.open(path, "w:gz") as archive:
        archive.add(weights, "weights.th")


def pickled(path: Path, canary: Path) -> None:
    path.write_bytes(pickle.dumps(held(canary)))


CONTAINERS: Mapping[str, Callable[[Path, Path], None]] = {
    "zip": zipped,
    "legacy": legacy,
    "gzip": behind_gzip,
    "tar in gzip": archived,
    "pickle": pickled,
}
# A plain pickle is not torch's own container, and its persistent tensors are beyond torch.load.
ALIVE = ("zip", "legacy", "gzip", "tar in gzip")


def answer(path: Path, *, trusted: bool) -> Answer:
    return ask(TORCH.module, question_on(inspect_file(path), Bounds(), trusted=trusted))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("container", CONTAINERS)
def test_no_pickle_runs_in_any_container_under_any_suffix(
    container: str, suffix: str, tmp_path: Path
) -> None:
    path, canary = tmp_path / f"model{suffix}", tmp_path / "canary"
    CONTAINERS[container](path, canary)
    given = answer(path, trusted=False)
    assert given.untrusted.startswith("it contains more than tensors")
    assert not canary.exists()


@pytest.mark.parametrize("container", ALIVE)
def test_a_pickle_runs_if_the_file_is_trusted(container: str, tmp_path: Path) -> None:
    path, canary = tmp_path / "model", tmp_path / "canary"
    CONTAINERS[container](path, canary)
    answer(path, trusted=True)
    assert canary.exists()


def scripted(path: Path) -> None:
    torch.jit.script(torch.nn.LSTM(5, 3)).save(str(path))


def exported(path: Path) -> None:
    network = torch.nn.Sequential(torch.nn.LSTM(5, 3)).eval()
    with path.open("wb") as file:
        torch.export.save(torch.export.export(network, (torch.zeros(4, 2, 5),)), file)


def packaged(path: Path) -> None:
    with torch.package.PackageExporter(str(path)) as exporter:
        exporter.extern("torch.**")
        exporter.save_pickle("model", "model.pkl", torch.nn.LSTM(5, 3))


PROGRAMS: Mapping[str, Callable[[Path], None]] = {
    "script": scripted,
    "export": exported,
    "package": packaged,
}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("program", PROGRAMS)
def test_no_program_is_loaded_without_trust(program: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{suffix}"
    PROGRAMS[program](path)
    given = answer(path, trusted=False)
    assert given.untrusted.endswith(" contains a program, which torch would run")
    agree(TORCH, inspect_file(path))
