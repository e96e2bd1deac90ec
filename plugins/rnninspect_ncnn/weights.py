"""The weights of each type of layer in the order of the file, sized by its parameters.

Source: `load_param` and `load_model` of each type of layer of ncnn (src/layer/*.cpp). A tagged
array begins with the type of its elements; others are single precision.
"""

from __future__ import annotations

import math

from rnninspect.plugin import Purpose, Record, Role, UnreadableFile
from rnninspect_ncnn.types import KNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rnninspect_ncnn.network import Layer

_MOST_KNOWN = 1_000  # layers of other parameters
_SCALED = Purpose.QUANTISATION
_BLOCKS = (32, 64, 128)  # elements that share a scale


class Weight(Record):
    """An array in the file.

    Attributes:
        label: what it is.
        shape: sizes of its axes, as an array of rows.
        is_tagged: whether it begins with the type of its elements.
        purpose: what it is kept for.
        roles: of a recurrent layer.
        trained: whether training may change it.
        bits: of quantised elements in blocks, which are packed and not tagged; 0 of others.
    """

    label: str
    shape: tuple[int, ...]
    is_tagged: bool = False
    purpose: Purpose = Purpose.PARAMETER
    roles: tuple[Role, ...] = ()
    trained: bool = True
    bits: int = 0


def weights_of(layer: Layer) -> tuple[Weight, ...] | None:
    """The arrays of a layer; None if its type is not known.

    Raises:
        UnreadableFile: a parameter is below zero.
    """
    if layer.kind in _TABLE:
        return tuple(_TABLE[layer.kind](layer))
    return () if layer.kind in KNOWN else None


