"""Output shapes of the layers whose configuration states their width; None where it is unknown."""

from __future__ import annotations

import math

from rnninspect_keras.configuration.declared import as_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect_keras.configuration.declared import Declared

# A shape with the batch axis; an axis that is not known is None, and so is a shape of unknown rank.
Shape = tuple[int | None, ...] | None
Rule = "Callable[[Declared, Sequence[Shape]], tuple[Shape, ...]]"

_UNCHANGED = {
    *("Activation", "ActivityRegularization", "AlphaDropout", "BatchNormalization", "Dropout"),
    *("ELU", "GaussianDropout", "GaussianNoise", "GroupNormalization", "Identity", "LeakyReLU"),
    *("LayerNormalization", "Masking", "PReLU", "ReLU", "Rescaling", "Softmax", "ThresholdedReLU"),
    *("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "UnitNormalization"),
}
_MERGING = {"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"}
_RECURRENT = {"LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU", "RNN", "ESN"}
_OVER_AXES = ("1D", "2D", "3D", "DTranspose")  # how the names of `spatial` end
_WIDTHS = ("projection", "units", "output_dim")  # the first of the addons' NASCell


def output_shapes(layer: Declared, inputs: Sequence[Shape]) -> tuple[Shape, ...]:
    """What a layer gives for these inputs, in the order of its outputs."""
    first = inputs[0] if inputs else None
    name = layer.class_name
    if name in _UNCHANGED:
        return (first,)
    if name in _MERGING:
        return (_merged(inputs),)
    if name in _RECURRENT:
        return _recurrent(layer, first)
    if _is_spatial(name):
        from rnninspect_keras.configuration.spatial import spatial_shape  # noqa: PLC0415 - as below

        return (spatial_shape(layer, first),)
    rule = _RULES.get(name)
    return rule(layer, inputs) if rule is not None else (None,)


def _is_spatial(name: str) -> bool:
    """Whether a class is a convolution, a pooling or a padding over axes."""
    if not name.endswith(_OVER_AXES):
        return False
    from rnninspect_keras.configuration.spatial import SPATIAL  # noqa: PLC0415 - few recurrent models need it

    return name in SPATIAL


def width_of(layer: Declared) -> int | None:
    """Width of what a recurrent layer or cell gives: its units, or those of its uppermost cell."""
    cell = layer.child("cell")
    if cell is not None:
        return width_of(cell)
    members = layer.children("cells")
    return width_of(members[-1]) if members else layer.size(*_WIDTHS)


def _recurrent(layer: Declared, shape: Shape) -> tuple[Shape, ...]:
    units = width_of(layer)
    steps = shape[1] if shape is not None and len(shape) > 1 else None
    batch = shape[0] if shape else None
    last: Shape = (batch, units)
    whole = (batch, steps, units) if layer.flag("return_sequences", default=False) else last
    return (whole, last, last) if layer.flag("return_state", default=False) else (whole,)


def _bidirectional(layer: Declared, inputs: Sequence[Shape]) -> tuple[Shape, ...]:
    forward = layer.child("layer")
    if forward is None:
        return (None,)
    if forward.class_name not in _RECURRENT and not _is_spatial(forward.class_name):
        return (None,)
    backward = layer.child("backward_layer") or forward
    outputs, others = (output_shapes(direction, inputs[:1]) for direction in (forward, backward))
    mode = layer.settings.get("merge_mode", "concat")
    if mode is None:
        return (outputs[0], others[0])
    first = outputs[0] if mode != "concat" else _side_by_side(outputs[0], others[0])
    return (first, *outputs[1:], *others[1:])


def _side_by_side(first: Shape, other: Shape) -> Shape:
    """Both directions concatenated along the last axis, whatever it is.

    Where they differ, Keras 3 takes the forward one's width twice, and Keras 2 their sum.
    """
    if first is None or first != other:
        return None
    return (*first[:-1], None if first[-1] is None else 2 * first[-1])


def _merged(inputs: Sequence[Shape]) -> Shape:
    """The common shape of inputs of one rank, axis by axis; an axis of 1 is broadcast."""
    shapes = [shape for shape in inputs if shape is not None]
    if len(shapes) < len(inputs) or not shapes or len({len(shape) for shape in shapes}) > 1:
        return None
    axes = []
    for sizes in zip(*shapes, strict=True):
        wide = {size for size in sizes if size != 1}
        axes.append(wide.pop() if len(wide) == 1 else None if wide else 1)
    return tuple(axes)


def _dense(layer: Declared, inputs: Sequence[Shape]) -> tuple[Shape, ...]:
    shape = inputs[0] if inputs else None
    return (None if shape is None else (*shape[:-1], layer.size(*_WIDTHS)),)


def _embedding(layer: Declared, inputs: Sequence[Shape]) -> tuple[Shape, ...]:
    shape = (inputs[0] if inputs else None) or (None, as_size(layer.settings.get("input_length")))
    return ((*shape, layer.size("output_dim")),)


def _flatten(layer: Declared, inputs: Sequence[Shape]) -> tuple[Shape, ...]:
    del layer
    shape = inputs[0] if inputs else None
    return (None if shape is None else (shape[0], _product(shape[1:])),)


def _reshape(layer: Declared, inputs: Sequence[Shape]) -> tuple[Shape, ...]:
    target = layer.settings.get("target_shape")
    if not isinstance(target, list):
        return (None,)
    shape = inputs[0] if inputs else None
    axes = [as_size(axis) for axis in target]
    if target.count(-1) == 1 and shape is not None:
        whole, known = _product(shape[1:]), math.prod(axis or 1 for axis in axes)
        if whole is not None and whole % known == 0 and axes.count(None) == 1:
            axes[target.index(-1)] = whole // known
    return ((shape[0] if shape else None, *axes),)


def _permute(layer: Declared, inputs: Sequence[Shape]) -> tuple[Shape, ...]:
    order, shape = layer.settings.get("dims"), inputs[0] if inputs else None
    if (
        shape is None
        or not isinstance(order, list)
        or sorted(map(str, order)) != sorted(map(str, range(1, len(shape))))
    ):
        return (None,)
    return ((shape[0], *(shape[axis] for axis in order)),)


def _repeat_vector(layer: Declared, inputs: Sequence[Shape]) -> tuple[Shape, ...]:
    shape = inputs[0] if inputs else None
    return (None if shape is None else (shape[0], layer.size("n"), *shape[1:]),)


def _concatenate(layer: Declared, inputs: Sequence[Shape]) -> tuple[Shape, ...]:
    axis, shapes = layer.settings.get("axis", -1), [shape for shape in inputs if shape is not None]
    ranks = {len(shape) for shape in shapes}
    if len(shapes) < len(inputs) or len(ranks) != 1 or isinstance(axis, bool):
        return (None,)
    rank = ranks.pop()
    if not isinstance(axis, int) or not -rank <= axis < rank:
        return (None,)
    at = axis % rank
    sizes = [shape[at] for shape in shapes]
    joined = None if None in sizes else sum(size or 0 for size in sizes)
    return ((*shapes[0][:at], joined, *shapes[0][at + 1 :]),)


def _attention(layer: Declared, inputs: Sequence[Shape]) -> tuple[Shape, ...]:
    """Attention gives as many steps as it is asked, as wide as the values."""
    del layer
    if len(inputs) < 2 or inputs[0] is None or inputs[1] is None:
        return (None,)
    return ((*inputs[0][:-1], inputs[1][-1]),)


def _product(axes: Sequence[int | None]) -> int | None:
    return None if None in axes else math.prod(axis or 1 for axis in axes)


_RULES: dict[str, Callable[[Declared, Sequence[Shape]], tuple[Shape, ...]]] = {
    "AdditiveAttention": _attention,
    "Attention": _attention,
    "Bidirectional": _bidirectional,
    "Concatenate": _concatenate,
    "Dense": _dense,
    "Embedding": _embedding,
    "Flatten": _flatten,
    "Permute": _permute,
    "RepeatVector": _repeat_vector,
    "Reshape": _reshape,
    "TimeDistributedDense": _dense,
}
