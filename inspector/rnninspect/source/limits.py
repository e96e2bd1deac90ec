"""The bounds within which an untrusted file is read."""

from __future__ import annotations

from rnninspect.errors import RefusedFile
from rnninspect.lean import StrEnum
from rnninspect.record import Record


class Limit(StrEnum):
    """The name of a limit; `Limits` has its value and documents what it counts."""

    HEADER_BYTES = "header_bytes"
    EXPANSION = "expansion"
    MEMBERS = "members"
    TENSORS = "tensors"
    LAYERS = "layers"
    RECURRENT = "recurrent"
    OPCODES = "opcodes"
    NODES = "nodes"
    NAME_LENGTH = "name_length"
    TABLE_BYTES = "table_bytes"
    FIELDS = "fields"
    OBJECTS = "objects"
    ENTRIES = "entries"
    CHECKED_BYTES = "checked_bytes"
    NESTING = "nesting"
    STEPS = "steps"
    REQUESTS = "requests"
    FETCHED_BYTES = "fetched_bytes"
    CACHED_BYTES = "cached_bytes"
    DOWNLOAD_BYTES = "download_bytes"
    REMOTE_SECONDS = "remote_seconds"
    INPUT_BYTES = "input_bytes"
    LISTED = "listed"


class Limits(Record):
    """Upper bounds on what one model may cost with all its parts.

    Exceeding one is a `RefusedFile`.

    Attributes:
        header_bytes: bytes of structure (a pickle, a JSON header) taken into memory at once.
        expansion: bytes to which compressed members may grow, together.
        members: entries of an archive, or objects of an HDF5 file, of which two alike count as one.
        tensors: stored tensors; of those that a reader has in columns, five count as one.
        layers: layers of a configuration, recurrent or not.
        recurrent: recurrent layers, or recurrent nodes of a graph.
        opcodes: opcodes of all pickles.
        nodes: nodes of a graph and its subgraphs; of those that stay encoded, eight count as one.
        name_length: letters in the names of the recurrent layers and their tensors.
        table_bytes: bytes of a checkpoint's index, as packed or as unpacked, and of its keys.
        fields: fields of Protocol Buffers messages; of those in bulk, five count as one.
        objects: objects of a TensorFlow graph of objects, and edges between them.
        entries: entries of a checkpoint's index.
        checked_bytes: bytes of HDF5 structures with checksums; of many alike, eight count as one.
        nesting: depth of messages, groups, containers or configurations.
        steps: work, whatever it is for; a step takes about a microsecond.
        requests: requests for one remote model, redirects and second tries among them.
        fetched_bytes: bytes of their answers.
        cached_bytes: bytes of each remote file that are kept in memory.
        download_bytes: bytes of a file whose server sends no ranges.
        remote_seconds: for one remote model.
        input_bytes: bytes of standard input, which are kept on the disk.
        listed: names in a folder, or keys of a remote one with all below it; many are on the disk.
    """

    header_bytes: int = 128 * 2**20
    expansion: int = 64 * 2**20
    members: int = 250_000
    tensors: int = 200_000
    layers: int = 10_000
    recurrent: int = 2_500
    opcodes: int = 3_000_000
    nodes: int = 2_500_000
    name_length: int = 4_000_000
    table_bytes: int = 32 * 2**20
    fields: int = 4_000_000
    objects: int = 700_000
    entries: int = 300_000
    checked_bytes: int = 12 * 2**20
    nesting: int = 100
    steps: int = 3_000_000
    requests: int = 2_000
    fetched_bytes: int = 512 * 2**20
    cached_bytes: int = 32 * 2**20
    download_bytes: int = 0
    remote_seconds: int = 300
    input_bytes: int = 2**30
    listed: int = 10_000_000

    def require(self, name: Limit, value: int, place: str = "the file") -> None:
        """Raise RefusedFile, with the limit's name in its message, if `value` exceeds the limit."""
        bound: int = getattr(self, name)
        if value > bound:
            reason = f"{place} exceeds the limit {name}={bound}; --limit {name}=N raises it"
            raise RefusedFile(reason)
