"""Cells in the code of TorchScript archives, written by hand: states, loops, doubts and bounds."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from making.torch.pickles import read
from making.torch.scripts import READ, STEP, WEIGHTS, method, scripted, unrolled
from rnninspect.counter import count_layers
from rnninspect.model import Fact, Origin, Searched
from rnninspect.rules import check

ONE = [line.format(at=0, next=1) for line in STEP]
LOOP = (
    *READ,
    "h = torch.zeros([2, 3])",
    "c = torch.zeros([2, 3])",
    "for t in range(torch.size(x, 0)):",
    "  x0 = torch.select(x, 0, t)",
    "  h0, c0 = h, c",
    *(f"  {line.replace('linear(x,', 'linear(x0,')}" for line in ONE),
    "  h, c = h1, c1",
    "return h",
)
STATES = (
    *READ,
    "h0 = self.h",
    "c0 = self.c",
    *ONE,
    "self.h = h1",
    "self.c = c1",
    "return h1",
)


@pytest.mark.parametrize(
    ("lines", "kind", "more"),
    [
        (LOOP, "LSTM (loop)", {}),
        (STATES, "LSTM (one step)", {"h": (2, 3), "c": (2, 3)}),
    ],
    ids=["loop", "attributes"],
)
def test_a_state_returns(
    lines: tuple[str, ...], kind: str, more: dict[str, tuple[int, ...]], tmp_path: Path
) -> None:
    model = read(scripted(method(*lines, header="x: Tensor"), {**WEIGHTS, **more}), tmp_path)
    (layer,) = model.layers
    assert (layer.kind, layer.origin) == (kind, Origin.RECOVERED)
    assert (layer.sizes.input_size, layer.sizes.hidden_size, layer.gate_order) == (3, 3, "ifog")
    assert {operand.name for operand in layer.operands} == {"w", "u"}
    assert [counted.stored for counted in count_layers(model.layers)] == [72]
    assert check(model, count_layers(model.layers))[0].rule == "R402"
    assert model.search is not None
    assert model.search.what is Searched.OPERATORS


@pytest.mark.parametrize("steps", [2, 3, 50])
def test_an_unrolled_sequence_counts_its_steps(steps: int, tmp_path: Path) -> None:
    (layer,) = read(unrolled(steps), tmp_path).layers
    assert layer.kind == f"LSTM (unrolled, {steps} steps)"


def test_a_call_of_another_class_of_numbers_and_of_optional_states(tmp_path: Path) -> None:
    """A named tuple, an optional argument, a list of states that a loop changes."""
    functions = (
        "class State(NamedTuple):\n  h : Tensor\n  c : Tensor\n"
        "def begin(x: Tensor,\n    s: Optional[__torch__.State]) -> __torch__.State:\n"
        "  if torch.__is__(s, None):\n"
        "    z = torch.zeros([torch.size(x, 1), 3])\n"
        "    s0 = __torch__.State(z, z)\n"
        "  else:\n"
        "    s0 = unchecked_cast(__torch__.State, s)\n"
        "  return s0\n"
    )
    lines = (
        *READ,
        "s1 = __torch__.begin(x, s, )",
        "states = [s1.h, s1.c]",
        "for t in range(torch.size(x, 0)):",
        "  x0 = torch.select(x, 0, t)",
        "  h0, c0, = states",
        *(f"  {line.replace('linear(x,', 'linear(x0,')}" for line in ONE),
        "  _1 = torch._set_item(states, 0, h1)",
        "  _2 = torch._set_item(states, 1, c1)",
        "return states[0]",
    )
    header = "x: Tensor,\n    s: Optional[__torch__.State]=None"
    data = scripted(method(*lines, header=header), WEIGHTS, functions=functions)
    (layer,) = read(data, tmp_path).layers
    assert layer.kind == "LSTM (loop)"


def test_a_step_that_fits_no_cell_is_skipped(tmp_path: Path) -> None:
    """The sign of one product is another one: no layer, and tensors that nobody understood."""
    wrong = [line.replace("torch.mul(torch.sigmoid(_o0)", "torch.add(_o0") for line in LOOP]
    text = method(*wrong, header="x: Tensor").replace("self.w", "self.alpha")
    text = text.replace("self.u", "self.beta")
    model = read(scripted(text, {"alpha": (12, 3), "beta": (12, 3)}), tmp_path)
    assert model.layers == ()
    (step,) = model.skipped
    assert {tensor.name for tensor in step.tensors} >= {"beta"}


def test_code_that_is_too_long_or_calls_itself_is_given_up(tmp_path: Path) -> None:
    again = method(*READ, "y = (self).forward(torch.tanh(torch.linear(x, w)), h, )", "return y")
    model = read(scripted(again, {"alpha": (3, 3)}), tmp_path)
    assert model.layers == ()
    text = again.replace("(x, w)", "(torch.linear(x, w), w)")
    model = read(scripted(text, {"w": (3, 3)}), tmp_path)
    unusual = [note.detail for note in model.observations if note.fact is Fact.UNUSUAL]
    assert any("too large" in detail for detail in unusual)
    assert model.search is not None
    assert not model.search.finished


def test_names_agree_with_the_archive(tmp_path: Path) -> None:
    """The maker's archives have the members of torch's."""
    path = tmp_path / "made.pt"
    path.write_bytes(unrolled(2))
    with zipfile.ZipFile(path) as archive:
        assert {"model/data.pkl", "model/constants.pkl", "model/code/__torch__.py"} <= set(
            archive.namelist()
        )
