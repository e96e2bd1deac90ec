"""Files of torch behind gzip (RFC 1952): one file, or a tar archive that holds one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnninspect.plugin import Source


def looks_inside(source: Source) -> bool:
    """Whether the first bytes inflate to a container of torch."""
    return source.size < 0
