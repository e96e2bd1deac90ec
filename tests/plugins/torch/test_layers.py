"""State dicts by their shapes alone: which layers are found, and how robust the sizes are."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from making.torch.pickles import (
    archive,
    lstm,
    mapping,
    parameters,
    read,
    read_path,
    records_of,
    saved,
    state_dict,
    tensor,
    write_sparse,
)
from rnninspect.counter import count_layers
from rnninspect.model import Fact, Fate, Origin, Purpose, RecurrentLayer
from rnninspect.plugin import Role
from rnninspect.rules import Level, check
from rnninspect_torch.layers.sizing import infer
from rnninspect_torch.networks.records import Position

Shapes = dict[str, tuple[int, ...]]
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def stack(
    gates: int,
    inputs: int,
    hidden: int,
    *,
    levels: int = 1,
    directions: int = 1,
    bias: bool = True,
    projection: int = 0,
) -> Shapes:
    """The shapes of torch.nn.RNNBase, as its constructor makes them."""
    shapes: Shapes = {}
    for level in range(levels):
        width = inputs if level == 0 else directions * (projection or hidden)
        for suffix in ("", "_reverse")[:directions]:
            end = f"l{level}{suffix}"
            shapes[f"weight_ih_{end}"] = (gates * hidden, width)
            shapes[f"weight_hh_{end}"] = (gates * hidden, projection or hidden)
            if bias:
                shapes[f"bias_ih_{end}"] = shapes[f"bias_hh_{end}"] = (gates * hidden,)
            if projection:
                shapes[f"weight_hr_{end}"] = (projection, hidden)
    return shapes


def errors(data: bytes, folder: Path) -> list[str]:
    model = read(data, folder)
    found = check(model, count_layers(model.layers))
    return [finding.rule for finding in found if finding.level is Level.ERROR]


def only(shapes: Mapping[str, tuple[int, ...]], folder: Path) -> RecurrentLayer:
    model = read(saved(shapes), folder)
    assert len(model.layers) == 1
    return model.layers[0]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    cell=st.sampled_from(sorted(GATES)),
    sizes=st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 3), st.integers(1, 2)),
    bias=st.booleans(),
    share=st.sampled_from([0.0, 0.3, 0.7]),
)
def test_every_stack_of_torch_is_told_by_its_shapes(
    cell: str,
    sizes: tuple[int, int, int, int],
    bias: bool,
    share: float,
) -> None:
    inputs, hidden, levels, directions = sizes
    projection = int(hidden * share) if cell == "LSTM" else 0
    shapes = stack(
        GATES[cell],
        inputs,
        hidden,
        levels=levels,
        directions=directions,
        bias=bias,
        projection=projection,
    )
    outline = infer(_places(shapes), None)
    assert outline is not None
    assert (outline.cell, outline.hidden, outline.directions) == (cell, hidden, directions)
    assert outline.projection == (projection or None)
    fed = directions * (projection or hidden)
    assert outline.inputs == (inputs, *[fed] * (levels - 1))
    assert outline.ambiguity == ""


def _places(shapes: Shapes) -> dict[Position, tuple[int, ...]]:
    roles = {
        "weight_ih": Role.KERNEL,
        "weight_hh": Role.RECURRENT_KERNEL,
        "bias_ih": Role.BIAS,
        "bias_hh": Role.RECURRENT_BIAS,
        "weight_hr": Role.PROJECTION,
    }
    places = {}
    for label, shape in shapes.items():
        start, _, end = label.partition("_l")
        places[Position(int(end[0]), int("reverse" in end), roles[start])] = shape
    return places


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    cell=st.sampled_from(sorted(GATES)),
    inputs=st.integers(2, 20),
    hidden=st.integers(5, 20),
    victim=st.sampled_from(["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]),
    change=st.sampled_from([-2, -1, 1, 2]),
)
def test_one_damaged_tensor_does_not_turn_the_layer_over(
    cell: str, inputs: int, hidden: int, victim: str, change: int
) -> None:
    assume(inputs != GATES[cell] * hidden)  # a cut square is also another one turned around
    shapes = stack(GATES[cell], inputs, hidden)
    rows, *rest = shapes[victim]
    shapes[victim] = (max(1, rows + change), *rest)
    outline = infer(_places(shapes), None)
    assert outline is not None
    assert (outline.cell, outline.hidden) == (cell, hidden)
    assert outline.inputs == (inputs,)


def test_a_layer_has_a_slot_for_each_weight(tmp_path: Path) -> None:
    layer = only(lstm(3, 2, "encoder.rnn"), tmp_path)
    assert (layer.name, layer.kind, layer.cell, layer.origin) == (
        *("encoder.rnn", "LSTM", "LSTM"),
        Origin.INFERRED,
    )
    assert (layer.stack, layer.root, layer.original_name) == (None, None, None)
    assert {operand.slots[0].role for operand in layer.operands} == layer.roles
    assert all(operand.fate is Fate.STORED for operand in layer.operands)


def test_levels_and_directions(tmp_path: Path) -> None:
    model = read(saved(stack(3, 7, 5, levels=12, directions=2)), tmp_path)
    assert [layer.name for layer in model.layers] == [f"GRU[{level}]" for level in range(12)]
    assert {layer.kind for layer in model.layers} == {"Bidirectional(GRU)"}
    assert [layer.sizes.input_size for layer in model.layers] == [7, *[10] * 11]
    assert [layer.stack and layer.stack.level for layer in model.layers] == list(range(12))


@pytest.mark.parametrize(("gates", "kind"), [(1, "RNNCell"), (3, "GRUCell"), (4, "LSTMCell")])
def test_cells_have_no_level(gates: int, kind: str, tmp_path: Path) -> None:
    shapes = {
        f"step.{label.removesuffix('_l0')}": shape for label, shape in stack(gates, 5, 4).items()
    }
    layer = only({**shapes, "fc.weight": (2, 4)}, tmp_path)
    assert (layer.name, layer.kind) == ("step", kind)


def test_the_first_torch_stored_biases_with_an_axis_of_one(tmp_path: Path) -> None:
    shapes = {"weight_ih": (20, 3), "weight_hh": (20, 5), "bias_ih": (1, 20), "bias_hh": (1, 20)}
    assert only(shapes, tmp_path).cell == "LSTM"
    assert errors(saved(shapes), tmp_path) == []


def test_wrappers_are_left_out_of_the_name(tmp_path: Path) -> None:
    cases = {
        "module.rnn": "rnn",
        "_orig_mod.rnn": "rnn",
        "module._orig_mod.enc._checkpoint_wrapped_module.rnn": "enc.rnn",
        "enc._orig_mod.rnn": "enc.rnn",
        "_forward_module.model.rnn": "model.rnn",
        "enc._fsdp_wrapped_module.rnn": "enc.rnn",
        "base_model.model.rnn": "rnn",
        "module": "LSTM",
    }
    for path, name in cases.items():
        layer = only(lstm(3, 2, path), tmp_path)
        assert (layer.name, layer.original_name) == (name, path)


def _product(shape: tuple[int, ...]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total


def test_names_may_be_parted_by_slashes(tmp_path: Path) -> None:
    """As converters from other frameworks leave them."""
    shapes = {name.replace(".", "/"): shape for name, shape in lstm(3, 2, "net.rnn").items()}
    assert only(shapes, tmp_path).name == "net/rnn"


def test_elmo_is_an_lstm_under_other_names(tmp_path: Path) -> None:
    shapes = {
        "forward_layer_0.input_linearity.weight": (256, 16),
        "forward_layer_0.state_linearity.weight": (256, 16),
        "forward_layer_0.state_linearity.bias": (256,),
        "forward_layer_0.state_projection.weight": (16, 64),
    }
    layer = only(shapes, tmp_path)
    assert (layer.cell, layer.kind, layer.convention) == (
        *("LSTM", "LstmCellWithProjection"),
        "allennlp",
    )
    assert (layer.sizes.input_size, layer.sizes.hidden_size) == (16, 64)
    assert layer.sizes.projection_size == 16
    assert Role.RECURRENT_BIAS not in layer.roles
    assert errors(saved(shapes), tmp_path) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"weight_hh_l0": None}, "R102"),
        ({"bias_hh_l0": None}, "R107"),
        ({"weight_hh_l0": (18, 5)}, "R101"),
        ({"weight_ih_l0": (3, 20)}, "R105"),
        ({"weight_ih_l0": (15, 3)}, "R108"),
        ({"bias_ih_l0": (40,)}, "R107"),
    ],
)
def test_a_fault_is_named(
    change: dict[str, tuple[int, ...] | None], rule: str, tmp_path: Path
) -> None:
    shapes: Shapes = {}
    for label, shape in lstm(3, 5).items():
        changed = change.get(label, shape)
        if changed is not None:
            shapes[label] = changed
    assert errors(saved(shapes), tmp_path) == [rule]


def test_a_level_that_is_not_there_is_missed(tmp_path: Path) -> None:
    shapes = stack(4, 3, 5, levels=3)
    for label in list(shapes):
        if "_l1" in label:
            del shapes[label]
    assert set(errors(saved(shapes), tmp_path)) == {"R102"}


def test_an_lstm_whose_projection_is_lost(tmp_path: Path) -> None:
    shapes = stack(4, 7, 16, projection=4)
    del shapes["weight_hr_l0"]
    model = read(saved(shapes), tmp_path)
    assert errors(saved(shapes), tmp_path) == ["R102"]
    assert Fact.AMBIGUOUS in {note.fact for note in model.observations}


def test_ties_count_once_and_are_named(tmp_path: Path) -> None:
    made = {label: tensor("0", (6, 4)) for label in ("embedding.weight", "head.weight")}
    made["turned.weight"] = tensor("0", (4, 6), strides=(1, 4), count=24)
    model = read(archive(mapping(made) + b".", {"data/0": bytes(96)}), tmp_path)
    assert parameters(model) == 24
    (note,) = model.observations
    assert (note.fact, note.tensor) == (Fact.UNUSUAL, "embedding.weight")
    assert "head.weight, turned.weight" in note.detail


def test_tied_layers_are_one_layer_in_two_places(tmp_path: Path) -> None:
    shapes = lstm(3, 2)
    made = {
        f"{path}.{label}": tensor(str(key), shape)
        for path in ("encoder", "decoder")
        for key, (label, shape) in enumerate(shapes.items())
    }
    model = read(archive(mapping(made) + b".", records_of(shapes)), tmp_path)
    (counted,) = count_layers(model.layers)
    assert (counted.layer.name, counted.layer.also_at) == ("encoder", ("decoder",))
    assert parameters(model) == counted.stored == 56
    assert model.observations == ()


def test_views_of_one_storage_are_tensors_of_their_own(tmp_path: Path) -> None:
    """CUDA's flattened weights: one storage, a view of it for each weight."""
    offset, made = 0, {}
    for label, shape in lstm(3, 2).items():
        made[label] = tensor("0", shape, count=56, offset=offset)
        offset += _product(shape)
    model = read(archive(mapping(made) + b".", {"data/0": bytes(224)}), tmp_path)
    assert parameters(model) == 56
    assert model.observations == ()
    assert {(held.needed_bytes, held.held_bytes) for held in model.tensors} == {(224, 224)}


