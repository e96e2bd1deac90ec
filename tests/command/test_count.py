"""`count` for every cell, by convention or with sizes of its own, and the figures beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from random import Random

import pytest

from rnninspect.cells import CELLS, Cell, Role, Sizes, every_cell
from rnninspect.cells.asking import SizeError, answer, asked_sizes
from rnninspect.cells.naming import cell_named, similar_names
from rnninspect.cells.work import multiply_adds
from rnninspect.counting import SizedCount
from rnninspect.render import SIZE_SHEET
from rnninspect.render.view import View
from rnninspect.render.widths import width_of

MODERN = [cell for cell in every_cell().values() if cell.symbols]
MAMBA = ("--d-model", "768", "--d-state", "16", "--expand", "2")


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rnninspect", "count", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def figures(*arguments: str) -> dict[str, object]:
    """The document that is printed as JSON."""
    done = call(*arguments, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    document: dict[str, object] = json.loads(done.stdout)
    return document


def test_count_of_mamba_shows_formula_state_and_multiply_adds() -> None:
    done = call("mamba", *MAMBA)
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 80
    for text in (
        "3dE + Ek + E(R + 2N) + ER + EN + 3E",
        "= 3,770,880",
        "EN + E(k - 1) = 1536·16 + 1536(4 - 1) = 29,184 elements",
        "by default  k (--d-conv), R (--dt-rank)",
        "h' = exp(Δ·A)·h + Δ·B·x",
    ):
        assert text in done.stdout
    (total,) = (line for line in done.stdout.splitlines() if line.startswith("(total)"))
    assert total.split() == ["(total)", "3,770,880", "3,840,000"]


@pytest.mark.parametrize("known", MODERN, ids=lambda cell: cell.name)
def test_each_cell_is_counted_from_its_own_names(known: Cell) -> None:
    draw = Random(7)  # noqa: S311 - no secret
    names = {each.symbol: each.names[0] for each in asked_sizes(known)}
    assert len({name for each in asked_sizes(known) for name in each.names}) == sum(
        len(each.names) for each in asked_sizes(known)
    )
    products = {symbol for symbol, _ in known.relations}
    sizes = {symbol: draw.randrange(2, 30) for symbol, _ in known.symbols}
    for symbol, product in known.relations:
        sizes[symbol] = product.value(sizes)
    found = answer(known, known.usual(), {k: v for k, v in sizes.items() if k not in products})
    assert found.sizes == sizes
    assert found.chosen == ()
    assert all(name.isascii() for name in names.values())


@pytest.mark.parametrize("known", MODERN, ids=lambda cell: cell.name)
def test_the_printed_weights_add_up(known: Cell) -> None:
    draw = Random(11)  # noqa: S311 - no secret
    products = {symbol for symbol, _ in known.relations}
    given = {symbol: draw.randrange(2, 30) for symbol, _ in known.symbols if symbol not in products}
    own = answer(known, known.usual(), given).sizes
    sheet = SizedCount(known, known.usual(), Sizes(0, 0, own=tuple(own.items())), 1, ())
    printed = json.loads("".join(SIZE_SHEET["json"](sheet, View())))
    assert sum(each["parameters"] for each in printed["weights"]) == printed["parameters"]
    text = "".join(SIZE_SHEET["text"](sheet, View()))
    assert max(map(width_of, text.splitlines())) <= 80
    (total,) = (line for line in text.splitlines() if line.startswith("(total)"))
    numbers = [int(word.replace(",", "")) for word in total.split()[1:]]
    wanted = (printed["parameters"], printed["multiply_adds"])
    assert numbers == [number for number in wanted if number is not None]


def test_a_missing_size_is_named_by_its_option() -> None:
    done = call("mamba2", "--d-model", "768")
    assert done.returncode == 2
    assert "Mamba-2 needs --d-state (state); its sizes: --d-model," in done.stderr


def test_a_size_of_another_cell_is_refused_with_those_of_this_one() -> None:
    done = call("mamba", *MAMBA, "--num-heads", "4")
    assert done.returncode == 2
    assert "Mamba does not take --num-heads; its sizes: --d-model" in done.stderr
    done = call("lstm", "--input-size", "3", "--hidden-size", "2", "--d-state", "4")
    assert "LSTM does not take --d-state; its sizes: --input-size, --hidden-size" in done.stderr
    assert "--bidirectional" in call("mamba", *MAMBA, "--bidirectional").stderr


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"E": 100}, "--d-inner 100 is not a multiple of 64: E = H·P"),
        ({"E": 128, "expand": 2}, "--d-inner 128 contradicts E = expand·d = 1,536"),
        ({"E": 128, "H": 2, "P": 63}, "--d-inner 128 contradicts E = H·P = 126"),
    ],
)
def test_sizes_that_contradict_each_other(given: dict[str, int], message: str) -> None:
    known = CELLS["Mamba-2"]
    with pytest.raises(SizeError, match="d_inner") as caught:
        answer(known, known.usual(), {"d": 768, "N": 128, **given})
    assert caught.value.spelled(lambda name: f"--{name}") == message


def test_what_is_chosen_follows_from_what_is_given() -> None:
    known = CELLS["Mamba-2"]
    found = answer(known, known.usual(), {"d": 768, "N": 128, "H": 12})
    assert (found.sizes["E"], found.sizes["P"]) == (1536, 128)
    found = answer(known, known.usual(), {"d": 768, "N": 128, "H": 24, "P": 32})
    assert found.sizes["E"] == 768
    assert answer(CELLS["Mamba"], frozenset(), {"d": 100, "N": 16}).sizes["R"] == 7  # 100 / 16


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("MAMBA", "Mamba"),
        ("mamba2", "Mamba-2"),
        ("rwkv7", "RWKV-7"),
        ("xlstm", "mLSTM"),
        ("gated-deltanet", "Gated DeltaNet"),
        ("gated_delta_net", "Gated DeltaNet"),
        ("griffin", "RG-LRU"),
        ("rg-lru", "RG-LRU"),
        ("sru++", "SRU++"),
        ("lstm", "LSTM"),
        ("mgu flax", "MGU, flax"),
        ("simplernn", "RNN"),
    ],
)
def test_names_as_people_write_them(name: str, cell: str) -> None:
    assert cell_named(name) == cell


def test_a_near_miss_is_suggested() -> None:
    assert cell_named("manba") is None
    assert similar_names("manba")[0] == "Mamba"
    done = call("manba", *MAMBA)
    assert done.returncode == 2
    assert "no cell 'manba'; did you mean Mamba" in done.stderr


def test_each_name_means_one_cell() -> None:
    names = [name for cell in every_cell().values() for name in (cell.name, *cell.known_as)]
    assert len({name.lower() for name in names}) == len(names)
    for cell in every_cell().values():
        assert {cell_named(name) for name in (cell.name, *cell.known_as)} == {cell.name}


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("LSTM", 4 * (3 * 5 + 5 * 5)),
        ("GRU", 3 * (3 * 5 + 5 * 5)),
        ("IndRNN", 3 * 5),  # the recurrent weight is a vector
        ("minGRU", 2 * 3 * 5),
        ("WiredCfC", 4 * (3 * 5 + 5 * 5)),  # no mask multiplies
        ("LTC", None),
    ],
)
def test_multiply_adds_are_products_of_matrices(name: str, number: int | None) -> None:
    assert multiply_adds(CELLS[name], CELLS[name].roles(), Sizes(3, 5)) == number


def test_a_matrix_state_is_decayed_written_and_read() -> None:
    own = (("d", 6), ("K", 4), ("V", 10), ("H", 2), ("Dk", 2), ("Dv", 5))
    roles = CELLS["RetNet"].required()
    products = 6 * (4 + 4 + 10 + 10 + 10)
    assert multiply_adds(CELLS["RetNet"], roles, Sizes(0, 0, own=own)) == products + 3 * 2 * 10


def test_levels_multiply_and_weights_can_be_left_out() -> None:
    one, four = figures("mamba", *MAMBA), figures("mamba", *MAMBA, "--layers", "4")
    state = one["state_size"]
    assert isinstance(state, dict)
    assert state["elements"] == 29_184
    assert four["parameters"] == 4 * 3_770_880
    assert four["state_size"] == {**state, "elements": 4 * 29_184}
    assert figures("mamba", *MAMBA, "--without", "conv_bias")["parameters"] == 3_770_880 - 1536
    assert figures("mamba", *MAMBA, "--with", "out_bias")["parameters"] == 3_770_880 + 768
    assert call("mamba", *MAMBA, "--without", "A").returncode == 2


def test_state_of_gated_cells() -> None:
    sizes = ("--input-size", "3", "--hidden-size", "5")
    state = {"each_position": False}
    assert figures("lstm", *sizes)["state_size"] == {"elements": 10, **state}
    assert figures("gru", *sizes)["state_size"] == {"elements": 5, **state}
    both = figures("lstm", *sizes, "--projection", "2", "--levels", "3", "--bidirectional")
    assert both["state_size"] == {"elements": 3 * 2 * 7, **state}
    assert Role.PROJECTION in CELLS["LSTM"].roles()


def test_a_state_of_unknown_size_names_the_option() -> None:
    done = call("st-lstm", "--input-size", "2", "--hidden-size", "3", "--d-conv", "5")
    assert "3ns elements; --positions gives the number" in done.stdout


def test_help_lists_the_sizes_of_all_cells() -> None:
    done = call("--help")
    for option in ("--d-model", "--headdim", "--dt-rank", "--expand", "--num-key-heads"):
        assert option in done.stdout


def counted(*arguments: str) -> dict[str, str]:
    """The lines of a formula sheet by their first word."""
    done = call(*arguments)
    assert done.returncode == 0
    assert max(map(width_of, done.stdout.splitlines())) <= 80
    return {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}


def test_count_shows_each_convention() -> None:
    lines = counted("lstm", "--input-size", "3", "--hidden-size", "2")
    numbers = {"textbook": "48", "keras": "48", "pytorch": "56", "onnx": "56"}
    for convention, number in numbers.items():
        assert number in lines[convention].split()
    assert "40 multiply-adds" in lines["one"]


def test_count_follows_its_options() -> None:
    sizes = ("--input-size", "7", "--hidden-size", "6", "--projection", "3")
    lines = counted("LSTM", *sizes, "--levels", "2", "--bidirectional")
    assert "1,176" in lines["pytorch"].split()
    assert "has no projection" in lines["onnx"]


def test_count_knows_the_sizes_that_only_one_cell_has() -> None:
    lines = counted("cfc", "--input-size", "5", "--hidden-size", "4", "--size", "B=8")
    assert "224" in lines["textbook"].split()
    assert "224" in lines["ncps"].split()
    sizes = ("--input-size", "3", "--hidden-size", "4", "--kernel-size", "3x3")
    assert "768" in counted("convgru2d", *sizes)["hand-written"].split()
    peepholes = counted("convlstm2d", *sizes, "--peepholes", "--size", "s=10")
    assert "1,144" in peepholes["hand-written"].split()
