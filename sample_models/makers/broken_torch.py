"""PyTorch and safetensors files with one fault each, made from the intact ones."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import torch

from makers.archives import only, rewrite
from makers.records import Broken
from makers.torch_samples import save_for_mobile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Weights = dict[str, torch.Tensor]
    Make = Callable[[Path, Path], None]

TAGGER = "torch/tagger.pt"  # LSTM, 6 inputs, 5 units, 2 levels
BOTH_WAYS = "torch/bidirectional_gru.pt"  # GRU, 9 inputs, 4 units, 2 levels, 2 directions
PROJECTED = "torch/projected_lstm.pt"
MODULE = "torch/whole_module.pt"  # LSTM, 7 inputs, 6 units, 2 levels, 2 directions
LEGACY = "torch/legacy.pt"
TENSORS = "torch/stacked_lstm.safetensors"  # LSTM, 5 inputs, 4 units, 2 levels, 2 directions
RECURRENT_RECORD = "data/2"  # of TAGGER: the third storage that its pickle names


def _change(name: str, change: Callable[[torch.Tensor], torch.Tensor]) -> Make:
    """Save the state dict again with another tensor in one place."""

    def make(source: Path, target: Path) -> None:
        weights: Weights = torch.load(source)
        weights[name] = change(weights[name]).clone()
        torch.save(weights, target)

    return make


def _drop(*endings: str) -> Make:
    """Save the state dict again without the tensors whose names end so."""

    def make(source: Path, target: Path) -> None:
        weights: Weights = torch.load(source)
        for name in [name for name in weights if name.endswith(endings)]:
            del weights[name]
        torch.save(weights, target)

    return make


def _transpose_in_mobile(source: Path, target: Path) -> None:
    """Save the mobile module again with the last axes of a weight exchanged."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch prefers torch.export by now
        module = torch.jit.jit_module_from_flatbuffer(str(source))
    weight = module.rnn.weight_hh_l0
    module.rnn.weight_hh_l0 = torch.nn.Parameter(weight.detach().t().contiguous())
    save_for_mobile(target, module)


def _declare(name: str, value: object) -> Make:
    """Save the module again with another value in one attribute of its LSTM."""

    def make(source: Path, target: Path) -> None:
        module = torch.load(source, weights_only=False)  # our own file
        setattr(module["encoder"], name, value)
        torch.save(module, target)

    return make


class _Greeting:
    """An object whose pickle makes the loader call a function, here a harmless one."""

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return print, ("loading this file printed this line",)


def _greet(source: Path, target: Path) -> None:
    torch.save({"state_dict": torch.load(source), "greeting": _Greeting()}, target)


def _record(change: Callable[[bytes], bytes]) -> Make:
    return lambda source, target: rewrite(source, target, only(RECURRENT_RECORD, change))


def _shorten(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes()[:-8])


def _header(change: Callable[[dict[str, Any]], None]) -> Make:
    """Change the JSON header of a safetensors file; the payload stays as it is."""

    def make(source: Path, target: Path) -> None:
        data = source.read_bytes()
        end = 8 + int.from_bytes(data[:8], "little")
        header = json.loads(data[8:end])
        change(header)
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        target.write_bytes(len(text).to_bytes(8, "little") + text + data[end:])

    return make


def _overlap(header: dict[str, Any]) -> None:
    header["rnn.bias_hh_l0"]["data_offsets"] = header["rnn.bias_ih_l0"]["data_offsets"]


def _negative(header: dict[str, Any]) -> None:
    header["rnn.weight_hh_l1"]["shape"][0] *= -1


