"""Each peer of the benchmark has seen every tensor of the model that it is measured with."""

from __future__ import annotations

import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmark.models import MAKERS, MANY, sizes_of
from benchmark.peers import PEERS, Peer

# Parameters that are tensors of the small model: the LSTM's kernels and biases as each format has
# them. A session of ONNX Runtime lists its inputs, and no initializer.
LEAST = {
    "onnx": 3,
    "ort": 1,
    "torch": 4,
    "safetensors": 4,
    "sharded": 643,
    "keras": 3,
    "hdf5": 3,
    "checkpoint": 3,
    "savedmodel": 3,
    "graph": 2,
    "tflite": 12,
    "gguf": 4,
}
INSTALLED = [
    (family, peer)
    for family in PEERS
    for peer in PEERS[family]
    if find_spec(peer.needs) is not None
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The smallest model of each format, each in a folder of its own."""
    paths = {}
    for family, (name, make) in MAKERS.items():
        paths[family] = tmp_path_factory.mktemp(family) / name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            make(paths[family], sizes_of(family)[0])
    return paths


def seen(peer: Peer, path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """What its program prints, run here, where the frameworks are loaded already."""
    monkeypatch.setattr(sys, "argv", ["-c", str(path)])
    found: list[int] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(peer.command[-1], {"print": found.append})  # noqa: S102 - our own
    (count,) = found
    return count


@pytest.mark.parametrize(
    ("family", "peer"), INSTALLED, ids=lambda each: getattr(each, "name", each)
)
def test_each_peer_sees_every_tensor(
    family: str, peer: Peer, made: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seen(peer, made[family], monkeypatch) >= LEAST[family]


@pytest.mark.parametrize("family", ["onnx", "torch", "safetensors", "hdf5"])
def test_none_stops_at_the_first(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, make = MAKERS[family]
    make(tmp_path / name, "10000")
    assert seen(PEERS[family][-1], tmp_path / name, monkeypatch) == MANY
