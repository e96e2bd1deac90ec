"""A store of arrays in OCDBT: a B+ tree in one or a few files, whose nodes zstd compresses."""

from __future__ import annotations

from rnninspect.plugin import Limit, UnreadableFile, plural
from rnninspect_jax.orbax.nodes import MANIFEST, TREE_NODE, body_of, node_of, root_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_jax.orbax.nodes import Body, Place, Value

NAME = "manifest.ocdbt"
_LARGEST_WINDOW = 1 << 27  # bytes of memory of the decompressor
_STEPS_OF_A_NODE = 200
_TALLEST = 20


class OcdbtStore:
    """The values of the newest version, which are found by walking the whole tree once."""

    def __init__(self, source: Source, folder: str) -> None:
        """The store in a folder of the model, which ends in `/`, or in the model's own.

        Raises:
            UnreadableFile: the manifest or a node is truncated or malformed, or zstandard is not
                installed.
            RefusedFile: a limit is exceeded.
        """
        self.source, self.folder = source, folder
        self.values: dict[bytes, Value] = {}
        root = root_of(self._body(self._manifest(), MANIFEST))
        if root is not None:
            self._walk(root)

    def value(self, key: str) -> bytes | None:
        """A value as a whole; None if there is none.

        Raises:
            UnreadableFile: the data file ends before, is missing or outside the folder.
        """
        found = self.values.get(key.encode())
        if found is None or found.data is not None or found.place is None:
            return found.data if found else None
        return self._run(found.place)

    def size(self, key: str) -> int | None:
        """The bytes of a value that are there; None if there is none."""
        found = self.values.get(key.encode())
        if found is None or found.place is None:
            return found.length if found else None
        file = self.source.neighbour(f"{self.folder}{found.place.path}")
        return max(0, min(found.length, file.size - found.place.offset))

    def _walk(self, root: Place) -> None:
        waiting = [(root, b"", _TALLEST)]
        while waiting:
            place, prefix, most = waiting.pop()
            self.source.spend(Limit.STEPS, _STEPS_OF_A_NODE)
            node = node_of(self._body(self._run(place), TREE_NODE), place.base)
            if node.height > most:
                raise UnreadableFile("malformed OCDBT tree: a node is not below another one")
            waiting += [
                (each.place, prefix + each.prefix, node.height - 1) for each in node.children
            ]
            self.values |= {prefix + key: value for key, value in node.values.items()}
            self.source.limits.require(
                Limit.ENTRIES, len(self.values), "the number of keys of OCDBT"
            )

    def _manifest(self) -> bytes:
        with self.source.open_neighbour(f"{self.folder}{NAME}") as file:
            self.source.limits.require(Limit.HEADER_BYTES, file.size, f"the size of {NAME}")
            return file.head(file.size)

    def _run(self, place: Place) -> bytes:
        self.source.limits.require(Limit.HEADER_BYTES, place.length, "the size of an OCDBT node")
        with self.source.open_neighbour(f"{self.folder}{place.path}") as file:
            return file.read(place.offset, place.length)

    def _body(self, data: bytes, magic: int) -> Body:
        return body_of(data, magic, self.source, self._unpacked)

    def _unpacked(self, data: bytes) -> bytes:
        """The content of one frame of zstd, up to the limit `header_bytes`."""
        try:
            import zstandard  # noqa: PLC0415 - an extra; Python has zstd from 3.14 on
        except ImportError as error:
            raise UnreadableFile(
                "Orbax compresses its OCDBT with zstd: pip install 'rnninspect[orbax]'"
            ) from error
        most = self.source.limits.header_bytes
        try:
            unpacker = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
            with unpacker.stream_reader(data) as frame:
                found: bytes = frame.read(most + 1)
        except zstandard.ZstdError as error:
            raise UnreadableFile(f"cannot decompress an OCDBT node: {error}") from error
        self.source.limits.require(Limit.HEADER_BYTES, len(found), "the size of an OCDBT node")
        self.source.spend(Limit.EXPANSION, len(found), plural(1, "OCDBT node"))
        return found
