"""Neural Amp Modeler's files: a configuration, and all weights as one flat list.

Sources: NAM/lstm.cpp and NAM/get_dsp.cpp of NeuralAmpModelerCore, nam/models/recurrent.py.
"""

from __future__ import annotations

from math import prod

from rnninspect.decode.json_structure.scanner import scan_json
from rnninspect.decode.json_structure.values import Numbers, split_numbers
from rnninspect.plugin import (
    Limit,
    Origin,
    Purpose,
    Record,
    RecurrentLayer,
    Role,
    SavedModel,
    Search,
    Searched,
    Sizes,
    SkippedLayer,
    Stack,
    Symbol,
    UnreadableFile,
    no_formula,
    parsing,
)
from rnninspect_audio.arrays import Arrays, member, operand, size_of
from rnninspect_audio.framework import NAM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect.decode.json_structure.values import Structure
    from rnninspect.plugin import Axis, Source, StoredTensor

_ROWS: Axis = (Symbol.GATES, Symbol.HIDDEN)
_GATES = 4
_RECURRENT = ("LSTM", "CatLSTM")
_OTHERS = ("WaveNet", "CatWaveNet", "ConvNet", "Linear")
_WEIGHTS = {
    "weight": ((Role.KERNEL, Role.RECURRENT_KERNEL), (_ROWS, (Symbol.JOINED,))),
    "bias": ((Role.BIAS,), (_ROWS,)),
}


class _Part(Record):
    """A run of the flat list: its name, its shape and what it is kept for."""

    name: str
    shape: tuple[int, ...]
    purpose: Purpose = Purpose.PARAMETER


def describe(source: Source) -> SavedModel:
    """Describe a file.

    Raises:
        UnreadableFile: malformed JSON, or no architecture, configuration or weights.
        RefusedFile: a limit is exceeded.
    """
    with parsing("Neural Amp Modeler file"):
        document = scan_json(source)
        model = _Model(source)
        model.add(document, "")
    return SavedModel(
        format="nam",
        framework=NAM,
        producer="",
        layers=tuple(model.layers),
        tensors=tuple(model.arrays.tensors),
        skipped=tuple(model.skipped),
        observations=tuple(model.arrays.notes),
        search=Search(Searched.LAYERS, model.networks),
    )


class _Model:
    """What was found, network by network: a container has several, of which one runs."""

    def __init__(self, source: Source) -> None:
        self.arrays = Arrays(source)
        self.layers: list[RecurrentLayer] = []
        self.skipped: list[SkippedLayer] = []
        self.networks = 0

    def add(self, document: Structure, path: str) -> None:
        """Add the network in a document, whose names begin with a path."""
        kind = member(document, "architecture", path)
        config = member(document, "config", path)
        if isinstance(config, dict) and isinstance(config.get("submodels"), list):
            for number, each in enumerate(config["submodels"]):
                place = f"{path}config.submodels.{number}."
                self.add(member(each, "model", place), f"{place}model.")
            return
        self.networks += 1
        weights = member(document, "weights", path)
        if not (weights == [] or (isinstance(weights, Numbers) and len(weights.shape) == 1)):
            raise UnreadableFile(f"{path}weights is not a flat list of numbers", place=path or None)
        if kind in _RECURRENT:
            self._lstm(config, weights, path)
            return
        whole = self.arrays.add(f"{path}weights", weights)
        if kind not in _OTHERS:
            name = str(kind)[:80]
            self.skipped.append(SkippedLayer(f"{path}{name}", name, no_formula(name), (whole,)))

    def _lstm(self, config: Structure, weights: Structure, path: str) -> None:
        place = f"{path}config"
        inputs, units, levels = (
            size_of(member(config, key, place), f"{place}.{key}")
            for key in ("input_size", "hidden_size", "num_layers")
        )
        outputs = config.get("out_channels", 1) if isinstance(config, dict) else 1
        self.arrays.source.limits.require(
            Limit.RECURRENT, levels, f"the number of layers in {place}"
        )
        parts = list(_parts(inputs, units, levels, size_of(outputs, f"{place}.out_channels")))
        found = self._stored(parts, weights, path)
        for level in range(levels):
            sizes = Sizes(units if level else inputs, units)
            self.layers.append(_layer(path, level, levels, sizes, found))

    def _stored(self, parts: list[_Part], weights: Structure, path: str) -> dict[str, StoredTensor]:
        """The tensors of the list by the names of parts; the last one may be cut short."""
        needed = sum(prod(part.shape) for part in parts)
        stored = weights.total if isinstance(weights, Numbers) else 0
        if needed != stored:
            detail = f"{path}config needs {needed:,} weights, and {path}weights has {stored:,}"
            self.arrays.note(detail)
        if not isinstance(weights, Numbers):
            return {}
        runs = split_numbers(self.arrays.source, weights, [prod(part.shape) for part in parts])
        rest = _Part("rest", ())
        return {
            part.name: self.arrays.add(
                f"{path}{part.name}",
                run,
                shape=part.shape if run.total == prod(part.shape) else None,
                purpose=part.purpose,
            )
            for part, run in zip((*parts, rest), runs, strict=False)
        }


def _parts(inputs: int, units: int, levels: int, outputs: int) -> Iterator[_Part]:
    """The runs of the list in their order; of each level also the states that it starts from."""
    for level in range(levels):
        name = f"layers.{level}"
        columns = (units if level else inputs) + units
        yield _Part(f"{name}.weight", (_GATES * units, columns))
        yield _Part(f"{name}.bias", (_GATES * units,))
        yield _Part(f"{name}.initial_hidden", (units,), Purpose.STATE)
        yield _Part(f"{name}.initial_cell", (units,), Purpose.STATE)
    yield _Part("head.weight", (outputs, units))
    yield _Part("head.bias", (outputs,))


def _layer(
    path: str, level: int, levels: int, sizes: Sizes, found: Mapping[str, StoredTensor]
) -> RecurrentLayer:
    name = f"layers.{level}"
    return RecurrentLayer(
        name=f"{path}{name}",
        kind="LSTM",
        cell="LSTM",
        sizes=sizes,
        origin=Origin.DECLARED,
        convention=NAM,
        roles=frozenset(role for roles, _ in _WEIGHTS.values() for role in roles),
        operands=tuple(
            operand(tensor, roles, axes)
            for word, (roles, axes) in _WEIGHTS.items()
            if (tensor := found.get(f"{name}.{word}"))
        ),
        stack=Stack(f"{path}layers", level, levels) if levels > 1 else None,
        gate_order="ifgo",
    )
