"""The code of a TorchScript archive, matched line by line; it is never compiled or run.

The printer is torch/csrc/jit/serialization/python_print.cpp: a class begins at the margin, its
attributes after two spaces, and each operator call is on one line.
"""

from __future__ import annotations

import re

from rnninspect.plugin import Record
from rnninspect_torch.programs.unrolled import UnrolledCell, find_cells

_CLASS = re.compile(r"^class (\w+)\(\w*\):$", re.MULTILINE)
_FINAL = re.compile(r"^  (\w{1,60}) : Final\[\w+\] = (.{1,60})$", re.MULTILINE)
_LISTS = re.compile(r"^  __(parameters|buffers)__ = \[(.*)\]$", re.MULTILINE)
_QUOTED = re.compile(r'"([^"\n]*)"')
_TRAINING = re.compile(r"^  training : bool$", re.MULTILINE)
_CALL = re.compile(
    r"= (?:torch\.|ops\.quantized\.quantized_)(lstm|gru|rnn_tanh|rnn_relu)(_cell)?(?:_dynamic)?"
    r"\((.*)\)$",
    re.MULTILINE,
)
_NAMED_LIST = re.compile(r"^ +(\w+) = \[(CONSTANTS\.c\d+(?:, CONSTANTS\.c\d+)*)\]$", re.MULTILINE)
_CONSTANT = re.compile(r"CONSTANTS\.c(\d{1,9})")
# At the end of a layer's call: params, has_biases, num_layers, dropout, train, bidirectional and
# batch_first; the overload for packed sequences has no batch_first.
_ARGUMENTS = re.compile(
    r", (True|False), (\d{1,4}), [\d.e+-]{1,30}, \w{1,30}, (True|False)(?:, (?:True|False))?$"
)
_LONGEST_END = 120  # characters of these arguments
_WEIGHT_ARGUMENT = re.compile(r"CONSTANTS\.c\d{1,9}|None")


class LayerCall(Record):
    """A call of a recurrent operator.

    Attributes:
        operator: `lstm`, `gru`, `rnn_tanh` or `rnn_relu`.
        cell: whether it is the operator of a cell.
        label: the variable of its weights, if they are in one.
        constants: numbers of its weights among the constants; empty if they are not constants.
        biases, levels, directions: as declared by the call; None for a cell.
    """

    operator: str
    cell: bool
    label: str
    constants: tuple[int, ...]
    biases: bool | None = None
    levels: int = 1
    directions: int = 1


class ClassCode(Record):
    """One class of the archive's code.

    Attributes:
        finals: its constants, as Python values.
        parameters, buffers: names of its own tensors of these kinds.
        lists: whether these names are listed; torch 1.0 to 1.2 did not list them.
        trains: whether it has the attribute `training`, which freezing removes.
        calls: its calls of recurrent operators.
        cells: cells that are unrolled into basic operators.
    """

    finals: dict[str, object]
    parameters: tuple[str, ...] = ()
    buffers: tuple[str, ...] = ()
    trains: bool = False
    calls: tuple[LayerCall, ...] = ()
    cells: tuple[UnrolledCell, ...] = ()
    lists: bool = True


def parse_code(text: str, module: str) -> dict[str, ClassCode]:
    """The classes of one file by their full names; `module` is `__torch__.…`, from its path."""
    starts = list(_CLASS.finditer(text))
    ends = [*(match.start() for match in starts[1:]), len(text)]
    return {
        f"{module}.{match[1]}": _class(text[match.end() : end])
        for match, end in zip(
            starts, ends, strict=False
        )  # without a class there is one end and no start
    }


def _class(body: str) -> ClassCode:
    lists = {match[1]: tuple(_QUOTED.findall(match[2])) for match in _LISTS.finditer(body)}
    named = {match[1]: _numbers(match[2]) for match in _NAMED_LIST.finditer(body)}
    calls = [_call(match, named) for match in _CALL.finditer(body)]
    return ClassCode(
        {match[1]: _literal(match[2]) for match in _FINAL.finditer(body)},
        lists.get("parameters", ()),
        lists.get("buffers", ()),
        _TRAINING.search(body) is not None,
        tuple(call for call in calls if call is not None),
        find_cells(body),
        bool(lists),
    )


def _literal(text: str) -> object:
    """A boolean, an integer or a string; anything else is returned as text."""
    if text in ("True", "False"):
        return text == "True"
    if text.removeprefix("-").isdigit() and len(text) < 20:
        return int(text)
    return text[1:-1] if text[:1] == '"' == text[-1:] else text


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _CONSTANT.findall(text))


def _call(match: re.Match[str], named: dict[str, tuple[int, ...]]) -> LayerCall | None:
    operator, cell, arguments = match[1], bool(match[2]), match[3]
    if cell:
        last = [part.strip() for part in arguments.rsplit(", ", 4)[1:]]
        constants = [part for part in last if _WEIGHT_ARGUMENT.fullmatch(part)]
        return LayerCall(operator, cell, "", _numbers(" ".join(constants)))
    tail = _ARGUMENTS.search(arguments[-_LONGEST_END:])
    if tail is None:
        return None
    biases, levels, both = tail.groups()
    before = arguments[: len(arguments) - len(tail[0])]
    inline = before.endswith("]")
    weights = before[before.rfind("[") if inline else before.rfind(" ") + 1 :]
    return LayerCall(
        operator,
        cell,
        "" if inline else weights,
        _numbers(weights) if inline else named.get(weights, ()),
        biases == "True",
        int(levels),
        2 if both == "True" else 1,
    )