def test_a_slice_keeps_its_storage(tmp_path: Path) -> None:
    made = {"weight": tensor("0", (2, 2), count=1000)}
    model = read(archive(mapping(made) + b".", {"data/0": bytes(4000)}), tmp_path)
    assert [held.bytes for held in model.tensors] == [16]
    (note,) = model.observations
    assert note.detail == "3,984 of 4,000 stored bytes are outside any tensor"


@pytest.mark.parametrize(
    ("weights", "kept", "noted"),
    [(100, 2, False), (100, 300, True), (100_000, 300, False), (100_000, 1_100, True)],
)
def test_a_few_unused_bytes_are_not_worth_a_note(
    weights: int, kept: int, noted: bool, tmp_path: Path
) -> None:
    """A best score that was an element of a vector: `best = accuracies.topk(2).values[0]`."""
    made = {"weight": tensor("0", (weights,)), "best": tensor("1", (), count=kept)}
    payloads = {"data/0": bytes(4 * weights), "data/1": bytes(4 * kept)}
    model = read(archive(mapping(made) + b".", payloads), tmp_path)
    assert bool(model.observations) is noted


def test_overlapping_views_are_noted(tmp_path: Path) -> None:
    made = {"a": tensor("0", (6,), count=10), "b": tensor("0", (6,), count=10, offset=4)}
    model = read(archive(mapping(made) + b".", {"data/0": bytes(40)}), tmp_path)
    (note,) = model.observations
    assert (note.tensor, note.detail) == ("b", "overlaps with a")


