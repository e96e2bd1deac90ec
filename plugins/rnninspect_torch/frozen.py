"""Layers whose weights are constants of a frozen TorchScript module, by the calls in its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnninspect.plugin import Role
from rnninspect_torch.gathering import Group, Place, Weight
from rnninspect_torch.roots import Declared
from rnninspect_torch.signatures import CELL, STACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.roots import Entry
    from rnninspect_torch.script_code import ClassCode, LayerCall

_ORDER = (Role.KERNEL, Role.RECURRENT_KERNEL, Role.BIAS, Role.RECURRENT_BIAS)
_MODES = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN_TANH", "rnn_relu": "RNN_RELU"}
_KINDS = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}


def frozen_groups(
    classes: dict[str, ClassCode], constants: list[Entry], declared: dict[str, Declared]
) -> Iterator[Group]:
    """A group for each call over constants; calls over the same ones are one layer.

    What the call says of its layer is put into `declared` under the group's path.
    """
    entries = {entry.name: entry for entry in constants}
    seen: set[tuple[int, ...]] = set()
    for code in classes.values():
        for call in code.calls:
            if call.constants and call.constants not in seen:
                seen.add(call.constants)
                path = _path(call, len(seen), declared)
                declared[path] = _declaration(call)
                yield _group(call, path, entries)


def _path(call: LayerCall, number: int, taken: dict[str, Declared]) -> str:
    """The name that the module had, as far as the variable of its weights keeps it."""
    label = call.label.removeprefix("self_").removesuffix("__flat_weights")
    name = label if label != call.label else f"{call.operator}_{number}"
    return name if name not in taken else f"{name}_{number}"


def _declaration(call: LayerCall) -> Declared:
    name = _KINDS[call.operator] + ("Cell" if call.cell else "")
    if call.cell:
        return Declared(name, {})
    return Declared(
        name,
        {
            "mode": _MODES[call.operator],
            "num_layers": call.levels,
            "bias": call.biases,
            "bidirectional": call.directions == 2,
        },
    )


def _group(call: LayerCall, path: str, entries: dict[str, Entry]) -> Group:
    """The call's weights in the order of torch.nn: level by level, direction by direction."""
    group = Group(path, CELL if call.cell else STACK)
    runs = max(1, call.levels * call.directions)
    each = -(-len(call.constants) // runs)
    biases = len(call.constants) == 4 if call.cell else call.biases
    roles = [*(_ORDER if biases else _ORDER[:2]), Role.PROJECTION][:each]
    for position, number in enumerate(call.constants):
        run, index = divmod(position, each)
        entry = entries.get(f"CONSTANTS.c{number}")
        if entry is not None:
            place = Place(run // call.directions, run % call.directions, roles[index])
            group.weights[place] = Weight({"": entry})
    return group
