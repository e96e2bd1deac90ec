"""Sizes of torch's own stacks that a checkpoint's hyperparameters declare under torch's own names.

What a script calls `hidden_size` need not be that of its LSTM: there may be an embedding in front
of it, or several networks. So the names count for the only stack of a file, where the others of
them agree with it; the width is missed only where no other tensor has such an axis.
"""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, Origin, Purpose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.declared import Document
    from rnninspect.plugin import RecurrentLayer
    from rnninspect_torch.describing.contents import Contents
    from rnninspect_torch.describing.network import Network

_NEEDED = ("input_size", "hidden_size")
_LEAST_AGREEING = 2


def declare_stack(networks: list[Network], contents: Contents) -> list[Observation]:
    """Put declared sizes into the only stack of a file; a key that its shapes contradict."""
    network = _only_network(networks)
    stored = None if network is None else _stack(network.layers)
    if network is None or stored is None:
        return []
    from rnninspect_torch.networks.configurations import configurations_in  # noqa: PLC0415 - few files are one stack

    for document in configurations_in(contents.value, contents.calls.source):
        claims = {
            key: document.values[key]
            for key, size in stored.items()
            if type(document.values.get(key)) is type(size)
        }
        if not claims.keys() >= set(_NEEDED):
            continue
        wrong = [key for key, value in claims.items() if value != stored[key]]
        if not wrong:
            network.layers = _declared(network.layers, document, claims)
        elif len(claims) - len(wrong) >= _LEAST_AGREEING and _is_sure(wrong, claims, network):
            return [_contradiction(document, wrong[0], claims, stored, network.layers[0])]
        return []
    return []


def _only_network(networks: Iterable[Network]) -> Network | None:
    """The network that is the only one with tensors of its own in the file."""
    found = [network for network in networks if network.root.purpose is Purpose.PARAMETER]
    return found[0] if len(found) == 1 else None


def _stack(layers: list[RecurrentLayer]) -> dict[str, int] | None:
    """The sizes of the stack that all layers of a network are, where its shapes say them."""
    first = layers[0] if layers else None
    if first is None or len({layer.stack and layer.stack.name for layer in layers}) != 1:
        return None
    if len(layers) > 1 and first.stack is None:
        return None
    if first.origin is not Origin.INFERRED or first.convention != "pytorch":
        return None
    if first.sizes.projection_size is not None or "Cell" in first.kind:
        return None
    sizes = first.sizes
    return {
        "input_size": sizes.input_size,
        "hidden_size": sizes.hidden_size,
        "num_layers": len(layers),
        "bidirectional": sizes.directions == 2,
    }


def _declared(
    layers: list[RecurrentLayer], document: Document, claims: dict[str, object]
) -> list[RecurrentLayer]:
    by = tuple((key, key) for key in _NEEDED if key in claims)
    return [
        layer._replace(origin=Origin.DECLARED, declared_in=document.place, declared_by=by)
        for layer in layers
    ]


def _is_sure(wrong: list[str], claims: dict[str, object], network: Network) -> bool:
    """Whether a key that differs can mean nothing but the stack's size."""
    if len(wrong) > 1:
        return False
    (key,) = wrong
    inside = {t.name for layer in network.layers for o in layer.operands for t in o.tensors}
    others = [(name, shape) for name, shape in network.root.named_shapes() if name not in inside]
    if key == "hidden_size":
        hidden, sizes = claims[key], network.layers[0].sizes
        axes = {axis for _, shape in others for axis in shape}
        return (
            type(hidden) is int
            and not axes & {hidden, sizes.directions * hidden}
            and (sizes.directions == 1 or hidden != 2 * sizes.hidden_size)
        )
    if key == "num_layers":  # of blocks or of dense layers, where there are such
        return not any(part.isdigit() for name, _ in others for part in name.split("."))
    return key == "bidirectional"


def _contradiction(
    document: Document,
    key: str,
    claims: dict[str, object],
    stored: dict[str, int],
    layer: RecurrentLayer,
) -> Observation:
    from rnninspect.declared.expressions import shown  # noqa: PLC0415 - as above

    value = claims[key]
    text = shown(value) if type(value) is int else value
    detail = f"{document.place}: {key} is declared as {text}, stored {stored[key]}"
    return Observation(Fact.CONTRADICTION, detail, layer=layer.name)
