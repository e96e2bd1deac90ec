"""Samples of Core ML with one fault each, made in the bytes of an intact one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coremltools.proto import Model_pb2

from makers.records import Broken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_NETWORK, _QUANTISED = "coreml/network.mlmodel", "coreml/quantised.mlmodel"
_GRU = 1  # the place of a layer in the network


def _edited(change: Callable[[Model_pb2.Model], None]) -> Callable[[Path, Path], None]:
    def make(base: Path, path: Path) -> None:
        model = Model_pb2.Model()
        model.ParseFromString(base.read_bytes())
        change(model)
        path.write_bytes(model.SerializeToString(deterministic=True))

    return make


def _declare_more_units(model: Model_pb2.Model) -> None:
    model.neuralNetwork.layers[0].gru.outputVectorSize += 1


def _drop_a_gate(model: Model_pb2.Model) -> None:
    model.neuralNetwork.layers[_GRU].gru.ClearField("resetGateRecursionMatrix")


BROKEN = (
    Broken(
        "broken/more_units.mlmodel",
        _QUANTISED,
        "the hidden size of the GRU is declared larger",
        "R101",
        _edited(_declare_more_units),
        layer="gru",
    ),
    Broken(
        "broken/no_gate.mlmodel",
        _NETWORK,
        "a recurrent kernel of the GRU is gone",
        "R106",
        _edited(_drop_a_gate),
        layer="gru",
    ),
)