class KnownWeights:
    """The arrays of layers, worked out once for those with equal parameters."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[Weight, ...] | None] = {}

    def of(self, layer: Layer) -> tuple[Weight, ...] | None:
        """As `weights_of`."""
        key = (layer.kind, *map(str, layer.values.items()))
        if key not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[key] = weights_of(layer)
        return self._known[key]


def cell_of(kind: str) -> tuple[str, int] | None:
    """The cell of a recurrent layer and its gates; None of other layers."""
    return {"LSTM": ("LSTM", 4), "GRU": ("CudnnGRU", 3), "RNN": ("RNN", 1)}.get(kind)


def _rows(size: int, rows: int) -> tuple[int, ...]:
    """The shape of so many elements in rows; flat where they do not fill them."""
    return (rows, size // rows) if rows and size % rows == 0 else (size,)


def _recurrent(layer: Layer) -> Iterator[Weight]:
    outputs, size = layer.value(0), layer.value(1)
    hidden = layer.value(3, outputs) if layer.kind == "LSTM" else outputs
    gates = (cell_of(layer.kind) or ("", 0))[1]
    ways = 2 if layer.value(2) == 2 else 1
    rows = gates * hidden
    vectors, both = (4, (Role.BIAS, Role.RECURRENT_BIAS)) if gates == 3 else (gates, (Role.BIAS,))
    whole = rows and size % (ways * rows) == 0
    shape = (ways, rows, size // (ways * rows)) if whole else (size,)
    yield Weight("weight_xc", shape, is_tagged=True, roles=(Role.KERNEL,))
    yield Weight("bias_c", (ways, vectors, hidden), is_tagged=True, roles=both)
    recurrent = (ways, rows, outputs)
    yield Weight("weight_hc", recurrent, is_tagged=True, roles=(Role.RECURRENT_KERNEL,))
    if hidden != outputs:
        projection = (ways, outputs, hidden)
        yield Weight("weight_hr", projection, is_tagged=True, roles=(Role.PROJECTION,))
    if layer.value(8):
        yield Weight("weight_xc_int8_scales", (ways, rows), purpose=_SCALED)
        yield Weight("weight_hc_int8_scales", (ways, rows), purpose=_SCALED)


def _convolution(layer: Layer) -> Iterator[Weight]:
    dynamic = 28 if layer.kind.startswith("Deconv") else 19
    outputs, term = layer.value(0), layer.value(8)
    if layer.value(dynamic):
        return
    yield Weight("weight", _rows(layer.value(6), outputs), is_tagged=True)
    if layer.value(5):
        yield Weight("bias", (outputs,))
    if layer.kind not in ("Convolution", "ConvolutionDepthWise") or not term:
        return
    depthwise = layer.kind == "ConvolutionDepthWise"
    scales = layer.value(7, 1) if depthwise else outputs
    if depthwise and term not in (1, 2, 101, 102):
        return
    yield Weight(
        "weight_int8_scales", (1 if depthwise and term % 100 == 2 else scales,), purpose=_SCALED
    )
    yield Weight("bottom_blob_int8_scales", (1,), purpose=_SCALED)
    if term > 100:
        yield Weight("top_blob_int8_scales", (1,), purpose=_SCALED)


def _inner_product(layer: Layer) -> Iterator[Weight]:
    outputs = layer.value(0)
    yield Weight("weight", _rows(layer.value(2), outputs), is_tagged=True)
    if layer.value(1):
        yield Weight("bias", (outputs,))
    if layer.value(8):
        yield Weight("weight_int8_scales", (outputs,), purpose=_SCALED)
        yield Weight("bottom_blob_int8_scales", (1,), purpose=_SCALED)


def _embed(layer: Layer) -> Iterator[Weight]:
    yield Weight("weight", _rows(layer.value(3), layer.value(1)), is_tagged=True)
    if layer.value(2):
        yield Weight("bias", (layer.value(0),))
    if layer.value(18):
        yield Weight("weight_int8_scale", (1,), purpose=_SCALED)


def _batch_norm(layer: Layer) -> Iterator[Weight]:
    for label in ("slope", "mean", "var", "bias"):
        yield Weight(label, (layer.value(0),), trained=label not in ("mean", "var"))


def _norm(size: int, affine: int, *labels: str) -> Callable[[Layer], Iterator[Weight]]:
    """Gains and shifts, by the keys of their size and of whether there are any."""

    def found(layer: Layer) -> Iterator[Weight]:
        if layer.value(affine, 1):
            for label in labels:
                yield Weight(label, (layer.value(size),))

    return found


def _vectors(
    *known: tuple[str, int, int], purpose: Purpose = Purpose.PARAMETER
) -> Callable[[Layer], Iterator[Weight]]:
    """Vectors by the keys of their sizes, with what these are by default."""

    def found(layer: Layer) -> Iterator[Weight]:
        for label, key, default in known:
            if layer.value(key, default):
                kept = Purpose.PARAMETER if label == "bias" else purpose
                yield Weight(label, (layer.value(key, default),), purpose=kept)

    return found


def _scale(layer: Layer) -> Iterator[Weight]:
    if layer.values.get(0) == -233:  # it is given at run time
        return
    yield Weight("scale", (layer.value(0),))
    if layer.value(1):
        yield Weight("bias", (layer.value(0),))


def _memory(layer: Layer) -> Iterator[Weight]:
    width, height, depth, channels = (layer.value(key) for key in (0, 1, 11, 2))
    shape = tuple(size for size in (channels, depth, height, width) if size)
    if shape:
        yield Weight("data", shape, is_tagged=layer.value(21, 1) == 0)


def _block(term: int) -> tuple[int, int, bool]:
    """Of weights that are quantised in blocks: bits, elements of a block, scales of inputs."""
    bits, form, size = term // 100, term % 100 // 10, term % 10
    if bits not in (4, 6, 8) or form > 1 or size > 2:
        return 0, 0, False
    return bits, _BLOCKS[size], form == 1


def _packed(label: str, rows: int, columns: int, bits: int) -> Weight:
    return (
        Weight(label, (rows, columns), bits=bits)
        if bits
        else Weight(label, (rows, columns), is_tagged=True)
    )


def _gemm(layer: Layer) -> Iterator[Weight]:
    rows, columns, inner = (layer.value(key) for key in (7, 8, 9))
    term = layer.value(18)
    bits, block, with_inputs = _block(term)
    if layer.value(4) == 1:
        shape = (inner, rows) if layer.value(2) else (rows, inner)
        yield Weight("A", shape, is_tagged=True)
    if layer.value(5) == 1:
        pair = (columns, inner) if layer.value(3) else (inner, columns)
        yield _packed("B", *pair, bits)
    # By parameter 10: a number, a row or a column, a matrix; -1 where it is left out.
    kinds = {0: (1,), 1: (rows,), 2: (rows, 1), 3: (rows, columns), 4: (1, columns)}
    addend = kinds.get(layer.values.get(10, 0))
    if layer.value(6) == 1 and addend:
        yield Weight("C", addend, is_tagged=True)
    if bits:
        yield Weight("B_quantize_scales", (columns, -(-inner // block)), purpose=_SCALED)
        if with_inputs:
            yield Weight("B_input_scales", (inner,), purpose=_SCALED)
    elif term:
        if layer.value(4) == 1:
            yield Weight("A_int8_scales", (rows,), purpose=_SCALED)
        if layer.value(5) == 1:
            yield Weight("B_int8_scale", (1,), purpose=_SCALED)


def _attention(layer: Layer) -> Iterator[Weight]:
    width = layer.value(0)
    if not width:
        raise UnreadableFile(f"parameter 0 of {layer.name[:80]} is 0")
    query = layer.value(2) // width
    term = layer.value(18)
    bits, block, with_inputs = _block(term)
    columns = {"q": query, "k": layer.value(3, width), "v": layer.value(4, width), "out": width}
    rows = {"q": width, "k": width, "v": width, "out": query}
    for part, size in columns.items():
        yield _packed(f"{part}_weight", rows[part], size, bits)
        yield Weight(f"{part}_bias", (rows[part],))
    if bits:
        for part, size in columns.items():
            scales = (rows[part], -(-size // block))
            yield Weight(f"{part}_quantize_scales", scales, purpose=_SCALED)
        if with_inputs:
            for part, size in columns.items():
                yield Weight(f"{part}_input_scales", (size,), purpose=_SCALED)
    elif term:
        for part in ("q", "k", "v", "out"):
            count = 1 if part == "out" else width
            yield Weight(f"{part}_int8_scales", (count,), purpose=_SCALED)


_CONVOLUTIONS = """
    Convolution Convolution1D Convolution3D ConvolutionDepthWise ConvolutionDepthWise1D
    ConvolutionDepthWise3D Deconvolution Deconvolution1D Deconvolution3D DeconvolutionDepthWise
    DeconvolutionDepthWise1D DeconvolutionDepthWise3D DeformableConv2D
