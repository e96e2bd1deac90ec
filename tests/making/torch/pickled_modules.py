"""Modules as `torch.save` pickles them whole: names of attributes are memoised once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from .pickled_dicts import Pickled, Tensor, number, text

CONTAINER = "torch.nn.modules.container ModuleList"
LINEAR = "torch.nn.modules.linear Linear"
RECURRENT = "torch.nn.modules.rnn LSTM"
GROUP = 12
SIZES = {"weight_ih_l0": (8, 3), "weight_hh_l0": (8, 2), "bias_ih_l0": (8,), "bias_hh_l0": (8,)}


@dataclass(frozen=True)
class Module:
    """What is pickled; attributes are opcodes, or tensors, which are pickled a second time.

    `again` names parameters that a list has, too; `called` has the module's own name.
    """

    path: str = CONTAINER
    parameters: Mapping[str, Tensor] = field(default_factory=dict)
    buffers: Mapping[str, Tensor] = field(default_factory=dict)
    modules: Mapping[str, Module] = field(default_factory=dict)
    attributes: Mapping[str, bytes] = field(default_factory=dict)
    passing: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    called: str = ""

    def tensors(self) -> Iterator[Tensor]:
        yield from (*self.parameters.values(), *self.buffers.values())
        for module in self.modules.values():
            yield from module.tensors()


class PickledModules(Pickled):
    """The opcodes of modules. `places` has those of the tensors, by their keys, too."""

    def module(self, module: Module) -> bytes:
        start = self.once(f"c{module.path}\n".replace(" ", "\n").encode()) + b")\x81"
        parts = [self.put(start), self.put(b"}"), b"(", self.once(text("training")), b"\x88"]
        parts += [self.once(text("_parameters")), self._tensors(module.parameters)]
        parts += [self.once(text("_buffers")), self._tensors(module.buffers)]
        listed = b"(" + b"".join(map(text, module.passing)) + b"e" if module.passing else b""
        parts += [self.once(text("_non_persistent_buffers_set")), self.put(b"]") + listed]
        parts += [self.once(text("_modules")), self._modules(module.modules)]
        for name, opcodes in module.attributes.items():
            parts += [self.once(text(name)), opcodes]
        if module.called:
            parts += [self.once(text("called")), self.once(text(module.called))]
        if module.again:
            keys = [module.parameters[name].key for name in module.again]
            recalled = b"".join(self.once(b"tensor " + key.encode()) for key in keys)
            parts += [self.once(text("_flat_weights")), self.put(b"]"), b"(", recalled, b"e"]
        return b"".join((*parts, b"ub"))

    def _tensors(self, tensors: Mapping[str, Tensor]) -> bytes:
        if not tensors:
            return self.put(b"}")
        parts = [self.put(b"}"), b"("]
        for name, tensor in tensors.items():
            parts += [self.once(text(name)), self.rebuilt(tensor)]
            self.places.setdefault(b"tensor " + tensor.key.encode(), self.put_so_far - 1)
        return b"".join((*parts, b"u"))

    def _modules(self, modules: Mapping[str, Module]) -> bytes:
        parts, listed = [self.put(b"}")], list(modules.items())
        for at in range(0, len(listed), GROUP):
            parts.append(b"(")
            for name, module in listed[at : at + GROUP]:
                self.places.pop(text(name), None)
                parts += [self.once(text(name)), self.module(module)]
            parts.append(b"u")
        return b"".join(parts)


def linear(key: int, **more: bytes) -> Module:
    tensors = {
        "weight": Tensor(str(key), trained=True),
        "bias": Tensor(f"{key + 1}", (2,), trained=True),
    }
    sizes = {"in_features": number(3), "out_features": number(2)}
    return Module(LINEAR, tensors, attributes=sizes | more)


def recurrent(key: int) -> Module:
    """An LSTM, which has a list of its weights."""
    tensors = {
        name: Tensor(str(key + at), shape, trained=True)
        for at, (name, shape) in enumerate(SIZES.items())
    }
    sizes = {"mode": text("LSTM"), "input_size": number(3), "hidden_size": number(2)}
    sizes |= {"num_layers": number(1), "bias": b"\x88", "bidirectional": b"\x89"}
    return Module(RECURRENT, tensors, attributes=sizes, again=tuple(SIZES))


def block(key: int) -> Module:
    """A module with others in it."""
    inner = {
        "a": linear(key),
        "b": linear(key + 2),
        "drop": Module("torch.nn.modules.dropout Dropout"),
    }
    buffer = Tensor(str(key + 4), (5,), kind="LongStorage")
    return Module("mine Block", {}, {"seen": buffer}, inner, passing=("seen",))


def listed(modules: list[Module]) -> Module:
    return Module(modules={str(at): module for at, module in enumerate(modules)})


def tied(module: Module, key: str) -> Module:
    """A module whose first tensor has another's storage."""
    name, tensor = next(iter(module.parameters.items()))
    return replace(module, parameters={**module.parameters, name: replace(tensor, key=key)})
