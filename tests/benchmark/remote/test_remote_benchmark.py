"""The benchmark of remote models runs, its peers see every tensor, and its table is documented."""

from __future__ import annotations

import os
import subprocess
import warnings
from pathlib import Path

import pytest

from benchmark.remote import starts
from benchmark.remote.__main__ import hub, main
from benchmark.remote.calls import DOWNLOAD, MORE, OURS, OURS_HUB, OURS_MANY, Call, calls_of, peers
from benchmark.remote.costs import COST_HEAD, HEAD
from benchmark.remote.serving import Cost, serving
from benchmark.remote.stacks import REMOTE, STACKS, shapes_of
from rnninspect import inspect_file
from rnninspect.rules import Level
from rnninspect.source.traffic import Traffic

DOCUMENTED = Path(__file__).parents[3] / "docs/remote-costs.md"
QUICK = 1e9  # bytes a second


def made(family: str, folder: Path) -> Path:
    name, make = REMOTE[family]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        make(folder / name, "small")
    return folder / name


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|\n").split("|")]


@pytest.mark.parametrize("family", REMOTE)
def test_a_model_of_each_format_is_read_over_the_network(family: str, tmp_path: Path) -> None:
    path = made(family, tmp_path)
    with serving(tmp_path, 0, QUICK) as server:
        remote = inspect_file(f"{server.url}/files/{path.name}{'/' if path.is_dir() else ''}")
        assert server.spent() == Cost(*(remote.traffic or Traffic(0, 0)))
    local = inspect_file(path)
    assert remote._replace(path="", files=(), traffic=None) == local._replace(path="", files=())
    assert local.totals.parameters >= 2_000
    assert local.worst() in (None, Level.NOTE)


def test_each_command_has_a_row_and_each_format_a_cost(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--size", "small", "--rounds", "1", "--latency", "0", "--formats", "safetensors"])
    measurements, costs, arithmetic = capsys.readouterr().out.split("\n\n")
    head, rule, *rows = measurements.splitlines(keepends=True)
    assert head + rule == HEAD
    assert {line.count("|") for line in (head, rule, *rows)} == {11}
    names = [cells(row)[1] for row in rows]
    assert names == [OURS, OURS_MANY, OURS_HUB, *(peer.name for peer in peers()), DOWNLOAD]
    requests = {cells(row)[1]: int(cells(row)[3]) for row in rows}
    assert (requests[OURS], requests[OURS_MANY], requests[DOWNLOAD]) == (1, 1 + MORE, 1)
    assert costs.startswith(COST_HEAD)
    assert cells(costs.splitlines()[-1])[:2] == ["safetensors", "1"]
    assert "1,000,000 × 1.0 requests = 1.0 million requests" in arithmetic


def test_the_download_is_of_all_files(tmp_path: Path) -> None:
    path = made("SavedModel", tmp_path)
    with serving(tmp_path, 0, QUICK) as server:
        call = calls_of(path, f"{server.url}/files", "SavedModel")[-1]
        subprocess.run(call.command, check=True)
        sizes = [each.stat().st_size for each in tmp_path.rglob("*") if each.is_file()]
        assert server.spent() == Cost(len(sizes), sum(sizes))


@pytest.mark.parametrize("family", [family for family in REMOTE if "safetensors" in family])
@pytest.mark.parametrize("peer", peers(), ids=lambda peer: peer.name)
def test_each_peer_sees_every_tensor(family: str, peer: Call, tmp_path: Path) -> None:
    served = tmp_path / "served"
    served.mkdir()
    made(family, served)
    with serving(served, 0, QUICK) as server, hub(server, tmp_path):
        said = subprocess.run(peer.command, check=True, capture_output=True, text=True).stdout
    layers, n = STACKS["small"]
    elements = layers * (8 * n * n + 8 * n)
    tensors = [str(len(shapes_of("small")))] if peer.name != "hf-mem" else []
    assert said.split() == [*tensors, str(elements)]


def test_the_environment_is_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    before = dict(os.environ)
    with serving(tmp_path, 0, QUICK) as server, hub(server, tmp_path):
        assert "HF_TOKEN" not in os.environ
        assert os.environ["HF_ENDPOINT"] == server.url
    assert dict(os.environ) == before


def test_each_client_starts(capsys: pytest.CaptureFixture[str]) -> None:
    starts.main(["--rounds", "1"])
    _, _, *rows = capsys.readouterr().out.splitlines()
    assert [cells(row)[0] for row in rows] == list(starts.STARTS)


def test_the_documentation_has_the_table_that_is_printed() -> None:
    text = DOCUMENTED.read_text(encoding="utf-8")
    assert COST_HEAD in text
    rows = text.partition(COST_HEAD)[2].partition("\n\n")[0].splitlines()
    assert [cells(row)[0] for row in rows] == list(REMOTE)
    assert {len(cells(row)) for row in rows} == {len(cells(COST_HEAD.splitlines()[0]))}
