"""Recognises torch's containers, and safetensors, by their first bytes."""

from __future__ import annotations

from rnninspect.lean import StrEnum, re
from rnninspect.plugin import Record, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source


class Container(StrEnum):
    """The container of a file."""

    ZIP = "zip"
    LEGACY = "legacy"
    TAR = "tar"
    PICKLE = "pickle"
    SAFETENSORS = "safetensors"
    INDEX = "index of shards"
    GZIP = "gzip"
    ARCHIVE = "zip with a PyTorch file"
    FLATBUFFER = "flatbuffer mobile"
    EXECUTORCH = "executorch"
    FLAT_TENSOR = "executorch data"
    FOLDER = "folder"
    ARRAYS = "zip of numpy arrays"
    OBJECTS = "numpy array of objects"


class Match(Record):
    """The kind of a file or folder.

    Attributes:
        container: its container.
        start: for a folder, the file to start reading from.
    """

    container: Container
    start: str = ""


_HEAD = 4096
# A NumPy array file, and the type of pickled objects in its header.
_NUMPY, _OBJECTS = b"\x93NUMPY", b"'descr': '|O'"
# MAGIC_NUMBER of torch/serialization.py as a LONG1 opcode.
_MAGIC = bytes.fromhex("8a0a6cfc9c46f920 6aa850 19")
_FRAME = 0x95
# A GLOBAL opcode: `ctorch._utils`, `_rebuild_tensor_v2`, a line each.
_NAME = rb"c[A-Za-z_][\w.]*\n[A-Za-z_][\w.]*\n"
# Of torch.distributed.checkpoint, of Hugging Face (sharded and whole models), of AllenNLP.
_STARTS = (
    ".metadata",
    "model.safetensors.index.json",
    "pytorch_model.bin.index.json",
    "diffusion_pytorch_model.safetensors.index.json",
    "model.safetensors",
    "pytorch_model.bin",
    "weights.th",
)
_RECORDS = (
    *("data.pkl", "constants.pkl", "archive_format", ".data/version"),
    "serialized_exported_program.json",
)
ARCHIVED = (
    ".pth",
    ".pt",
    ".th",
    ".ckpt",
    ".bin",
    ".safetensors",
)  # suffixes of members that archives are searched for
_OF_OTHERS = (".mlmodel",)  # suffixes of models of other frameworks beside such members
# By the identifiers of their schemas.
_FLATBUFFERS = {
    b"PTMF": Container.FLATBUFFER,
    b"ET12": Container.EXECUTORCH,
    b"FT01": Container.FLAT_TENSOR,
}
_FIRST_SCRIPT = {"model.json", "tensors/0"}  # both: model.json alone is not specific


def recognise(source: Source) -> Match | None:
    """The kind of a file or folder, or None if its content is not torch's."""
    if not source.is_folder:
        container = container_of(source)
        return None if container is None else Match(container)
    source.expect_neighbours(_STARTS)
    inside = (name for name in _STARTS if source.neighbour(name).path is not None)
    start = next(inside, None)
    return None if start is None else Match(Container.FOLDER, start)


def container_of(source: Source) -> Container | None:
    """The container of a file, or None if its content is not torch's."""
    try:
        head = source.head(_HEAD)
        found = _by_head(head) or _by_more(source, head)
    except UnreadableFile:
        return None
    if found is Container.PICKLE:
        from rnninspect.decode.pickles.parameter_names import (  # noqa: PLC0415 - only for these
            names_parameters,
        )

        if names_parameters(source):  # of another framework, whose reader is asked
            return None
    return found


def _by_head(head: bytes) -> Container | None:
    if on_devices := _FLATBUFFERS.get(head[4:8]):
        return on_devices
    # Before pickles: the length 640 of a header has the first bytes of a protocol 2 pickle.
    if head[8:9] == b"{" and head[9:].lstrip()[:1] in (b'"', b"}"):
        return Container.SAFETENSORS
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        start = 11 if head[2:3] == bytes([_FRAME]) else 2
        return Container.LEGACY if head[start:].startswith(_MAGIC) else Container.PICKLE
    if head[257:262] == b"ustar":
        return Container.TAR
    if head.startswith(_NUMPY) and _OBJECTS in head[: head.find(b"\n")]:
        return Container.OBJECTS
    return None


def _by_more(source: Source, head: bytes) -> Container | None:
    if head[:4] == b"PK\3\4":
        return _kind_of_zip(source, head)
    if head[:2] == b"\x1f\x8b" or _is_zlib(head):
        from rnninspect_torch.archives.gzipped import peek  # noqa: PLC0415 - zlib only for such data

        inside = peek(source)
        is_known = inside[:4] == b"PK\3\4" or container_of(source.holding(inside)) is not None
        return Container.GZIP if is_known else None
    if head.startswith(b"{") and _is_index(source):
        return Container.INDEX
    return Container.PICKLE if _is_text_pickle(source, head) else None


def _is_index(source: Source) -> bool:
    from rnninspect.decode.shard_index import weight_map_in  # noqa: PLC0415 - of JSON alone

    places = weight_map_in(source, _HEAD)
    return bool(places) and b'.h5"' not in places  # Keras has one too


def _is_zlib(head: bytes) -> bool:
    """Whether the first two bytes are a header of RFC 1950, for a window of 32 KiB."""
    return head[:1] == b"\x78" and int.from_bytes(head[:2]) % 31 == 0


def _kind_of_zip(source: Source, head: bytes) -> Container | None:
    """By the first member, else by all names; a malformed directory is reported on reading."""
    length = int.from_bytes(head[26:28], "little")
    first = head[30 : 30 + length].decode("utf-8", "replace").lower()
    if _is_record(first):
        return Container.ZIP
    if first.endswith(".npy"):
        return Container.ARRAYS
    from rnninspect.decode.zip_directory import read_directory  # noqa: PLC0415 - only for zips

    names = [member.name.lower() for member in read_directory(source)]
    if {name.partition("/")[2] for name in names} >= _FIRST_SCRIPT or any(map(_is_record, names)):
        return Container.ZIP
    if any(name.endswith(_OF_OTHERS) for name in names):  # whose reader is asked
        return None
    return Container.ARCHIVE if any(name.endswith(ARCHIVED) for name in names) else None


def _is_record(name: str) -> bool:
    return name in _RECORDS or name.partition("/")[2] in _RECORDS


def _is_text_pickle(source: Source, head: bytes) -> bool:
    """Whether it is protocol 0 or 1: first a container or a name, and STOP as the last byte."""
    starts = (b"(dp", b"(lp", b"(ip", b"}q", b"]q")
    if not head.startswith((*starts, b"c")):
        return False
    if head.startswith(b"c") and re.match(_NAME, head) is None:
        return False
    return source.read(source.size - 1, 1) == b"."
