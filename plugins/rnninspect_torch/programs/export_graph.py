"""The recurrent layers that the graph of an exported program declares.

Each nn.LSTM, GRU and RNN is a node with the operator aten.lstm, gru, rnn_tanh or rnn_relu, whose
arguments declare everything but the sizes (torch/_export/serde/schema.py).
"""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect_torch.dialect.signatures import CELL, STACK
from rnninspect_torch.programs.frozen import declaration, group_in_order
from rnninspect_torch.programs.records import LayerCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.networks.records import Root

_TARGET = re.compile(r"torch\.ops\.aten\.(lstm|gru|rnn_tanh|rnn_relu)(_cell)?\.\w+")
_WEIGHT_ARGUMENTS = ("w_ih", "w_hh", "b_ih", "b_hh")


def producer_of(program: dict[str, object]) -> str:
    """`pytorch 2.13.0+cpu`, if the program has a version."""
    version = program.get("torch_version")
    return f"pytorch {version[:40]}" if isinstance(version, str) else ""


def declare_layers(program: dict[str, object], root: Root) -> None:
    """Add the layers that the nodes declare to the root.

    A layer with the tensor names of torch.nn is declared under its module; another one becomes a
    group of its own, by the order of its tensors in the call.
    """
    module = program.get("graph_module")
    if not isinstance(module, dict):
        return
    names = _parameter_names(module.get("signature"))
    entries = {entry.name: entry for entry in root.entries}
    for call, arguments in _calls(module.get("graph")):
        weights = [names[argument] for argument in arguments if argument in names]
        if not weights or len(weights) < len(arguments) or weights[0] not in entries:
            continue
        pattern = (CELL if call.cell else STACK).pattern
        match = re.search(pattern, weights[0])
        if match is not None:
            root.declared[weights[0][: match.start()]] = declaration(call)
        else:
            path = weights[0].rpartition(".")[0] or f"{call.operator}_{len(root.groups)}"
            root.declared[path] = declaration(call)
            root.groups.append(group_in_order(path, call, weights, entries))


def _parameter_names(signature: object) -> dict[str, str]:
    """The tensor of each input of the graph: `p_enc_weight_ih_l0` is `enc.weight_ih_l0`."""
    specs = signature.get("input_specs") if isinstance(signature, dict) else None
    names: dict[str, str] = {}
    for spec in specs if isinstance(specs, list) else ():
        for kind in ("parameter", "buffer", "tensor_constant"):
            fields = spec.get(kind) if isinstance(spec, dict) else None
            arg = fields.get("arg") if isinstance(fields, dict) else None
            name = fields.get(f"{kind}_name") if isinstance(fields, dict) else None
            if isinstance(arg, dict) and isinstance(name, str):
                names[str(arg.get("name"))] = name
    return names


def _calls(graph: object) -> Iterator[tuple[LayerCall, list[str]]]:
    nodes = graph.get("nodes") if isinstance(graph, dict) else None
    for node in nodes if isinstance(nodes, list) else ():
        target = node.get("target") if isinstance(node, dict) else None
        match = _TARGET.fullmatch(target) if isinstance(target, str) else None
        if match is not None:
            arguments = _arguments(node.get("inputs"))
            yield _call(match, arguments), _weights(arguments)


def _arguments(inputs: object) -> dict[str, object]:
    """The arguments of a node by name, without the wrapper for their type."""
    arguments: dict[str, object] = {}
    for given in inputs if isinstance(inputs, list) else ():
        arg = given.get("arg") if isinstance(given, dict) else None
        if isinstance(arg, dict) and len(arg) == 1:
            arguments[str(given.get("name"))] = next(iter(arg.values()))
    return arguments


def _call(match: re.Match[str], arguments: dict[str, object]) -> LayerCall:
    levels = arguments.get("num_layers")
    return LayerCall(
        operator=match[1],
        cell=bool(match[2]),
        label="",
        constants=(),
        biases=arguments.get("has_biases") is True,
        levels=levels if isinstance(levels, int) and 0 < levels < 1000 else 1,
        directions=2 if arguments.get("bidirectional") is True else 1,
    )


def _weights(arguments: dict[str, object]) -> list[str]:
    tensors = arguments.get(
        "params", [arguments[name] for name in _WEIGHT_ARGUMENTS if name in arguments]
    )
    if not isinstance(tensors, list):
        return []
    return [str(tensor.get("name")) for tensor in tensors if isinstance(tensor, dict)]
