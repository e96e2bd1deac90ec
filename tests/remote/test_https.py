"""Models on nginx, with ranges and without, and what is fetched of them."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rnninspect import Limits, RefusedFile, Report, UnreadableFile, inspect_file
from rnninspect.source.traffic import Traffic, amount

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
ENTRIES: list[dict[str, Any]] = tomllib.loads((SAMPLES / "manifest.toml").read_text())["sample"]
PATHS = [entry["path"] for entry in ENTRIES if (SAMPLES / entry["path"]).is_file()]


def comparable(report: Report) -> Report:
    return report._replace(path="", files=(), traffic=None)


@pytest.mark.parametrize("path", PATHS[::3])
def test_a_report_is_the_same_as_on_the_file_itself(path: str, web: str) -> None:
    remote = inspect_file(f"{web}/ranges/{path}")
    assert comparable(remote) == comparable(inspect_file(SAMPLES / path))
    assert remote.path == f"{web}/ranges/{path}"
    assert remote.traffic is not None
    assert remote.traffic.fetched <= remote.file_bytes + 64 * 2**10


def test_a_large_file_costs_kilobytes(web: str, served: Path) -> None:
    large = served / "large.safetensors"
    header = b'{"w":{"dtype":"F32","shape":[500000000],"data_offsets":[0,2000000000]}}'
    large.write_bytes(len(header).to_bytes(8, "little") + header)
    os.truncate(large, 8 + len(header) + 2_000_000_000)
    report = inspect_file(f"{web}/ranges/large.safetensors")
    assert report.totals.parameters == 500_000_000
    assert report.traffic == Traffic(1, 64 * 2**10)
    assert report.traffic.in_words(report.file_bytes) == "1 request, 66 kB of 2.0 GB"


def test_a_server_without_ranges_is_stopped_or_downloaded_within_a_bound(
    web: str, served: Path
) -> None:
    whole = served / "whole.pt"
    whole.write_bytes((SAMPLES / "torch/tagger.pt").read_bytes())
    assert inspect_file(f"{web}/whole/torch/tagger.pt").traffic == Traffic(1, 6449)
    large = served / "large.h5"
    large.write_bytes(next(SAMPLES.glob("keras/*.h5")).read_bytes() + bytes(300_000))
    with pytest.raises(UnreadableFile, match="--allow-download"):
        inspect_file(f"{web}/whole/large.h5")
    with pytest.raises(RefusedFile, match="download_bytes=100000"):
        inspect_file(f"{web}/whole/large.h5", Limits(download_bytes=100_000))
    found = inspect_file(f"{web}/whole/large.h5", Limits(download_bytes=2**30))
    assert comparable(found) == comparable(inspect_file(large))


def test_a_slow_server_is_waited_for(web: str) -> None:
    assert inspect_file(f"{web}/slow/onnx/basic_lstm.onnx").layers


def test_redirects_are_followed_where_they_may_lead(web: str) -> None:
    assert inspect_file(f"{web}/moved/onnx/basic_lstm.onnx").layers
    for path, reason in (
        ("outside/x", "private address"),
        ("file/x", "not a URL of http"),
        ("loop/x", "more than 5 redirects"),
        ("gone/x", "410 Gone"),
        ("ranges/absent.onnx", "404 Not Found"),
        ("ranges/empty", "the file is empty"),
    ):
        with pytest.raises(UnreadableFile, match=reason):
            inspect_file(f"{web}/{path}")


def test_companions_are_found_in_the_remote_folder(web: str, served: Path) -> None:
    del served
    entry = next(e for e in ENTRIES if e.get("companions") and e["path"].startswith("onnx/"))
    remote = inspect_file(f"{web}/ranges/{entry['path']}")
    assert comparable(remote) == comparable(inspect_file(SAMPLES / entry["path"]))
    assert len(remote.files) > 1


def test_the_command_says_what_was_fetched(web: str) -> None:
    url = f"{web}/ranges/onnx/basic_lstm.onnx?key=secret"
    command = [sys.executable, "-m", "rnninspect", url, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0
    assert done.stderr.endswith("basic_lstm.onnx: 1 request, 717 bytes of 717 bytes\n")
    assert "secret" not in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["inspect", "scan"])
def test_a_folder_is_one_model(web: str, command: str) -> None:
    """A server lists nothing, but a model in a folder is known by the names of its files."""
    call = [sys.executable, "-m", "rnninspect", command, "--format", "json"]
    url = f"{web}/ranges/keras/exported/"
    done = subprocess.run([*call, url], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, "savedmodel" in done.stdout.lower()) == (0, True), done.stdout[:300]
    other = f"{web}/ranges/onnx/"
    done = subprocess.run([*call, other], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "an HTTP server does not list its files; name one" in done.stderr


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (9_960, "10 kB"),
        (77_000, "77 kB"),
        (999_700, "1.0 MB"),
        (8_100_000_000, "8.1 GB"),
        (5 * 10**12, "5.0 TB"),
    ],
)
def test_an_amount_has_two_digits(number: int, words: str) -> None:
    assert amount(number) == words
