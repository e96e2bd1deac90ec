"""The command on a cluster whose scheduler and workers are processes of their own."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from making.dask_cluster import DaskCluster, dask_cluster
from making.scans import names_in, paths_in
from rnninspect.results.files import Format, read_results

pytestmark = [pytest.mark.frameworks, pytest.mark.slow]

MODEL = Path(__file__).parents[2] / "sample_models" / "onnx" / "basic_lstm.onnx"
MODELS = 1_500


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for at in range(MODELS):
        shutil.copy(MODEL, folder / f"{at:05}.onnx")
    return folder


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with dask_cluster(tmp_path_factory.mktemp("cluster"), 2) as cluster:
        yield cluster


def started(models: Path, output: Path, cluster: DaskCluster) -> subprocess.Popen[str]:
    """A scan on the cluster, once some of its parts are there."""
    process = scan(models, output, "--engine", "dask", "--scheduler", cluster.address)
    folder, until = output.with_name(f"{output.name}.parts"), time.monotonic() + 60
    while len(list(folder.glob("part-*"))) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    return process


def scan(models: Path, output: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "rnninspect", "scan", str(models), "-o", str(output)]
    return subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def require_each_once(models: Path, output: Path) -> None:
    assert Counter(paths_in(output)) == {str(path): 1 for path in models.iterdir()}
    assert {each.model["verdict"] for each in read_results(output)} == {"ok"}
    assert names_in(output.parent) == [output.name]


def test_a_killed_worker_loses_no_row_and_counts_none_twice(
    models: Path, tmp_path: Path, cluster: DaskCluster
) -> None:
    output = tmp_path / "results.parquet"
    process = started(models, output, cluster)
    cluster.kill_worker(0)
    said, errors = process.communicate(timeout=300)
    assert (process.returncode, errors) == (0, "")
    assert said.startswith(f"{MODELS:,} models: {MODELS:,} ok")
    require_each_once(models, output)


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        *((kind, signal.SIGKILL) for kind in Format),
        (Format.PARQUET, signal.SIGTERM),
        (Format.PARQUET, signal.SIGINT),
    ],
)
def test_a_call_that_is_ended_midway_is_gone_on_with(
    models: Path, tmp_path: Path, cluster: DaskCluster, kind: Format, how: signal.Signals
) -> None:
    output = tmp_path / f"results.{kind}"
    process = started(models, output, cluster)
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    assert process.returncode in (-how, 128 + how)
    assert len(said.splitlines()) == (0 if how == signal.SIGKILL else 2)
    assert not output.exists()
    again = scan(models, output, "--resume", "--engine", "dask", "--scheduler", cluster.address)
    _, said = again.communicate(timeout=300)
    assert (again.returncode, said) == (0, "")
    require_each_once(models, output)


def test_a_scheduler_that_is_lost_is_one_line(
    models: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    output = tmp_path / "results.parquet"
    with dask_cluster(tmp_path_factory.mktemp("lost"), 1) as cluster:
        process = started(models, output, cluster)
        cluster.scheduler.kill()
        _, said = process.communicate(timeout=120)
    lost = f"rnninspect: {output}: the scheduler is lost; --resume goes on\n"
    assert (process.returncode, said) == (2, lost)
    again = scan(models, output, "--resume", "-j", "2")
    _, said = again.communicate(timeout=300)
    assert (again.returncode, said) == (0, "")
    require_each_once(models, output)