"""
_TABLE: dict[str, Callable[[Layer], Iterator[Weight]]] = {
    **dict.fromkeys(("LSTM", "GRU", "RNN"), _recurrent),
    **dict.fromkeys(_CONVOLUTIONS.split(), _convolution),
    "InnerProduct": _inner_product,
    "Embed": _embed,
    "BatchNorm": _batch_norm,
    "Scale": _scale,
    "MemoryData": _memory,
    "Gemm": _gemm,
    "MultiHeadAttention": _attention,
    "GroupNorm": _norm(1, 3, "gamma", "beta"),
    "InstanceNorm": _norm(0, 2, "gamma", "beta"),
    "LayerNorm": _norm(0, 2, "gamma", "beta"),
    "RMSNorm": _norm(0, 2, "gamma"),
    "Bias": _vectors(("bias", 0, 0)),
    "PReLU": _vectors(("slope", 0, 0)),
    "Normalize": _vectors(("scale", 3, 0)),
    "Padding": _vectors(("per_channel_pad", 6, 0)),
    "Quantize": _vectors(("scale", 0, 1), purpose=_SCALED),
    "Dequantize": _vectors(("scale", 0, 1), ("bias", 1, 0), purpose=_SCALED),
    "Requantize": _vectors(
        ("scale_in", 0, 1), ("scale_out", 1, 1), ("bias", 2, 0), purpose=_SCALED
    ),
}


def elements(weight: Weight) -> int:
    """How many elements an array has."""
    return math.prod(weight.shape)
