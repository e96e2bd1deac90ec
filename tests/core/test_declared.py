"""What configurations declare of layers found by signatures, without a file."""

from __future__ import annotations

import pytest

from making.declared_layers import (
    MAMBA,
    MAMBA_2,
    layers_of,
    mamba_2_shapes,
    mamba_shapes,
    rwkv_7_shapes,
)
from rnninspect.cells import CELLS
from rnninspect.declared import Declared, Document, declare
from rnninspect.declared.dialect import Dialect
from rnninspect.declared.tables import DIALECTS
from rnninspect.model import Fact, Origin


def _mamba(**changes: object) -> Declared:
    values = {**MAMBA, **changes}
    return declare(layers_of(mamba_shapes()), Document("config.json", values))


def _mamba_2(**changes: object) -> Declared:
    values = {**MAMBA_2, **changes}
    return declare(layers_of(mamba_2_shapes()), Document("config.json", values))


def _details(found: Declared) -> list[str]:
    assert all(note.fact is Fact.CONTRADICTION for note in found.observations)
    return list(dict.fromkeys(note.detail for note in found.observations))


def test_all_sizes_of_an_intact_model_are_declared() -> None:
    found = _mamba()
    assert [layer.origin for layer in found.layers] == [Origin.DECLARED] * 2
    assert found.observations == ()
    assert found.layers[0].declared_in == "config.json"
    assert dict(found.layers[0].declared_by) == {
        "d": "hidden_size",
        "E": "intermediate_size",
        "N": "state_size",
        "k": "conv_kernel",
        "R": "time_step_rank",
    }


def test_a_size_that_no_shape_determines_is_declared() -> None:
    found = _mamba_2()
    assert found.observations == ()
    assert [layer.origin for layer in found.layers] == [Origin.DECLARED] * 2
    sizes = dict(found.layers[0].sizes.own)
    assert (sizes["N"], sizes["G"], sizes["GN"]) == (7, 1, 7)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("state_size", 8, "state_size is declared as 8, stored 7 (state)"),
        ("hidden_size", 32, "hidden_size is declared as 32, stored 24 (width)"),
        ("conv_kernel", 3, "conv_kernel is declared as 3, stored 4 (taps)"),
        ("intermediate_size", 96, "intermediate_size is declared as 96, stored 48 (inner width)"),
        ("time_step_rank", 2, "time_step_rank is declared as 2, stored 3 (rank of Δ)"),
        (
            "time_step_rank",
            "auto",
            "time_step_rank (hidden_size / 16) is declared as 2, stored 3 (rank of Δ)",
        ),
    ],
)
def test_a_contradiction_names_both_numbers_and_the_key(
    key: str, value: object, message: str
) -> None:
    found = _mamba(**{key: value})
    assert _details(found) == [f"config.json: {message}"]
    assert {note.layer for note in found.observations} == {layer.name for layer in found.layers}
    assert all(layer.origin is Origin.INFERRED for layer in found.layers)
    assert len(found.layers[0].inferred) == 1


def test_the_inner_size_wins_over_the_factor() -> None:
    assert _details(_mamba(expand=16, d_inner=5)) == []


def test_a_wrong_width_is_named_once_with_all_that_follows_from_it() -> None:
    assert _details(_mamba_2(hidden_size=4096)) == [
        "config.json: hidden_size is declared as 4096, stored 24 (width)"
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"state_size": 9}, "n_groups × state_size is declared as 9, stored 7 (groups × state)"),
        ({"expand": 3}, "expand × hidden_size is declared as 72, stored 48 (inner width)"),
        ({"head_dim": 8}, "head_dim is declared as 8, stored 16 (head size)"),
        ({"num_heads": 6}, "num_heads is declared as 6, stored 3 (heads)"),
    ],
)
def test_contradictions_of_mamba_2(changes: dict[str, object], message: str) -> None:
    assert _details(_mamba_2(**changes)) == [f"config.json: {message}"]


def test_a_default_is_not_declared() -> None:
    values = {key: MAMBA[key] for key in ("model_type", "hidden_size", "conv_kernel")}
    found = declare(layers_of(mamba_shapes()), Document("config.json", values))
    assert found.observations == ()
    assert found.layers[0].inferred == ("E", "N", "R")


