"""Each fault in each weight of each layer of the intact Core ML samples: found by a right rule."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from coremltools.proto import Model_pb2

from makers.coreml_files import MODEL, WEIGHTS
from mutation.table import note
from rnninspect import Report, inspect_file

pytestmark = [
    pytest.mark.mutation,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # what coremltools warns of is its own
]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models" / "coreml"
NETWORKS = ("network.mlmodel", "quantised.mlmodel")
PACKAGE = "program.mlpackage"
SHAPES = frozenset({"R101", "R104", "R105", "R106", "R107", "R108"})
GONE = frozenset({"R102", "R106"})
PAYLOAD = frozenset({"R201", "R202"})
KINDS = ("simpleRecurrent", "gru", "uniDirectionalLSTM", "biDirectionalLSTM")
Message = Any  # of generated classes


def read(path: Path) -> Message:
    model = Model_pb2.Model()
    model.ParseFromString(path.read_bytes())
    return model


def errors(path: Path) -> frozenset[str]:
    report: Report = inspect_file(path)
    return frozenset(each.rule for each in report.findings if each.level == "error")


# Neural networks.


def layers(model: Message) -> Iterator[Message]:
    """The parameters of each recurrent layer."""
    for layer in model.neuralNetwork.layers:
        kind = layer.WhichOneof("layer")
        if kind in KINDS:
            yield getattr(layer, kind)


def weights(message: Message) -> list[tuple[Message, str]]:
    """Where each weight of a layer is, and its field."""
    found = []
    for field, value in message.ListFields():
        if field.message_type is None or field.name.startswith("activation"):
            continue
        if field.message_type.name == "WeightParams":
            found.append((message, field.name))
        elif field.name == "weightParams":
            parts = value if field.is_repeated else [value]
            found += [place for part in parts for place in weights(part)]
    return found


def cut(owner: Message, field: str) -> None:
    weight = getattr(owner, field)
    if weight.floatValue:
        del weight.floatValue[-1]
    else:
        weight.rawValue = weight.rawValue[:-1]


def grown(owner: Message, field: str) -> None:
    weight = getattr(owner, field)
    if weight.floatValue:
        weight.floatValue.append(0)
    else:
        weight.rawValue += b"a"


def dropped(owner: Message, field: str) -> None:
    owner.ClearField(field)


def emptied(owner: Message, field: str) -> None:
    getattr(owner, field).Clear()


def twice(owner: Message, field: str) -> None:
    getattr(owner, field).float16Value = b"ab"


OF_WEIGHTS: dict[str, tuple[Callable[[Message, str], None], frozenset[str]]] = {
    "shape cut": (cut, SHAPES),
    "shape grown": (grown, SHAPES),
    "dropped": (dropped, GONE),
    "emptied": (emptied, GONE),
    "in two fields": (twice, frozenset({"R104"})),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("fault", OF_WEIGHTS)
def test_each_fault_in_a_weight_of_a_network_is_found(
    name: str, fault: str, tmp_path: Path
) -> None:
    seed, expected = OF_WEIGHTS[fault]
    intact, target = SAMPLES / name, tmp_path / name
    places = [len(weights(layer)) for layer in layers(read(intact))]
    wrong = []
    for at, count in enumerate(places):
        for number in range(count):
            model = read(intact)
            seed(*weights(list(layers(model))[at])[number])
            target.write_bytes(model.SerializeToString())
            found = bool(expected & errors(target))
            note("coreml network", fault, found=found)
            wrong += [] if found else [f"weight {number} of layer {at}"]
    assert sum(places) >= 9
    assert not wrong


def bias_declared_away(layer: Message) -> None:
    owner = layer.params if hasattr(layer, "params") else layer
    field = "hasBiasVector" if hasattr(owner, "hasBiasVector") else "hasBiasVectors"
    setattr(owner, field, False)


def more_units(layer: Message) -> None:
    layer.outputVectorSize += 1


def more_inputs(layer: Message) -> None:
    layer.inputVectorSize += 1


OF_LAYERS: dict[str, tuple[Callable[[Message], None], frozenset[str]]] = {
    "declared hidden size": (more_units, SHAPES),
    "declared input size": (more_inputs, SHAPES),
    "declared without bias": (bias_declared_away, frozenset({"R103"})),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("fault", OF_LAYERS)
def test_each_fault_in_what_a_layer_declares_is_found(
    name: str, fault: str, tmp_path: Path
) -> None:
    seed, expected = OF_LAYERS[fault]
    target = tmp_path / name
    for at in range(len(list(layers(read(SAMPLES / name))))):
        model = read(SAMPLES / name)
        seed(list(layers(model))[at])
        target.write_bytes(model.SerializeToString())
        found = bool(expected & errors(target))
        note("coreml network", fault, found=found)
        assert found, at


# Programs.


class Spot:
    """A weight of the LSTM in a package that is being edited."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder
        shutil.copytree(SAMPLES / PACKAGE, folder, dirs_exist_ok=True)
        self.model, self.blobs = read(folder / MODEL), bytearray((folder / WEIGHTS).read_bytes())
        (function,) = self.model.mlProgram.functions.values()
        (self.block,) = function.block_specializations.values()
        self.layer = next(each for each in self.block.operations if each.type == "lstm")
        name = self.layer.inputs[key].arguments[0].name
        self.const = next(each for each in self.block.operations if each.outputs[0].name == name)
        self.key, self.value = key, self.const.attributes["val"]

    @property
    def types(self) -> list[Message]:
        return [self.value.type.tensorType, self.const.outputs[0].type.tensorType]

    @property
    def metadata(self) -> int:
        offset: int = self.value.blobFileValue.offset
        return offset

    def written(self) -> Path:
        (self.folder / MODEL).write_bytes(self.model.SerializeToString())
        (self.folder / WEIGHTS).write_bytes(self.blobs)
        return self.folder


