"""TorchScript's code: declarations, calls, unrolled cells, and the time of matching."""

from __future__ import annotations

import pytest

from rnninspect_torch.programs.records import ClassCode, LayerCall
from rnninspect_torch.programs.script_code import declared_by
from rnninspect_torch.programs.unrolled import UnrolledCell, find_cells
from rnninspect_torch.script.classes import split_code

CODE = """
class LSTM(Module):
  __parameters__ = ["weight_ih_l0", "weight_hh_l0", ]
  __buffers__ = ["table", ]
  training : bool
  mode : Final[str] = "LSTM"
  hidden_size : Final[int] = 5
  bias : Final[bool] = True
  dropout : Final[float] = 0.
  def forward(self: __torch__.LSTM,
    x: Tensor) -> Tensor:
    self_rnn__flat_weights = [CONSTANTS.c0, CONSTANTS.c1]
    a, b, c = torch.lstm(x, [h, h], self_rnn__flat_weights, False, 1, 0., False, True, True)
    d, e = torch.gru(x, sizes, h, [CONSTANTS.c2, CONSTANTS.c3], True, 2, 0.5, training, False)
    f = torch.gru_cell(x, h, CONSTANTS.c4, CONSTANTS.c5, None, None)
class Empty(Module):
  __parameters__ = []
"""


def parse_code(text: str) -> dict[str, ClassCode]:
    return {name: declared_by(found) for name, found in split_code(text)[0].items()}


def test_declarations_of_a_class() -> None:
    classes = parse_code(CODE)
    assert list(classes) == ["LSTM", "Empty"]
    code = classes["LSTM"]
    assert code.finals == {"mode": "LSTM", "hidden_size": 5, "bias": True, "dropout": 0.0}
    assert (code.parameters, code.buffers) == (("weight_ih_l0", "weight_hh_l0"), ("table",))
    assert code.calls == (
        LayerCall("lstm", False, "self_rnn__flat_weights", (0, 1), False, 1, 2),  # noqa: FBT003 - as read
        LayerCall("gru", False, "", (2, 3), True, 2, 1),  # noqa: FBT003 - as above
        LayerCall("gru", True, "", (4, 5)),  # noqa: FBT003 - as above
    )
    assert classes["Empty"].calls == ()
    assert classes["Empty"].lists
    assert not parse_code("class Old(Module):\n  weight : Tensor\n")["Old"].lists


def test_unrolled_cells() -> None:
    body = """
    _1 = torch.linear(h, CONSTANTS.c0, CONSTANTS.c1)
    _2 = torch.unsafe_chunk(torch.add_(_1, torch.linear(f(x, 0), CONSTANTS.c2, None)), 4, 1)
    _3 = torch.unsafe_chunk(torch.linear(x, CONSTANTS.c3), 3, 1)
    _4 = torch.unsafe_chunk(torch.linear(h, CONSTANTS.c4), 3, 1)
    _5 = torch.unsafe_chunk(q, 4, 1)
    _6 = torch.unsafe_chunk(q, 3, 1)
    _7 = torch.linear(x, CONSTANTS.c5, CONSTANTS.c6)
    _8 = torch.add_(torch.linear(h, CONSTANTS.c7, CONSTANTS.c8), _7)
    _9 = torch.linear(torch.relu(_8), CONSTANTS.c9)
    _10 = torch.tanh(torch.add(_7, torch.linear(h, CONSTANTS.c7)))
    return torch.tanh(torch.add_(torch.linear(f(h, 0), CONSTANTS.c10), _7))
"""
    assert find_cells(body) == (
        UnrolledCell(4, ((0, 1), (2, None))),
        UnrolledCell(3, ((3, None), (4, None))),
        UnrolledCell(1, ((7, 8), (5, 6))),
        UnrolledCell(1, ((10, None), (5, 6))),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "class X(Module):",
        "class X(Module):\n" * 20_000,
        "    a = torch.lstm(" + ", [" * 200_000 + ")\n",
        "    a = torch.lstm(" + "x, " * 200_000 + ")\n" * 20,
        "    a = [" + "CONSTANTS.c0, " * 100_000 + "\n",
        "    a = torch.unsafe_chunk(" + "(" * 200_000 + ", 4, 1)\n",
        "    a = torch.linear(" * 20_000,
        "  __parameters__ = [" + '"' * 300_000 + "]\n",
        "    _1 = torch.tanh(torch.add_(torch.linear(" * 20_000 + "x)))\n",
        "    _1 = torch.tanh(torch.add_(torch.linear(" + "(a)" * 300_000 + "\n",
        "    _1 = torch.add(_1, _1)\n" * 20_000 + "    _2 = torch.unsafe_chunk(_1, 4, 1)\n",
    ],
    ids=range(12),
)
def test_matching_takes_linear_time(text: str) -> None:
    for classes in (parse_code(text), parse_code("class Y(Module):\n" + text)):
        assert all(not code.calls and not code.cells for code in classes.values())
