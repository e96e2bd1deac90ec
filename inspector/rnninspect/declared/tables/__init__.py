"""The dialects by the implementation that writes them."""

from __future__ import annotations

from rnninspect.declared.tables.flash_linear_attention import FLASH_LINEAR_ATTENTION
from rnninspect.declared.tables.gguf import GGUF
from rnninspect.declared.tables.libraries import LIBRARIES
from rnninspect.declared.tables.transformers import TRANSFORMERS
from rnninspect.lean import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.declared.dialect import Dialect

DIALECTS: tuple[Dialect, ...] = (*TRANSFORMERS, *FLASH_LINEAR_ATTENTION, *LIBRARIES, *GGUF)


@lru_cache(maxsize=1)
def by_name() -> dict[str, tuple[Dialect, ...]]:
    """The dialects by each of their names."""
    found: dict[str, tuple[Dialect, ...]] = {}
    for dialect in DIALECTS:
        for name in dialect.names:
            found[name] = (*found.get(name, ()), dialect)
    return found
