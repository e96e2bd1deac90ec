"""Which callables of a pickle are the framework's own, or plain data; all others are foreign."""

from __future__ import annotations

# Packages of torch whose classes hold data: making one runs nothing that a file could choose.
_PACKAGES = (
    "torch.nn.modules.",
    "torch.nn.parallel.",
    "torch.nn.parameter.",
    "torch.nn.qat.",
    "torch.nn.quantized.",
    "torch.nn.intrinsic.",
    "torch.nn.utils.",
    "torch.ao.nn.",
    "torch.ao.quantization.",
    "torch.quantization.",
    "torch.optim.",
    "torch.distributed.checkpoint.metadata.",
    "torch.distributed.checkpoint.filesystem.",
    "torch.distributed.checkpoint.planner.",
    "torch.distributed.tensor.",
    "torch.distributed._tensor.",
    "torch.distributed.device_mesh.",
    "torch.utils.hooks.",
    "datetime.",
    "pathlib.",
)
_NAMES: dict[str, tuple[str, ...]] = {
    "torch": ("Size", "device", "dtype", "ScriptObject", "Tensor", "Generator"),
    "torch._tensor": ("_rebuild_from_type", "_rebuild_from_type_v2"),
    "torch.autograd.variable": ("Variable",),
    "torch.torch_version": ("TorchVersion",),
    "torch.serialization": ("_get_layout",),
    "torch.storage": ("_load_from_bytes", "TypedStorage"),
    "torch.nn.backends.thnn": ("_get_thnn_function_backend",),
    "numpy": ("ndarray", "dtype"),
    "numpy.core.multiarray": ("_reconstruct", "scalar"),
    "numpy._core.multiarray": ("_reconstruct", "scalar"),
    "numpy.core.numeric": ("_frombuffer",),
    "numpy._core.numeric": ("_frombuffer",),
    "joblib.numpy_pickle": ("NumpyArrayWrapper",),
    "collections": ("OrderedDict", "defaultdict", "Counter", "deque"),
    "decimal": ("Decimal",),
    "fractions": ("Fraction",),
    "uuid": ("UUID",),
    "argparse": ("Namespace",),
    "types": ("SimpleNamespace",),
    "_codecs": ("encode",),
    "_io": ("BytesIO", "StringIO"),
    "copyreg": ("_reconstructor", "__newobj__"),
    "builtins": (
        *("set", "frozenset", "list", "tuple", "dict", "int", "float", "complex", "bool"),
        *("str", "bytes", "bytearray", "object", "slice", "range"),
        *("long", "unicode", "xrange"),  # of Python 2, in whose words protocol 2 is written
    ),
}


def is_foreign(module: str, name: str) -> bool:
    """Whether calling it on loading may run code that neither torch nor plain data accounts for.

    A name with a dot walks from one object to the next, wherever that leads: always foreign.
    """
    if module == "__torch__" or module.startswith("__torch__."):
        return False  # a class of TorchScript: no Python
    if "." in name:
        return True
    if name in _NAMES.get(module, ()):
        return False
    if module in ("torch", "torch.cuda", "torch.storage"):
        return not name.endswith(("Storage", "Tensor"))
    if module in ("torch._utils", "torch.jit._pickle"):
        return not name.startswith(("_rebuild_", "build_", "restore_type_tag"))
    return not (name.lstrip("_")[:1].isupper() and f"{module}.".startswith(_PACKAGES))
