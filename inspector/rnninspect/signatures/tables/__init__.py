"""The signatures by family, and the odd names by which they are found."""

from __future__ import annotations

from rnninspect.lean import lru_cache
from rnninspect.signatures.tables.delta_rules import DELTA_RULES
from rnninspect.signatures.tables.gguf import GGUF
from rnninspect.signatures.tables.jax_trees import JAX_TREES
from rnninspect.signatures.tables.keras_layers import KERAS_LAYERS
from rnninspect.signatures.tables.linear_attention import LINEAR_ATTENTION
from rnninspect.signatures.tables.linear_systems import LINEAR_SYSTEMS
from rnninspect.signatures.tables.quick import QUICK
from rnninspect.signatures.tables.rwkv import RWKV
from rnninspect.signatures.tables.state_spaces import STATE_SPACES
from rnninspect.signatures.tables.xlstm import XLSTM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.signatures.signature import Signature

SIGNATURES: tuple[Signature, ...] = (
    *STATE_SPACES,
    *DELTA_RULES,
    *LINEAR_ATTENTION,
    *RWKV,
    *XLSTM,
    *LINEAR_SYSTEMS,
    *QUICK,
    *JAX_TREES,
    *KERAS_LAYERS,
    *GGUF,
)


@lru_cache(maxsize=1)
def by_odd_name() -> dict[str, tuple[int, ...]]:
    """The places of signatures in SIGNATURES, by each of their odd names.

    A tree of parameters is saved with either separator: `if/kernel`, and `if.kernel`.
    """
    found: dict[str, tuple[int, ...]] = {}
    for place, signature in enumerate(SIGNATURES):
        for odd in signature.odd:
            for name in {odd, odd.replace("/", ".")}:
                found[name] = (*found.get(name, ()), place)
    return found
