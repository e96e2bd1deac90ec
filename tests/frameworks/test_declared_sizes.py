"""Networks and the configurations that transformers saves beside them, intact and contradicted."""

from __future__ import annotations

import json
import re
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from making.modern.building import saved, transformer
from making.modern.recurrent import RECURRENT
from rnninspect import inspect_file
from rnninspect.model import Origin

if TYPE_CHECKING:
    from pathlib import Path

    from rnninspect.report import Report

_BOTH = re.compile(r"declared as (\d+), stored (\d+)")


@pytest.fixture(scope="module", params=RECURRENT)
def network(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a network as `save_pretrained` leaves it, with sizes drawn at random."""
    name = str(request.param)
    folder = tmp_path_factory.mktemp(name)
    saved(transformer(name, RECURRENT[name][1](Random(f"{name} declared"))), folder)  # noqa: S311 - no secret
    return folder


def read(folder: Path, config: dict[str, Any] | None = None) -> Report:
    """The report on a network, with another configuration if one is given."""
    kept = (folder / "config.json").read_text()
    try:
        if config is not None:
            (folder / "config.json").write_text(json.dumps(config))
        return inspect_file(folder / "model.safetensors")
    finally:
        (folder / "config.json").write_text(kept)


def test_an_intact_network_declares_all_its_sizes(network: Path) -> None:
    report = read(network)
    assert {counted.layer.origin for counted in report.layers} == {Origin.DECLARED}
    assert report.findings == ()
    assert {path.rpartition("/")[2] for path in report.files} == {
        "config.json",
        "model.safetensors",
    }


def test_each_key_that_declares_a_size_is_missed_by_its_name(network: Path) -> None:
    intact = json.loads((network / "config.json").read_text())
    layers = [counted.layer for counted in read(network).layers]
    texts = {text for layer in layers for _, text in layer.declared_by}
    keys = {key for text in texts if "/" not in text for key in re.findall(r"[a-z]\w+", text)}
    assert len(keys & intact.keys()) >= 2
    for key in keys & intact.keys():
        report = read(network, {**intact, key: intact[key] + 1})
        assert report.findings, key
        errors = [finding for finding in report.findings if finding.level == "error"]
        assert {finding.rule for finding in errors} == {"R104"}, key
        assert all(key in finding.message for finding in errors), key
        both = [_BOTH.search(finding.message) for finding in errors]
        assert all(numbers and numbers[1] != numbers[2] for numbers in both), key


def test_a_layer_more_is_missed(network: Path) -> None:
    intact = json.loads((network / "config.json").read_text())
    lists = [key for key in ("layer_types", "layers_block_type") if key in intact]
    more: dict[str, Any] = {key: [*intact[key], intact[key][0]] for key in lists}
    counts = ("num_hidden_layers", "num_blocks")
    more |= {key: intact[key] + 1 for key in counts if key in intact}
    if "attn_layer_offset" in intact and not lists:
        more["num_hidden_layers"] += 1  # the next layer has attention
    report = read(network, {**intact, **more})
    assert any(re.search(r"stored \d+: layers? .* missing", f.message) for f in report.findings)


def test_the_inner_size_wins_over_the_factor_as_in_transformers(tmp_path: Path) -> None:
    model = transformer("MambaForCausalLM", RECURRENT["MambaForCausalLM"][1](Random("inner")))  # noqa: S311 - no secret
    saved(model, tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config |= {"expand": config["expand"] + 5, "d_inner": 7}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert read(tmp_path).findings == ()
    loaded, notes = type(model).from_pretrained(tmp_path, output_loading_info=True)
    assert not notes["mismatched_keys"]
    assert loaded.config.intermediate_size == model.config.intermediate_size


@pytest.mark.parametrize("key", ["state_size", "conv_kernel", "intermediate_size"])
def test_transformers_refuses_what_is_found(tmp_path: Path, key: str) -> None:
    model = transformer("MambaForCausalLM", RECURRENT["MambaForCausalLM"][1](Random(key)))  # noqa: S311 - no secret
    saved(model, tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config[key] += 1
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert {f.rule for f in read(tmp_path).findings if f.level == "error"} == {"R104"}
    with pytest.raises(RuntimeError, match=r"size mismatch|mismatched"):
        type(model).from_pretrained(tmp_path)
