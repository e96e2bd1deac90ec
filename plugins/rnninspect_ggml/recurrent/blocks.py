"""The recurrent tensors of each block, under names that say which module of it they belong to.

A block has all of its tensors under one prefix: those of attention, of feed-forward nets and of the
recurrent layer beside each other. `blk.3.ssm_a` becomes `blk.3.ssm.ssm_a` here.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import StoredTensor

_KINDS = ("ssm", "time_mix", "channel_mix")
# Tensors that a recurrent layer shares its names for with attention, by what shows that it is one.
_DELTA_NET = ("attn_qkv.weight", "attn_gate.weight")
_BORROWED = {
    "ssm_f_a.weight": ("attn_q.weight", "attn_k.weight", "attn_v.weight", "attn_output.weight"),
    "ssm_ba.weight": _DELTA_NET,
    "ssm_alpha.weight": _DELTA_NET,
    "ssm_beta.weight": _DELTA_NET,
}
_WITHOUT_ENDING = ("ssm_dt_norm", "ssm_b_norm", "ssm_c_norm")  # of PLaMo 2

Module = dict[str, "StoredTensor"]


def _apart(name: str) -> tuple[str, str]:
    """The last `blk.0.` in a name, with what is before it, and the rest; nothing if it has none."""
    at = name.rfind("blk.")
    number, dot, rest = name[at + 4 :].partition(".") if at >= 0 else ("", "", "")
    if not number.isdecimal() or not dot or name[max(at - 1, 0) : at] not in ("", "."):
        return "", ""
    return name[: len(name) - len(rest)], rest


def modules_of(tensors: Iterable[StoredTensor]) -> dict[str, Module]:
    """The recurrent modules of all blocks: their tensors by their names in the block."""
    by_name = {}
    modules: dict[str, Module] = {}
    blocks: dict[str, str] = {}
    for tensor in tensors:
        by_name[tensor.name] = tensor
        if "ssm_" not in tensor.name and "_mix_" not in tensor.name:
            continue
        block, name = _apart(tensor.name)
        kind = next((kind for kind in _KINDS if name.startswith(f"{kind}_")), None)
        if kind is None:
            continue
        ending = ".weight" if name in _WITHOUT_ENDING else ""
        modules.setdefault(block + kind, {})[name + ending] = tensor
        blocks[block + kind] = block
    for path, module in modules.items():
        for shows, names in _BORROWED.items():
            if shows in module:
                for name in names:
                    if blocks[path] + name in by_name:
                        module[name] = by_name[blocks[path] + name]
    return modules
