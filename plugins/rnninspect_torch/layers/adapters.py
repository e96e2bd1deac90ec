"""Low-rank adapters of a recurrent layer's weights (LoRA, as stored by PEFT).

A weight W is used as W + B·A, where A is (rank, columns of W) and B is (rows of W, rank). If PEFT
targets single parameters, each adapter is another wrapper around the layer, and the weight that it
belongs to follows from shapes only.
"""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect_torch.networks.weights import ADAPTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect_torch.networks.named_tensors import NamedTensor
    from rnninspect_torch.networks.weights import StoredWeight, WeightGroup

_TAIL = r"\.lora_([AB])\.(?:\w+\.)?weight$"


def attach_adapters(adapters: Iterable[NamedTensor], groups: Iterable[WeightGroup]) -> None:
    """Add each pair of matrices to the weight of its layer with the same shape."""
    by_path = {group.path: group for group in groups}
    pairs: dict[tuple[str, str], dict[str, NamedTensor]] = {}
    for entry in adapters:
        match = re.search(_TAIL, entry.name)
        if match is None:
            continue
        modules = entry.name[: match.start()].split(".")
        while modules and modules[-1] == "base_layer":
            modules.pop()
        path = ".".join(modules)
        if path in by_path:
            both = entry.name[: match.start(1)] + entry.name[match.end(1) :]
            pairs.setdefault((path, both), {})[match[1]] = entry
    for (path, _), pair in pairs.items():
        weight = _matching_weight(pair, by_path[path].weights.values()) if len(pair) == 2 else None
        if weight is not None:
            weight.parts.update({f"{ADAPTER}{side}": entry for side, entry in pair.items()})


def _matching_weight(
    pair: dict[str, NamedTensor], weights: Iterable[StoredWeight]
) -> StoredWeight | None:
    first, second = pair["A"].tensor.shape, pair["B"].tensor.shape
    for weight in weights:
        shape = weight.shape
        free = not any(word.startswith(ADAPTER) for word in weight.parts)
        if free and len(first) == 2 and shape == (*second[:1], first[1]):
            return weight
    return None
