"""The meaning of torch's pickles: calls that rebuild tensors, and persistent ids of storages.

The ids are those of torch/serialization.py, since version 0.1.
"""

from __future__ import annotations

from rnninspect.decode.pickles.numpy_arrays import JOBLIB
from rnninspect.decode.pickles.values import Blob, Global, Instance
from rnninspect.plugin import MOST_ELEMENTS, Limit, UnreadableFile, plural
from rnninspect_torch.tensors.callables import is_foreign
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES, dtype_of_storage
from rnninspect_torch.tensors.rebuilders import REBUILDERS, STATEFUL
from rnninspect_torch.tensors.views import Storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.pickles.table import Table
    from rnninspect.decode.pickles.values import Alike
    from rnninspect.plugin import Source
    from rnninspect_torch.tensors.tables import Tables

_MOST_CLASHES = 20
# Calls that rebuild a module from the dict of its attributes, and which argument that is.
_STATES = {
    "torch.fx.graph_module.reduce_graph_module": 0,
    "torch.fx.graph_module.reduce_package_graph_module": 1,
}


class TorchCalls:
    """Interprets the calls and persistent ids of a pickle, or of several that share storages.

    Attributes:
        source: the file; its limits apply.
        scope: the folder of its storages: `data`, `constants`, …
        storages: by key, as first declared by the pickle.
        foreign: callables that loading would run, in order; an ordered set.
        clashes: messages on storages that were declared with two types or lengths.
        sources: classes whose source code is in the file.
        container: name of a file that torch did not write, `pickle` or `joblib file`.
        embeds_files: whether it contains bytes with the magic number of a model file.
        nested: bytes stored for storages inside the pickle itself, by their scope.
        tables: those of tensors that are kept in columns; None if there are none.
    """

    def __init__(self, source: Source, scope: str = "data") -> None:
        self.source, self.scope = source, scope
        self.spent = 0
        self.container = "pickle"
        self.embeds_files = False
        self.storages: dict[str, Storage] = {}
        self.foreign: dict[str, None] = {}
        self.clashes: dict[str, None] = {}
        self.nested: dict[str, int] = {}
        self.sources: dict[str, None] = {}
        self.tables: Tables | None = None

    @property
    def has_storages(self) -> bool:
        """Whether any storage was declared."""
        return bool(self.storages) or self.tables is not None

    def takes(self, table: Table) -> bool:
        """Whether the tensors of a table are plain ones, each with a storage of its own."""
        from rnninspect_torch.tensors.tables import Tables  # noqa: PLC0415 - of large pickles

        tables = self.tables or Tables()
        if not tables.add(table, self.storages.keys()):
            return False
        self.tables = tables
        return True

    def takes_alike(self, objects: Alike) -> bool:
        """Whether each has storages of its own, which are like those of their original."""
        from rnninspect_torch.tensors.tables import Tables  # noqa: PLC0415 - of large pickles

        if self.nested or self.container != "pickle":
            return False
        known = [self.storages.get(key) for key in objects.of_original]
        storages = [storage for storage in known if storage is not None]
        tables = self.tables or Tables()
        if len(storages) < len(known) or not tables.add_alike(
            objects, storages, self.storages.keys()
        ):
            return False
        self.tables = tables
        return True

    def call(self, maker: object, args: tuple[object, ...]) -> object:
        """The tensor, container or inert instance that a call results in."""
        if not isinstance(maker, Global):
            return Instance(maker, args)
        rebuild = REBUILDERS.get((maker.module, maker.name))
        if rebuild is not None and (args or maker.path not in STATEFUL):
            try:
                return rebuild(self, args)
            except (IndexError, ValueError) as error:
                raise UnreadableFile(
                    f"malformed call of {maker.name} with {plural(len(args), 'argument')}"
                ) from error
        if is_foreign(maker.module, maker.name):
            self.foreign[maker.path] = None
        if maker.module == JOBLIB:
            self.container = "joblib file"
        made = Instance(maker, args)
        index = _STATES.get(maker.path)
        if index is not None and index < len(args):
            made.state = args[index]
        return made

    def within(self, scope: str) -> TorchCalls:
        """The interpretation of a file inside this one, which has storages of its own."""
        return TorchCalls(self.source, scope)

    def spend(self, work: int) -> None:
        """Count work of a single opcode; RefusedFile beyond the limit `opcodes`."""
        self.spent += work
        self.source.limits.require(Limit.OPCODES, self.spent, "the work of a pickle")

    def persistent(self, key: object) -> object:
        """The storage or class that a persistent id refers to."""
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
        if type(name) is int and 0 <= name <= MOST_ELEMENTS:  # torch.package numbers its storages
            name = str(name)
        if not isinstance(kind, Global) or type(count) is not int or not isinstance(name, str):
            raise UnreadableFile("malformed storage id: expected (type, key, location, length)")
        if not 0 <= count <= MOST_ELEMENTS:
            raise UnreadableFile(
                f"storage {name[:40]} has an invalid length", place=f"storage {name[:40]}"
            )
        root = self.register(name, dtype_of_storage(kind.name), count)
        view = key[5] if len(key) > 5 else None
        if type(view) is not tuple:
            return root
        start = view[1] if len(view) == 3 else None
        if type(start) is not int or not 0 <= start <= MOST_ELEMENTS:
            raise UnreadableFile(
                f"storage view {name[:40]} has malformed metadata", place=f"storage {name[:40]}"
            )
        return Storage(root.scope, root.key, root.dtype, root.element_bytes, root.count, start)

    def register(self, key: str, dtype: str, count: int) -> Storage:
        """The storage of this key; as in torch, its first declaration applies."""
        known = self.storages.get(key) or self._shared(key)
        if known is None:
            size = ELEMENT_BYTES.get(dtype, 1)
            known = self.storages[key] = Storage(self.scope, key, dtype, size, count)
        elif (known.dtype, known.count) != (dtype, count) and len(self.clashes) < _MOST_CLASHES:
            first, second = f"{known.count} {known.dtype}", f"{count} {dtype}"
            self.clashes[f"storage {key[:40]} is declared as {first} and as {second}"] = None
        return known

    def _shared(self, key: str) -> Storage | None:
        """The storage of a tensor in a table, which from now on others may have as well."""
        found = self.in_tables(key)
        if found is not None and self.tables is not None:
            self.storages[key] = found
            self.tables.shared.append(key)
        return found

    def in_tables(self, key: str) -> Storage | None:
        """The storage with a key, if a tensor in a table has it."""
        found = self.tables.declared(key) if self.tables else None
        if found is None:
            return None
        dtype, count = found
        return Storage(self.scope, key, dtype, ELEMENT_BYTES[dtype], count)
