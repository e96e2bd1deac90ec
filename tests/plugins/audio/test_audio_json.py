"""JSON of audio programs, by hand: which files are taken, and what is said of odd ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rnninspect import Report, UnreadableFile, inspect_file
from rnninspect import report as pipeline
from rnninspect.readers import look_at
from rnninspect.source.limits import Limits
from rnninspect.source.source import Source, open_source
from rnninspect.testing import check_reader
from rnninspect.walking.meeting import report_on
from rnninspect.walking.walk import Walk
from rnninspect_audio import AudioReader

SAMPLES = Path(__file__).resolve().parents[3] / "sample_models" / "audio"


def inspected(document: object, folder: Path, name: str = "model.json") -> Report:
    path = folder / name
    path.write_text(json.dumps(document))
    return inspect_file(path)


def sample(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SAMPLES / name).read_text())
    return document


def messages(report: Report) -> list[str]:
    return [f"{found.rule} {found.message}" for found in report.findings]


@pytest.mark.parametrize("name", ["rtneural.json", "guitarml.json", "lstm.nam"])
def test_the_reader_keeps_the_contract(name: str) -> None:
    check_reader(AudioReader(), SAMPLES / name)


def test_what_aida_x_adds_changes_nothing(tmp_path: Path) -> None:
    document = sample("rtneural.json")
    extras = {"in_skip": 1, "in_gain": 0.5, "metadata": {"name": "é"}, "input_batch": [0.5] * 9}
    report = inspected({**extras, **document, "output_batch": [[0.5]] * 9}, tmp_path)
    assert report.format == "rtneural json"
    assert [layer.expected for layer in report.layers] == [72, 42]
    assert report.totals.parameters == 117
    assert not report.findings


@pytest.mark.parametrize("indent", [None, 4])
def test_keys_after_64_kib_are_found(indent: int | None, tmp_path: Path) -> None:
    document = sample("rtneural.json")
    padded = {"metadata": "x" * 200_000, "in_shape": [None, 2], "layers": document["layers"]}
    path = tmp_path / "model.json"
    path.write_text(json.dumps(padded, indent=indent))
    assert inspect_file(path).totals.parameters == 117


def test_a_gru_with_one_bias_is_found(tmp_path: Path) -> None:
    """Keras' reset_after=False, which RTNeural does not read."""
    document = sample("rtneural.json")
    document["layers"][1]["weights"][2] = document["layers"][1]["weights"][2][0]
    assert messages(inspected(document, tmp_path)) == ["R107 stored [6], expected [2, 6]"]


def test_other_layers_are_counted_and_images_are_flattened(tmp_path: Path) -> None:
    gru = {"type": "gru", "shape": [None, None, 1], "weights": [[[1, 2, 3]] * 6, [[1, 2, 3]]]}
    gru["weights"].append([[1, 2, 3]] * 2)  # type: ignore[attr-defined] # a list
    layers = [
        {"type": "conv2d", "shape": [None, None, 2, 3], "weights": [[[[[1, 1, 1]]]], [0, 0, 0]]},
        {"type": "activation", "activation": "tanh", "shape": [None, None, 2, 3]},
        {"type": "prelu", "shape": [None, None, 2, 3], "weights": [[[0.5, 0.5, 0.5]]]},
        gru,
    ]
    report = inspected({"in_shape": [None, None, 2, 1], "layers": layers}, tmp_path)
    assert not report.findings
    assert [(layer.name, layer.input_size) for layer in report.layers] == [("layers.3", 6)]
    assert report.totals.parameters == 3 + 3 + 3 + report.layers[0].expected


def test_a_layer_of_an_unknown_type_is_named(tmp_path: Path) -> None:
    layers = [{"type": "unknown", "shape": [None, 2], "weights": [[[1, 2]]]}]
    report = inspected({"in_shape": [None, 1], "layers": layers}, tmp_path)
    assert report.totals.parameters == 2
    assert [found.rule for found in report.findings] == ["R401"]