BROKEN = (
    Broken(
        "broken/runs_code.pt",
        TAGGER,
        "whoever unpickles the file calls `print`",
        "R301",
        _greet,
    ),
    Broken(
        "broken/mixed_dtypes.pt",
        TAGGER,
        "one weight of level 0 is float16, the others are float32",
        "R207",
        _change("rnn.weight_hh_l0", lambda weight: weight.half()),
        "rnn[0]",
    ),
    Broken(
        "broken/cut_tensor.pt",
        TAGGER,
        "the recurrent kernel of level 1 has lost two rows",
        "R101",
        _change("rnn.weight_hh_l1", lambda weight: weight[:18]),
        "rnn[1]",
        "rnn.weight_hh_l1",
    ),
    Broken(
        "broken/grown_bias.pt",
        TAGGER,
        "the bias of level 0 has two elements more",
        "R101",
        _change("rnn.bias_ih_l0", lambda bias: torch.cat([bias, bias[:2]])),
        "rnn[0]",
        "rnn.bias_ih_l0",
    ),
    Broken(
        "broken/transposed_recurrent.ptl",
        "torch/mobile.ptl",
        "the recurrent kernel of level 0 is transposed",
        "R105",
        _transpose_in_mobile,
        layer="rnn[0]",
        tensor="rnn.weight_hh_l0",
    ),
    Broken(
        "broken/transposed_kernel.pt",
        TAGGER,
        "the kernel of level 0 is transposed, as Keras has it",
        "R105",
        _change("rnn.weight_ih_l0", lambda weight: weight.T),
        "rnn[0]",
        "rnn.weight_ih_l0",
    ),
    Broken(
        "broken/gate_count.pt",
        TAGGER,
        "the kernel of level 0 has the rows of three gates, not of four",
        "R108",
        _change("rnn.weight_ih_l0", lambda weight: weight[:15]),
        "rnn[0]",
        "rnn.weight_ih_l0",
    ),
    Broken(
        "broken/level_input.pt",
        TAGGER,
        "level 1 reads seven inputs, level 0 gives five",
        "R109",
        _change("rnn.weight_ih_l1", lambda weight: torch.cat([weight, weight[:, :2]], 1)),
        "rnn[1]",
    ),
    Broken(
        "broken/dropped_recurrent.pt",
        TAGGER,
        "the recurrent kernel of level 0 is not in the file",
        "R102",
        _drop("weight_hh_l0"),
        "rnn[0]",
    ),
    Broken(
        "broken/one_bias.pt",
        TAGGER,
        "there is one bias vector in each level, where torch has two",
        "R107",
        _drop("bias_hh_l0", "bias_hh_l1"),
        "rnn[0]",
    ),
    Broken(
        "broken/dropped_bias.pt",
        TAGGER,
        "one of the two bias vectors of level 1 is not in the file",
        "R107",
        _drop("bias_hh_l1"),
        "rnn[1]",
    ),
    Broken(
        "broken/missing_reverse.pt",
        BOTH_WAYS,
        "level 1 lacks its reverse direction",
        "R102",
        _drop("_l1_reverse"),
        "rnn[1]",
    ),
    Broken(
        "broken/missing_projection.pt",
        PROJECTED,
        "the projection of one direction is not in the file",
        "R102",
        _drop("weight_hr_l1_reverse"),
        "rnn[1]",
    ),
    Broken(
        "broken/short_payload.pt",
        TAGGER,
        "the record of a recurrent kernel holds fewer bytes than its shape calls for",
        "R201",
        _record(lambda data: data[:-40]),
        "rnn[0]",
        "rnn.weight_hh_l0",
    ),
    Broken(
        "broken/long_payload.pt",
        TAGGER,
        "the record of a recurrent kernel holds more bytes than its storage has",
        "R202",
        _record(lambda data: data + bytes(40)),
        "rnn[0]",
        "rnn.weight_hh_l0",
    ),
    Broken(
        "broken/short_legacy.pt",
        LEGACY,
        "the file ends within its last storage",
        "R201",
        _shorten,
        tensor="head.bias",
    ),
    Broken(
        "broken/declared_hidden_size.pt",
        MODULE,
        "the module declares five units, its tensors are those of six",
        "R101",
        _declare("hidden_size", 5),
        "encoder[0]",
    ),
    Broken(
        "broken/declared_no_bias.pt",
        MODULE,
        "the module declares that it has no bias, and stores biases",
        "R103",
        _declare("bias", value=False),
        "encoder[0]",
    ),
    Broken(
        "broken/negative_hidden_size.pt",
        MODULE,
        "the module declares minus six units",
        "R104",
        _declare("hidden_size", -6),
        "encoder[0]",
    ),
    Broken(
        "broken/short_payload.safetensors",
        TENSORS,
        "the file ends within its last tensor",
        "R201",
        _shorten,
        "rnn[1]",
    ),
    Broken(
        "broken/overlap.safetensors",
        TENSORS,
        "two biases lie at the same bytes",
        "R203",
        _header(_overlap),
    ),
    Broken(
        "broken/negative_axis.safetensors",
        TENSORS,
        "an axis of a recurrent kernel is below zero",
        "R206",
        _header(_negative),
        "rnn[1]",
        "rnn.weight_hh_l1",
    ),
)
