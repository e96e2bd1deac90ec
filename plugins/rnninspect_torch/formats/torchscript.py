"""TorchScript archives: attributes in `data.pkl`, constants, and code (torch/csrc/jit/docs).

Scripted and traced modules keep their attributes; freezing turns weights into constants, which
belong to a layer only by a call in the code.
"""

from __future__ import annotations

from rnninspect.decode.pickles.interpreter import load_from
from rnninspect.decode.pickles.values import Instance, Mapping
from rnninspect.lean import partial
from rnninspect.plugin import Fact, Limit, Observation, Purpose, Record
from rnninspect_torch.describing.contents import Contents, bytes_in
from rnninspect_torch.describing.model import describe_model
from rnninspect_torch.networks.named_tensors import NamedTensor
from rnninspect_torch.networks.records import DeclaredModule, Root
from rnninspect_torch.networks.walking import Walk
from rnninspect_torch.programs.script_code import declared_by
from rnninspect_torch.recovered.scripted.code import Code
from rnninspect_torch.recovered.scripted.worth import may_contain_cell
from rnninspect_torch.tensors.calls import TorchCalls
from rnninspect_torch.tensors.packed import is_packed, tensors_in
from rnninspect_torch.tensors.views import TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rnninspect.graphs import Graph
    from rnninspect.plugin import SavedModel, Source
    from rnninspect_torch.archives.archive import Archive
    from rnninspect_torch.programs.records import ClassCode, LayerCall

    Shapes = tuple[tuple[int, ...], ...]

_MOST_CODE = 1 << 25  # bytes of all code
_CODE_IN_A_STEP = 10  # bytes
_PLAIN = (bool, int, float, str, type(None))


def read_script(archive: Archive) -> tuple[Contents, list[Root]]:
    """The contents and the root of a scripted, traced or frozen module."""
    source = archive.source
    calls, constant_calls = TorchCalls(source), TorchCalls(source, "constants")
    value = load_from(archive.open("data.pkl"), calls)
    constants = load_from(archive.open("constants.pkl"), constant_calls)
    calls.foreign.update(constant_calls.foreign)
    notes = list(archive.observations())
    code = read_code(_code_files(archive), source, notes)
    root = root_of(value, constants, code, source, partial(_examples, archive))
    if "traced_inputs.pkl" in archive:
        notes.append(Observation(Fact.UNUSUAL, "contains example inputs, which are not counted"))
    contents = Contents("torchscript", value, calls, bytes_in(archive), tuple(notes))
    return contents, [root]


class CodeFile(Record):
    """A file of code.

    Attributes:
        module: `__torch__.net`, by the file's path.
        size: bytes.
        open: where it is stored.
    """

    module: str
    size: int
    open: Callable[[], Source]


