"""RNNoise's text files, written by hand: no package writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from makers.rnnoise_files import HEADER, SIZES, text_of
from rnninspect import Report, UnreadableFile, inspect_file
from rnninspect.testing import check_reader
from rnninspect_audio import AudioReader


def saved(text: str, folder: Path) -> Path:
    path = folder / "model.rnnn"
    path.write_text(text)
    return path


def inspected(text: str, folder: Path) -> Report:
    return inspect_file(saved(text, folder))


def test_the_network_of_rnnoise_has_87503_parameters(tmp_path: Path) -> None:
    report = inspected(text_of(SIZES), tmp_path)
    assert [(layer.name, layer.expected, layer.stored) for layer in report.layers] == [
        ("vad_gru", 3_528, 3_528),
        ("noise_gru", 20_016, 20_016),
        ("denoise_gru", 60_768, 60_768),
    ]
    assert report.totals.parameters == 87_503
    assert report.totals.bytes <= len(text_of(SIZES))
    assert not report.findings


def test_other_sizes_are_read(tmp_path: Path) -> None:
    sizes = ((42, 5), (5, 4), (51, 3), (49, 2), (2, 22), (4, 1))
    report = inspected(text_of(sizes), tmp_path)
    assert [(layer.input_size, layer.hidden_size) for layer in report.layers] == [*sizes[1:4]]


def test_further_numbers_are_noted(tmp_path: Path) -> None:
    report = inspected(text_of(SIZES) + " 1 2", tmp_path)
    assert [found.message for found in report.findings] == ["2 numbers after the last layer"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEADER.replace("1", "7"), "unsupported version 7"),
        (HEADER, "truncated: input_dense: inputs needs 1 number"),
        (f"{HEADER}42 200 0", "input_dense: neurons: '200' is not from 1 to 128"),
        (f"{HEADER}42 x 0", "input_dense: neurons: 'x' is not from 1 to 128"),
        (text_of(SIZES)[:-3000], "truncated: denoise_output/input_weights needs 2,112 numbers"),
        (text_of(SIZES).replace(" 7 ", " x "), "'x' is no number"),
    ],
)
def test_a_malformed_file_is_unreadable(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        inspected(text, tmp_path)


def test_the_reader_keeps_the_contract(tmp_path: Path) -> None:
    check_reader(AudioReader(), saved(text_of(SIZES), tmp_path))
