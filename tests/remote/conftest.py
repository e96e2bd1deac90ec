"""Servers on this machine, started once for each process that runs tests, and no pauses."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from making.buckets import KEYS, moto
from making.hub import HubStandIn
from making.nginx import nginx
from making.wayward import Wayward, wayward
from rnninspect.remote.https import transport

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that nginx serves: the samples, and what tests add."""
    root = tmp_path_factory.mktemp("served")
    for folder in SAMPLES.iterdir():
        (root / folder.name).symlink_to(folder)
    (root / "empty").touch()
    return root


@pytest.fixture(scope="session")
def web(served: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of nginx."""
    with nginx(served, tmp_path_factory.mktemp("nginx")) as url:
        yield url


@pytest.fixture(scope="session")
def _server() -> Iterator[Wayward]:
    with wayward() as server:
        yield server


@pytest.fixture(scope="session")
def _storage() -> Iterator[Wayward]:
    with wayward() as server:
        yield server


@pytest.fixture
def hub_with(
    server: Wayward, _storage: Wayward, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., HubStandIn]:
    """Makes a stand-in of the Hub with some repositories, which is the one that is asked."""
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    _storage.seen.clear()
    return partial(HubStandIn, server, _storage)


@pytest.fixture
def server(_server: Wayward) -> Wayward:
    """A server that answers as a test tells it."""
    _server.seen.clear()
    return _server


@pytest.fixture(scope="session")
def _moto() -> Iterator[str]:
    with moto() as url:
        yield url


@pytest.fixture
def bucket(_moto: str, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - s3fs has no types
    """The file system of a server for S3, with an empty bucket `models`."""
    import s3fs

    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", _moto)
    system = s3fs.S3FileSystem(skip_instance_cache=True)
    if system.exists("models"):
        system.rm("models", recursive=True)
    system.mkdir("models")
    return system


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between tries, and no proxy or token of whoever runs the tests."""
    monkeypatch.setattr(transport, "PAUSES", (0.0,) * 4)
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("HF_", "AWS_")):
            monkeypatch.delenv(name)
