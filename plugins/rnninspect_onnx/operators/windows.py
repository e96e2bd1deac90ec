"""Operators that slide a window over the axes after batch and channels: convolutions, pools.

Facts: https://onnx.ai/onnx/operators. An axis is known if the input's and the window's are.
"""

from __future__ import annotations

from rnninspect_onnx.graph.values import computed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Dims, Value

_SAME = ("SAME_UPPER", "SAME_LOWER")


def _convolution(call: Call) -> tuple[Value, ...]:
    """Conv and its variants: as many channels as the kernel has rows."""
    data, kernel = call.shape(0), call.shape(1)
    if not data or not kernel or len(data) != len(kernel) or len(data) < 3:
        return (computed(call.present()),)
    spatial = _slid(call, data[2:], kernel[2:])
    return (computed(call.present(), (data[0], kernel[0], *spatial)),)


def _quantised_convolution(call: Call) -> tuple[Value, ...]:
    """QLinearConv: the kernel comes after the scale and the zero point of the data."""
    moved = call._replace(inputs=(call.input(0), call.input(3)))
    shape = _convolution(moved)[0].shape
    return (computed(call.present(), shape),)


def _transposed(call: Call) -> tuple[Value, ...]:
    """ConvTranspose: the kernel's second axis is the number of channels of each group."""
    data, kernel = call.shape(0), call.shape(1)
    if not data or not kernel or len(data) != len(kernel) or len(data) < 3:
        return (computed(call.present()),)
    given = kernel[1]
    channels = None if given is None else given * call.number("group", 1)
    return (computed(call.present(), (data[0], channels, *(None,) * (len(data) - 2))),)


def _pool(call: Call) -> tuple[Value, ...]:
    """MaxPool, AveragePool, LpPool: the channels are unchanged."""
    data = call.shape()
    if not data or len(data) < 3:
        return (computed(call.present()),) * 2
    kernel = _listed(call, "kernel_shape", len(data) - 2, None)
    shape = (*data[:2], *_slid(call, data[2:], kernel))
    return (computed(call.present(), shape),) * 2


def _global_pool(call: Call) -> tuple[Value, ...]:
    data = call.shape()
    shape = None if not data or len(data) < 3 else (*data[:2], *(1,) * (len(data) - 2))
    return (computed(call.present(), shape),)


def _slid(call: Call, sizes: Dims, kernel: Dims) -> Dims:
    """How many times the window fits along each axis."""
    rank = len(sizes)
    strides = _listed(call, "strides", rank, 1)
    widths = tuple(
        None if tap is None or gap is None else (tap - 1) * gap + 1
        for tap, gap in zip(kernel, _listed(call, "dilations", rank, 1), strict=True)
    )
    padding = call.attribute("auto_pad")
    mode = "NOTSET" if padding is None else padding.text or ""
    if mode in _SAME:
        return tuple(_parts(size, step) for size, step in zip(sizes, strides, strict=True))
    pads = _listed(call, "pads", 2 * rank, 0) if mode == "NOTSET" else (0,) * 2 * rank
    both = tuple(
        None if before is None or after is None else before + after
        for before, after in zip(pads[:rank], pads[rank:], strict=True)
    )
    rounds_up = call.number("ceil_mode", 0) == 1
    axes = zip(sizes, widths, strides, both, strict=True)
    return tuple(_fits(size, width, step, pad, rounds_up) for size, width, step, pad in axes)


def _fits(
    size: int | None,
    width: int | None,
    step: int | None,
    pad: int | None,
    rounds_up: bool,  # noqa: FBT001 - called once, above
) -> int | None:
    """Unknown where the last window would begin in the padding: there runtimes differ."""
    if size is None or width is None or pad is None or not step or step < 0:
        return None
    room = size + pad - width
    steps = -(-room // step) if rounds_up else room // step
    return None if room < 0 or (rounds_up and steps * step >= size) else steps + 1


def _parts(size: int | None, step: int | None) -> int | None:
    return None if size is None or not step or step < 0 else -(-size // step)


def _listed(call: Call, name: str, count: int, default: int | None) -> Dims:
    """A list with one number for each axis; all unknown if it has another length."""
    attribute = call.attribute(name)
    if attribute is None:
        return (default,) * count
    return attribute.integers if len(attribute.integers) == count else (None,) * count


WINDOWS: dict[str, Callable[[Call], tuple[Value, ...]]] = {
    **dict.fromkeys(("Conv", "ConvInteger", "FusedConv"), _convolution),
    "QLinearConv": _quantised_convolution,
    "ConvTranspose": _transposed,
    **dict.fromkeys(("MaxPool", "AveragePool", "LpPool"), _pool),
    **dict.fromkeys(("GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"), _global_pool),
}
