"""The table of callables with which torch's pickles rebuild tensors and containers.

Their arguments are those of torch/_utils.py and torch/_tensor.py, versions 0.1 to 2.13.
"""

from __future__ import annotations

from rnninspect.decode.pickles.values import Blob, Global, Instance, Mapping, kind_of
from rnninspect.plugin import MOST_ELEMENTS, UnreadableFile, plural
from rnninspect_torch.tensors.views import Storage, TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect_torch.tensors.context import Context

    Args = tuple[object, ...]
    Rebuilder = Callable[[Context, Args], object]

MOST_AXES = 64  # as in numpy 2 and torch's iterators


def integers(value: object, what: str) -> tuple[int, ...]:
    """A tuple of integers below 2^63, bools excluded; `what` names it in an UnreadableFile."""
    if not isinstance(value, tuple | list):
        raise UnreadableFile(f"{what} of a tensor is not a tuple (found {kind_of(value)})")
    if len(value) > MOST_AXES:
        raise UnreadableFile(f"{what} of a tensor has {plural(len(value), 'axis', 'axes')}")
    for item in value:
        if type(item) is not int or not -MOST_ELEMENTS <= item <= MOST_ELEMENTS:
            integer(item, what)  # raises
    return tuple(value)


def integer(value: object, what: str) -> int:
    """An integer below 2^63; `what` names it in an UnreadableFile."""
    if type(value) is not int:
        raise UnreadableFile(f"{what} of a tensor is not an integer (found {kind_of(value)})")
    if not -MOST_ELEMENTS <= value <= MOST_ELEMENTS:
        raise UnreadableFile(f"{what} of a tensor contains an integer beyond 63 bits")
    return value


def dtype_name(value: object) -> str:
    """`float32` for the name torch.float32; `uint8` for anything but a dtype."""
    return value.name if isinstance(value, Global) else "uint8"


def _view(args: Args, dtype: str | None = None) -> TensorView:
    storage, offset, shape, strides = args[:4]
    if isinstance(storage, Instance):  # torch.storage.TypedStorage around an untyped one
        storage = next((arg for arg in storage.args if isinstance(arg, Storage)), None)
    if not isinstance(storage, Storage):
        raise UnreadableFile(f"tensor does not refer to a storage (found {kind_of(storage)})")
    axes, steps = integers(shape, "shape"), integers(strides, "stride")
    if len(axes) != len(steps):
        raise UnreadableFile(f"tensor of rank {len(axes)} has {plural(len(steps), 'stride')}")
    start = storage.start + integer(offset, "offset")
    return TensorView(storage, start, axes, steps, dtype or storage.dtype or "uint8")


def _tensor(_calls: Context, args: Args) -> TensorView:
    return _view(args)


def _tensor_v3(_calls: Context, args: Args) -> TensorView:
    return _view(args, dtype_name(args[6]))


def _parameter(_calls: Context, args: Args) -> object:
    return args[0].changed(parameter=True) if isinstance(args[0], TensorView) else args[0]


def _buffer(_calls: Context, args: Args) -> object:
    return args[0].changed(parameter=False) if isinstance(args[0], TensorView) else args[0]


def _unwrapped(_calls: Context, args: Args) -> object:
    return args[0]


def _quantised(_calls: Context, args: Args) -> TensorView:
    scheme = args[4] if type(args[4]) is tuple else ()
    parts = tuple(part for part in scheme[:4] if isinstance(part, TensorView))
    return _view(args).changed(parts=parts, note="quantised")


def _sparse(_calls: Context, args: Args) -> TensorView:
    data = args[1] if type(args[1]) is tuple else ()
    parts = tuple(part for part in data[:4] if isinstance(part, TensorView))
    sizes = [item for item in data[:4] if type(item) is tuple]
    if not parts or not sizes:
        raise UnreadableFile("sparse tensor without values or size")
    shape = integers(sizes[-1], "shape")
    return TensorView(
        None, 0, shape, (0,) * len(shape), parts[-1].dtype, parts=parts, note="sparse"
    )


def _meta(_calls: Context, args: Args) -> TensorView:
    shape, strides = integers(args[1], "shape"), integers(args[2], "stride")
    return TensorView(None, 0, shape, strides, dtype_name(args[0]), note="meta")


def _wrapper(_calls: Context, args: Args) -> TensorView:
    shape, strides = integers(args[2], "shape"), integers(args[3], "stride")
    return TensorView(None, 0, shape, strides, dtype_name(args[1]), note="wrapper")


def _from_type(calls: Context, args: Args) -> object:
    """A tensor subclass: the result of its rebuilder, with the tensors of its state as parts."""
    function, _, inner, state = (*args, None)[:4]
    if type(inner) is not tuple:
        raise UnreadableFile("tensor subclass without arguments")
    value = calls.call(function, inner)
    if not isinstance(value, TensorView) or value.storage is not None:
        return value
    state = state if isinstance(state, Mapping) else Mapping()
    calls.spend(len(state.pairs))
    parts = tuple(part for part in state.named.values() if isinstance(part, TensorView))
    return value.changed(
        parts=parts, note="shard" if "_local_tensor" in state.named else value.note
    )


