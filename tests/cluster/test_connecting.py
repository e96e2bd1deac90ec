"""A scheduler that is not there, is something else, or lacks what a scan needs: one line each."""

from __future__ import annotations

import gc
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from distributed import Client

from rnninspect.cluster import connecting
from rnninspect.cluster.connecting import connected
from rnninspect.errors import ResultsError

Versions = dict[str, Any]


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "CONNECT_SECONDS", 0.2)
    for address in ("tcp://127.0.0.1:9", "nonsense://x", "tls://127.0.0.1:9", "127.0.0.1"):
        with (
            pytest.raises(ResultsError, match=f"^{address}: no scheduler answers: [^\n]+$"),
            connected(address, 1),
        ):
            pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x"])
def test_a_client_that_does_not_connect_is_closed(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "CONNECT_SECONDS", 0.2)
    gc.collect()
    with pytest.raises(ResultsError) as refused, connected(address, 1):
        pass
    assert refused.value.__cause__  # the frames of its traceback keep the client
    clients = [found for found in gc.get_objects() if issubclass(type(found), Client)]
    assert {client.status for client in clients} == {"closed"}


def test_a_server_that_says_nothing_is_no_scheduler() -> None:
    program = """
import sys
from rnninspect.cluster import connecting
connecting.CONNECT_SECONDS = connecting.PATIENCE = 1
try:
    with connecting.connected(sys.argv[1], 1):
        pass
except connecting.ResultsError as error:
    print(error, end="", flush=True)
    import os; os._exit(2)
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-c", program, address], capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (2, "")
    assert re.fullmatch(f"{address}: (no scheduler|what) answers [^\n]+", done.stdout)


def test_a_worker_that_lacks_a_package_is_named() -> None:
    refused = r"^tcp://\S+: worker tcp://\S+ lacks no_such_package$"
    with (
        pytest.raises(ResultsError, match=refused),
        connected(None, 1, ("distributed", "no_such_package")),
    ):
        pass


def of_scheduler(versions: Versions) -> Versions:
    packages: Versions = versions["scheduler"]["packages"]
    return packages


def of_worker(versions: Versions) -> Versions:
    packages: Versions = next(iter(versions["workers"].values()))["packages"]
    return packages


@pytest.mark.parametrize(
    ("whose", "package", "version", "reason"),
    [
        (of_scheduler, "distributed", "1.0", "the scheduler has distributed 1.0, and this process"),
        (of_scheduler, "rnninspect", None, "the scheduler lacks rnninspect"),
        (of_worker, "rnninspect", None, r"worker tcp://\S+ lacks rnninspect"),
        (of_worker, "rnninspect", "0.0.1", r"worker tcp://\S+ has rnninspect 0\.0\.1, and this"),
        (of_worker, "dask", "1.0", r"worker tcp://\S+ has dask 1\.0, and this process"),
        (of_worker, "python", "3.9.1.final.0", r"worker tcp://\S+ has Python 3\.9, and this"),
    ],
)
def test_other_versions_are_named(
    whose: Callable[[Versions], Versions], package: str, version: str | None, reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    versions = Client.get_versions

    def altered(client: Client, packages: list[str]) -> Versions:
        found: Versions = versions(client, packages=packages)
        whose(found)[package] = version
        return found

    monkeypatch.setattr(Client, "get_versions", altered)
    with pytest.raises(ResultsError, match=f"^tcp://\\S+: {reason}"), connected(None, 1):
        pass
