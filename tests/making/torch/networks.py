"""Networks of torch for the tests, and torch's own counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn


class Tagger(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A chain of recurrent layers of each kind, buffers, and an unregistered tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.LSTM(7, 5, 2, bidirectional=True)
        self.middle = nn.GRU(10, 4, bias=False)
        self.simple = nn.RNN(4, 3, nonlinearity="relu")
        self.lstm_cell = nn.LSTMCell(3, 6)
        self.gru_cell = nn.GRUCell(6, 2)
        self.rnn_cell = nn.RNNCell(2, 3, bias=False)
        self.head = nn.Linear(3, 2)
        self.register_buffer("table", torch.zeros(11))
        self.register_buffer("passing", torch.zeros(13), persistent=False)
        self.unregistered = torch.zeros(17)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        values = self.encoder(values)[0]
        values = self.middle(values)[0]
        values = self.simple(values)[0]
        hidden = self.gru_cell(self.lstm_cell(values[0])[0])
        return self.head(self.rnn_cell(hidden)) + self.table.sum() + self.unregistered.sum()


class Projected(nn.Module):  # type: ignore[misc]  # as above
    """Two projected stacks, which only their weights distinguish in a frozen graph."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.LSTM(7, 6, 2, proj_size=3, bidirectional=True)
        self.second = nn.LSTM(6, 5, proj_size=2, bias=False)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(values)[0])[0]


# Kind, arguments of its constructor, and options; each is one network of one recurrent module.
LAYERS: list[tuple[str, tuple[int, ...], dict[str, Any]]] = [
    *((kind, (5, 4), {}) for kind in ("RNN", "GRU", "LSTM")),
    *((kind, (5, 4, 3), {"bidirectional": True}) for kind in ("RNN", "GRU", "LSTM")),
    ("GRU", (9, 4, 2), {"bias": False}),
    ("RNN", (8, 1), {"nonlinearity": "relu", "bias": False}),
    ("LSTM", (1, 1), {}),
    ("LSTM", (7, 6, 2), {"proj_size": 3, "bidirectional": True}),
    ("LSTM", (7, 6), {"proj_size": 2, "bias": False}),
    *((kind, (5, 4), {}) for kind in ("RNNCell", "GRUCell", "LSTMCell")),
    ("GRUCell", (3, 4), {"bias": False}),
]


def network(case: tuple[str, tuple[int, ...], dict[str, Any]]) -> Any:  # noqa: ANN401 - a module
    """One recurrent module called `rnn`, between an embedding and a head with normalisation."""
    kind, arguments, options = case
    torch.manual_seed(7)
    return nn.ModuleDict(
        {
            "embedding": nn.Embedding(3, arguments[0]),
            "rnn": getattr(nn, kind)(*arguments, **options),
            "norm": nn.BatchNorm1d(2),
        }
    )


def recurrent_modules(module: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a module
    """The recurrent modules of torch.nn in a module, with their paths."""
    for path, inner in module.named_modules():
        if isinstance(inner, nn.RNNBase | nn.RNNCellBase):
            yield path, inner


def recurrent_count(module: Any) -> int:  # noqa: ANN401 - a module
    """Torch's own count of the parameters in its recurrent modules."""
    return sum(
        parameter.numel()
        for _, inner in recurrent_modules(module)
        for parameter in inner.parameters()
    )


def state_count(module: Any) -> int:  # noqa: ANN401 - a module
    """Torch's own count of the elements of a state dict."""
    return sum(value.numel() for value in module.state_dict().values())


def script_count(module: Any) -> int:  # noqa: ANN401 - a module
    """Torch's own count for a script of the module, which contains all buffers."""
    tensors = (*module.parameters(), *module.buffers())
    return sum(value.numel() for value in tensors)
