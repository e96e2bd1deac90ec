"""Output shapes of convolutions, poolings and paddings over one to three axes."""

from __future__ import annotations

from rnninspect.plugin import LARGEST_SIZE
from rnninspect_keras.configuration.declared import as_size, as_sizes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.decode.json import Json
    from rnninspect_keras.configuration.declared import Declared

Axes = tuple[int | None, ...]

_CONVOLUTIONS = {
    f"{kind}{rank}D": rank
    for kind, ranks in (("Conv", (1, 2, 3)), ("Convolution", (1, 2, 3)), ("SeparableConv", (1, 2)))
    for rank in ranks
}
_POOLINGS = {f"{kind}Pooling{rank}D": rank for kind in ("Max", "Average") for rank in (1, 2, 3)}
_GLOBAL_POOLINGS = {f"Global{name}": rank for name, rank in _POOLINGS.items()}
_PADDINGS = {f"ZeroPadding{rank}D": rank for rank in (1, 2, 3)}
_SAMPLINGS = {f"UpSampling{rank}D": rank for rank in (1, 2, 3)}
_RECURRENT = {f"ConvLSTM{rank}D": rank for rank in (1, 2, 3)}
_TRANSPOSED = {f"Conv{rank}DTranspose": rank for rank in (1, 2, 3)}
SPATIAL = {
    **_CONVOLUTIONS,
    **_POOLINGS,
    **_GLOBAL_POOLINGS,
    **_PADDINGS,
    **_SAMPLINGS,
    **_RECURRENT,
    **_TRANSPOSED,
}
_FILTERS = ("filters", "nb_filter")


def spatial_shape(layer: Declared, shape: Axes | None) -> Axes | None:
    """The output shape for an input shape; None unless the input has the expected rank."""
    name, rank = layer.class_name, SPATIAL[layer.class_name]
    over_time = name in _RECURRENT
    if shape is None or len(shape) != rank + 2 + over_time:
        return None
    front, rest = shape[: 1 + over_time], shape[1 + over_time :]
    first = _channels_first(layer)
    channels, axes = (rest[0], rest[1:]) if first else (rest[-1], rest[:-1])
    if name in _GLOBAL_POOLINGS:
        return (*front, channels) if not layer.flag("keepdims", default=False) else None
    if name in _CONVOLUTIONS or name in _RECURRENT or name in _TRANSPOSED:
        channels = layer.size(*_FILTERS)
    sized = _sized(layer, axes)
    if over_time and not layer.flag("return_sequences", default=False):
        front = front[:1]
    return (*front, channels, *sized) if first else (*front, *sized, channels)


def _channels_first(layer: Declared) -> bool:
    order = layer.settings.get("data_format", layer.settings.get("dim_ordering"))
    return order in ("channels_first", "th")


def _sized(layer: Declared, axes: Axes) -> Axes:
    name, settings = layer.class_name, layer.settings
    if name in _SAMPLINGS:
        times = as_sizes(settings.get("size"), len(axes))
        return _unknown(axes) if times is None else _each(axes, lambda size, by: size * by, times)
    if name in _PADDINGS:
        return _padded(axes, settings.get("padding"))
    taps, strides = _window(layer, len(axes))
    if taps is None or strides is None:
        return _unknown(axes)
    return _slid(axes, taps, strides, settings.get("padding", "valid"))


def _unknown(axes: Axes) -> Axes:
    return (None,) * len(axes)


def _window(layer: Declared, axes: int) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    """How wide a window a layer slides over each axis, and by which steps."""
    settings = layer.settings
    if layer.class_name in _POOLINGS:
        taps = as_sizes(settings.get("pool_size"), axes)
        return taps, as_sizes(settings.get("strides"), axes) or taps
    if layer.class_name in _TRANSPOSED:
        return None, None
    taps = as_sizes(settings.get("kernel_size"), axes)
    spread = as_sizes(settings.get("dilation_rate", 1), axes)
    if taps is None or spread is None:
        return None, None
    wide = tuple((size - 1) * step + 1 for size, step in zip(taps, spread, strict=True))
    return wide, as_sizes(settings.get("strides", 1), axes)


def _slid(axes: Axes, taps: Sequence[int], strides: Sequence[int], padding: Json) -> Axes:
    """Sizes after a window was slid over axes."""
    if padding in ("same", "causal"):
        return _each(axes, lambda size, step: -(-size // step), strides)
    if padding != "valid":
        return (None,) * len(axes)
    reached = _each(axes, lambda size, tap: size - tap, taps)
    return tuple(
        None if size is None or size < 0 else size // step + 1
        for size, step in zip(reached, strides, strict=True)
    )


def _each(axes: Axes, change: Callable[[int, int], int], by: Sequence[int]) -> Axes:
    return tuple(
        None if size is None else change(size, other) for size, other in zip(axes, by, strict=True)
    )


def _padded(axes: Axes, padding: Json) -> Axes:
    """Sizes after zeros were put around: one number for all, or one or two for each axis."""
    if not isinstance(padding, list) or len(padding) != len(axes):
        both = as_size(padding)
        return tuple(None if size is None or both is None else size + 2 * both for size in axes)
    added = [_both_ends(item) for item in padding]
    return tuple(
        None if size is None or more is None else size + more
        for size, more in zip(axes, added, strict=True)
    )


def _both_ends(item: Json) -> int | None:
    ends = item if isinstance(item, list) else [item, item]
    if len(ends) != 2 or any(
        not isinstance(end, int) or not 0 <= end <= LARGEST_SIZE for end in ends
    ):
        return None
    return int(sum(ends))
