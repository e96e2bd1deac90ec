"""Groups the tensors of a network by recurrent module and position, by their names."""

from __future__ import annotations

from rnninspect.lean import lru_cache, re
from rnninspect.plugin import Limit
from rnninspect.stored.kinds import holding, names_of
from rnninspect_torch.dialect.signatures import HINTS, SIGNATURES, STACK
from rnninspect_torch.networks.weights import Position, StoredWeight, WeightGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Role, Source
    from rnninspect_torch.dialect.signatures import ModuleSignature
    from rnninspect_torch.networks.named_tensors import NamedTensor

_STEPS_OF_A_WEIGHT = 16  # of grouping it, and of searching for a cell if no group is one
_LEVELS = tuple("0123456789")  # of nearly all stacks
# Names of the parts of a weight under torch.nn.utils.parametrize.
_PARAMETRISED = r"(?s)(?:^|\.)parametrizations\.([^.]+)\.(.+)$"
# Wrappers between a module and its tensors: torch.compile, FSDP, checkpointing, PEFT.
_INNER_WRAPPERS = (
    *("_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module"),
    "base_layer",
)


def gather(entries: Sequence[NamedTensor], source: Source) -> list[WeightGroup]:
    """The groups of a network, in the order of their first tensors.

    RefusedFile if too many names may be those of weights.
    """
    groups: dict[tuple[str, str], WeightGroup] = {}
    adapters: list[NamedTensor] = []
    candidates = holding(names_of(entries), HINTS)
    source.spend(Limit.STEPS, _STEPS_OF_A_WEIGHT * len(candidates))
    for entry in map(entries.__getitem__, candidates):
        name, part = entry.name, ""
        if "lora_" in name:
            adapters.append(entry)
        if "parametrizations." in name and (made := re.search(_PARAMETRISED, name)):
            path = name[: made.start()]
            name, part = f"{path}.{made[1]}" if path else made[1], made[2]
        _assign(groups, entry, name, part)
    _join_dropped(groups)
    found = list(groups.values())
    if adapters:
        from rnninspect_torch.layers.adapters import attach_adapters  # noqa: PLC0415 - few networks have any

        attach_adapters(adapters, found)
    return found


def _assign(
    groups: dict[tuple[str, str], WeightGroup], entry: NamedTensor, name: str, part: str
) -> None:
    for signature in SIGNATURES:
        matched = _matched(signature, name)
        if matched is None:
            continue
        path, found = matched
        if path.endswith(_INNER_WRAPPERS):
            modules = path.split(".")
            while modules and modules[-1] in _INNER_WRAPPERS:
                modules.pop()
            path = ".".join(modules)
        group = groups.get((path, signature.name))
        if group is None:
            group = groups[path, signature.name] = WeightGroup(path, signature)
        role = signature.roles[found["tensor"] or ""]
        word = part or (found.get("part") or "").removeprefix("_")
        if found.get("index") is not None:
            weight = group.indexed.setdefault((int(found["index"] or 0), role), StoredWeight({}))
        else:
            position = _position(found.get("level"), found.get("reverse"), role)
            weight = group.weights.setdefault(position, StoredWeight({}))
        weight.parts.setdefault(word, entry)
        return


@lru_cache(maxsize=256)
def _position(level: str | None, reverse: str | None, role: Role) -> Position:
    return Position(int(level or 0), int(bool(reverse)), role)


_Matched = tuple[str, dict[str, str | None]]


def _matched(signature: ModuleSignature, name: str) -> _Matched | None:
    """The path of the module and the groups of the signature's pattern; None without a match."""
    if signature is STACK and (found := match_plain_name(name)) is not None:
        return found
    if not any(part in name for part in signature.parts):
        return None
    match = re.search(signature.pattern, name)
    return None if match is None else (name[: match.start()], match.groupdict())


def match_plain_name(name: str) -> _Matched | None:
    """The match of STACK's pattern for names like `rnn.weight_ih_l0`, without a pattern."""
    path, _, leaf = name.rpartition(".")
    word, _, rest = leaf.rpartition("_l")
    level = rest.removesuffix("_reverse")
    if word not in STACK.roles or level not in _LEVELS:
        return None
    return path, {"tensor": word, "level": level, "reverse": rest[len(level) :]}


def _join_dropped(groups: dict[tuple[str, str], WeightGroup]) -> None:
    """Merge the raw weights of weight drop, in `rnn`, with the layer in `rnn.module`.

    So stored by AWD-LSTM and fastai.
    """
    for (path, name), group in list(groups.items()):
        inner = groups.get((f"{path}.module" if path else "module", name))
        raw = all(weight.parts.keys() == {"raw"} for weight in group.weights.values())
        if inner is not None and raw and not group.indexed:
            for position, weight in group.weights.items():
                inner.weights.setdefault(position, StoredWeight({})).parts.update(weight.parts)
            del groups[path, name]
