"""Recognises torch's containers, and safetensors, by their first bytes."""

from __future__ import annotations

import re
from enum import StrEnum

from rnninspect.plugin import Record, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source


class Container(StrEnum):
    """How the bytes of a file are arranged, before anything is said of their meaning."""

    ZIP = "zip"
    LEGACY = "legacy"
    TAR = "tar"
    PICKLE = "pickle"
    SAFETENSORS = "safetensors"
    INDEX = "index of shards"
    GZIP = "gzip"
    BUNDLE = "zip around a file of torch"
    FLATBUFFER = "flatbuffer mobile"
    EXECUTORCH = "executorch"
    FOLDER = "folder"


class Match(Record):
    """What a file or folder was recognised as.

    Attributes:
        container: how it is arranged.
        start: of a folder, the file that its model starts from.
    """

    container: Container
    start: str = ""


_HEAD = 4096
# torch/serialization.py's MAGIC_NUMBER as the opcode LONG1 writes it.
_MAGIC = bytes.fromhex("8a0a6cfc9c46f920 6aa850 19")
_FRAME = 0x95
# The opcode GLOBAL: `ctorch._utils`, `_rebuild_tensor_v2`, a line each.
_NAME = rb"c[A-Za-z_][\w.]*\n[A-Za-z_][\w.]*\n"
# Of torch.distributed.checkpoint; of Hugging Face's sharded and whole models; of AllenNLP's.
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
BUNDLED = (".pth", ".pt", ".th", ".ckpt", ".bin", ".safetensors")  # files that archives are around
_FIRST_SCRIPT = {"model.json", "tensors/0"}  # both, since others call a file model.json too


def recognise(source: Source) -> Match | None:
    """What a file or folder is, or None if its content is not torch's."""
    if not source.is_folder:
        container = container_of(source)
        return None if container is None else Match(container)
    inside = (name for name in _STARTS if source.neighbour(name).path is not None)
    start = next(inside, None)
    return None if start is None else Match(Container.FOLDER, start)


def container_of(source: Source) -> Container | None:
    """The container of a file, or None if its content is not torch's."""
    try:
        head = source.head(_HEAD)
        return _by_head(head) or _by_more(source, head)
    except UnreadableFile:
        return None


def _by_head(head: bytes) -> Container | None:
    if head[4:8] == b"PTMF":
        return Container.FLATBUFFER
    if head[4:8] in (b"ET12", b"FT01"):
        return Container.EXECUTORCH
    # Before the pickles: a header of 640 bytes begins as a pickle of protocol 2 does.
    if head[8:9] == b"{" and head[9:].lstrip()[:1] in (b'"', b"}"):
        return Container.SAFETENSORS
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        start = 11 if head[2:3] == bytes([_FRAME]) else 2
        return Container.LEGACY if head[start:].startswith(_MAGIC) else Container.PICKLE
    if head[257:262] == b"ustar":
        return Container.TAR
    return None


def _by_more(source: Source, head: bytes) -> Container | None:
    if head[:4] == b"PK\3\4":
        return _kind_of_zip(source, head)
    if head[:2] == b"\x1f\x8b" or _is_zlib(head):
        from rnninspect_torch.archives.gzipped import peek  # noqa: PLC0415 - zlib only for such data

        inside = peek(source)
        is_known = inside[:4] == b"PK\3\4" or container_of(source.holding(inside)) is not None
        return Container.GZIP if is_known else None
    if head[:1] == b"{" and b'"weight_map"' in head and b'.h5"' not in head:  # Keras has one too
        return Container.INDEX
    return Container.PICKLE if _is_text_pickle(source, head) else None


def _is_zlib(head: bytes) -> bool:
    """Whether the first two bytes are a header of RFC 1950, for a window of 32 KiB."""
    return head[:1] == b"\x78" and int.from_bytes(head[:2]) % 31 == 0


def _kind_of_zip(source: Source, head: bytes) -> Container | None:
    """By the first member if it tells, else by all names; a broken directory is told later."""
    length = int.from_bytes(head[26:28], "little")
    first = head[30 : 30 + length].decode("utf-8", "replace").lower()
    if _is_record(first):
        return Container.ZIP
    from rnninspect.decode.zip_directory import read_directory  # noqa: PLC0415 - only for zips

    names = [member.name.lower() for member in read_directory(source)]
    if {name.partition("/")[2] for name in names} >= _FIRST_SCRIPT or any(map(_is_record, names)):
        return Container.ZIP
    return Container.BUNDLE if any(name.endswith(BUNDLED) for name in names) else None


def _is_record(name: str) -> bool:
    return name in _RECORDS or name.partition("/")[2] in _RECORDS


def _is_text_pickle(source: Source, head: bytes) -> bool:
    """Protocol 0 or 1: it begins with a container or a name, and its last byte is STOP."""
    starts = (b"(dp", b"(lp", b"(ip", b"}q", b"]q")
    if not head.startswith(starts) and re.match(_NAME, head) is None:
        return False
    return source.read(source.size - 1, 1) == b"."