def test_only_a_recurrent_layer_needs_sizes(tmp_path: Path) -> None:
    other = {"type": "dense", "shape": [[None, 2]], "weights": [[[1, 2]], [0, 0]]}
    report = inspected({"in_shape": [None, None], "layers": [other]}, tmp_path)
    assert report.totals.parameters == 4
    lstm = sample("rtneural.json")["layers"][0]
    with pytest.raises(UnreadableFile, match=r"layers.1: nothing declares what it reads"):
        inspected({"in_shape": [None, 1], "layers": [other, lstm]}, tmp_path)
    with pytest.raises(UnreadableFile, match=r"layers.0.shape: None is not a size"):
        inspected({"in_shape": [1, 2], "layers": [{**lstm, "shape": [None, None]}]}, tmp_path)


def test_the_blocks_of_guitar_amp_modelling_are_declared_units(tmp_path: Path) -> None:
    block = {"block_type": "GRU", "input_size": 1, "output_size": 1, "hidden_size": 2}
    names = {"weight_ih": [[1]] * 6, "weight_hh": [[1, 2]] * 6, "bias_ih": [1] * 6}
    unit = {f"layers.block_1.rec.{key}_l0": value for key, value in names.items()}
    document = {
        "model_data": {"model": "RecNet", "skip": 0},
        "blocks": {"0": block},
        "training_info": {"training_losses": [0.5] * 20_000},
        "state_dict": {**unit, "layers.block_1.lin.weight": [[1, 2]]},
    }
    report = inspected(document, tmp_path)
    assert [layer.name for layer in report.layers] == ["layers.block_1.rec"]
    assert messages(report) == ["R107 one bias vector where pytorch has two: no recurrent_bias"]
    assert report.totals.parameters == 6 + 12 + 6 + 2


@pytest.mark.parametrize("gates", [1, 3, 4])
def test_a_bare_state_dict_is_inferred(gates: int, tmp_path: Path) -> None:
    states = {
        "lstm.weight_ih_l0": [[0.5] * 3] * 2 * gates,
        "lstm.weight_hh_l0": [[0.5] * 2] * 2 * gates,
        "lstm.weight_ih_l0_reverse": [[0.5] * 3] * 2 * gates,
        "lstm.weight_hh_l0_reverse": [[0.5] * 2] * 2 * gates,
        "dense.weight": [[0.5] * 4],
    }
    report = inspected(states, tmp_path)
    (layer,) = report.layers
    assert layer.cell.name == {1: "RNN", 3: "GRU", 4: "LSTM"}[gates]
    assert (layer.input_size, layer.hidden_size) == (3, 2)
    assert layer.expected == layer.stored == 2 * 10 * gates
    assert report.totals.parameters == 20 * gates + 4


@pytest.mark.parametrize(
    ("key", "rows"), [("weight_hh", [[1, 2]] * 7), ("weight_hh", [[1, 2, 3]] * 8)]
)
def test_a_fault_in_a_bare_lstm_is_found(key: str, rows: object, tmp_path: Path) -> None:
    states = {
        "lstm.weight_ih_l0": [[1]] * 8,
        "lstm.weight_hh_l0": [[1, 2]] * 8,
        "lstm.bias_ih_l0": [1] * 8,
        f"lstm.{key}_l0": rows,
    }
    report = inspected(states, tmp_path)
    assert [(layer.cell.name, layer.hidden_size) for layer in report.layers] == [("LSTM", 2)]
    errors = [found for found in report.findings if found.level == "error"]
    assert (errors[0].rule, errors[0].tensor) == ("R101", f"lstm.{key}_l0")


def test_weights_beyond_the_declared_layers_are_found(tmp_path: Path) -> None:
    document = sample("guitarml.json")
    states = document["state_dict"]
    states |= {key.replace("_l0", "_l1"): value for key, value in states.items() if "_l0" in key}
    found = messages(inspected(document, tmp_path))
    assert "R104 rec: 1 declared, and there are weights of layer 1" in found


def test_a_file_without_weights_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no 'state_dict'"):
        inspected({"model_data": {"model": "RecNet", "skip": 0}, "blocks": {}}, tmp_path)


def test_an_untrained_unit_has_no_tensors(tmp_path: Path) -> None:
    document = {**sample("guitarml.json"), "state_dict": {}}
    report = inspected(document, tmp_path)
    assert report.layers[0].expected == 112
    assert {found.rule for found in report.findings} == {"R102"}


