"""What Keras' recurrent layers must report, and how its archives become the same on every run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from makers.archives import rewrite
from makers.records import Layer

if TYPE_CHECKING:
    from pathlib import Path

    import keras

CELLS = {"SimpleRNN": "RNN", "SimpleRNNCell": "RNN", "LSTMCell": "LSTM", "GRUCell": "GRU"}
SAVED = "2026-01-01@00:00:00"


def alone(layer: keras.Layer, input_size: int, name: str | None = None) -> Layer:
    """A layer or a cell, by Keras' own count."""
    kind = type(layer).__name__
    return Layer(
        name=layer.name if name is None else name,
        cell=CELLS.get(kind, kind),
        input_size=input_size,
        hidden_size=layer.filters if kind.startswith("Conv") else layer.units,
        expected=layer.count_params(),
        bias_vectors=bias_vectors(layer),
    )


def both_ways(wrapper: keras.Layer, input_size: int, name: str | None = None) -> Layer:
    """A Bidirectional whose two directions agree."""
    inner = wrapper.forward_layer
    return Layer(
        name=wrapper.name if name is None else name,
        cell=CELLS.get(type(inner).__name__, type(inner).__name__),
        input_size=input_size,
        hidden_size=inner.units,
        expected=wrapper.count_params(),
        directions=2,
        bias_vectors=bias_vectors(inner),
    )


def stacked(name: str, cells: list[keras.Layer], input_size: int) -> tuple[Layer, ...]:
    """The cells of one RNN layer, level by level."""
    widths = [input_size, *(cell.units for cell in cells)]
    return tuple(
        Layer(
            name=name,
            cell=CELLS[type(cell).__name__],
            input_size=width,
            hidden_size=cell.units,
            expected=cell.count_params(),
            bias_vectors=bias_vectors(cell),
            level=level,
        )
        for level, (cell, width) in enumerate(zip(cells, widths[:-1], strict=True))
    )


def bias_vectors(layer: keras.Layer) -> int:
    """2 for a GRU that resets after the product, else 1, or 0 without bias."""
    return int(layer.use_bias) * (2 if getattr(layer, "reset_after", False) else 1)


def settle(path: Path) -> None:
    """Write an archive again without what differs from run to run: dates and addresses."""
    rewrite(path, path, _settle_member)


def _settle_member(name: str, data: bytes) -> bytes:
    match name:
        case "metadata.json":
            return json.dumps(json.loads(data) | {"date_saved": SAVED}).encode()
        case "config.json":
            known: dict[int, int] = {}
            return json.dumps(_settle_ids(json.loads(data), known)).encode()
        case _:
            return data


def _settle_ids(value: object, known: dict[int, int]) -> object:
    """Replace each shared_object_id, an address, by its number in order of appearance."""
    match value:
        case dict():
            settled = {key: _settle_ids(item, known) for key, item in value.items()}
            if "shared_object_id" in value:
                address = value["shared_object_id"]
                settled["shared_object_id"] = known.setdefault(address, len(known) + 1)
            return settled
        case list():
            return [_settle_ids(item, known) for item in value]
        case _:
            return value
