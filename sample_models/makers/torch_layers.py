"""Torch modules for the samples, and what they must report, counted by torch itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from makers.records import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable

CELLS = {"RNN_TANH": "RNN", "RNN_RELU": "RNN", "GRU": "GRU", "LSTM": "LSTM"}


class Tagger(nn.Module):  # type: ignore[misc] # torch is untyped here, so that its Module is Any
    """Embedding, a recurrent stack, a linear head: the common shape of a small network."""

    def __init__(self, rnn: nn.RNNBase, vocabulary: int = 11, classes: int = 3) -> None:
        """Build the parts around `rnn`, whose input size is the embedding's width."""
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, rnn.input_size)
        self.rnn = rnn
        width = (rnn.proj_size or rnn.hidden_size) * (2 if rnn.bidirectional else 1)
        self.head = nn.Linear(width, classes)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        """Scores for each word of a batch of sentences."""
        outputs, _ = self.rnn(self.embedding(words))
        scores: torch.Tensor = self.head(outputs)
        return scores


def levels(name: str, rnn: nn.RNNBase) -> tuple[Layer, ...]:
    """One layer for each level of a torch stack, by torch's own numel."""
    directions = 2 if rnn.bidirectional else 1
    fed_back = rnn.proj_size or rnn.hidden_size
    return tuple(
        Layer(
            name=name,
            cell=CELLS[rnn.mode],
            input_size=rnn.input_size if level == 0 else directions * fed_back,
            hidden_size=rnn.hidden_size,
            expected=count(_of_level(rnn, level)),
            directions=directions,
            bias_vectors=2 if rnn.bias else 0,
            level=level if rnn.num_layers > 1 else None,
            projection_size=rnn.proj_size or None,
        )
        for level in range(rnn.num_layers)
    )


def cell(name: str, module: nn.RNNCellBase) -> Layer:
    """The layer of one of torch's three cells, by torch's own numel."""
    return Layer(
        name=name,
        cell=type(module).__name__.removesuffix("Cell"),
        input_size=module.input_size,
        hidden_size=module.hidden_size,
        expected=count(module.parameters()),
        bias_vectors=2 if module.bias else 0,
    )


def count(tensors: Iterable[torch.Tensor]) -> int:
    """Elements of all tensors."""
    return sum(tensor.numel() for tensor in tensors)


def total(module: nn.Module) -> int:
    """Elements of everything in the module's state dict, buffers included."""
    return count(module.state_dict().values())


def _of_level(rnn: nn.RNNBase, level: int) -> list[torch.Tensor]:
    endings = (f"_l{level}", f"_l{level}_reverse")
    return [weight for name, weight in rnn.named_parameters() if name.endswith(endings)]
