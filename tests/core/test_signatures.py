"""Signatures against the tensors that implementations wrote, and against sizes drawn at random."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from random import Random

import pytest

from rnninspect.cells import CELLS, Cell, Sizes, Sum, every_cell, formula
from rnninspect.counter import count_layer
from rnninspect.model import Origin, StoredTensor
from rnninspect.signatures.finding import _members, find
from rnninspect.signatures.layers import layer_of
from rnninspect.signatures.marks import MARKS
from rnninspect.signatures.matching import Found
from rnninspect.signatures.nearby import near_cells
from rnninspect.signatures.odd import WITHIN, WORDS, may_be_known, odd_word
from rnninspect.signatures.signature import Signature
from rnninspect.signatures.tables import SIGNATURES, by_odd_name

Shapes = dict[str, tuple[int, ...]]

# Names and shapes that each implementation wrote for a tiny configuration, and the parameters of a
# layer, summed over its tensors.
MEASURED = json.loads((Path(__file__).parent / "measured_cells.json").read_text())
# Read by names that plugins know themselves.
ELSEWHERE = {"ncps", "haste LSTM", "haste GRU", "dnc"}
EXACT = [each for each in SIGNATURES if all(w.is_exact for w in each.weights().values())]
MODERN = [cell for cell in every_cell().values() if cell.symbols]


def _tensor(name: str, shape: tuple[int, ...]) -> StoredTensor:
    return StoredTensor(name, shape, "float32", 4 * prod(shape), name)


def _counted(found: Found, shapes: Shapes) -> tuple[int, int]:
    layer = layer_of(found, lambda name: _tensor(name, shapes[name]), name=found.path)
    assert layer.origin is Origin.INFERRED
    counted = count_layer(layer)
    for operand in counted.operands:
        if operand.expected_shape is not None:
            assert operand.expected_shape == operand.operand.shape, operand.operand.name
    return counted.expected, counted.stored


@pytest.mark.parametrize(
    "entry",
    [entry for entry in MEASURED if not any(name in entry["written_by"] for name in ELSEWHERE)],
    ids=lambda entry: entry["written_by"],
)
def test_what_implementations_write_has_the_parameters_of_the_formula(
    entry: dict[str, object],
) -> None:
    tensors = entry["tensors"]
    assert isinstance(tensors, dict)
    shapes = {name: tuple(shape) for name, shape in tensors.items()}
    assert may_be_known(shapes)
    counts = [_counted(found, shapes) for found in find(shapes)]
    assert all(expected == stored for expected, stored in counts)
    assert entry["parameters"] == [expected for expected, _ in counts]


def _drawn_sizes(signature: Signature, draw: Random) -> dict[str, int]:
    """Sizes that occur only once, for all symbols of a signature."""
    cell = CELLS[signature.cell]
    weights = signature.weights()
    symbols = sorted(
        {symbol for weight in weights.values() for axis in weight.axes for symbol in axis.symbols()}
        | {symbol for _, product in cell.relations for symbol in product.symbols()}
    )
    sizes = dict(zip(symbols, draw.sample(range(2, 60), len(symbols)), strict=True))
    for symbol, product in cell.relations:
        sizes[symbol] = product.value(sizes)
    return sizes


def _drawn(signature: Signature, draw: Random) -> Shapes:
    """The tensors of a module by its signature, with sizes that occur only once."""
    sizes, weights = _drawn_sizes(signature, draw), signature.weights()
    path = f"model.{signature.called or signature.within or 'mixer'}."
    return {
        path + name.replace("#", "_1"): tuple(axis.value(sizes) for axis in weight.axes)
        for name, weight in weights.items()
        if weight.roles
    }


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("signature", EXACT, ids=lambda each: f"{each.cell}-{each.implementation}")
def test_drawn_sizes_are_solved(signature: Signature, seed: int) -> None:
    shapes = _drawn(signature, Random(seed))  # noqa: S311 - no secret
    sizes = _drawn_sizes(signature, Random(seed))  # noqa: S311 - no secret
    declared = (("S", sizes["S"]),) if signature.pads_shapes and "S" in sizes else ()
    found = list(find(shapes, known=declared, implementation=signature.implementation))
    assert [each.signature.cell for each in found] == [signature.cell]
    expected, stored = _counted(found[0], shapes)
    assert expected == stored == sum(map(prod, shapes.values()))


@pytest.mark.parametrize("signature", EXACT, ids=lambda each: f"{each.cell}-{each.implementation}")
def test_all_that_is_found_is_near_an_odd_name(signature: Signature) -> None:
    module = _drawn(signature, Random(3))  # noqa: S311 - no secret
    damaged = {
        name: shape
        for name, shape in module.items()
        if odd_word(name) not in {odd_word(odd) for odd in signature.odd}
    }
    layers = {0: module, 11: damaged, 7: module}
    shapes = {
        f"layers.{at}.{name}": shape for at, each in layers.items() for name, shape in each.items()
    }
    others = {f"layers.{at}.mlp.{part}_proj.weight": (4, 4) for at in range(12) for part in "qkv"}
    every = {**others, **shapes, "embed_tokens.weight": (4, 4)}
    names = list(every)
    near = {names[place]: every[names[place]] for place in near_cells(names)}
    assert near.keys() >= shapes.keys()
    assert len(near) < len(every)
    assert list(find(near)) == list(find(every))
    own = signature.implementation
    assert list(find(near, implementation=own)) == list(find(every, implementation=own))


def test_one_tensor_of_another_shape_stands_out() -> None:
    mamba = next(each for each in SIGNATURES if each.cell == "Mamba")
    intact = _drawn(mamba, Random(1))  # noqa: S311 - no secret
    for name in intact:
        shapes = dict(intact)
        shapes[name] = tuple(size + 1 for size in shapes[name])
        found = next(iter(find(shapes)))
        tensors = {each: _tensor(each, shape) for each, shape in shapes.items()}
        layer = layer_of(found, tensors.__getitem__, name="x")
        wrong = [
            operand.operand.name
            for operand in count_layer(layer).operands
            if operand.expected_shape != operand.operand.shape
        ]
        assert wrong == [name]


def test_a_module_of_another_implementation_is_no_damaged_cell() -> None:
    mamba = next(each for each in SIGNATURES if each.cell == "Mamba")
    intact = _drawn(mamba, Random(1))  # noqa: S311 - no secret
    kernel = "model.mixer.in_proj.weight"
    packed = {**intact, kernel: (prod(intact[kernel]) // 2, 1)}
    assert list(find({**packed, f"{kernel}.absmax": (9,)})) == []  # as bitsandbytes packs it
    assert list(find({**intact, f"{kernel}_scale": (1,)})) != []
    half = {name: tuple(size + 1 for size in shape) for name, shape in list(intact.items())[::2]}
    assert list(find({**intact, **half})) == []


def _stack(intact: Shapes, count: int) -> Shapes:
    """The module of `model.mixer`, several times."""
    return {
        name.replace("model.mixer", f"layers.{at}.mixer"): shape
        for at in range(count)
        for name, shape in intact.items()
    }


def test_kin_say_which_of_two_tensors_is_wrong() -> None:
    mamba = next(each for each in SIGNATURES if each.cell == "Mamba")
    stack = _stack(_drawn(mamba, Random(1)), 3)  # noqa: S311 - no secret
    for name in ("A_log", "x_proj.weight", "dt_proj.weight"):  # two of them have each size
        wrong = f"layers.1.mixer.{name}"
        shapes = {**stack, wrong: (*stack[wrong][:-1], stack[wrong][-1] - 1)}
        found = list(find(shapes))
        assert len({each.sizes for each in found}) == 1, name
        assert [each.path for each in found] == [f"layers.{at}.mixer" for at in range(3)]


def test_a_module_beside_its_kin_is_found_without_its_odd_name() -> None:
    mamba = next(each for each in SIGNATURES if each.cell == "Mamba")
    stack = _stack(_drawn(mamba, Random(1)), 3)  # noqa: S311 - no secret
    del stack["layers.1.mixer.A_log"]
    shapes = {**stack, "layers.3.mixer.q_proj.weight": (8, 8), "layers.3.mixer.D": (8,)}
    found = list(find(shapes))
    assert [each.path for each in found] == [f"layers.{at}.mixer" for at in range(3)]
    assert [len(each.names) for each in found] == [11, 10, 11]


def test_the_quick_look_knows_each_odd_name() -> None:
    words = {odd_word(name) for name in (*by_odd_name(), *MARKS)} - {"", *WITHIN}
    within = {each.within for each in SIGNATURES if {"kernel", "vars/0"} & {*each.odd}}
    assert (words | within) == WORDS


@pytest.mark.parametrize("known", MODERN, ids=lambda cell: cell.name)
def test_the_text_of_a_formula_gives_its_number(known: Cell) -> None:
    draw = Random(3)  # noqa: S311 - no secret
    sizes = {symbol: draw.randrange(2, 40) for symbol, _ in known.symbols}
    for symbol, product in known.relations:
        sizes[symbol] = product.value(sizes)
    roles = known.roles()
    every = Sizes(0, 0, own=tuple(sizes.items()))
    text = formula(known, roles, every).substituted.replace("²", "**2").replace("³", "**3")
    text = text.replace("·", "*").replace("(", "*(").replace("+ *(", "+ (").lstrip("*")
    number = sum(known.parameters(role, every) for role in roles)
    assert eval(text) == number  # noqa: S307 - our own text


NOT_CELLS = {
    "attention": ("q_proj.weight", "k_proj.weight", "v_proj.weight", "o_proj.weight"),
    "gated attention": ("q_proj.weight", "k_proj.weight", "v_proj.weight", "g_proj.weight"),
    "feed-forward": ("gate_proj.weight", "up_proj.weight", "down_proj.weight"),
    "batch norm": ("gamma", "beta", "moving_mean", "moving_variance"),
    "dense": ("kernel", "bias"),
    "linear": ("linear.weight", "linear.bias"),
}


@pytest.mark.parametrize("names", NOT_CELLS.values(), ids=NOT_CELLS.keys())
def test_generic_names_are_no_cell(names: tuple[str, ...]) -> None:
    shapes = {f"layers.{at}.block.{name}": (8, 8) for at in range(3) for name in names}
    assert list(find(shapes)) == []


@pytest.mark.parametrize("known", MODERN, ids=lambda cell: cell.name)
def test_each_symbol_of_a_cell_has_a_word(known: Cell) -> None:
    symbols = dict(known.symbols)
    assert known.width in symbols
    assert known.state
    products = (*known.state, *(known.work or ()), *(weight.factors for weight in known.weights))
    for product in products:
        for axis in product:
            assert isinstance(axis, Sum)
            assert axis.symbols() <= symbols.keys()
    assert known.often <= {weight.role for weight in known.weights if weight.optional}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("group_normalization_3/gamma", "group_normalization#/gamma"),
        ("a/b_1_22/c_3", "a#/b_1#/c_3"),
        ("_1//12/x_/y", "#/#/12#/x_#/y"),
    ],
)
def test_numbers_at_the_ends_of_modules_are_left_out(name: str, expected: str) -> None:
    shapes = {name: (1,)}
    assert expected in _members(shapes, [""])[""]
