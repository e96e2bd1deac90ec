"""Puts the tensors of a network together that belong to one recurrent module, by their names."""

from __future__ import annotations

import re

from rnninspect.plugin import Limit, Record
from rnninspect_torch.dialect.signatures import HINTS, SIGNATURES, STACK, Signature
from rnninspect_torch.layers.adapters import ADAPTER, attach
from rnninspect_torch.networks.naming import words_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import Role, Source
    from rnninspect_torch.networks.records import Entry

_STEPS_OF_A_WEIGHT = 16  # to place it in a group, and to look for a cell where no group is one
_LEVELS = tuple("0123456789")  # of nearly all stacks
# torch.nn.utils.parametrize keeps what a weight is made of in a module of this name.
_PARAMETRISED = r"(?s)(?:^|\.)parametrizations\.([^.]+)\.(.+)$"
# Wrappers between a module and its tensors: torch.compile, FSDP, checkpointing, PEFT.
_INNER_WRAPPERS = (
    *("_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module"),
    "base_layer",
)


class Place(Record):
    """Where in a stack a weight belongs."""

    level: int
    direction: int
    role: Role


class Weight(Record):
    """One weight as the file has it: usually one tensor, else the parts that it is made of.

    Attributes:
        parts: tensors by the word that the name carries: `g`, `orig`, `original0`; the tensor
            itself under the empty word.
    """

    parts: dict[str, Entry]

    @property
    def is_computed(self) -> bool:
        """Whether the module makes it from its parts, so that it is not stored as it is used."""
        return any(self.parts.keys() - {""})

    @property
    def main(self) -> Entry | None:
        """The part with the weight's own shape, if there is one."""
        for word in ("raw", "orig", "original", "original1", "v", ""):
            if word in self.parts:
                return self.parts[word]
        return None

    @property
    def counted(self) -> tuple[Entry, ...]:
        """The parts that are parameters: a mask or the vectors of spectral_norm are buffers."""
        if not self.is_computed:
            return tuple(self.parts.values())
        main = self.main
        others = [
            entry
            for word, entry in self.parts.items()
            if word in ("g", "original0") or word.startswith(ADAPTER)
        ]
        return tuple(others if main is None or main in others else [*others, main])

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape that the module computes with; None if the parts do not tell it."""
        main = self.main
        first = self.parts.get("original0")
        if main is None or (first is not None and not _is_norm(first, main)):
            return None
        return main.tensor.shape


def _is_norm(first: Entry, second: Entry) -> bool:
    """Whether two parts are those of weight_norm: a length for each row, and the rows."""
    return first.tensor.shape[:1] == second.tensor.shape[:1] and set(first.tensor.shape[1:]) <= {1}


class Group:
    """The weights of one module, as far as its tensors' names tell.

    Attributes:
        path: of the module, in the file's own words.
        signature: the names that its tensors have.
        weights: by their place in the stack.
        indexed: weights that are only numbered, until their number is a place.
        recovered: whether the cell was recognised in plain operations, not by names.
    """

    __slots__ = ("indexed", "path", "recovered", "signature", "weights")

    def __init__(self, path: str, signature: Signature, *, recovered: bool = False) -> None:
        self.path = path
        self.signature = signature
        self.weights: dict[Place, Weight] = {}
        self.indexed: dict[tuple[int, Role], Weight] = {}
        self.recovered = recovered

    @property
    def name(self) -> str:
        """Its path without the module that weight drop puts around the layer."""
        dropped = any("raw" in weight.parts for weight in self.weights.values())
        inner = self.path.removesuffix("module").removesuffix(".")
        return inner if dropped and self.path.endswith("module") else self.path

    def entries(self) -> Iterable[Entry]:
        """All tensors, parts included."""
        for weight in (*self.weights.values(), *self.indexed.values()):
            yield from weight.parts.values()


def gather(entries: list[Entry], source: Source) -> list[Group]:
    """The groups of a network, in the order of their first tensors.

    RefusedFile if so many names may be those of weights that it would be too much work.
    """
    groups: dict[tuple[str, str], Group] = {}
    adapters: list[Entry] = []
    hints = words_in([entry.name for entry in entries], (*HINTS, "lora_"))
    telling = [entry for entry in entries if any(hint in entry.name for hint in hints)]
    source.spend(Limit.STEPS, _STEPS_OF_A_WEIGHT * len(telling))
    for entry in telling:
        name, part = entry.name, ""
        if "lora_" in name:
            adapters.append(entry)
        if "parametrizations." in name and (made := re.search(_PARAMETRISED, name)):
            path = name[: made.start()]
            name, part = f"{path}.{made[1]}" if path else made[1], made[2]
        _place(groups, entry, name, part)
    _join_dropped(groups)
    found = list(groups.values())
    if adapters:
        attach(adapters, found)
    return found


def _place(groups: dict[tuple[str, str], Group], entry: Entry, name: str, part: str) -> None:
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
        group = groups.setdefault((path, signature.name), Group(path, signature))
        role = signature.roles[found["tensor"] or ""]
        word = part or (found.get("part") or "").removeprefix("_")
        if found.get("index") is not None:
            weight = group.indexed.setdefault((int(found["index"] or 0), role), Weight({}))
        else:
            place = Place(int(found.get("level") or 0), int(bool(found.get("reverse"))), role)
            weight = group.weights.setdefault(place, Weight({}))
        weight.parts.setdefault(word, entry)
        return


_Matched = tuple[str, dict[str, str | None]]


def _matched(signature: Signature, name: str) -> _Matched | None:
    """The path of the module, and the groups of the signature's pattern; None if it is another."""
    if signature is STACK and (found := usual(name)) is not None:
        return found
    match = re.search(signature.pattern, name)
    return None if match is None else (name[: match.start()], match.groupdict())


def usual(name: str) -> _Matched | None:
    """What STACK's pattern finds in `rnn.weight_ih_l0`, for which no pattern need be compiled."""
    path, _, leaf = name.rpartition(".")
    word, _, rest = leaf.rpartition("_l")
    level = rest.removesuffix("_reverse")
    if word not in STACK.roles or level not in _LEVELS:
        return None
    return path, {"tensor": word, "level": level, "reverse": rest[len(level) :]}


def _join_dropped(groups: dict[tuple[str, str], Group]) -> None:
    """Add raw weights that weight drop keeps around the layer: `rnn`, the rest in `rnn.module`.

    AWD-LSTM and fastai do.
    """
    for (path, name), group in list(groups.items()):
        inner = groups.get((f"{path}.module" if path else "module", name))
        raw = all(weight.parts.keys() == {"raw"} for weight in group.weights.values())
        if inner is not None and raw and not group.indexed:
            for place, weight in group.weights.items():
                inner.weights.setdefault(place, Weight({})).parts.update(weight.parts)
            del groups[path, name]
