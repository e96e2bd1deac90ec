"""The table of library cells, whose tensors have fixed names: ncps.

The axes of each tensor are written in the symbols of its cell (`rnninspect cells`).
"""

from __future__ import annotations

from rnninspect.cells import Role, Symbol
from rnninspect.spellings.tables.spelling import NamedSpelling, NamedWeight

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.model import Axis

_M: Axis = (Symbol.INPUT,)
_N: Axis = (Symbol.HIDDEN,)
_B: Axis = (Symbol.BACKBONE,)
_O: Axis = (Symbol.OUTPUTS,)
_JOINED: Axis = (Symbol.JOINED,)
_BOTH = (Role.KERNEL, Role.RECURRENT_KERNEL)
_MASKS = (Role.MASK, Role.RECURRENT_MASK)
_HEADS = ("ff1", "ff2", "timea", "timeb")
_SYNAPSES = ("sigma", "mu", "w", "erev")

NCPS = "ncps"
LIBRARY = (
    NamedSpelling(  # ncps/torch/cfc_cell.py
        "CfC",
        "CfCCell",
        NCPS,
        "timea",
        {
            "backbone.0.weight": NamedWeight((_B, _JOINED), _BOTH),
            "backbone.0.bias": NamedWeight((_B,), (Role.BIAS,)),
            "backbone.#.weight": NamedWeight((_B, _B), (Role.BACKBONE,), optional=True),
            "backbone.#.bias": NamedWeight((_B,), (Role.BACKBONE_BIAS,), optional=True),
            **{f"{head}.weight": NamedWeight((_N, _B), (Role.HEAD,)) for head in _HEADS},
            **{f"{head}.bias": NamedWeight((_N,), (Role.HEAD_BIAS,)) for head in _HEADS},
        },
    ),
    NamedSpelling(  # the same without a backbone, and one layer of wired_cfc_cell.py
        "WiredCfC",
        "CfCCell",
        NCPS,
        "timea",
        {
            **{f"{head}.weight": NamedWeight((_N, _JOINED), _BOTH) for head in _HEADS},
            **{f"{head}.bias": NamedWeight((_N,), (Role.BIAS,)) for head in _HEADS},
            "sparsitymask": NamedWeight((_N, _JOINED), _MASKS, optional=True),
        },
    ),
    NamedSpelling(  # ncps/torch/ltc_cell.py
        "LTC",
        "LTCCell",
        NCPS,
        "gleak",
        {
            **{name: NamedWeight((_N,), (Role.MEMBRANE,)) for name in ("gleak", "vleak", "cm")},
            **{name: NamedWeight((_N, _N), (Role.RECURRENT_KERNEL,)) for name in _SYNAPSES},
            **{f"sensory{name}": NamedWeight((_M, _N), (Role.KERNEL,)) for name in _SYNAPSES},
            "sparsitymask": NamedWeight((_N, _N), (Role.RECURRENT_MASK,)),
            "sensorysparsitymask": NamedWeight((_M, _N), (Role.MASK,)),
            "inputw": NamedWeight((_M,), (Role.INPUT_SCALE,), optional=True),
            "inputb": NamedWeight((_M,), (Role.INPUT_SHIFT,), optional=True),
            "outputw": NamedWeight((_O,), (Role.OUTPUT_SCALE,), optional=True),
            "outputb": NamedWeight((_O,), (Role.OUTPUT_SHIFT,), optional=True),
        },
    ),
)