@pytest.mark.parametrize("architecture", ["WaveNet", "ConvNet", "Linear"])
def test_a_network_without_recurrent_layers_is_counted(architecture: str, tmp_path: Path) -> None:
    document = {"architecture": architecture, "config": {}, "weights": [0.5] * 777}
    report = inspected({"version": "0.5.4", **document}, tmp_path, "amp.nam")
    assert report.totals.parameters == 777
    assert not report.layers
    assert not report.findings


def test_an_architecture_that_is_not_known_is_named(tmp_path: Path) -> None:
    document = {"architecture": "HyperGRU", "config": {}, "weights": [0.5] * 7}
    report = inspected(document, tmp_path, "amp.nam")
    assert report.totals.parameters == 7
    assert [found.rule for found in report.findings] == ["R401"]


def test_each_network_of_a_container_is_described(tmp_path: Path) -> None:
    inner = sample("lstm.nam")
    other = {"architecture": "Linear", "config": {}, "weights": [1, 2, 3]}
    submodels = [{"max_value": 0.5, "model": inner}, {"max_value": 1, "model": other}]
    document = {"architecture": "SlimmableContainer", "config": {"submodels": submodels}}
    report = inspected({"version": "0.7.0", **document, "weights": []}, tmp_path, "amp.nam")
    assert [layer.name for layer in report.layers] == [
        "config.submodels.0.model.layers.0",
        "config.submodels.0.model.layers.1",
    ]
    assert report.totals.parameters == 148 + 3
    assert not report.findings


def test_a_head_of_several_channels_is_read(tmp_path: Path) -> None:
    document = sample("lstm.nam")
    document["config"]["out_channels"] = 2
    document["weights"] += [0.5] * 4
    report = inspected(document, tmp_path, "amp.nam")
    assert report.totals.parameters == 152
    assert not report.findings


def test_the_bytes_of_a_flat_list_are_divided_exactly() -> None:
    model = check_reader(AudioReader(), SAMPLES / "lstm.nam")
    listed = json.dumps(sample("lstm.nam")["weights"])
    assert sum(tensor.bytes for tensor in model.tensors) == len(listed) - len("[]")


@pytest.mark.parametrize(
    "document",
    [
        {"architectures": ["LSTMModel"], "config": {}, "weights": [1]},
        {"architecture": "resnet18", "num_classes": 1000},
        {"layers": [{"type": "lstm"}]},
        {"model_data": 1, "state_dict": 2},
        [{"in_shape": [1], "layers": []}],
        {"modelTopology": {"in_shape": [1], "layers": []}, "weightsManifest": []},
    ],
)
def test_other_json_is_not_taken(document: object, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(document))
    with open_source(path) as source:
        found = look_at(source)
        assert found is None or found.reader.name != "audio"


def test_other_json_is_read_at_both_ends_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"values": [0.5] * 1_000_000}))
    lengths: list[int] = []
    read = Source.read

    def counted(source: Source, offset: int, length: int) -> bytes:
        lengths.append(length)
        return read(source, offset, length)

    monkeypatch.setattr(Source, "read", counted)
    with open_source(path) as source:
        assert AudioReader().recognise(source) is None
    assert sum(lengths) <= 2**17 + 64 < path.stat().st_size / 10


def test_a_walk_takes_captures_and_passes_over_other_json(tmp_path: Path) -> None:
    for name in ("rtneural.json", "guitarml.json", "lstm.nam"):
        (tmp_path / name).write_bytes((SAMPLES / name).read_bytes())
    (tmp_path / "blob").write_bytes((SAMPLES / "rnnoise.bin").read_bytes())
    (tmp_path / "config.json").write_text('{"architectures": ["LSTM"], "hidden_size": 3}')
    (tmp_path / "package.json").write_text('{"name": "layers", "weights": [1]}')
    (tmp_path / "broken.json").write_text('{"layers": [')
    found = [report_on(met, Limits()) for met in Walk().over(str(tmp_path))]
    read = [report.path for report in found if isinstance(report, pipeline.Report)]
    assert [Path(path).name for path in read] == [
        *("blob", "guitarml.json", "lstm.nam", "rtneural.json")
    ]
    assert not any(isinstance(report, pipeline.Unreadable) for report in found)
