"""Networks of transformers and diffusers that do not recur: no layer, no error, all understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from making.modern.attention import TRANSFORMERS
from making.modern.building import diffuser, saved, transformer
from making.modern.diffusion import DIFFUSERS
from rnninspect import inspect_file
from rnninspect.rules import Level

if TYPE_CHECKING:
    from pathlib import Path

    from rnninspect.report import Report


def nothing_recurs(report: Report) -> None:
    assert [counted.layer.name for counted in report.layers] == []
    assert report.skipped == ()
    assert report.possible == ()
    assert report.totals.attributed == report.totals.tensors > 0
    assert report.worst() in (None, Level.NOTE)


@pytest.mark.parametrize(("name", "sizes"), TRANSFORMERS, ids=[name for name, _ in TRANSFORMERS])
def test_no_layer_is_found_in_what_transformers_saves(
    tmp_path: Path, name: str, sizes: dict[str, Any]
) -> None:
    for path in saved(transformer(name, sizes), tmp_path):
        nothing_recurs(inspect_file(path))


@pytest.mark.parametrize(("name", "sizes"), DIFFUSERS, ids=[name for name, _ in DIFFUSERS])
def test_no_layer_is_found_in_what_diffusers_saves(
    tmp_path: Path, name: str, sizes: dict[str, Any]
) -> None:
    for path in saved(diffuser(name, sizes), tmp_path):
        nothing_recurs(inspect_file(path))