def test_what_leaves_the_choice_open_is_none_of_the_others() -> None:
    assert _mamba(time_step_rank=None).layers[0].inferred == ("R",)
    (detail,) = _details(_mamba(time_step_rank="many"))
    assert detail == "config.json: time_step_rank is not a number"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("7", "is not a number"),
        ([7], "is not a number"),
        ({"value": 7}, "is not a number"),
        (True, "is not a number"),
        (7.0, "is not an integer"),
        (1e308, "is not an integer"),
        (float("nan"), "is not an integer"),
        (0, "is declared as 0"),
        (-7, "is declared as -7"),
        (2**31, "is declared as 2147483648"),
        (10**308, "is declared as a number with more than 20 digits"),
    ],
)
def test_what_no_size_can_be_is_said(value: object, message: str) -> None:
    found = _mamba(state_size=value)
    assert _details(found) == [f"config.json: state_size {message}"]
    assert found.layers[0].inferred == ("N",)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1e308, "expand × hidden_size is declared as 1e+308"),
        (float("inf"), "expand × hidden_size is declared as inf"),
        (float("nan"), "expand × hidden_size is declared as nan"),
        (0.01, "expand × hidden_size is declared as 0"),
        (2**31 - 1, "expand × hidden_size is declared as 51539607528"),
        (None, None),
        (2.0, None),
        (2.01, None),  # 48.24, rounded down
    ],
)
def test_factors_may_be_fractions(value: object, message: str | None) -> None:
    assert _details(_mamba_2(expand=value)) == ([f"config.json: {message}"] if message else [])


def test_a_size_that_the_layer_has_no_use_for_is_left_out() -> None:
    """The first layer of RWKV-7 has no value residual, whose rank its configuration declares."""
    values = {"model_type": "rwkv7", "hidden_size": 8, "head_dim": 4, "decay_low_rank_dim": 3}
    values |= {"a_low_rank_dim": 2, "gate_low_rank_dim": 5, "v_low_rank_dim": 6}
    first, second = layers_of(rwkv_7_shapes())
    found = declare([first, second], Document("config.json", values))
    assert found.observations == ()
    assert [layer.origin for layer in found.layers] == [Origin.DECLARED] * 2
    assert ["rv" in dict(layer.sizes.own) for layer in found.layers] == [False, True]
    assert ["rv" in dict(layer.declared_by) for layer in found.layers] == [False, True]


def test_keys_of_an_unknown_model_type_declare_nothing() -> None:
    found = _mamba(model_type="my_own", state_size=99)
    assert not found.applies
    assert found.layers[0].origin is Origin.INFERRED


def test_without_a_model_type_the_keys_say_which_dialect_it_is() -> None:
    values = {"d_model": 24, "n_layer": 2, "ssm_cfg": {"d_state": 8, "expand": 2}}
    found = declare(layers_of(mamba_shapes()), Document("config.json", values))
    assert _details(found) == ["config.json: ssm_cfg.d_state is declared as 8, stored 7 (state)"]


def test_the_configuration_of_a_language_model_inside_another() -> None:
    values = {"model_type": "other", "text_config": {**MAMBA, "state_size": 8}}
    found = declare(layers_of(mamba_shapes()), Document("config.json", values))
    assert _details(found) == [
        "config.json: text_config.state_size is declared as 8, stored 7 (state)"
    ]


def test_arguments_of_a_script_are_believed_where_most_agree() -> None:
    layers = layers_of(mamba_shapes())
    near = {"d_model": 24, "d_state": 8, "d_conv": 4, "expand": 2}
    assert _details(declare(layers, Document("args", near))) == [
        "args: d_state is declared as 8, stored 7 (state)"
    ]
    other = {"d_model": 512, "d_state": 16, "d_conv": 4, "expand": 2}
    assert not declare(layers, Document("args", other)).applies


def test_key_values_of_gguf() -> None:
    values = {"embedding_length": 24, "ssm.inner_size": 48, "ssm.state_size": 8}
    values |= {"ssm.conv_kernel": 4, "ssm.time_step_rank": 3}
    document = Document("key-values", values, dialect="gguf", prefix="mamba.")
    found = declare(layers_of(mamba_shapes()), document)
    assert _details(found) == [
        "key-values: mamba.ssm.state_size is declared as 8, stored 7 (state)"
    ]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: f"{each.cell} {each.names[0]}")
def test_every_dialect_is_about_sizes_of_its_cell(dialect: Dialect) -> None:
    symbols = {symbol for symbol, _ in CELLS[dialect.cell].symbols}
    assert dialect.sizes()
    for size, alternatives in dialect.sizes():
        assert size.symbols() <= symbols
        assert all(each.expression.keys for each in alternatives)
