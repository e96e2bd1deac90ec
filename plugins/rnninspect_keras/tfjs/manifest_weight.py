"""One weight of a manifest of TensorFlow.js."""

from __future__ import annotations

from rnninspect.plugin import DTYPES, Fact, Observation, Record, UnreadableFile, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect.decode.json import Json

ROW = object()  # in the place of a weight that is kept in columns
STRING = "string"
LENGTH_BYTES = 4  # before each string
_TYPES = ("float32", "int32", "bool", "complex64", STRING)
_QUANTISED = ("uint8", "uint16", "float16")
_AFFINE = ("uint8", "uint16")
_OPTIMIZER = "optimizer"
_MOST_AXES = 254  # of a tensor in TensorFlow
_BEYOND = 10**24  # a size above it is impossible whatever it is


class ManifestWeight(Record):
    """One weight of a manifest.

    Attributes:
        name: as the manifest gives it.
        shape: as the manifest gives it.
        dtype: of the stored elements, which are widened on loading where they are quantised.
        width: bytes of an element, of a string those before it; None if the type is unknown.
        loaded_as: the element type that quantised elements become on loading; empty otherwise.
        scale, least: of quantised elements, `stored * scale + least` is what they are.
        of_optimizer: whether it is a slot of the optimizer.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    width: int | None
    loaded_as: str
    of_optimizer: bool
    scale: float = 1.0
    least: float = 0.0


def weight_of(
    weight: Mapping[str, Json], place: str, observations: list[Observation]
) -> ManifestWeight:
    """A weight by its object in JSON, whose place is for messages.

    Raises:
        UnreadableFile: it has no name, no type or no shape.
    """
    name, dtype = weight.get("name"), weight.get("dtype")
    if not isinstance(name, str) or not isinstance(dtype, str):
        raise UnreadableFile(f"{place} has no name or no dtype that is a string")
    stored, loaded = dtype if dtype in _TYPES else None, ""
    scale, least = 1.0, 0.0
    if "quantization" in weight:
        quantisation = mapping(weight["quantization"], f"{place}.quantization")
        stated = quantisation.get("dtype")
        loaded, dtype = dtype, stated if isinstance(stated, str) else ""
        stored = dtype if dtype in _QUANTISED else None
        if stored in _AFFINE and not {"min", "scale"} <= quantisation.keys():
            clause = f"quantised as {stored} without its min or its scale"
            observations.append(Observation(Fact.CONTRADICTION, clause, tensor=name))
        scale, least = _real(quantisation.get("scale"), 1.0), _real(quantisation.get("min"), 0.0)
    if stored is None:
        clause = f"{dtype!r:.40} is not an element type of TensorFlow.js"
        observations.append(Observation(Fact.CONTRADICTION, clause, tensor=name))
    return ManifestWeight(
        name,
        _axes(weight.get("shape"), place),
        dtype,
        _width(stored),
        loaded,
        weight.get("group") == _OPTIMIZER,
        scale,
        least,
    )


def _real(value: Json, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default


def _width(stored: str | None) -> int | None:
    if stored is None:
        return None
    return LENGTH_BYTES if stored == STRING else DTYPES[stored].whole_bytes


def _axes(axes: Json, weight: str) -> tuple[int, ...]:
    if not isinstance(axes, list):
        raise UnreadableFile(f"{weight}.shape is not a list")
    if len(axes) > _MOST_AXES:
        raise UnreadableFile(
            f"{weight}.shape has {plural(len(axes), 'axis', 'axes')}, more than {_MOST_AXES}"
        )
    sizes = []
    for axis in axes:
        if isinstance(axis, bool) or not isinstance(axis, int | float) or axis % 1 != 0:
            raise UnreadableFile(f"{weight}.shape has an axis that is not an integer")
        sizes.append(max(-_BEYOND, min(int(axis), _BEYOND)))
    return tuple(sizes)


def mapping(value: Json, place: str) -> Mapping[str, Json]:
    """A value that must be an object."""
    if not isinstance(value, dict):
        raise UnreadableFile(f"{place} is not an object")
    return value
