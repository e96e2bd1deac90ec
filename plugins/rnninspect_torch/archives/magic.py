"""How the model files begin that other programs put into pickles, as bytes."""

from __future__ import annotations

_ZIP, _HDF5, _TAR = b"PK\3\4", b"\x89HDF\r\n\x1a\n", b"ustar"
HEAD = 512  # bytes that decide
SMALLEST = 64  # an empty zip archive is smaller, and no model
_TAR_PLACE = 257


def begins_a_file(head: bytes) -> bool:
    """Whether these are the first bytes of a zip archive, an HDF5 file or a tar archive."""
    return head.startswith((_ZIP, _HDF5)) or is_tar(head)


def is_tar(head: bytes) -> bool:
    """Whether these are the first bytes of a tar archive."""
    return head.startswith(_TAR, _TAR_PLACE)
