"""Distinguishes the networks of a checkpoint from copies of them."""

from __future__ import annotations

from rnninspect.plugin import Purpose
from rnninspect_torch.networks.purposes import is_copy, may_be_copy
from rnninspect_torch.networks.records import Root
from rnninspect_torch.networks.training_state import (
    is_likely,
    mark_training_state,
    restore_networks,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect_torch.networks.named_tensors import NamedTensor
    from rnninspect_torch.networks.records import DeclaredModule

_WRAPPER = "module."  # prefix of the names of an averaged model

_NamedShapes = frozenset[tuple[str, tuple[int, ...]]]


def assign_purposes(roots: list[Root]) -> list[Root]:
    """Decide the purpose of each root, given all roots of the file.

    Averages (EMA, SWA) are copies only if the file has the original. Tensors beside a state dict
    (a best loss, a mean) are training state.
    """
    mark_training_state(roots)
    settled = [part for root in roots for part in _split(root)]
    networks = [root for root in settled if root.purpose is Purpose.PARAMETER]
    originals: dict[_NamedShapes, Root] = {}
    ordered = sorted(networks, key=lambda root: may_be_copy(root.name))
    for root in ordered if len(ordered) > 1 and may_be_copy(ordered[-1].name) else ():
        first = originals.setdefault(_kept(root), root)
        if first is not root and may_be_copy(root.name):
            root.purpose = Purpose.COPY
    if not any(is_likely(root) for root in networks):
        for root in settled:
            if root.purpose is Purpose.COPY:
                root.purpose = Purpose.PARAMETER
    restore_networks(settled)
    return settled


def _split(root: Root) -> Iterator[Root]:
    """Separate a network and its copy in one state dict, by the first component of their names.

    `ema.module.rnn.weight` belongs to a copy only if all tensors of `ema`, counters excepted, are
    also in the rest of the dict, with the same name and shape.
    """
    if root.columns is not None:  # which no copy has
        yield root
        return
    tops: dict[str, list[NamedTensor]] = {}
    for entry in root.entries:
        tops.setdefault(entry.name.partition(".")[0], []).append(entry)
    averages = [top for top in tops if is_copy(top)]
    if root.purpose is not Purpose.PARAMETER or not 0 < len(averages) < len(tops):
        yield root
        return
    rest = [entry for top, entries in tops.items() if not is_copy(top) for entry in entries]
    known = _named_shapes(rest) | _named_shapes(rest, below=True)
    copies = []
    for top in averages:
        named = [entry for entry in tops[top] if "." in entry.name and entry.tensor.shape]
        is_named_alike = named and _named_shapes(named, below=True) <= known
        if is_named_alike or _is_dotless(tops[top], known):
            copies.append(top)
        else:
            rest.extend(tops[top])
    yield Root(root.name, root.purpose, rest, _declared(root, copies, inside=False), root.groups)
    for top in copies:
        name = f"{root.name}.{top}" if root.name else top
        yield Root(name, Purpose.COPY, tops[top], _declared(root, [top], inside=True))


def _is_dotless(entries: Iterable[NamedTensor], known: _NamedShapes) -> bool:
    """Whether all are copies with the names of their originals without the dots.

    `model_ema.rnnweight_ih_l0` is a buffer of latent diffusion's LitEma, which has counters, too.
    """
    names = ((entry.name.partition(".")[2], entry.tensor.shape) for entry in entries)
    named = frozenset((name, shape) for name, shape in names if shape)
    if not named or any("." in name for name, _ in named):
        return False
    return named <= {(name.replace(".", ""), shape) for name, shape in known}


def _declared(root: Root, tops: list[str], *, inside: bool) -> dict[str, DeclaredModule]:
    """The modules below these first components, or all others."""
    return {
        path: declared
        for path, declared in root.declared.items()
        if (path.partition(".")[0] in tops) is inside
    }


def _kept(root: Root) -> _NamedShapes:
    """Names and shapes of a network."""
    if root.columns is None:
        return _named_shapes(root.entries)
    return frozenset(root.named_shapes())


def _named_shapes(entries: Iterable[NamedTensor], *, below: bool = False) -> _NamedShapes:
    """Names and shapes; with `below`, without the first component of each name and a wrapper.

    Tensors that a module leaves out of its state dict are ignored.
    """
    kept = (entry for entry in entries if entry.purpose is Purpose.PARAMETER)
    names = ((entry.name, entry.tensor.shape) for entry in kept)
    if not below:
        return frozenset(names)
    return frozenset(
        (name.partition(".")[2].removeprefix(_WRAPPER), shape) for name, shape in names
    )
