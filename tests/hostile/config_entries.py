"""Configurations that lie, beside weights of a Mamba that are as they should be."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path

from hostile.entry import Hostile, written
from making.declared_layers import MAMBA, MAMBA_2, mamba_2_shapes, mamba_shapes
from making.small_models import safetensors_file
from making.torch.pickles import archive, mapping, records_of, tensor

HUGE = 100 * 2**20


def beside(config: Callable[[Path], object], code: int, *, second: bool = False) -> Hostile:
    """A Mamba, or a Mamba-2, with what is made as its `config.json`."""
    shapes = mamba_2_shapes() if second else mamba_shapes()

    def make(path: Path) -> None:
        safetensors_file(path, shapes)
        config(path.parent / "config.json")

    return Hostile(make, code)


def text(data: str | bytes, code: int, *, second: bool = False) -> Hostile:
    """One with this text as its configuration."""
    encoded = data if isinstance(data, bytes) else data.encode()
    return beside(lambda path: path.write_bytes(encoded), code, second=second)


def saying(code: int = 1, **values: object) -> Hostile:
    """One whose configuration says something else of the Mamba."""
    return text(json.dumps({**MAMBA, **values}), code)


def large(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"{")
        file.truncate(HUGE)


def contained(config: Callable[[], object], code: int) -> Hostile:
    """A checkpoint with this value as its hyperparameters."""

    def data() -> bytes:
        shapes = mamba_shapes()
        tensors = (tensor(str(at), shape) for at, shape in enumerate(shapes.values()))
        state = mapping(dict(zip(shapes, tensors, strict=True)))
        value = pickle.dumps(config(), 2)[2:-1]  # without its first and its last opcode
        whole = mapping({"state_dict": state, "hyper_parameters": value})
        return archive(whole + b".", records_of(shapes))

    return written(data, code)


def itself() -> dict[str, object]:
    """A configuration that is also the one in it."""
    config: dict[str, object] = {**MAMBA, "state_size": 9}
    config["text_config"] = config["model"] = config
    return config


def laughing() -> list[object]:
    """Lists of the same list, which would be 10^12 values."""
    value: list[object] = [1]
    for _ in range(6):
        value = [value] * 100
    return value


MODEL = "model.safetensors"
ENTRIES: dict[str, Hostile] = (
    {
        f"{name}/{MODEL}": entry
        for name, entry in {
            "words": saying(state_size="many", hidden_size=[24], conv_kernel={"k": 4}),
            "below_zero": saying(state_size=-7, hidden_size=0, conv_kernel=-(2**70)),
            "fractions": saying(state_size=7.5, hidden_size=1e308, time_step_rank=1e-308),
            "no_numbers": saying(state_size=float("nan"), hidden_size=float("inf")),
            "truths": saying(state_size=True, hidden_size=False),
            "huge": saying(state_size=10**400, hidden_size=2**63, num_hidden_layers=10**300),
            "hundred_thousand_layers": saying(num_hidden_layers=100_000),
            "ten_thousand_layers": saying(num_hidden_layers=10_000),
            "product": saying(intermediate_size=None, expand=2**31 - 1, hidden_size=2**31 - 1),
            "digits": text('{"state_size": ' + "9" * 10_000 + "}", 0),
            "deep": text('{"text_config": ' * 10_000 + "1" + "}" * 10_000, 0),
            "nested_parts": text('{"text_config": ' * 500 + "{}" + "}" * 500, 0),
            "array": text("[" * 9 + "]" * 9, 0),
            "cut": text(json.dumps(MAMBA)[:-9], 0),
            "no_text": text(b'{"model_type": "mam\xff\xfeba"}', 0),
            "nothing": text("", 0),
            "named_twice": text(
                json.dumps(MAMBA).replace("{", '{"state_size": "\\u001b[2J", ', 1), 1
            ),
            "named_strangely": text(
                json.dumps(MAMBA)[:-1]
                + ', "<img>|\\u202e\\n\\u001b": 1, "<img>|\\u202e\\n\\u001b": 2}',
                1,
            ),
            "many_keys": text(json.dumps({**MAMBA, **{f"k{at}": at for at in range(60_000)}}), 0),
            "kinds": text(
                json.dumps(
                    {**MAMBA_2, "model_type": "nemotron_h", "layer_types": ["mamba"] * 90_000}
                ),
                1,
                second=True,
            ),
            "million_kinds": text(
                json.dumps({**MAMBA_2, "layer_types": ["mamba"] * 10**6}), 0, second=True
            ),
            "large": beside(large, 0),
            "link_outside": beside(lambda path: path.symlink_to("../../canary.txt"), 0),
            "link_to_itself": beside(lambda path: path.symlink_to("config.json"), 0),
            "pipe": beside(os.mkfifo, 0),
            "folder": beside(Path.mkdir, 0),
        }.items()
    }
    | {"sound/sound.safetensors": saying(0, time_step_rank=None)}
    | {
        f"{name}/model.pt": entry
        for name, entry in {
            "contained": contained(lambda: {**MAMBA, "state_size": "\x1b[2J"}, 1),
            "contained_itself": contained(itself, 1),
            "contained_laughs": contained(laughing, 0),
            "contained_million": contained(lambda: {f"k{at}": at for at in range(200_000)}, 0),
            "contained_list": contained(lambda: {**MAMBA, "layer_types": ["mamba"] * 10**6}, 0),
        }.items()
    }
)