def _mapping(calls: Context, args: Args) -> Mapping:
    """A dict or a similar class; Python 2 passes pairs to OrderedDict."""
    filled = Mapping()
    for arg in args[:2]:
        if isinstance(arg, Mapping):
            calls.spend(len(arg.pairs))
            filled.update(arg.pairs)
        elif type(arg) is list:
            calls.spend(len(arg))
            for pair in arg:
                if type(pair) in (list, tuple) and len(pair) == 2:
                    filled.update(list(pair))
    return filled


def _sequence(_calls: Context, args: Args) -> object:
    return args[0] if args else []


def _size(_calls: Context, args: Args) -> object:
    return args[0] if args else ()


def _encoded(_calls: Context, args: Args) -> object:
    """Bytes in protocol 2: a string with a character for each byte, which is not decoded."""
    return args[0] if isinstance(args[0], Blob | str) else Instance(None, args)


def _reconstructed(calls: Context, args: Args) -> object:
    maker, _, state = args[:3]
    made = calls.call(maker, ())
    if isinstance(made, Instance) and isinstance(state, list | tuple):  # of a subclass of list
        calls.spend(len(state))
        made.extend(list(state))
    elif isinstance(made, Mapping | Instance) and isinstance(state, Mapping):
        calls.spend(len(state.pairs))
        made.update(state.pairs)
    return made


def _new(calls: Context, args: Args) -> object:
    return calls.call(args[0], args[1:])


def _loaded(calls: Context, args: Args) -> object:
    from rnninspect_torch.tensors.nested import load_nested  # noqa: PLC0415 - seldom

    return load_nested(calls, args[0])


def _attribute(calls: Context, args: Args) -> object:
    """An attribute of a class by its path; looking it up may run any code."""
    calls.foreign["builtins.getattr"] = None
    owner, name = args
    if isinstance(owner, Global) and isinstance(name, str):
        return Global(owner.module, f"{owner.name}.{name}")
    return Instance(Global("builtins", "getattr"), args)


def _named(module: str, names: str, rebuilder: Rebuilder) -> dict[tuple[str, str], Rebuilder]:
    return {(module, name): rebuilder for name in names.split()}


# Torch 0.1 calls these without arguments and puts the tensor first in the state that follows.
STATEFUL = frozenset({"torch.nn.parameter.Parameter", "torch.autograd.variable.Variable"})
REBUILDERS: dict[tuple[str, str], Rebuilder] = {
    **_named("torch._utils", "_rebuild_tensor _rebuild_tensor_v2", _tensor),
    **_named("torch._utils", "_rebuild_tensor_v3", _tensor_v3),
    **_named("torch._utils", "_rebuild_parameter _rebuild_parameter_with_state", _parameter),
    **_named("torch.nn.parameter", "Parameter UninitializedParameter", _parameter),
    **_named("torch.nn.parameter", "Buffer", _buffer),
    **_named("torch.autograd.variable", "Variable", _unwrapped),
    **_named("torch._utils", "_rebuild_qtensor", _quantised),
    **_named("torch._utils", "_rebuild_sparse_tensor _rebuild_sparse_csr_tensor", _sparse),
    **_named("torch._utils", "_rebuild_meta_tensor_no_storage", _meta),
    **_named("torch._utils", "_rebuild_wrapper_subclass", _wrapper),
    **_named("torch._tensor", "_rebuild_from_type _rebuild_from_type_v2", _from_type),
    **_named("torch._utils", "_rebuild_nested_tensor", _unwrapped),
    **_named("torch._utils", "_rebuild_device_tensor_from_numpy", _unwrapped),
    **_named("torch._utils", "_rebuild_device_tensor_from_cpu_tensor", _unwrapped),
    **_named("torch._utils", "_rebuild_xla_tensor", _unwrapped),
    **_named("torch.jit._pickle", "build_intlist build_tensorlist build_doublelist", _unwrapped),
    **_named("torch.jit._pickle", "build_boollist restore_type_tag", _unwrapped),
    **_named("torch.storage", "_load_from_bytes", _loaded),
    **_named("torch", "Size", _size),
    **_named("collections", "OrderedDict defaultdict Counter", _mapping),
    **_named("builtins", "dict", _mapping),
    **_named("builtins", "set frozenset list tuple", _sequence),
    **_named("_codecs", "encode", _encoded),
    **_named("copyreg", "_reconstructor", _reconstructed),
    **_named("copyreg", "__newobj__", _new),
    **_named("builtins", "getattr", _attribute),
}
