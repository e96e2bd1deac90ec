"""Magic numbers of the model files that other programs embed in pickles."""

from __future__ import annotations

_ZIP, _HDF5, _TAR = b"PK\3\4", b"\x89HDF\r\n\x1a\n", b"ustar"
HEAD = 512  # bytes that are compared
SMALLEST = 64  # bytes; an empty zip archive is smaller
_TAR_OFFSET = 257


def starts_model_file(head: bytes) -> bool:
    """Whether these are the first bytes of a zip archive, an HDF5 file or a tar archive."""
    return head.startswith((_ZIP, _HDF5)) or is_tar(head)


def is_tar(head: bytes) -> bool:
    """Whether these are the first bytes of a tar archive."""
    return head.startswith(_TAR, _TAR_OFFSET)
