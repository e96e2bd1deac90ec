"""Describes the model of a file, given its contents or its roots."""

from __future__ import annotations

from rnninspect.decode.pickles.values import Mapping
from rnninspect.plugin import (
    CELLS,
    Fact,
    Limit,
    Observation,
    Purpose,
    SavedModel,
    Search,
    Searched,
    UnknownFormat,
)
from rnninspect.stored.kinds import names_of
from rnninspect_torch.describing.network import Network, find_layers
from rnninspect_torch.describing.oddities import oddities
from rnninspect_torch.networks.roots import find_roots
from rnninspect_torch.networks.walking import Walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source, StoredTensor
    from rnninspect.stored.columns import TensorColumns
    from rnninspect_torch.describing.contents import Contents
    from rnninspect_torch.describing.oddities import Pairs
    from rnninspect_torch.networks.records import Root
    from rnninspect_torch.networks.walking import FindColumns

_NETWORKS = (Purpose.PARAMETER, Purpose.COPY)
_MOST_CALLABLES = 20
_ORDINARY = 128  # length of a name that is covered by the steps of its tensor
_CHARACTERS_IN_A_STEP = 4


def describe_value(contents: Contents) -> SavedModel:
    """The model in a pickled value; UnknownFormat if it contains no tensors."""
    roots = find_roots(contents.value, Walk(contents.calls.source, columns_in(contents)))
    return describe_model(contents, roots, _producer(contents.value))


def columns_in(contents: Contents) -> FindColumns | None:
    """What finds columns of tensors; None if nothing in the pickle is a table."""
    if contents.calls.tables is None or contents.names:
        return None
    from rnninspect_torch.columns.alike import InPickle  # noqa: PLC0415 - of large files

    return InPickle(contents.calls)


def _producer(value: object) -> str:
    """Lightning's version in its checkpoints; torch does not store its own."""
    if isinstance(value, Mapping):
        version = value.apart.named.get("pytorch-lightning_version")
        if isinstance(version, str):
            return f"pytorch-lightning {version[:20]}"
    return ""


def describe_model(contents: Contents, roots: list[Root], producer: str = "") -> SavedModel:
    """The layers of all networks, each tensor once, and observations.

    Raises UnknownFormat if there is no tensor.
    """
    _require_tensors(contents, roots)
    _spend_names(contents.calls.source, roots)
    networks = _networks(contents, roots)
    for network in networks:
        if network.root.purpose in _NETWORKS:
            find_layers(network)
    declared = _declared(networks, contents)
    pairs = [  # without those in columns that have all of a storage of their own
        [
            (entry, _with_purpose(network.stored(entry), network.states))
            for entry in network.root.unusual
        ]
        for network in networks
    ]
    return SavedModel(
        format=contents.format,
        framework="pytorch",
        producer=producer,
        layers=tuple(layer for network in networks for layer in network.layers),
        skipped=tuple(step for network in networks for step in network.skipped),
        tensors=_tensors(networks, pairs),
        observations=(
            *callables_of(contents),
            *contents.observations,
            *(note for network in networks for note in network.observations),
            *declared,
            *_odd(contents, networks, pairs),
        ),
        search=_search(networks),
    )


def _require_tensors(contents: Contents, roots: list[Root]) -> None:
    if any(root.every for root in roots):
        return
    runs = ", ".join(list(contents.calls.foreign)[:3])
    also = f"; loading it would run {runs}" if runs else ""
    raise UnknownFormat(f"no tensors found: not a model{also}")


def _odd(contents: Contents, networks: list[Network], pairs: list[Pairs]) -> Iterator[Observation]:
    """What is odd about tensors and storages; those in columns are plain."""
    roots = [network.root for network in networks]
    in_columns = {root: root.columns for root in roots if root.columns is not None}
    return oddities(
        contents,
        [pair for of_one in pairs for pair in of_one],
        _in_layers(networks),
        sum(columns.plain_bytes() for columns in in_columns.values()),
        named=any(root.purpose is Purpose.PARAMETER for root in in_columns),
    )


def _tensors(
    networks: list[Network], pairs: list[Pairs]
) -> tuple[StoredTensor, ...] | TensorColumns:
    """The tensors of all networks, in columns if those of one are; `pairs` are of the others."""
    each = [tuple(tensor for _, tensor in of_one) for of_one in pairs]
    if all(network.columns is None for network in networks):
        return tuple(tensor for tensors in each for tensor in tensors)
    from rnninspect.stored.joining import joined  # noqa: PLC0415 - of large files

    columns = [network.columns for network in networks]
    return joined(
        [of_one if known is None else known for of_one, known in zip(each, columns, strict=True)]
    )


def _declared(networks: list[Network], contents: Contents) -> list[Observation]:
    """Put declared sizes into the layers that configurations are about; notes on these."""
    layers = [layer for network in networks for layer in network.layers]
    if not any(CELLS[layer.cell].symbols for layer in layers):
        if not layers or not isinstance(contents.value, Mapping):
            return []
        from rnninspect_torch.describing.hyperparameters import declare_stack  # noqa: PLC0415 - as below

        return declare_stack(networks, contents)
    from rnninspect_torch.describing.declared import declare_sizes  # noqa: PLC0415 - few files need it

    return declare_sizes(networks, contents)


def _in_layers(networks: list[Network]) -> set[int]:
    """The tensors that layers have, by their identity in memory."""
    return {
        id(tensor)
        for network in networks
        for layer in network.layers
        for operand in layer.operands
        for tensor in operand.tensors
    }


def _search(networks: list[Network]) -> Search | None:
    """How many operators were looked through; None if the file has no program."""
    searched = [network for network in networks if network.finished is not None]
    if not searched:
        return None
    number = sum(network.root.operators for network in searched)
    return Search(Searched.OPERATORS, number, all(network.finished for network in searched))


def _with_purpose(tensor: StoredTensor, states: frozenset[str]) -> StoredTensor:
    """A tensor; a constant of frozen code from which a sequence starts is its first state."""
    if tensor.identity not in states or not tensor.name.startswith("CONSTANTS."):
        return tensor
    return tensor._replace(purpose=Purpose.STATE)


def _spend_names(source: Source, roots: list[Root]) -> None:
    """Count the work of searching long names; RefusedFile beyond the limit."""
    lengths = (len(name) for root in roots for name in names_of(root.every))
    characters = sum(length - _ORDINARY for length in lengths if length > _ORDINARY)
    source.spend(Limit.STEPS, characters // _CHARACTERS_IN_A_STEP)


def _networks(contents: Contents, roots: list[Root]) -> list[Network]:
    """A network for each root; with a label if there are several networks."""
    names = {root.name for root in roots if root.purpose in _NETWORKS}
    several = len(names) > 1
    return [Network(root, contents, (root.name or "top") if several else None) for root in roots]


def callables_of(contents: Contents) -> list[Observation]:
    """The callables that loading would run, the first ones by name."""
    paths = list(contents.calls.foreign)
    notes = [Observation(Fact.CODE, path) for path in paths[:_MOST_CALLABLES]]
    if len(paths) > len(notes):
        notes.append(Observation(Fact.CODE, f"and {len(paths) - len(notes)} more"))
    return notes
