"""Networks around recurrent layers, exported by torch and quantised: torch's own parameters."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from rnninspect import inspect_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore"),  # the exporters warn of themselves and of each other
]

WIDTH, UNITS, TOKENS = 6, 5, torch.zeros(2, 7, dtype=torch.long)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


class Translator(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """A decoder that starts from the state of its encoder, through a dense layer."""

    def __init__(self) -> None:
        super().__init__()
        self.source, self.target = nn.Embedding(11, WIDTH), nn.Embedding(12, WIDTH)
        self.encoder = nn.GRU(WIDTH, UNITS, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(2 * UNITS, UNITS)
        self.decoder = nn.GRU(WIDTH, UNITS, batch_first=True)
        self.output = nn.Linear(UNITS, 12)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Both networks read the same tokens."""
        _, state = self.encoder(self.source(tokens))
        start = torch.tanh(self.bridge(torch.cat([state[0], state[1]], -1)))[None]
        result: torch.Tensor = self.output(self.decoder(self.target(tokens), start)[0])
        return result


class Speaker(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """The initial state is an embedding of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.speakers = nn.Embedding(11, WIDTH), nn.Embedding(11, UNITS)
        self.rnn = nn.GRU(WIDTH, UNITS, batch_first=True)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """The first token is the speaker."""
        result: torch.Tensor = self.rnn(self.words(tokens), self.speakers(tokens[:, 0])[None])[0]
        return result


class Reader(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Positions are added to an embedding, and layers are normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(11, WIDTH), nn.Parameter(torch.randn(7, WIDTH))
        self.norm = nn.LayerNorm(WIDTH)
        self.rnn = nn.LSTM(WIDTH, UNITS, 2, bidirectional=True, batch_first=True)
        self.output = nn.Linear(2 * UNITS, 1)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """One number for each token."""
        read = self.rnn(self.norm(self.words(tokens) + self.places))[0]
        result: torch.Tensor = self.output(read)
        return result


@pytest.mark.parametrize("network", [Translator, Speaker, Reader])
@pytest.mark.parametrize("dynamo", [False, True], ids=["torchscript", "dynamo"])
def test_the_parameters_are_those_of_torch(
    tmp_path: Path, network: type[nn.Module], *, dynamo: bool
) -> None:
    from onnxruntime.quantization import quantize_dynamic

    module = network().eval()
    plain, narrow = str(tmp_path / "plain.onnx"), str(tmp_path / "narrow.onnx")
    given = {"external_data": False, "verbose": False} if dynamo else {}
    torch.onnx.export(module, (TOKENS,), plain, dynamo=dynamo, **given)
    quantize_dynamic(plain, narrow)
    expected = sum(parameter.numel() for parameter in module.parameters())
    for path in (plain, narrow):
        of = inspect_file(path)
        assert of.totals.parameters == expected
        assert all(layer.expected == layer.stored for layer in of.layers)
        assert not of.findings
