"""What torch's pickles mean: calls that rebuild tensors, and persistent ids of storages.

The ids are those of torch/serialization.py, whose first form was that of version 0.1.
"""

from __future__ import annotations

from rnninspect.plugin import Limit, UnreadableFile
from rnninspect_torch.pickles.numpy_arrays import JOBLIB
from rnninspect_torch.pickles.values import Blob, Global, Instance, Storage
from rnninspect_torch.tensors.callables import is_foreign
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES, STORAGES
from rnninspect_torch.tensors.rebuilders import LARGEST, REBUILDERS, STATEFUL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_MOST_CLASHES = 20
# Calls that make a module of the dict of its attributes, and the place of that among the arguments.
_STATES = {
    "torch.fx.graph_module.reduce_graph_module": 0,
    "torch.fx.graph_module.reduce_package_graph_module": 1,
}


class TorchCalls:
    """Gives meaning to the calls and persistent ids of a pickle, or of several that share storages.

    Attributes:
        source: the file; its limits hold.
        scope: where its storages lie: `data`, `constants`, …
        storages: by key, as the pickle first called them.
        foreign: callables that loading would run, in order; the dict's values are not used.
        clashes: sentences on storages that were called by two types or lengths.
        sources: classes whose source text the file holds.
        container: what the file is if it is not torch's, `pickle` or `joblib file`.
        holds_files: whether it holds bytes that begin as a model file does.
        nested: bytes held by storages that lie inside of the pickle itself, by their scope.
    """

    def __init__(self, source: Source, scope: str = "data") -> None:
        self.source, self.scope = source, scope
        self.spent = 0
        self.container = "pickle"
        self.holds_files = False
        self.storages: dict[str, Storage] = {}
        self.foreign: dict[str, None] = {}
        self.clashes: dict[str, None] = {}
        self.nested: dict[str, int] = {}
        self.sources: dict[str, None] = {}

    def call(self, maker: object, args: tuple[object, ...]) -> object:
        """The tensor, container or inert instance that a call stands for."""
        if not isinstance(maker, Global):
            return Instance(maker, args)
        rebuild = REBUILDERS.get((maker.module, maker.name))
        if rebuild is not None and (args or maker.path not in STATEFUL):
            try:
                return rebuild(self, args)
            except (IndexError, ValueError) as error:
                raise UnreadableFile(f"{maker.name} with {len(args)} arguments") from error
        if is_foreign(maker.module, maker.name):
            self.foreign[maker.path] = None
        if maker.module == JOBLIB:
            self.container = "joblib file"
        made = Instance(maker, args)
        place = _STATES.get(maker.path)
        if place is not None and place < len(args):
            made.state = args[place]
        return made

    def within(self, scope: str) -> TorchCalls:
        """What gives meaning to a file inside of this one, whose storages are its own."""
        return TorchCalls(self.source, scope)

    def spend(self, work: int) -> None:
        """Book work that one opcode asks for; many that ask for much are refused."""
        self.spent += work
        self.source.limits.require(Limit.OPCODES, self.spent, "the work that a pickle asks for")

    def persistent(self, key: object) -> object:
        """The storage, or the class, that a persistent id names."""
        if type(key) is tuple and len(key) >= 5 and key[0] in ("storage", b"storage"):
            return self._storage(key)
        if type(key) is tuple and len(key) >= 2 and key[0] in ("module", b"module"):
            if len(key) > 3 and isinstance(key[1], Global) and isinstance(key[3], str | Blob):
                self.sources[key[1].path] = None
            return key[1]
        return Instance(None, (key,))

    def _storage(self, key: tuple[object, ...]) -> Storage:
        kind, name, count = key[1], key[2], key[4]
        if isinstance(name, bytes):
            name = name.decode("utf-8", "surrogateescape")
        if type(name) is int and 0 <= name <= LARGEST:  # torch.package counts its storages
            name = str(name)
        if not isinstance(kind, Global) or type(count) is not int or not isinstance(name, str):
            raise UnreadableFile("a storage whose id is not (type, key, place, length)")
        if not 0 <= count <= LARGEST:
            raise UnreadableFile(f"the storage {name} has an impossible length")
        root = self.know(name, STORAGES.get(kind.name.rpartition(".")[2], "uint8"), count)
        view = key[5] if len(key) > 5 else None
        if type(view) is not tuple:
            return root
        start = view[1] if len(view) == 3 else None
        if type(start) is not int or not 0 <= start <= LARGEST:
            raise UnreadableFile(f"the storage {name} is a part of another one, unclear which")
        return Storage(root.scope, root.key, root.dtype, root.element_bytes, root.count, start)

    def know(self, key: str, dtype: str, count: int) -> Storage:
        """The storage of this key; what the pickle said of it first holds, as it does in torch."""
        known = self.storages.get(key)
        if known is None:
            size = ELEMENT_BYTES.get(dtype, 1)
            known = self.storages[key] = Storage(self.scope, key, dtype, size, count)
        elif (known.dtype, known.count) != (dtype, count) and len(self.clashes) < _MOST_CLASHES:
            was, now = f"{known.count} {known.dtype}", f"{count} {dtype}"
            self.clashes[f"the storage {key[:40]} is called {was} and {now}"] = None
        return known
