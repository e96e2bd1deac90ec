"""TorchScript of torch 1.0 to 1.2: modules and tensors in one JSON record.

The messages are those of caffe2/proto/torch.proto in protobuf's JSON, which writes 64-bit integers
as strings.
"""

from __future__ import annotations

from rnninspect.plugin import UnreadableFile, plural
from rnninspect_torch.describing.contents import Contents, bytes_in
from rnninspect_torch.describing.model import describe_model
from rnninspect_torch.formats.json_records import read_json
from rnninspect_torch.networks.named_tensors import NamedTensor
from rnninspect_torch.networks.records import Root
from rnninspect_torch.networks.walking import Walk
from rnninspect_torch.tensors.calls import TorchCalls
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES
from rnninspect_torch.tensors.rebuilders import integers
from rnninspect_torch.tensors.views import Storage, TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import SavedModel
    from rnninspect_torch.archives.archive import Archive

# caffe2.TensorProto.DataType by its names.
TYPES = {
    "FLOAT": "float32",
    "DOUBLE": "float64",
    "FLOAT16": "float16",
    "INT64": "int64",
    "INT32": "int32",
    "INT16": "int16",
    "INT8": "int8",
    "UINT8": "uint8",
    "BYTE": "uint8",
    "BOOL": "bool",
}


def read(archive: Archive) -> SavedModel:
    """The model in `model.json`."""
    model = read_json(archive.open("model.json"))
    table = model.get("tensors")
    tensors = [_tensor(archive, fields) for fields in table] if isinstance(table, list) else []
    root = Root("")
    walk = Walk(archive.source)
    for path, fields in _parameters(model.get("mainModule"), walk):
        number = _integer(fields.get("tensorId", "0"))
        if not 0 <= number < len(tensors):
            raise UnreadableFile(
                f"model.json: {path[:80]} refers to tensor {number} of {len(tensors)}",
                place=f"tensor {number}",
            )
        root.entries.append(NamedTensor(path, tensors[number]))
    contents = Contents("torchscript", None, TorchCalls(archive.source), bytes_in(archive))
    version = model.get("producerVersion")
    producer = f"pytorch {version[:40]}" if isinstance(version, str) else ""
    return describe_model(contents, [root], producer)


def _parameters(main: object, walk: Walk) -> Iterator[tuple[str, dict[str, object]]]:
    """The parameters and buffers of all modules by their paths."""
    waiting: list[tuple[str, object]] = [("", main)]
    while waiting:
        path, module = waiting.pop()
        walk.step()
        if not isinstance(module, dict):
            continue
        for fields in _dicts(module.get("parameters")):
            yield walk.join(path, str(fields.get("name", ""))), fields
        inner = list(_dicts(module.get("submodules")))
        waiting.extend((walk.join(path, str(each.get("name", ""))), each) for each in inner[::-1])


def _dicts(value: object) -> Iterator[dict[str, object]]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


def _tensor(archive: Archive, fields: object) -> TensorView:
    if not isinstance(fields, dict):
        raise UnreadableFile("model.json: a tensor is not an object")
    shape, strides = (
        integers([_integer(size) for size in fields.get(name) or []], name)
        for name in ("dims", "strides")
    )
    data = fields.get("data")
    key = str(data.get("key")) if isinstance(data, dict) else ""
    if len(shape) != len(strides):
        strided = plural(len(strides), "stride")
        raise UnreadableFile(
            f"model.json: tensor {key[:40]} has rank {len(shape)} and {strided}",
            place=f"tensor {key[:40]}",
        )
    dtype = TYPES.get(str(fields.get("dataType")), "uint8")
    size = ELEMENT_BYTES[dtype]
    scope, _, name = key.rpartition("/")
    storage = Storage(scope, name, dtype, size, int(archive.size(key) // size))
    return TensorView(storage, _integer(fields.get("offset", 0)), shape, strides, dtype)


def _integer(value: object) -> int:
    """An integer, which may be written as a string."""
    text = str(value) if isinstance(value, int | str) and value is not True else ""
    if not text.removeprefix("-").isdigit() or len(text) > 20:
        raise UnreadableFile(f"model.json: {str(value)[:40]!r} is not an integer")
    return int(text)
