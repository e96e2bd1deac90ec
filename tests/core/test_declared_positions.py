"""Which layers configurations declare as recurrent, beside those that are stored."""

from __future__ import annotations

import pytest

from making.declared_layers import MAMBA, kda_shapes, layers_of, mamba_2_shapes, mamba_shapes
from rnninspect.declared import Document, declare

BAMBA = {
    "model_type": "bamba",
    "hidden_size": 24,
    "mamba_n_heads": 3,
    "mamba_d_head": 16,
    "mamba_d_state": 7,
    "mamba_n_groups": 1,
    "mamba_d_conv": 4,
    "mamba_expand": 2,
}
JAMBA = {
    "model_type": "jamba",
    "hidden_size": 24,
    "mamba_d_state": 7,
    "mamba_d_conv": 4,
    "mamba_expand": 2,
    "mamba_dt_rank": 3,
}
NEMOTRON = {
    "model_type": "nemotron_h",
    "hidden_size": 24,
    "mamba_num_heads": 3,
    "mamba_head_dim": 16,
    "ssm_state_size": 7,
    "n_groups": 1,
    "conv_kernel": 4,
}
GRANITE = {**BAMBA, "model_type": "granitemoehybrid"}


def _odd(shapes: dict[str, tuple[int, ...]], values: dict[str, object]) -> list[str]:
    found = declare(layers_of(shapes), Document("config.json", values))
    assert found.applies
    return [note.detail.removeprefix("config.json: ") for note in found.observations]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"num_hidden_layers": 2}, None),
        ({}, None),
        (
            {"num_hidden_layers": 3},
            "num_hidden_layers declares 3 layers of Mamba, stored 2: layer 2 is missing",
        ),
        (
            {"num_hidden_layers": 48},
            (
                "num_hidden_layers declares 48 layers of Mamba, stored 2: "
                "layers 2, 3, 4, 5, 6 and 41 more are missing"
            ),
        ),
        (
            {"num_hidden_layers": 1},
            "num_hidden_layers declares 1 layer of Mamba, stored 2: layer 1 is undeclared",
        ),
        ({"num_hidden_layers": 1, "num_nextn_predict_layers": 1}, None),
        ({"num_hidden_layers": "2"}, "num_hidden_layers is not an integer"),
        ({"num_hidden_layers": -2}, "num_hidden_layers is declared as -2"),
        (
            {"num_hidden_layers": 10**30},
            "num_hidden_layers is declared as a number with more than 20 digits",
        ),
    ],
)
def test_the_number_of_layers(values: dict[str, object], message: str | None) -> None:
    kept = {key: value for key, value in MAMBA.items() if key != "num_hidden_layers"}
    assert _odd(mamba_shapes(), {**kept, **values}) == ([message] if message else [])


@pytest.mark.parametrize(
    ("values", "fits"),
    [
        ({**GRANITE, "layer_types": ["mamba", "mamba", "attention"]}, True),
        ({**GRANITE, "layers_block_type": ["linear_attention"] * 2}, True),
        ({**GRANITE, "layer_types": ["mamba", "attention", "mamba"]}, False),
        ({**BAMBA, "num_hidden_layers": 3, "attn_layer_indices": [2]}, True),
        ({**BAMBA, "num_hidden_layers": 2, "attn_layer_indices": None}, True),
        ({**BAMBA, "num_hidden_layers": 3, "attn_layer_indices": [1]}, False),
        ({**NEMOTRON, "hybrid_override_pattern": "MM-*"}, True),
        ({**NEMOTRON, "hybrid_override_pattern": "M-M*"}, False),
        ({**NEMOTRON, "layers_block_type": ["linear_attention"] * 2 + ["moe"]}, True),
    ],
)
def test_the_places_of_layers_of_mamba_2(values: dict[str, object], fits: bool) -> None:
    assert (_odd(mamba_2_shapes(), values) == []) is fits


@pytest.mark.parametrize(("offset", "fits"), [(2, True), (1, False)])
def test_the_places_of_layers_of_jamba(offset: int, fits: bool) -> None:
    periods = {"num_hidden_layers": 3, "attn_layer_period": 3, "attn_layer_offset": offset}
    assert (_odd(mamba_shapes(), {**JAMBA, **periods}) == []) is fits


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ([1, 2], None),
        ([1, 3], "linear_attn_config.kda_layers declares 2 layers of KDA, stored 2: layer 2"),
        ([1, 10**40], "linear_attn_config.kda_layers declares 2 layers of KDA, stored 2: layer "),
        (["1"], "linear_attn_config.kda_layers is not a list of integers"),
        (7, "linear_attn_config.kda_layers is not a list of integers"),
    ],
)
def test_the_numbers_of_layers_of_kimi(listed: object, message: str | None) -> None:
    sizes = {"num_heads": 3, "head_dim": 6, "short_conv_kernel_size": 4, "kda_layers": listed}
    values = {"model_type": "kimi_linear", "hidden_size": 24, "linear_attn_config": sizes}
    found = _odd(kda_shapes(), values)
    assert found == [] if message is None else found[0].startswith(message)


def test_a_list_of_another_length_than_the_number_of_layers() -> None:
    values = {**GRANITE, "layer_types": ["mamba"] * 2, "num_hidden_layers": 3}
    assert _odd(mamba_2_shapes(), values) == [
        "num_hidden_layers is declared as 3, layer_types has 2 entries"
    ]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("mamba", "layer_types is not a list"),
        (["mamba"] * 10**6, "layer_types has 1,000,000 entries"),
    ],
)
def test_an_impossible_list_of_layers(value: object, message: str) -> None:
    assert _odd(mamba_2_shapes(), {**GRANITE, "layer_types": value}) == [message]


def test_a_part_of_a_model_lacks_no_layer() -> None:
    document = Document("config.json", {**MAMBA, "num_hidden_layers": 48}, is_whole=False)
    assert declare(layers_of(mamba_shapes()), document).observations == ()
