"""Every hostile file in every format: exit code, streams and memory."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hostile.corpus import CORPUS, make_corpus
from hostile.driver import FORMATS
from hostile.driving import Answers, drive, nothing_is_left
from hostile.entry import CANARY

pytestmark = pytest.mark.slow

MOST_MEGABYTES = 300
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_corpus(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def streams(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    return drive("streams", corpus, tmp_path_factory.mktemp("streams"))


@pytest.mark.parametrize("name", CORPUS)
def test_each_format_ends_as_it_should(name: str, streams: Answers) -> None:
    expected = CORPUS[name].code
    codes = {label: answer["code"] for label, answer in streams[name].items()}
    assert set(codes) == set(FORMATS)
    assert len(set(codes.values())) == 1, codes
    assert set(codes.values()) <= ({0, 1, 2} if expected is None else {expected})


@pytest.mark.parametrize("name", CORPUS)
def test_each_stream_is_harmless(name: str, streams: Answers) -> None:
    for label, answer in streams[name].items():
        out, err = str(answer["out"]), str(answer["err"])
        assert not CONTROL.search(out + err), label
        assert CANARY not in out + err
        assert "Traceback" not in out + err
        if answer["code"] == 2:
            assert re.fullmatch(r"rnninspect: [^\n]+\n", err)
            assert len(err) < 1_000 + len(name)
        else:
            assert err == ""
        if label == "json":
            json.loads(out)


@pytest.mark.parametrize("name", [name for name in CORPUS if "named_" in name])
def test_no_name_breaks_out_of_a_table(name: str, streams: Answers) -> None:
    rows = str(streams[name]["markdown"]["out"])
    assert "<img" not in rows.lower()
    assert "<script" not in rows.lower()
    bars = {len(re.findall(r"(?<!\\)\|", line)) for line in rows.splitlines() if line[:1] == "|"}
    assert len(bars) == 1
    for line in str(streams[name]["csv"]["out"]).splitlines():
        assert line[:1] not in "=+-@"


@pytest.mark.parametrize("name", CORPUS)
def test_memory_has_a_ceiling(name: str, streams: Answers) -> None:
    peaks = {label: answer["megabytes"] for label, answer in streams[name].items()}
    assert all(isinstance(peak, int) and 5 < peak < MOST_MEGABYTES for peak in peaks.values()), (
        peaks
    )


def test_nothing_was_left_behind(corpus: Path, streams: Answers) -> None:
    assert set(streams) == set(CORPUS)
    assert nothing_is_left(corpus)
