"""The recurrent tensors of each block, under names that say which module of it they belong to.

A block has all of its tensors under one prefix: those of attention, of feed-forward nets and of the
recurrent layer beside each other. `blk.3.ssm_a` becomes `blk.3.ssm.ssm_a` here.
"""

from __future__ import annotations

from rnninspect.stored.kinds import holding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import StoredTensor
    from rnninspect.stored.columns import TensorColumns

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


def modules_of(tensors: TensorColumns) -> dict[str, Module]:
    """The recurrent modules of all blocks: their tensors by their names in the block."""
    modules: dict[str, Module] = {}
    blocks: dict[str, str] = {}
    for place in holding(tensors.names, ("ssm_", "_mix_")):
        block, name = _apart(tensors.names[place])
        kind = next((kind for kind in _KINDS if name.startswith(f"{kind}_")), None)
        if kind is None:
            continue
        ending = ".weight" if name in _WITHOUT_ENDING else ""
        modules.setdefault(block + kind, {})[name + ending] = tensors[place]
        blocks[block + kind] = block
    borrowed = {
        (path, name): blocks[path] + name
        for path, module in modules.items()
        for shows, names in _BORROWED.items()
        if shows in module
        for name in names
    }
    wanted = set(borrowed.values())
    places = {name: at for at, name in enumerate(tensors.names) if name in wanted}
    for (path, name), full in borrowed.items():
        if full in places:
            modules[path][name] = tensors[places[full]]
    return modules
