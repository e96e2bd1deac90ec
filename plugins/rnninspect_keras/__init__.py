"""The reader of Keras files: archives, HDF5 files of every Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, SavedModel, Source

ZIP, EMPTY_ZIP = b"PK\3\4", b"PK\5\6"
HDF5 = b"\x89HDF\r\n\x1a\n"
MEMBERS = (b"config.json", b"model.weights.h5")


class KerasReader:
    """Reads `.keras` archives and HDF5 files."""

    name = "keras"
    summary = "Keras archives, HDF5 models and weights of Keras 1, 2 and 3"
    suffixes = (".keras", ".h5", ".hdf5")

    def recognises(self, source: Source) -> bool:
        """Whether the content is an HDF5 file, or a zip archive with a Keras model in it."""
        return _kind(source) is not None

    def read(self, source: Source) -> SavedModel:
        """Describe the file.

        Raises:
            UnreadableFile: its structure cannot be parsed.
            RefusedFile: a limit would be exceeded.
        """
        from rnninspect.plugin import UnreadableFile  # noqa: PLC0415 - only a file that is read needs it
        from rnninspect_keras.containers import read_archive, read_hdf5  # noqa: PLC0415

        try:
            return read_archive(source) if _kind(source) == "zip" else read_hdf5(source)
        except (LookupError, ValueError, TypeError, OverflowError) as error:
            raise UnreadableFile(f"its structure contradicts itself: {error}") from error
        except (RecursionError, MemoryError) as error:
            raise UnreadableFile("its structure nests too deep or is too large") from error

    def conventions(self) -> Sequence[Convention]:
        """One bias vector, reset_after, CuDNN."""
        from rnninspect_keras.layout import conventions  # noqa: PLC0415 - only `count` needs it

        return conventions()


def _kind(source: Source) -> str | None:
    """`zip`, `hdf5` or None; looks at signatures and, in a zip, for the members' names."""
    head = source.head(len(HDF5))
    if head == HDF5:
        return "hdf5"
    tail = source.read(source.size - min(source.size, TAIL), min(source.size, TAIL))
    if EMPTY_ZIP in tail and any(name in tail or name in source.head(TAIL) for name in MEMBERS):
        return "zip"
    place = 512
    while place + len(HDF5) <= min(source.size, LAST_PLACE):
        if source.read(place, len(HDF5)) == HDF5:
            return "hdf5"
        place *= 2
    return None


TAIL = (
    2**17
)  # holds a zip's end record behind the longest comment, and a directory of some hundreds
LAST_PLACE = 2**26