def root_of(
    value: object,
    constants: object,
    code: Code,
    source: Source,
    examples: Callable[[], Shapes | None] | None = None,
) -> Root:
    """The network of a module: its attributes, constants, and the layers that its code calls.

    `examples` gives the shapes of the inputs that it was traced with.
    """
    classes = {path: declared_by(found) for path, found in code.classes.items()}
    root = Root("")
    if isinstance(value, Instance):
        _walk(value, classes, root, Walk(source))
    frozen = isinstance(value, Instance) and "training" not in value.attributes
    entries = _constants(constants, is_frozen=frozen)
    root.entries.extend(entries)
    if any(code.calls or code.cells for code in classes.values()):
        from rnninspect_torch.programs.frozen import frozen_groups  # noqa: PLC0415 - for calls alone

        root.groups.extend(frozen_groups(classes, entries, root.declared))
    if isinstance(value, Instance) and may_contain_cell(code, value.path):

        def translated() -> Iterator[Graph]:
            from rnninspect_torch.recovered.scripted.rounds import Script, translations  # noqa: PLC0415 - few files need it

            source.spend(Limit.STEPS, code.characters // _CODE_IN_A_STEP)
            listed = constants if isinstance(constants, tuple | list) else ()
            shapes = None if examples is None else examples()
            yield from translations(Script(value, code, listed, root, shapes))

        root.translations = translated
    return root


def _examples(archive: Archive) -> Shapes | None:
    """The shapes of the inputs that a module was traced with; None if they are not stored."""
    if "traced_inputs.pkl" not in archive:
        return None
    calls = TorchCalls(archive.source, "traced_inputs")
    value = load_from(archive.open("traced_inputs.pkl"), calls)
    given = value.named.get("forward") if isinstance(value, Mapping) else None
    tensors = [tensor for _, tensor in tensors_in(given)] if isinstance(given, list) else []
    return tuple(tensor.shape for tensor in tensors) or None


def _code_files(archive: Archive) -> list[CodeFile]:
    return [
        CodeFile(
            name.removeprefix("code/").removesuffix(".py").replace("/", "."),
            archive.size(name),
            partial(archive.open, name),
        )
        for name in archive.names("code/", ".py")
    ]


def read_code(files: Sequence[CodeFile], source: Source, notes: list[Observation]) -> Code:
    """All code, split into classes; a note if there is too much of it."""
    code = Code()
    if sum(file.size for file in files) > _MOST_CODE:
        notes.append(
            Observation(Fact.UNUSUAL, "too much code to read: declared sizes may be missing")
        )
        return code
    for file in files:
        data = file.open()
        source.spend(Limit.STEPS, data.size // _CODE_IN_A_STEP)
        text = data.read(0, data.size).decode("utf-8", "replace")
        count = len(code.classes) + text.count("\nclass ")
        source.limits.require(Limit.MEMBERS, count, "the number of classes in the code")
        code.add(text, file.module)
    return code


def _walk(value: Instance, classes: dict[str, ClassCode], root: Root, walk: Walk) -> None:
    waiting: list[tuple[str, Instance]] = [("", value)]
    states: list[NamedTensor] = []
    while waiting:
        path, current = waiting.pop()
        attributes = current.attributes
        walk.step(1 + len(attributes))
        code = classes.get(current.path)
        root.declared[path] = _declared(current, attributes, code)
        for name, item in attributes.items():
            for entry in _entries(walk.join(path, name), name, item, code):
                (root.entries if entry.purpose is Purpose.PARAMETER else states).append(entry)
        if walk.first_visit(current):
            waiting.extend(reversed(list(_children(path, attributes, walk))))
    root.entries.extend(states)


def _declared(
    module: Instance, attributes: dict[str, object], code: ClassCode | None
) -> DeclaredModule:
    """Attributes, final constants, and the arguments of the class's only call of a layer."""
    plain: dict[str, object] = {
        name: value for name, value in attributes.items() if isinstance(value, _PLAIN)
    }
    if code is not None:
        if code.calls and "weight_ih_l0" in code.parameters:
            plain |= _by_call(code.calls)
        plain |= code.finals
    return DeclaredModule(_class_name(module.path), plain)


def _by_call(calls: Sequence[LayerCall]) -> dict[str, object]:
    """What the only call of a layer declares; nothing where there are several."""
    from rnninspect_torch.programs.frozen import MODES  # noqa: PLC0415 - as above

    called = {MODES[call.operator]: call for call in calls if not call.cell}
    if len(called) != 1:
        return {}
    mode, call = called.popitem()
    return {
        "mode": mode,
        "num_layers": call.levels,
        "bias": call.biases,
        "bidirectional": call.directions == 2,
    }


def _class_name(path: str) -> str:
    """The Python class, without the mangling of TorchScript."""
    parts = path.removeprefix("__torch__.").split(".")
    return ".".join(part for part in parts if not part.startswith("___torch_mangle_"))


def _entries(full: str, name: str, item: object, code: ClassCode | None) -> Iterator[NamedTensor]:
    """Parameters and buffers; other tensors, and those in lists, are states."""
    known = code is None or not code.lists or name in (*code.parameters, *code.buffers)
    if isinstance(item, TensorView):
        yield NamedTensor(full, item, Purpose.PARAMETER if known else Purpose.STATE)
        return
    purpose = Purpose.PARAMETER if is_packed(item) else Purpose.STATE
    for label, tensor in tensors_in(item):
        yield NamedTensor(full + label, tensor, purpose)


def _children(
    path: str, attributes: dict[str, object], walk: Walk
) -> Iterator[tuple[str, Instance]]:
    for name, item in attributes.items():
        if isinstance(item, Instance) and not is_packed(item):
            yield walk.join(path, name), item
        elif isinstance(item, list | tuple | Mapping) and walk.first_visit(item):
            items = list(item.named.items()) if isinstance(item, Mapping) else enumerate(item)
            for index, inner in items:
                walk.step()
                if isinstance(inner, Instance) and not is_packed(inner):
                    yield walk.join(path, f"{name}.{index}"), inner


def _constants(value: object, *, is_frozen: bool) -> list[NamedTensor]:
    """Tensors among the constants; floating-point ones of a frozen module are weights."""
    entries = []
    for index, item in enumerate(value if isinstance(value, tuple | list) else ()):
        for label, tensor in tensors_in(item):
            weight = is_frozen and "float" in tensor.dtype and tensor.shape != ()
            purpose = Purpose.PARAMETER if weight or is_packed(item) else Purpose.CONSTANT
            entries.append(NamedTensor(f"CONSTANTS.c{index}{label}", tensor, purpose))
    return entries


def read(archive: Archive) -> SavedModel:
    """The model in a TorchScript archive."""
    return describe_model(*read_script(archive))
