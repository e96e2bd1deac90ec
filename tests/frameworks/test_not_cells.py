"""Networks with gates and shared weights that are not recurrent: no layer is found in them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest
import torch

from making.tied_nets import TIED
from making.torch_nets import NETS, Net
from rnninspect import inspect_file

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.frameworks


ALL = {**NETS, **TIED}


@pytest.mark.parametrize("kind", ALL)
def test_a_network_of_another_kind_has_no_recurrent_layer(tmp_path: Path, kind: str) -> None:
    apply, layers, inputs = ALL[kind]
    path = tmp_path / "net.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Net(apply, layers).eval(), inputs, str(path), dynamo=False, opset_version=17
        )
    report = inspect_file(path)
    assert [counted.layer.kind for counted in report.layers] == []
    assert report.skipped == ()
    assert report.possible == ()
