"""What a sample must report, and the recipe that makes its file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layer:
    """One recurrent layer, as its framework counts it.

    Attributes:
        name: where the file puts it, as a person would name the place; of a level, its stack.
        cell: RNN, GRU, LSTM, ConvLSTM1D, ….
        input_size: m; for a convolution the channels that go in; None where it has its own sizes.
        hidden_size: n; for a convolution the filters; None as above.
        expected: parameters by the framework's own count, over all directions.
        stored: how many of them the file contains; None means all.
        directions: 2 for a bidirectional layer.
        bias_vectors: kinds of bias in each direction: 0, 1 or 2.
        level: its place in a stack, counted from 0; None for a layer alone.
        projection_size: p, where the fed-back state is projected.
        peepholes: whether the gates see the cell's state.
        root: the network of a checkpoint that it belongs to, where there are several.
        own_sizes: of a cell with sizes of its own, by symbol.
    """

    name: str
    cell: str
    input_size: int | None
    hidden_size: int | None
    expected: int
    stored: int | None = None
    directions: int = 1
    bias_vectors: int = 1
    level: int | None = None
    projection_size: int | None = None
    peepholes: bool = False
    root: str | None = None
    own_sizes: Mapping[str, int] | None = None

    def fields(self) -> dict[str, object]:
        """Its entry in the manifest, without empty fields."""
        known = asdict(self) | {"stored": self.expected if self.stored is None else self.stored}
        return {key: value for key, value in known.items() if value is not None}


@dataclass(frozen=True, slots=True)
class OwnLayer:
    """A layer whose cell has sizes of its own, as its framework counts it.

    Attributes:
        name: its module.
        cell: Mamba, RWKV-7, ….
        own_sizes: those that it was built with, by their symbols.
        expected: parameters by the framework's own count, all of them stored.
    """

    name: str
    cell: str
    own_sizes: Mapping[str, int]
    expected: int

    def fields(self) -> dict[str, object]:
        """Its entry in the manifest."""
        return {**asdict(self), "stored": self.expected}


@dataclass(frozen=True, slots=True)
class Truth:
    """What an intact sample must report.

    Attributes:
        layers: its recurrent layers.
        parameters: stored parameters of the whole model.
        not_parameters: elements that are kept for something else, by purpose.
        copies: parameters in second copies of the network.
        companions: further files that belong to it.
        notes: rules below level error that must report something.
    """

    layers: tuple[Layer | OwnLayer, ...]
    parameters: int
    not_parameters: Mapping[str, int] = field(default_factory=dict)
    copies: int = 0
    companions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intact:
    """The recipe of an intact sample: `make` writes the file and returns what must be reported."""

    path: str
    made_with: str
    make: Callable[[Path], Truth]


@dataclass(frozen=True, slots=True)
class Broken:
    """The recipe of a sample with one fault.

    Attributes:
        path: the file to write.
        base: the intact sample that it is made from.
        fault: its fault, in a sentence.
        rule: the error that must find it.
        make: reads the first path, writes the second.
        layer: the layer that the finding must name, if it can, by its name in the report.
        tensor: the tensor that the finding must name, if it can.
        also: other rules of level error that this one fault explains.
        companions: further files that belong to it.
    """

    path: str
    base: str
    fault: str
    rule: str
    make: Callable[[Path, Path], None]
    layer: str | None = None
    tensor: str | None = None
    also: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()


def intact_entry(recipe: Intact, truth: Truth) -> str:
    """One [[sample]] of the manifest for an intact file."""
    optional = {
        "not_parameters": dict(truth.not_parameters),
        "copies": truth.copies,
        "companions": truth.companions,
        "notes": truth.notes,
    }
    return _table(
        {
            "path": recipe.path,
            "made_with": recipe.made_with,
            "parameters": truth.parameters,
            **{key: value for key, value in optional.items() if value},
            "layers": [layer.fields() for layer in truth.layers],
        }
    )


def broken_entry(recipe: Broken) -> str:
    """One [[sample]] of the manifest for a broken file."""
    optional = {
        "layer": recipe.layer,
        "tensor": recipe.tensor,
        "also": recipe.also,
        "companions": recipe.companions,
    }
    return _table(
        {
            "path": recipe.path,
            "made_with": f"{recipe.base}, with one fault",
            "base": recipe.base,
            "fault": recipe.fault,
            "rule": recipe.rule,
            **{key: value for key, value in optional.items() if value},
        }
    )


def _table(values: Mapping[str, object]) -> str:
    return "\n".join(["[[sample]]", *(f"{key} = {_value(value)}" for key, value in values.items())])


def _value(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + "}"
        case list() if value:
            return "[\n" + "".join(f"  {_value(item)},\n" for item in value) + "]"
        case tuple() | list():
            return "[" + _joined(value) + "]"
        case _:  # TOML writes numbers, booleans and plain strings as JSON does
            return json.dumps(value, ensure_ascii=False)


def _joined(items: Iterable[object]) -> str:
    return ", ".join(_value(item) for item in items)
