"""Paddle's parameters on a server: only the heads of the tensors are fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from makers.paddle_files import combined, program
from makers.paddle_samples import stack
from making.wayward import Handler, Wayward, wayward
from rnninspect import inspect_file

MANY = {f"a_{number}.w_0": (300, 1000) for number in range(12)}  # 1.2 MB each


@pytest.fixture(scope="module")
def server() -> Iterator[Wayward]:
    with wayward() as server:
        yield server


def test_the_heads_of_tensors_are_asked_for_at_once(server: Wayward, tmp_path: Path) -> None:
    shapes, op = stack()
    (tmp_path / "net.pdmodel").write_bytes(program(MANY | shapes, [op]))
    (tmp_path / "net.pdiparams").write_bytes(combined(MANY | shapes))

    def behave(handler: Handler) -> None:
        path = tmp_path / handler.path.strip("/")
        if path.is_file():
            handler.serve(path.read_bytes())
        else:
            handler.answer(404, {})

    server.behave = behave
    report = inspect_file(f"{server.url}/net.pdmodel")
    assert [(layer.name, layer.stored) for layer in report.layers] == [
        ("lstm_0[0]", 56),
        ("lstm_0[1]", 48),
    ]
    assert report.totals.parameters == 104 + 12 * 300_000
    assert report.traffic is not None
    assert report.traffic.fetched < 200_000  # of 14 MB
    assert len(server.seen) <= 3 + len(MANY)  # the names of modules are looked for, too
