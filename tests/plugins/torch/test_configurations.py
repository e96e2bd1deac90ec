"""Configurations beside weights and in checkpoints: which one is taken, and which are not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from making.declared_layers import MAMBA, MAMBA_2, mamba_2_shapes, mamba_shapes
from making.small_models import safetensors_file
from rnninspect.inspection import inspect_file
from rnninspect.report import Report

WRONG = {**MAMBA, "state_size": 8}


def _model(folder: Path, name: str = "model.safetensors", **configs: object) -> Path:
    """A Mamba of two layers with configurations beside it, by their names without the suffix."""
    path = safetensors_file(folder / name, mamba_shapes())
    for stem, values in configs.items():
        text = values if isinstance(values, str) else json.dumps(values)
        (folder / f"{stem}.json").write_text(text)
    return path


def _errors(report: Report) -> list[str]:
    """The messages of findings that are errors, each once."""
    found = (finding for finding in report.findings if finding.level.value == "error")
    return list(dict.fromkeys(f"{finding.rule} {finding.message}" for finding in found))


def _declared_in(report: Report) -> set[str]:
    return {counted.layer.declared_in for counted in report.layers}


def test_a_configuration_beside_the_weights_is_named_among_the_files(tmp_path: Path) -> None:
    path = _model(tmp_path, config=MAMBA)
    report = inspect_file(path)
    assert report.findings == ()
    assert report.files == (str(path), str(tmp_path / "config.json"))
    assert report.file_bytes == sum(Path(name).stat().st_size for name in report.files)


def test_no_configuration_is_looked_for_without_such_a_layer(tmp_path: Path) -> None:
    path = safetensors_file(tmp_path / "model.safetensors", {"head.weight": (3, 4)})
    (tmp_path / "config.json").write_text(json.dumps(MAMBA))
    assert inspect_file(path).files == (str(path),)


@pytest.mark.parametrize(
    "name",
    [
        "model.safetensors",
        "model.fp16.safetensors",
        "model-00001-of-00002.safetensors",
        "pytorch_model.bin",
        "diffusion_pytorch_model.safetensors",
        "consolidated.safetensors",
    ],
)
def test_the_usual_names_belong_to_the_configuration(name: str, tmp_path: Path) -> None:
    path = _model(tmp_path, name, config=MAMBA)
    _model(tmp_path, "other.safetensors")
    assert _declared_in(inspect_file(path)) == {"config.json"}


def test_of_several_models_in_a_folder_none_is_known_to_be_meant(tmp_path: Path) -> None:
    path = _model(tmp_path, "first.safetensors", config=WRONG)
    assert _declared_in(inspect_file(path)) == {"config.json"}
    _model(tmp_path, "second.safetensors")
    assert _declared_in(inspect_file(path)) == {""}
    assert _errors(inspect_file(path)) == []


def test_a_shard_alone_lacks_no_layer(tmp_path: Path) -> None:
    shard = _model(tmp_path, "model-00001-of-00009.safetensors", config=MAMBA)
    (tmp_path / "config.json").write_text(json.dumps({**MAMBA, "num_hidden_layers": 48}))
    assert _errors(inspect_file(shard)) == []


def test_an_adapter_s_configuration_is_not_one_of_the_model(tmp_path: Path) -> None:
    path = _model(tmp_path, adapter_config=WRONG, generation_config=WRONG)
    assert _declared_in(inspect_file(path)) == {""}


def test_an_index_of_shards_in_a_snapshot_of_the_hub(tmp_path: Path) -> None:
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots" / "main"
    blobs.mkdir()
    snapshot.mkdir(parents=True)
    shard = "model-00001-of-00001.safetensors"
    safetensors_file(blobs / "a", mamba_shapes())
    (blobs / "b").write_text(json.dumps({"weight_map": dict.fromkeys(mamba_shapes(), shard)}))
    (blobs / "c").write_text(json.dumps(WRONG))
    for blob, name in (("a", shard), ("b", "model.safetensors.index.json"), ("c", "config.json")):
        (snapshot / name).symlink_to(f"../../blobs/{blob}")
    expected = ["R104 config.json: state_size is declared as 8, stored 7 (state)"]
    assert _errors(inspect_file(snapshot)) == expected
    assert _errors(inspect_file(snapshot / "model.safetensors.index.json")) == expected


def test_mistral_s_parameters_go_first_beside_its_consolidated_weights(tmp_path: Path) -> None:
    path = safetensors_file(tmp_path / "consolidated.safetensors", mamba_2_shapes())
    params = {"dim": 24, "n_layers": 2, "n_groups": 7, "model_type": "mamba"}
    (tmp_path / "params.json").write_text(json.dumps(params))
    report = inspect_file(path)
    assert _declared_in(report) == {"params.json"}
    (tmp_path / "config.json").write_text(json.dumps(MAMBA_2))
    assert _declared_in(inspect_file(path)) == {"params.json"}
    (tmp_path / "params.json").write_text(json.dumps({**params, "dim": 48}))
    assert _errors(inspect_file(path)) == [
        "R104 params.json: dim is declared as 48, stored 24 (width)"
    ]


def test_part_of_a_model_that_another_configuration_describes(tmp_path: Path) -> None:
    small = {f"vision.{name}": shape for name, shape in mamba_shapes(d=12, e=24).items()}
    path = safetensors_file(tmp_path / "model.safetensors", {**mamba_shapes(), **small})
    (tmp_path / "config.json").write_text(json.dumps(MAMBA))
    report = inspect_file(path)
    assert _errors(report) == []
    assert [counted.layer.declared_in for counted in report.layers] == ["config.json"] * 2 + [
        ""
    ] * 2


def test_mamba_2_whose_configuration_is_that_of_the_largest_model(tmp_path: Path) -> None:
    """state-spaces/mamba, issue 752: hidden_size 4096 beside the weights of 1024."""
    leaves = mamba_2_shapes(1, d=1024, n=128, h=32, p=64)
    assert leaves["backbone.layers.0.mixer.in_proj.weight"] == (4384, 1024)
    path = safetensors_file(tmp_path / "model.safetensors", leaves)
    config = {"model_type": "mamba2", "hidden_size": 4096, "expand": 2, "num_heads": 128}
    config |= {"head_dim": 64, "state_size": 128, "n_groups": 1, "num_hidden_layers": 1}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert _errors(inspect_file(path)) == [
        "R104 config.json: hidden_size is declared as 4096, stored 1024 (width)",
        "R104 config.json: num_heads is declared as 128, stored 32 (heads)",
    ]


def test_mamba_of_another_size_than_its_configuration(tmp_path: Path) -> None:
    """huggingface/transformers, issue 33864: 5120 × 16 stored, 1536 × 16 made."""
    leaves = mamba_shapes(1, d=2560, n=16, r=160, e=5120)
    path = safetensors_file(tmp_path / "model.safetensors", leaves)
    made = {"model_type": "mamba", "hidden_size": 768, "intermediate_size": 1536}
    made |= {"state_size": 16, "conv_kernel": 4, "time_step_rank": 48, "num_hidden_layers": 1}
    (tmp_path / "config.json").write_text(json.dumps(made))
    assert _errors(inspect_file(path)) == [
        "R104 config.json: hidden_size is declared as 768, stored 2560 (width)",
        "R104 config.json: intermediate_size is declared as 1536, stored 5120 (inner width)",
        "R104 config.json: time_step_rank is declared as 48, stored 160 (rank of Δ)",
    ]
    theirs = {"d_model": 2560, "n_layer": 1, "vocab_size": 50277, "ssm_cfg": {}, "rms_norm": True}
    (tmp_path / "config.json").write_text(json.dumps(theirs))
    assert _errors(inspect_file(path)) == []


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("{", "cannot parse it"),
        ("[1]", "not a JSON object"),
        ('{"a": ' * 10_000, "cannot parse it"),
        ('{"hidden_size": "' + "x" * 1_100_000 + '"}', "too large: 1,100,019 bytes"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_noted(text: str, note: str, tmp_path: Path) -> None:
    report = inspect_file(_model(tmp_path, config=text))
    assert _errors(report) == []
    notes = [finding.message for finding in report.findings if finding.rule == "R407"]
    assert len(notes) == 1
    assert notes[0].startswith(f"config.json was not read: {note}")


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    path = _model(tmp_path)
    (tmp_path / "config.json").write_bytes(b'{"hidden_size": "\xff\xfe"}')
    (note,) = (f.message for f in inspect_file(path).findings if f.rule == "R407")
    assert note.startswith("config.json was not read: cannot parse it")


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_a_configuration_that_is_no_file_of_the_model(kind: str, tmp_path: Path) -> None:
    path = _model(tmp_path / "model")
    (tmp_path / "config.json").write_text(json.dumps(WRONG))
    config = path.parent / "config.json"
    if kind == "link":
        config.symlink_to("../config.json")
    elif kind == "pipe":
        os.mkfifo(config)
    else:
        config.mkdir()
    report = inspect_file(path)
    assert report.files == (str(path),)
    (note,) = (f.message for f in report.findings if f.rule == "R407")
    assert note.startswith("config.json was not read")


def test_a_key_that_occurs_twice(tmp_path: Path) -> None:
    text = json.dumps(MAMBA)
    twice = text.replace('"state_size": 7', '"state_size": 9, "state_size": 7')
    assert _errors(inspect_file(_model(tmp_path, config=twice))) == [
        "R209 config.json: the key state_size occurs twice; the last counts"
    ]
