"""The table of cells that a library always names alike: ncps.

The axes of each tensor are written in the symbols of its cell (`rnninspect cells`).
"""

from __future__ import annotations

from rnninspect.plugin import Axis, Convention, Role, Symbol
from rnninspect_torch.other_cells.spelling import Named, NamedSpelling

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
            "backbone.0.weight": Named((_B, _JOINED), _BOTH),
            "backbone.0.bias": Named((_B,), (Role.BIAS,)),
            "backbone.#.weight": Named((_B, _B), (Role.BACKBONE,), optional=True),
            "backbone.#.bias": Named((_B,), (Role.BACKBONE_BIAS,), optional=True),
            **{f"{head}.weight": Named((_N, _B), (Role.HEAD,)) for head in _HEADS},
            **{f"{head}.bias": Named((_N,), (Role.HEAD_BIAS,)) for head in _HEADS},
        },
    ),
    NamedSpelling(  # the same without a backbone, and one layer of wired_cfc_cell.py
        "WiredCfC",
        "CfCCell",
        NCPS,
        "timea",
        {
            **{f"{head}.weight": Named((_N, _JOINED), _BOTH) for head in _HEADS},
            **{f"{head}.bias": Named((_N,), (Role.BIAS,)) for head in _HEADS},
            "sparsitymask": Named((_N, _JOINED), _MASKS, optional=True),
        },
    ),
    NamedSpelling(  # ncps/torch/ltc_cell.py
        "LTC",
        "LTCCell",
        NCPS,
        "gleak",
        {
            **{name: Named((_N,), (Role.MEMBRANE,)) for name in ("gleak", "vleak", "cm")},
            **{name: Named((_N, _N), (Role.RECURRENT_KERNEL,)) for name in _SYNAPSES},
            **{f"sensory{name}": Named((_M, _N), (Role.KERNEL,)) for name in _SYNAPSES},
            "sparsitymask": Named((_N, _N), (Role.RECURRENT_MASK,)),
            "sensorysparsitymask": Named((_M, _N), (Role.MASK,)),
            "inputw": Named((_M,), (Role.INPUT_SCALE,), optional=True),
            "inputb": Named((_M,), (Role.INPUT_SHIFT,), optional=True),
            "outputw": Named((_O,), (Role.OUTPUT_SCALE,), optional=True),
            "outputb": Named((_O,), (Role.OUTPUT_SHIFT,), optional=True),
        },
    ),
)

CONVENTIONS = (
    Convention(NCPS, "CfC", frozenset({Role.BIAS}), note="backbone_layers=1, the default"),
    Convention(NCPS, "WiredCfC", frozenset({Role.BIAS}), note="backbone_layers=0; no masks"),
    Convention(NCPS, "LTC", frozenset(), note="without masks and mappings"),
)