def axis_cut(spot: Spot) -> None:
    for each in spot.types:
        each.dimensions[0].constant.size -= 1


def axes_swapped(spot: Spot) -> None:
    for each in spot.types:
        sizes = [size.constant.size for size in each.dimensions]
        for size, other in zip(each.dimensions, reversed(sizes), strict=True):
            size.constant.size = other


def retyped(spot: Spot) -> None:
    for each in spot.types:
        each.dataType = 31


def not_given(spot: Spot) -> None:
    del spot.layer.inputs[spot.key]


def blob_gone(spot: Spot) -> None:
    spot.value.blobFileValue.offset = len(spot.blobs)


def no_sentinel(spot: Spot) -> None:
    struct.pack_into("<I", spot.blobs, spot.metadata, 0)


def payload_cut(spot: Spot) -> None:
    (size,) = struct.unpack_from("<Q", spot.blobs, spot.metadata + 8)
    struct.pack_into("<Q", spot.blobs, spot.metadata + 8, size - 2)


def payload_grown(spot: Spot) -> None:
    (size,) = struct.unpack_from("<Q", spot.blobs, spot.metadata + 8)
    struct.pack_into("<Q", spot.blobs, spot.metadata + 8, size + 2)


def blob_retyped(spot: Spot) -> None:
    struct.pack_into("<I", spot.blobs, spot.metadata + 4, 2)


def elements_moved(spot: Spot) -> None:
    struct.pack_into("<Q", spot.blobs, spot.metadata + 16, len(spot.blobs) - 2)


def file_renamed(spot: Spot) -> None:
    spot.value.blobFileValue.fileName = "@model_path/weights/other.bin"


MATRICES = ("weight_ih", "weight_hh", "weight_ih_back", "weight_hh_back")  # in the blob file
KEYS = (*MATRICES, "bias", "bias_back")
OF_BLOBS = frozenset({
    *("blob gone", "no sentinel", "payload cut", "payload grown", "blob retyped"),
    *("elements moved", "file gone"),
})  # fmt: skip
OF_PROGRAMS: dict[str, tuple[Callable[[Spot], None], frozenset[str]]] = {
    "shape cut": (axis_cut, SHAPES),
    "axes swapped": (axes_swapped, SHAPES),
    "retyped": (retyped, frozenset({"R104", *PAYLOAD})),
    "dropped": (not_given, GONE | {"R107", "R108"}),
    "blob gone": (blob_gone, PAYLOAD),
    "no sentinel": (no_sentinel, frozenset({"R104"})),
    "payload cut": (payload_cut, PAYLOAD),
    "payload grown": (payload_grown, PAYLOAD | {"R104"}),
    "blob retyped": (blob_retyped, frozenset({"R104"})),
    "elements moved": (elements_moved, PAYLOAD),
    "file gone": (file_renamed, frozenset({"R204"})),
}


@pytest.mark.parametrize("fault", OF_PROGRAMS)
def test_each_fault_in_a_weight_of_a_program_is_found(fault: str, tmp_path: Path) -> None:
    seed, expected = OF_PROGRAMS[fault]
    wrong = []
    for key in MATRICES if fault in OF_BLOBS else KEYS:
        spot = Spot(tmp_path / PACKAGE, key)
        seed(spot)
        square = fault == "axes swapped" and key.startswith("bias")
        found = square or bool(expected & errors(spot.written()))
        if not square:
            note("coreml program", fault, found=found)
        wrong += [] if found else [f"{key}: {sorted(errors(spot.folder))}"]
    assert not wrong


@pytest.mark.parametrize("name", [*NETWORKS, PACKAGE])
def test_an_intact_sample_raises_no_error(name: str) -> None:
    found = errors(SAMPLES / name)
    note("coreml", "(false alarms)", found=not found)
    assert not found
