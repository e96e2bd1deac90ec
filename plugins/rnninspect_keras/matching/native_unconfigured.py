"""Cells of Keras' own format without a configuration, by their groups and their shapes."""

from __future__ import annotations

from rnninspect_keras.configuration.numbering import CONTAINER, GAPPED_CONTAINER
from rnninspect_keras.configuration.units import WAYS
from rnninspect_keras.layers.guessing import hint_of
from rnninspect_keras.layout import Part
from rnninspect_keras.matching.candidates import Strand
from rnninspect_keras.matching.native import VARIABLES, cell_pieces, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect_keras.containers.store import Store
    from rnninspect_keras.layers.pieces import Piece

MARKS = ("cell", "cells", "forward_layer", "backward_layer", "layer")


def native_strands(store: Store, taken: set[str]) -> Iterator[Strand]:
    """What may be cells in a file of Keras' own format, without those that are taken."""
    found: dict[str, Strand] = {}
    for group in store.groups:
        place, _, last = group.rpartition("/")
        top = place.partition("/")[0]
        if last == VARIABLES and place not in taken and top not in ("optimizer", "metrics"):
            pieces = cell_pieces(store, place, None)
            known = sum(piece.part is not None for piece in pieces)
            if not known or _is_dense(place, pieces):
                continue
            strand = _native_strand(store, place, pieces)
            if known > 1 or (strand.sure and strand.hint):  # of a cell that lost the rest
                found[place] = strand
    cells = taken.union(place for place, strand in found.items() if strand.sure)
    return (strand for place, strand in found.items() if not _is_inside(place, cells))


def _is_dense(place: str, pieces: tuple[Piece, ...]) -> bool:
    """Whether the second variable is a vector, as of most layers, where nothing tells of a cell."""
    second = next((piece for piece in pieces if piece.part is Part.RECURRENT), None)
    return second is not None and len(second.tensor.shape) < 2 and "cell" not in place


def _is_inside(place: str, cells: set[str]) -> bool:
    """Whether a group lies in that of a cell, whose own it then is."""
    parts = place.split("/")
    return any("/".join(parts[:end]) in cells for end in range(1, len(parts)))


def _native_strand(store: Store, place: str, pieces: tuple[Piece, ...]) -> Strand:
    parts = place.split("/")
    end = next((at for at, part in enumerate(parts) if at and part in MARKS), len(parts))
    owner = parts[:end]
    way = next((way for way, mark in enumerate(WAYS) if f"{mark}_layer" in parts[end:]), None)
    names = (named(store, place) or "", parts[-1], *reversed(owner))
    hint = next((hint for name in names if (hint := hint_of(name))), None)
    in_cell = "cell" in parts[end:] or parts[-1].endswith("_cell")
    return Strand(
        owner=_label(store, owner),
        way=way,
        stacked="cells" in parts[end:],
        hint=hint if in_cell or hint_of(parts[-1]) else None,
        pieces=pieces,
        sure=in_cell,
        listed=True,
        label=named(store, place) or parts[-1],
    )


def in_order_of_writing(found: Iterable[Strand]) -> list[Strand]:
    """The strands as their first tensors lie in the file, which lists groups by the alphabet.

    Keras writes layers in the order of the model; shards follow each other by their names.
    """
    return sorted(found, key=lambda strand: min(_written(piece) for piece in strand.pieces))


def _written(piece: Piece) -> tuple[str, int]:
    """The shard and the address of what is stored."""
    origin, _, address = piece.tensor.identity.rpartition("@")
    return origin, int(address) if address.isdecimal() else 0


def _label(store: Store, owner: list[str]) -> str:
    """The name of a layer: what its group is marked with, else its path."""
    shown: list[str] = []
    for end, part in enumerate(owner, 1):
        if part not in (CONTAINER, GAPPED_CONTAINER) or end == len(owner):
            shown.append(named(store, "/".join(owner[:end])) or part)
    return "/".join(shown)
