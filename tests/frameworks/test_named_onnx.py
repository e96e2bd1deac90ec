"""What torch's exporters keep of the names of recurrent networks of today."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import MambaConfig, MambaForCausalLM, RwkvConfig, RwkvForCausalLM

from rnninspect.inspection import inspect_file

pytestmark = pytest.mark.filterwarnings("ignore")  # what exporters warn of is their own

SMALL = {"hidden_size": 24, "num_hidden_layers": 2, "vocab_size": 50}
NETS = {
    "mamba": lambda: MambaForCausalLM(MambaConfig(**SMALL, state_size=7)),
    "rwkv": lambda: RwkvForCausalLM(RwkvConfig(**SMALL)),
}
LAYERS = {
    "mamba": [("Mamba", 4992)] * 2,
    "rwkv": [("RWKV channel mix", 5232)] * 2 + [("RWKV-4", 2424)] * 2,
}
EXPORTS: dict[str, dict[str, Any]] = {
    "folded": {"dynamo": False, "opset_version": 17},
    "kept": {"dynamo": False, "opset_version": 17, "do_constant_folding": False},
    "as it is": {"dynamo": True, "optimize": False},
}


class Logits(torch.nn.Module):  # type: ignore[misc]
    """The network without a cache."""

    def __init__(self, net: torch.nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.net(tokens, use_cache=False)[0]


@pytest.mark.parametrize(
    ("name", "how"),
    [("mamba", "folded"), ("mamba", "kept"), ("rwkv", "folded"), ("rwkv", "as it is")],
)
def test_an_export_has_its_layers_or_a_note(name: str, how: str, tmp_path: Path) -> None:
    torch.manual_seed(1)
    net = NETS[name]().eval()
    for weight in net.parameters():  # equal ones are stored once
        torch.nn.init.normal_(weight)
    tokens = torch.zeros(1, 3, dtype=torch.long)
    path = tmp_path / "model.onnx"
    torch.onnx.export(Logits(net), (tokens,), path, **EXPORTS[how])
    report = inspect_file(path)
    assert all(finding.level.value == "note" for finding in report.findings)
    found = sorted((each.layer.cell, each.expected) for each in report.layers)
    assert found == ([] if how == "folded" else LAYERS[name])
    assert all(each.expected == each.stored for each in report.layers)
    assert bool(report.possible) == (how == "folded")
