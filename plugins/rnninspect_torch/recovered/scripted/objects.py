"""The objects of an archive while its code is run: modules, their tensors and their states."""

from __future__ import annotations

from rnninspect.decode.pickles.values import Instance
from rnninspect.graphs import Value, View
from rnninspect_torch.recovered.operators.values import UNKNOWN, ListValue
from rnninspect_torch.tensors.views import TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnninspect_torch.networks.named_tensors import NamedTensor
    from rnninspect_torch.recovered.operators.program import Program
    from rnninspect_torch.recovered.scripted.code import Code

_PLAIN = (bool, int, float, str, type(None))
_DEEPEST = 8  # lists in each other
_MOST_ITEMS = 4096


class Objects:
    """Attributes of modules, as the file has them or as the code has set them."""

    __slots__ = (
        "_attributes",
        "_changed",
        "_code",
        "_constants",
        "_entries",
        "_program",
        "_states",
    )

    def __init__(
        self,
        program: Program,
        code: Code,
        constants: Sequence[object],
        entries: Mapping[int, NamedTensor],
    ) -> None:
        self._program, self._code = program, code
        self._constants, self._entries = constants, entries
        self._attributes: dict[int, dict[str, object]] = {}
        self._changed: dict[tuple[int, str], object] = {}
        self._states: dict[tuple[int, str], View] = {}

    def constant(self, number: int) -> object:
        """A constant of the archive."""
        if number >= len(self._constants):
            return UNKNOWN
        return self._value(self._constants[number])

    def get(self, module: Instance, name: str) -> object:
        """An attribute of a module; a tensor that its class changes is a state."""
        key = (id(module), name)
        if key in self._changed:
            return self._changed[key]
        raw = self._of(module).get(name, UNKNOWN)
        if isinstance(raw, TensorView) and self._is_changed(module, name):
            self._states[key] = self._state(module, name, raw)
            self._changed[key] = self._states[key]
            return self._states[key]
        return self._value(raw)

    def set(self, module: Instance, name: str, value: object) -> None:
        """Set an attribute."""
        self._changed[id(module), name] = value

    def copied(self, target: Value, value: Value) -> None:
        """A value was written into another one: the state is changed that this is."""
        for key, state in self._states.items():
            if self._changed.get(key) == target == state:
                self._changed[key] = value

    def note_states(self) -> None:
        """Tell the graph which states were read, and what they are now."""
        for key, state in self._states.items():
            now = self._changed[key]
            if isinstance(now, Value) and now != state:
                self._program.graph.inputs.append(state)
                self._program.graph.outputs.append(now)

    def _of(self, module: Instance) -> dict[str, object]:
        found = self._attributes.get(id(module))
        if found is None:
            found = self._attributes[id(module)] = module.attributes
        return found

    def _is_changed(self, module: Instance, name: str) -> bool:
        found = self._code.classes.get(module.path)
        return found is not None and f".{name} = " in found.text

    def _state(self, module: Instance, name: str, tensor: TensorView) -> View:
        key = ("state", module.path, name)
        known = tensor.shape if tensor.count and len(tensor.shape) > 1 else None
        return self._program.fed(key, known or (None,) * self._program.rank)

    def _value(self, raw: object, depth: int = 0) -> object:
        self._program.graph.expressions.spend(1)
        if isinstance(raw, TensorView):
            entry = self._entries.get(id(raw))
            return UNKNOWN if entry is None else self._program.stored(entry)
        if isinstance(raw, _PLAIN):
            return raw
        if isinstance(raw, list) and depth < _DEEPEST and len(raw) <= _MOST_ITEMS:
            return ListValue([self._value(item, depth + 1) for item in raw])
        if type(raw) is tuple and depth < _DEEPEST and len(raw) <= _MOST_ITEMS:
            return tuple(self._value(item, depth + 1) for item in raw)
        return raw if isinstance(raw, Instance) else UNKNOWN
