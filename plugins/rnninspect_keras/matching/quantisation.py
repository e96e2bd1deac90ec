"""Quantised layers: which of their arrays are parameters, and how many a packed one contains.

Keras writes, for `int8` and `int4`, the kernel, the bias, scales, zero points and the index of
groups; for `gptq` and `awq` the bias first; for `float8` scales and histories after the bias.
Recurrent layers are never quantised. Variables are distinguished by number, type and shape, and
in the older format by name.
"""

from __future__ import annotations

import math

from rnninspect.plugin import Purpose
from rnninspect.stored.kinds import holding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rnninspect.plugin import StoredTensor
    from rnninspect_keras.containers.store import Store

_SMALL_INTEGERS = ("int8", "uint8")
_HISTORY = "_amax_history"
_NAMES = ("_scale", "_scales", "_zero", "zero_point", "g_idx", _HISTORY)
_FLOAT8_EXTRAS = 6  # a scale and a history each of inputs, kernel and gradient
Member = tuple[str, "StoredTensor"]  # its path, and what is stored


def assign_quantisation_purposes(store: Store, packed: Mapping[str, int]) -> None:
    """Give scales and the like their purpose, and packed arrays their elements.

    `packed` leads from the groups of layers, or from their names, to the weights of each.
    """
    groups: dict[str, list[Member]] = {}
    for path, tensor in _perhaps_quantised(store, packed):
        if tensor.purpose is Purpose.PARAMETER:
            groups.setdefault(path.rpartition("/")[0], []).append((path, tensor))
    for parent, members in groups.items():
        owner, _, last = parent.rpartition("/")
        if last == "vars":
            members.sort(key=lambda item: (len(item[0]), item[0]))
            _by_number(store, members, packed.get(owner))
        else:
            _by_name(store, members, packed.get(last))


def _perhaps_quantised(store: Store, packed: Mapping[str, int]) -> Iterable[Member]:
    """The tensors to look at: of a large file those beside what only quantised layers have.

    Small integers alone say nothing where arrays have names: TensorFlow.js stores weights so.
    """
    columns = store.columns
    if columns is None:
        return store.tensors.items()
    paths = columns.names
    signs = [*columns.where(_may_be_sign), *holding(paths, (_HISTORY,))]
    parents = {paths[place].rpartition("/")[0] for place in signs}
    named = {paths[at].rpartition("/")[0] for at in holding(paths, _NAMES)} if parents else set()
    parents = {
        parent
        for parent in parents
        if parent in named or (last := parent.rpartition("/")[2]) == "vars" or last in packed
    }
    places = range(len(paths)) if parents else ()
    return [(paths[at], columns.at(at)) for at in places if paths[at].rpartition("/")[0] in parents]


def _may_be_sign(shape: tuple[int, ...], dtype: str) -> bool:
    return dtype in _SMALL_INTEGERS or not shape


def _by_number(store: Store, members: Sequence[Member], weights: int | None) -> None:
    kernels = [at for at, (_, tensor) in enumerate(members) if _is_kernel(tensor, members)]
    if not kernels:
        tail = members[-_FLOAT8_EXTRAS:]
        if len(members) > _FLOAT8_EXTRAS and _are_histories([tensor for _, tensor in tail]):
            _mark(store, tail)
        return
    for start, end in zip(kernels, [*kernels[1:], len(members)], strict=True):
        kernel, rest = members[start], members[start + 1 : end]
        with_bias = _bias_follows(kernel[1], [tensor for _, tensor in rest])
        _mark(store, rest[with_bias:])
        _count(store, kernel, rest[with_bias:], weights)


def _is_kernel(tensor: StoredTensor, members: Sequence[Member]) -> bool:
    """Whether an array is one of quantised weights: of small integers, and no zero points."""
    small = tensor.dtype in _SMALL_INTEGERS and len(tensor.shape) > 1
    scales = (other.shape for _, other in members if other.dtype not in _SMALL_INTEGERS)
    return small and tensor.shape not in scales


def _bias_follows(kernel: StoredTensor, rest: Sequence[StoredTensor]) -> bool:
    """Whether the bias is the first array after a kernel, before its scales."""
    if kernel.dtype == "uint8":  # of gptq and awq, whose bias comes first
        return False
    zero = next((at for at, other in enumerate(rest) if other.dtype in _SMALL_INTEGERS), None)
    scales = zero if zero is not None else len(rest)
    return scales > 1


def _are_histories(tail: Sequence[StoredTensor]) -> bool:
    scalars, histories = tail[::2], tail[1::2]
    return all(tensor.shape == () for tensor in scalars) and (
        len({tensor.shape for tensor in histories}) == 1 and len(histories[0].shape) == 1
    )


def _by_name(store: Store, members: Sequence[Member], weights: int | None) -> None:
    extras = [item for item in members if item[0].partition(":")[0].endswith(_NAMES)]
    kernels = [item for item in members if _is_kernel(item[1], extras)]
    if kernels or any(_HISTORY in path for path, _ in extras):
        _mark(store, extras)
        for kernel in kernels:
            _count(store, kernel, extras, weights)


def _mark(store: Store, extras: Iterable[Member]) -> None:
    for path, tensor in extras:
        store.tensors[path] = tensor._replace(purpose=Purpose.QUANTISATION)


def _count(store: Store, kernel: Member, extras: Sequence[Member], weights: int | None) -> None:
    """Note how many weights are packed, two to a byte, by the configuration or by the scales."""
    path, tensor = kernel
    stored = math.prod(tensor.shape)
    expected = (
        weights if weights is not None else _by_scales(tensor, [other for _, other in extras])
    )
    if expected is not None and stored < expected <= 2 * stored:
        store.tensors[path] = tensor._replace(elements=expected)


def _by_scales(kernel: StoredTensor, extras: Sequence[StoredTensor]) -> int | None:
    """Weights that as many columns (rows with gptq and awq) make as there are scales."""
    axis = 0 if kernel.dtype == "uint8" else -1
    for scale in extras:
        channels = scale.shape[axis] if scale.shape else 0
        if (channels + 1) // 2 == kernel.shape[axis]:
            return math.prod(kernel.shape) // kernel.shape[axis] * channels
    return None