def test_an_expanded_tensor_is_unusual(tmp_path: Path) -> None:
    made = {"weight": tensor("0", (1000, 1000), count=1, strides=(0, 0))}
    model = read(archive(mapping(made) + b".", {"data/0": bytes(4)}), tmp_path)
    assert (parameters(model), model.tensors[0].bytes) == (1_000_000, 4)
    assert [note.fact for note in model.observations] == [Fact.UNUSUAL]


def test_a_view_that_passes_its_storage_is_short(tmp_path: Path) -> None:
    made = {"weight": tensor("0", (60,), count=6)}
    assert errors(archive(mapping(made) + b".", {"data/0": bytes(24)}), tmp_path) == ["R201"]


def test_the_deflated_record_of_a_storage_is_believed(tmp_path: Path) -> None:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x/data.pkl", state_dict({"weight": (2, 2)}))
        file.writestr("x/data/0", bytes(16))
    assert errors(buffer.getvalue(), tmp_path) == []


def test_every_tensor_is_a_parameter(tmp_path: Path) -> None:
    model = read(saved({**lstm(3, 2), "bn.num_batches_tracked": ()}), tmp_path)
    assert {held.purpose for held in model.tensors} == {Purpose.PARAMETER}
    assert parameters(model) == 57


def test_eight_gigabytes_cost_what_a_hundred_bytes_cost(tmp_path: Path) -> None:
    """Only the structure is read: the elements here are holes in the file."""
    shapes = {"rnn.weight_ih_l0": (40_000, 40_000), "rnn.weight_hh_l0": (40_000, 10_000)}
    sizes = {f"data/{key}": _product(shape) * 4 for key, shape in enumerate(shapes.values())}
    path = tmp_path / "large.pt"
    write_sparse(path, state_dict(shapes), sizes)
    assert path.stat().st_size > 8_000_000_000
    tracemalloc.start()
    try:
        model = read_path(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    (counted,) = count_layers(model.layers)
    assert counted.stored == 2_000_000_000
    assert peak < 2_000_000
