"""Programs of torch.export (.pt2): weights described in JSON, or a state dict inside.

Since torch 2.8 each weight is a record, described by a JSON configuration
(torch/export/pt2_archive); before that, the archive contains a state dict of torch.save.
"""

from __future__ import annotations

from rnninspect.plugin import Fact, Limit, Observation, Purpose, UnreadableFile, plural
from rnninspect_torch.archives.archive import Archive
from rnninspect_torch.describing.contents import Contents, bytes_in
from rnninspect_torch.describing.model import describe_model
from rnninspect_torch.formats.json_records import read_json
from rnninspect_torch.formats.saved_zip import read_saved
from rnninspect_torch.networks.named_tensors import NamedTensor
from rnninspect_torch.networks.records import Root
from rnninspect_torch.networks.roots import find_roots
from rnninspect_torch.networks.walking import Walk
from rnninspect_torch.programs.export_graph import declare_layers, producer_of
from rnninspect_torch.tensors.calls import TorchCalls
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES
from rnninspect_torch.tensors.rebuilders import integers
from rnninspect_torch.tensors.views import Storage, TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.graphs import Graph
    from rnninspect.plugin import SavedModel, Source

_FOLDERS = {"data/weights/": Purpose.PARAMETER, "data/constants/": Purpose.CONSTANT}
_CONFIG = "_config.json"
_OLD, _OLD_GRAPH = "serialized_state_dict.pt", "serialized_exported_program.json"
_LARGEST_GRAPH = 1 << 24  # bytes; a network unrolled over time can be far larger
# c10's ScalarType plus one (torch/_export/serde/schema.py, ScalarType).
TYPES = {
    1: "uint8",
    2: "int8",
    3: "int16",
    4: "int32",
    5: "int64",
    6: "float16",
    7: "float32",
    8: "float64",
    9: "complex32",
    10: "complex64",
    11: "complex128",
    12: "bool",
    13: "bfloat16",
    28: "uint16",
    29: "float8_e4m3fn",
    30: "float8_e5m2",
    31: "float8_e4m3fnuz",
    32: "float8_e5m2fnuz",
}


def read(archive: Archive) -> SavedModel:
    """The model in an archive, in the old or the new layout."""
    if _OLD in archive:
        return _read_old(archive)
    names = [name for folder in _FOLDERS for name in archive.names(folder, _CONFIG)]
    graphs = [(name, archive.size(name)) for name in archive.names("models/", ".json")]
    json_bytes = sum(archive.size(name) for name in names)
    json_bytes += sum(size for _, size in graphs if size <= _LARGEST_GRAPH)
    archive.source.limits.require(
        Limit.HEADER_BYTES, 4 * json_bytes, "the size of all JSON records"
    )
    roots = list(_roots(archive))
    if not roots:
        if any(archive.names("data/aotinductor/")):
            raise UnreadableFile(
                "unsupported AOTInductor package: its weights are in a compiled library"
            )
        raise UnreadableFile("torch.export archive without weights")
    notes = list(archive.observations())
    producer = ""
    for name, size in graphs:
        if size > _LARGEST_GRAPH:
            detail = f"the graph {name[:80]} is too large to read: its layers are not declared"
            notes.append(Observation(Fact.UNUSUAL, detail))
            continue
        graph = read_json(archive.open(name))
        producer = producer or producer_of(graph)
        for root in roots:
            if root.purpose is Purpose.PARAMETER:
                declare_layers(graph, root)
                _note_program(graph, root, archive.source)
    contents = Contents(
        "torch export", None, TorchCalls(archive.source), bytes_in(archive), tuple(notes)
    )
    return describe_model(contents, roots, producer)


def _note_program(program: dict[str, object], root: Root, source: Source) -> None:
    """Have a program's graph translated when its layers are looked for, if it may have cells."""
    from rnninspect_torch.recovered.exported.worth import may_contain_cell, operators_in  # noqa: PLC0415 - few archives are programs

    if root.translations is not None or not may_contain_cell(program):
        return

    root.operators = operators_in(program)

    def translations() -> Iterator[Graph]:
        from rnninspect_torch.recovered.exported.translation import translate  # noqa: PLC0415 - few programs need it

        entries = {entry.name: entry for entry in root.entries}
        graph = translate(program, entries, lambda steps: source.spend(Limit.STEPS, steps))
        if graph is not None:
            yield graph

    root.translations = translations


def _roots(archive: Archive) -> Iterator[Root]:
    """A root for the weights and one for the constants of each model."""
    for folder, purpose in _FOLDERS.items():
        for name in archive.names(folder, _CONFIG):
            config = read_json(archive.open(name)).get("config")
            root = Root(name[len(folder) :].rsplit("_", 2)[0], purpose)
            if not isinstance(config, dict):
                continue
            for label in list(config):
                tensor = _tensor(archive, label, config.pop(label), folder.rstrip("/"))
                if tensor is not None:
                    root.entries.append(NamedTensor(label, tensor))
            if root.entries:
                yield root


def _tensor(archive: Archive, name: str, fields: object, scope: str) -> TensorView | None:
    """A tensor from its `tensor_meta`; None for a pickled custom object."""
    if not isinstance(fields, dict):
        raise UnreadableFile(f"malformed configuration of {name[:80]}: not an object")
    meta = fields.get("tensor_meta")
    path = fields.get("path_name")
    if not isinstance(meta, dict) or not isinstance(path, str):
        return None
    shape = integers(_numbers(meta.get("sizes")), "shape")
    strides = integers(_numbers(meta.get("strides")), "stride")
    offset = integers(_numbers([meta.get("storage_offset")]), "offset")[0]
    if len(shape) != len(strides):
        strided = plural(len(strides), "stride")
        raise UnreadableFile(f"{name[:80]} has rank {len(shape)} and {strided}")
    code = meta.get("dtype")
    dtype = TYPES.get(code, "uint8") if isinstance(code, int) else "uint8"
    # The record is the whole storage; its length is not stored elsewhere.
    count = int(archive.size(f"{scope}/{path}") // ELEMENT_BYTES[dtype])
    storage = Storage(scope, path, dtype, ELEMENT_BYTES[dtype], count)
    return TensorView(
        storage, offset, shape, strides, dtype, parameter=fields.get("is_param") is True
    )


def _numbers(values: object) -> object:
    """The integers of a list of {"as_int": n}; None for symbolic expressions."""
    if not isinstance(values, list):
        return values
    return [value.get("as_int") if isinstance(value, dict) else value for value in values]


def _read_old(archive: Archive) -> SavedModel:
    """The model of torch before 2.8: a state dict of torch.save, and a graph."""
    contents = read_saved(Archive(archive.open(_OLD)))
    walk = Walk(archive.source)
    roots = find_roots(contents.value, walk)
    graph = archive.records[_OLD_GRAPH]
    producer = ""
    if graph.size <= _LARGEST_GRAPH:
        program = read_json(archive.open(_OLD_GRAPH))
        producer = producer_of(program)
        for root in roots:
            declare_layers(program, root)
            _note_program(program, root, archive.source)
    return describe_model(contents._replace(format="torch export"), roots, producer)
