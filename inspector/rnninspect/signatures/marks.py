"""Names that are enough for a note: a module that has one may be a cell, whatever it lacks."""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect.model import Fact, Observation
from rnninspect.signatures.odd import may_be_known
from rnninspect.signatures.parts import SEPARATORS, ends

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rnninspect.model import RecurrentLayer, StoredTensor

_DELTA = "a state space model or a gated delta rule"
MARKS = {
    "A_log": _DELTA,
    "A_logs": _DELTA,
    "dt_proj.weight": "Mamba",
    "dt_proj/kernel": "Mamba",
    "dt_bias": _DELTA,
    "time_decay": "RWKV",
    "time_first": "RWKV",
    "time_faaaa": "RWKV",
    "time_maa_r": "RWKV",
    "r_k": "RWKV-7",
    "rg_lru.recurrent_param": "RG-LRU",
    "rg_lru.a_param": "RG-LRU",
    "igate_preact.weight": "mLSTM",
    "mlstm_cell.igate.weight": "mLSTM",
    "slstm_cell._recurrent_kernel_": "sLSTM",
    "gk_proj.1.weight": "GLA",
    "kernel.log_A_real": "S4D",
    "layer.kernel.inv_dt": "S4",
    "theta_log": "LRU",
    "to_hidden_and_gate.weight": "minGRU",
}
_MOST = 50  # observations
_SHOWN = 6  # names in one of them


def possible_layers(
    tensors: Mapping[str, StoredTensor],
    layers: Iterable[RecurrentLayer],
    *,
    called: Callable[[str], str] = str,
) -> list[Observation]:
    """A note for each kind of module that has a mark and no layer, with the module's tensors.

    Args:
        tensors: those that may be a layer's, by name.
        layers: those that are known.
        called: the name for people of a module by its name in the file.
    """
    paths = dict(_marked(tensors)) if may_be_known(tensors) else {}
    if not paths:
        return []
    taken = {
        tensor.identity
        for layer in layers
        for operand in layer.operands
        for tensor in operand.tensors
    }
    inside = _inside(tensors, paths, taken)
    alike: dict[tuple[str, str], list[str]] = {}
    for path, names in inside.items():
        pattern = re.sub(r"\d+", "#", " ".join(names))
        alike.setdefault((paths[path], pattern), []).append(path)
    kinds = [(kind, modules) for (kind, _), modules in alike.items()]
    found = [
        _note(called(modules[0].rstrip(SEPARATORS)), kind, [inside[path] for path in modules])
        for kind, modules in kinds[: _MOST - 1]
    ]
    rest = [inside[path] for _, modules in kinds[_MOST - 1 :] for path in modules]
    if rest:
        every = tuple(tensor for module in rest for tensor in module.values())
        detail = f"and {len(rest):,} more modules of this kind"
        found.append(Observation(Fact.POSSIBLE, detail, tensors=every))
    return found


def _marked(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The modules with a mark, up to the separator, and what they may be."""
    for name in names:
        for at in ends(name):
            if name[at:] in MARKS:
                yield name[:at], MARKS[name[at:]]


def _inside(
    tensors: Mapping[str, StoredTensor], paths: Mapping[str, str], taken: set[str]
) -> dict[str, dict[str, StoredTensor]]:
    """The tensors of each module that has none in a layer, by name."""
    inside: dict[str, dict[str, StoredTensor]] = {path: {} for path in paths}
    for name, tensor in tensors.items():
        path = next((name[:at] for at in ends(name) if name[:at] in paths), None)
        if path is not None:
            inside[path][name] = tensor
    return {
        path: module
        for path, module in inside.items()
        if taken.isdisjoint(tensor.identity for tensor in module.values())
    }


def _note(name: str, kind: str, modules: list[dict[str, StoredTensor]]) -> Observation:
    names = list(modules[0])
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    more = f" (and {len(modules) - 1:,} more like it)" if len(modules) > 1 else ""
    detail = f"{name or 'the model'}{more}: a module with {shown}, as in {kind}"
    every = tuple(tensor for module in modules for tensor in module.values())
    return Observation(Fact.POSSIBLE, detail, tensors=every)
