"""Each spelling of the table is recognised as its cell, with all sizes and among others."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from making.described import model_of
from making.torch.pickles import lstm, read, read_path, saved
from making.torch.spellings import PLACES, Drawn, drawn
from rnninspect.cells import CELLS
from rnninspect.counter import count_layer
from rnninspect.errors import RefusedFile
from rnninspect.model import Origin, RecurrentLayer, SavedModel
from rnninspect.source.limits import Limits
from rnninspect.source.source import open_source
from rnninspect.spellings.finding import anchors
from rnninspect.spellings.prefilter import _GENERIC, _SPECIFIC, _STATE, ORDINARY
from rnninspect.spellings.prefilter import classify_name as passes
from rnninspect.spellings.tables.families import FAMILIES
from rnninspect.spellings.tables.hand_written import GATED
from rnninspect.spellings.tables.spelling import GatedSpelling, Side
from rnninspect_torch import TorchReader

pytestmark = pytest.mark.slow

DISTRACTORS = {
    "net.stem.conv.weight": (16, 12, 3, 3),
    "net.stem.bn.weight": (16,),
    "net.attention.W.weight": (8, 8),
    "net.attention.U.weight": (8, 8),
    "net.mlp.gate.weight": (8, 8),
    "net.head.weight": (2, 8),
    **lstm(5, 2, "net.encoder"),
}


CONVOLVED = ("GRU", "LSTM")


def _label(spelling: GatedSpelling) -> str:
    names = "+".join(part.names[0] for part in spelling.parts)
    return f"{spelling.cell}-{names}"


def _read(module: Drawn, tmp_path: Path, place: str, *, alone: bool) -> SavedModel:
    shapes = {f"{place}.{name}": shape for name, shape in module.shapes.items()}
    return read(saved(shapes if alone else {**DISTRACTORS, **shapes}), tmp_path)


@pytest.mark.parametrize("spelling", GATED, ids=_label)
def test_each_spelling_is_recognised(spelling: GatedSpelling, tmp_path: Path) -> None:
    place = PLACES[spelling.cell]
    combinations = itertools.product(((3, 4), (11, 2)), (True, False), (0, 1), (True, False))
    for (inputs, hidden), bias, word, alone in combinations:
        module = drawn(spelling, inputs, hidden, bias=bias, word=word)
        model = _read(module, tmp_path, place, alone=alone)
        layer = next(layer for layer in model.layers if layer.name == place)
        assert (layer.cell, layer.sizes.input_size, layer.sizes.hidden_size) == (
            module.cell,
            module.inputs,
            module.hidden,
        )
        counted = count_layer(layer)
        assert counted.expected == counted.stored == module.parameters
        assert layer.origin is Origin.INFERRED
        assert len(model.layers) == (1 if alone else 2)
        assert model.observations == ()


@pytest.mark.parametrize("taps", [(3,), (3, 5), (1, 1), (3, 3, 3)], ids=str)
@pytest.mark.parametrize(
    "spelling", [known for known in GATED if known.cell in CONVOLVED], ids=_label
)
def test_each_spelling_with_convolutions(
    spelling: GatedSpelling, taps: tuple[int, ...], tmp_path: Path
) -> None:
    place = PLACES[spelling.cell]
    for inputs, hidden in ((2, 4), (4, 4), (7, 3)):
        module = drawn(spelling, inputs, hidden, taps=taps)
        (layer,) = _read(module, tmp_path, place, alone=True).layers
        assert layer.cell == module.cell
        assert layer.sizes.kernel_size == taps
        assert layer.sizes.input_size == inputs
        assert count_layer(layer).expected == count_layer(layer).stored == module.parameters


@pytest.mark.parametrize("spelling", GATED, ids=_label)
def test_a_spelling_with_a_damaged_tensor_is_that_cell_or_none(
    spelling: GatedSpelling, tmp_path: Path
) -> None:
    """Other sizes may explain all tensors, and the others may not make the cell plain."""
    whole, place = drawn(spelling, 5, 4, bias=True), PLACES[spelling.cell]
    for name, shape in whole.shapes.items():
        if name.startswith(spelling.output or ("\0",)):
            continue
        for changed in ((shape[0] + 1, *shape[1:]), (*shape[:-1], shape[-1] + 1)):
            module = Drawn({**whole.shapes, name: changed}, whole.cell, 5, 4, 0)
            for layer in _read(module, tmp_path, place, alone=True).layers:
                wrong = _wrong(layer)
                assert f"{place}.{name}" in {operand.name for operand in layer.operands}
                if wrong:
                    assert wrong == [f"{place}.{name}"]
                    sizes = layer.sizes
                    assert (layer.cell, sizes.input_size, sizes.hidden_size) == (whole.cell, 5, 4)


def _wrong(layer: RecurrentLayer) -> list[str]:
    """The names of the tensors that have not the shape that they should have."""
    counts = count_layer(layer).operands
    return [each.operand.name for each in counts if each.expected_shape != each.operand.shape]


@pytest.mark.parametrize("spelling", GATED, ids=_label)
def test_bare_matrices_may_be_transposed(spelling: GatedSpelling, tmp_path: Path) -> None:
    module = drawn(spelling, 3, 4, bare=True)
    if any("." in name for name in module.shapes):
        return  # names of modules, not of parameters
    cell, place = module.cell, PLACES[spelling.cell]
    bias = 4 * len(CELLS[cell].gates)
    for transposed in (False, True):
        shapes = {
            name: shape[::-1] if transposed else shape for name, shape in module.shapes.items()
        }
        shapes = {**shapes, **({} if spelling.gates or spelling.output else {"bias": (bias,)})}
        model = _read(Drawn(shapes, cell, 3, 4, 0), tmp_path, place, alone=True)
        if all(part.side is Side.INPUT for part in spelling.parts):
            # without a square matrix, only a bias shows which axis is that of the state
            sizes = [(found.sizes.input_size, found.sizes.hidden_size) for found in model.layers]
            assert set(sizes) <= {(3, 4)}
            continue
        if spelling.output:
            assert not model.layers or model.layers[0].sizes.hidden_size == 4
            continue
        (layer,) = model.layers
        assert (layer.cell, layer.sizes.input_size, layer.sizes.hidden_size) == (cell, 3, 4)
        assert count_layer(layer).expected == count_layer(layer).stored


def test_names_of_a_spelling_are_unique() -> None:
    for spelling in GATED:
        names = [
            pattern.replace("{}", word)
            for part in spelling.parts
            for pattern in part.names
            for words in (spelling.gates if "{}" in pattern else ((("",),)))
            for word in words
        ]
        assert all(name == name.lower().replace("_", "") for name in names)


def test_each_anchor_passes_the_prefilter() -> None:
    for anchor, spellings in anchors().items():
        lets_pass = passes(anchor.removesuffix(".0"))
        if all(isinstance(known, GatedSpelling) and known.words for known in spellings):
            assert lets_pass, f"{anchor} in a module that is named like a cell"
        else:
            assert lets_pass == 1, anchor


def test_each_word_of_a_family_passes_the_prefilter() -> None:
    for family in FAMILIES:
        assert {word for word in family.needs if passes(word) != 1} == set()


@pytest.mark.parametrize(
    "name", ["conv1", "fc", "bn1", "weight", "running_mean", "q_proj", "layer_norm", "mlp", "embed"]
)
def test_ordinary_names_do_not_pass_the_prefilter(name: str) -> None:
    assert passes(name) != 1


def test_no_pattern_of_the_prefilter_matches_an_ordinary_name() -> None:
    pattern = f"{_SPECIFIC}|{_GENERIC}|.*(?:{'|'.join(_STATE)})"
    assert not {word for word in ORDINARY if re.match(pattern, word)}


def test_the_commonest_layers_beside_a_cell_are_those_of_the_pattern() -> None:
    beside = [spelling.beside for spelling in GATED if spelling.beside is not None]
    assert beside
    for known in beside:
        assert not {name for name in known.names if not re.match(known.pattern, name)}


def test_the_search_for_cells_is_limited_by_steps(tmp_path: Path) -> None:
    cells = {f"cells.{number}.conv.weight": (17, 8, 3, 3) for number in range(300)}
    path = tmp_path / "many.pt"
    path.write_bytes(saved(cells))
    assert read_path(path).layers == ()
    with (
        pytest.raises(RefusedFile, match="steps=9000"),
        open_source(path, Limits(steps=9_000)) as source,
    ):
        model_of(TorchReader(), source)


def test_more_cells_than_the_limit_are_refused(tmp_path: Path) -> None:
    cells = {f"lstm_cell_{number}.{side}": (16, 4) for number in range(30) for side in "WU"}
    path = tmp_path / "many.pt"
    path.write_bytes(saved(cells))
    assert len(read_path(path).layers) == 30
    with (
        pytest.raises(RefusedFile, match="recurrent=20"),
        open_source(path, Limits(recurrent=20)) as source,
    ):
        model_of(TorchReader(), source)
