"""Tensors of torch.nn in JSON: GuitarML's files, and bare state dicts as RTNeural takes them.

GuitarML's tools (Automated-GuitarAmpModelling, Proteus, NeuralPi) write `model_data` with the sizes
of the recurrent unit, and `state_dict` with nested lists: `rec.weight_ih_l0`, `lin.weight`.
"""

from __future__ import annotations

from rnninspect.decode.json_structure.scanner import scan_json
from rnninspect.plugin import Limit, Record, SavedModel, UnreadableFile, parsing
from rnninspect.spellings import remainder
from rnninspect_audio.arrays import Arrays, member, size_of
from rnninspect_audio.framework import GUITARML, RTNEURAL
from rnninspect_audio.torch_layers import Unit, layers_of, modules_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.decode.json_structure.values import Structure
    from rnninspect.plugin import Observation, RecurrentLayer, Source, StoredTensor

_UNIT = "rec"  # the attribute of its networks that is the recurrent unit
_CELLS = ("LSTM", "GRU", "RNN")


def describe(source: Source) -> SavedModel:
    """Describe a file.

    Raises:
        UnreadableFile: malformed JSON, no `state_dict`, or a size that is none.
        RefusedFile: a limit is exceeded.
    """
    with parsing("JSON of weights"):
        document = scan_json(source)
        arrays = Arrays(source)
        is_bare = not (isinstance(document, dict) and "model_data" in document)
        _add_all(arrays, document if is_bare else member(document, "state_dict", ""), "")
        units = {} if is_bare else dict(_units(document))
        layers = tuple(_layers(arrays, units))
        cells, notes = _spelled(source, arrays.tensors, layers)
    return SavedModel(
        format="pytorch json" if is_bare else "guitarml json",
        framework=RTNEURAL if is_bare else GUITARML,
        producer="",
        layers=(*layers, *cells),
        tensors=tuple(arrays.tensors),
        observations=(*arrays.notes, *notes),
    )


def _add_all(arrays: Arrays, states: Structure, path: str) -> None:
    """Add all arrays below a path; an object in an object is a module."""
    if not isinstance(states, dict):
        raise UnreadableFile(f"{path or 'state_dict'} is not an object")
    for key, value in states.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            _add_all(arrays, value, name)
        else:
            arrays.add(name, value)


def _units(document: Structure) -> Iterator[tuple[str, Unit]]:
    """The recurrent units that are declared, by their paths: one, or one in each block."""
    data = member(document, "model_data", "")
    if isinstance(data, dict) and "unit_type" in data:
        levels = size_of(data.get("num_layers", 1), "model_data.num_layers")
        yield _UNIT, _unit(data, "unit_type", "model_data", levels)
    blocks = document.get("blocks") if isinstance(document, dict) else None
    for key, block in blocks.items() if isinstance(blocks, dict) else ():
        if isinstance(block, dict) and block.get("block_type") in _CELLS and key.isdecimal():
            unit = _unit(block, "block_type", f"blocks.{key}", 1)
            yield f"layers.block_{int(key) + 1}.{_UNIT}", unit


def _unit(data: dict[str, Structure], kind: str, place: str, levels: int) -> Unit:
    cell = data[kind]
    if cell not in _CELLS:
        raise UnreadableFile(f"{place}.{kind}: {cell!r:.40} is none of {', '.join(_CELLS)}")
    inputs, hidden = (
        size_of(member(data, key, place), f"{place}.{key}") for key in ("input_size", "hidden_size")
    )
    return Unit(str(cell), inputs, hidden, levels)


def _layers(arrays: Arrays, units: dict[str, Unit]) -> Iterator[RecurrentLayer]:
    """The layers of torch.nn, those that are declared first."""
    modules = modules_of(arrays.tensors)
    for path, unit in units.items():
        levels = modules.pop(path, {})
        arrays.source.limits.require(
            Limit.RECURRENT, unit.levels, "the number of layers in model_data"
        )
        beyond = [number for number in levels if number >= unit.levels]
        if beyond:
            arrays.note(
                f"{path}: {unit.levels} declared, and there are weights of layer {max(beyond)}"
            )
        yield from layers_of(path, levels, unit)
    for path, levels in modules.items():
        yield from layers_of(path, levels, None)


class _Entry(Record):
    """A tensor by its name, as the search for hand-written cells reads it."""

    name: str
    shape: tuple[int, ...]
    tensor: StoredTensor


def _spelled(
    source: Source, tensors: Sequence[StoredTensor], layers: Sequence[RecurrentLayer]
) -> tuple[tuple[RecurrentLayer, ...], tuple[Observation, ...]]:
    """Hand-written cells among the tensors that no layer has, and notes on possible ones."""
    taken = {
        tensor.name for layer in layers for operand in layer.operands for tensor in operand.tensors
    }
    entries = [_Entry(tensor.name, tensor.shape, tensor) for tensor in tensors]
    free = [entry for entry in entries if entry.name not in taken]
    rest = remainder(entries, free, {}, source)
    if rest is None:
        return (), ()
    from rnninspect.spellings.building import describe_cells  # noqa: PLC0415 - few networks need it

    found = describe_cells(rest, lambda entry: entry.tensor)
    return found.layers, found.observations
