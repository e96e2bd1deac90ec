"""Recurrent layers among the modules of blocks, and modules that fit no known cell."""

from __future__ import annotations

import math

from rnninspect.plugin import (
    LARGEST_SIZE,
    Fact,
    Limit,
    Observation,
    Record,
    SkippedLayer,
    no_formula,
    plural,
)
from rnninspect.signatures.describing import known_layers
from rnninspect_ggml.recurrent.blocks import modules_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect.plugin import RecurrentLayer, Source, StoredTensor
    from rnninspect.stored.columns import TensorColumns
    from rnninspect_ggml.container.values import Value
    from rnninspect_ggml.recurrent.blocks import Module

_HEAD_SIZE = "wkv.head_size"  # which no shape of RWKV-7 determines
# Sizes by symbol that only one tensor shows, or none.
_KNOWN = {"S": _HEAD_SIZE, "k": "ssm.conv_kernel"}
# Architectures whose layers are stored as those of another.
_IMPLEMENTATIONS = {
    "nemotron_h": "mamba2",
    "nemotron_h_moe": "mamba2",
    "granitehybrid": "mamba2",
    "qwen35moe": "qwen35",
}
_BONUS = "time_mix_r_k.weight"  # that has an element for each unit of each head
# Of the first block of RWKV-7, where the loader wants them and nothing reads them.
_FIRST, _UNREAD = "blk.0.time_mix", ("time_mix_v0", "time_mix_v1", "time_mix_v2")


class Layers(Record):
    """What was found: layers, what looks like one without a formula, and what is odd."""

    layers: tuple[RecurrentLayer, ...] = ()
    skipped: tuple[SkippedLayer, ...] = ()
    notes: tuple[Observation, ...] = ()


def layers_of(
    tensors: TensorColumns,
    sizes: Mapping[str, Value],
    source: Source,
    architecture: str,
) -> Layers:
    """The recurrent layers of a model, in the order of the file.

    Args:
        tensors: of the model.
        sizes: its key-values, without the architecture's name in front.
        source: whose steps are spent.
        architecture: by whose signatures its layers are found; where they explain none, by all.
    """
    modules = modules_of(tensors)
    source.limits.require(Limit.RECURRENT, len(modules), "the number of recurrent layers")
    notes = list(_without_unread(modules))
    known = {
        symbol: value
        for symbol, key in _KNOWN.items()
        if type(value := sizes.get(key)) is int and 0 < value <= LARGEST_SIZE
    }
    named = {
        f"{path}.{name}": tensor
        for path, module in modules.items()
        for name, tensor in module.items()
    }
    layers = _known(named, source, known, _IMPLEMENTATIONS.get(architecture, architecture))
    found = {layer.name for layer in layers}
    unknown = {path: module for path, module in modules.items() if path not in found}
    notes += _undivided(unknown, sizes.get(_HEAD_SIZE), f"{architecture}.{_HEAD_SIZE}")
    skipped = tuple(
        SkippedLayer(path, _kind(path), no_formula("its tensors"), tuple(module.values()))
        for path, module in unknown.items()
    )
    return Layers(tuple(layers), skipped, tuple(notes))


def _known(
    named: dict[str, StoredTensor], source: Source, known: Mapping[str, int], architecture: str
) -> list[RecurrentLayer]:
    layers = known_layers(named, source, known=known, implementation=f"gguf {architecture}")
    return layers or known_layers(named, source, known=known)


def _kind(path: str) -> str:
    return path.rpartition(".")[2].replace("_", " ")


def _without_unread(modules: Mapping[str, Module]) -> Iterator[Observation]:
    """Take away the placeholders of the first block."""
    module = modules.get(_FIRST, {})
    names = [name for name in module if name.startswith(_UNREAD)]
    for name in names:
        del module[name]
    if names:
        detail = f"{plural(len(names), 'tensor')} that the first block has and nothing reads"
        yield Observation(Fact.UNUSUAL, detail, tensor=f"blk.0.{names[0]}")


def _undivided(unknown: Mapping[str, Module], head: Value, key: str) -> Iterator[Observation]:
    """Why a layer has no sizes: its heads have another size than is declared."""
    for path, module in unknown.items():
        bonus = module.get(_BONUS)
        units = math.prod(bonus.shape) if bonus else 0
        if units and type(head) is int and (head <= 0 or units % head):
            detail = f"key-values: {key} is declared as {head}, of {units} stored elements"
            yield Observation(Fact.CONTRADICTION, detail, layer=path, tensor=bonus and bonus.name)
