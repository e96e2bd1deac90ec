"""Classifies the callables of a pickle: those of torch or of plain data, and foreign ones."""

from __future__ import annotations

# Packages whose classes are data: instantiating them runs no code chosen by the file.
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
    "jax._src.array": ("_reconstruct_array",),
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
        *("long", "unicode", "xrange"),  # Python 2 names, which protocol 2 uses
    ),
}


def is_foreign(module: str, name: str) -> bool:
    """Whether a call of it on loading may run code other than that of torch and of plain data.

    A name with a dot is an attribute path, which may reach any object: always foreign.
    """
    if module == "__torch__" or module.startswith("__torch__."):
        return False  # a TorchScript class, not Python
    if "." in name:
        return True
    if name in _NAMES.get(module, ()):
        return False
    if module in ("torch", "torch.cuda", "torch.storage"):
        return not name.endswith(("Storage", "Tensor"))
    if module in ("torch._utils", "torch.jit._pickle"):
        return not name.startswith(("_rebuild_", "build_", "restore_type_tag"))
    return not (name.lstrip("_")[:1].isupper() and f"{module}.".startswith(_PACKAGES))
