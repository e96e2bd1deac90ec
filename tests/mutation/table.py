"""The table of results, container by fault, and the faults that no static reader can see."""

from __future__ import annotations

from collections import Counter

# Why the changed file is equal to an intact file of another network.
UNSEEN: dict[tuple[str, str, str], str] = {
    ("torch/lightning.ckpt", "direction", "model.rnn"): "a state dict declares no directions, and "
    "this is that of a layer with one; only the head, wider than the layer, could tell",
    ("torch/family.pt", "direction", "encoder"): "as above, of the layer above this one",
    (
        "torch/cells.pt",
        "dropped",
        "rnn",
    ): "a cell without biases; the one weight_ih that is left is "
    "what a module of another kind may have, and is told as a possible cell",
    ("torch/cells.pt", "renamed", "rnn"): "as above, of the one weight_hh that is left",
    ("keras/text.weights.h5", "bias", "both"): "weights alone, of a Bidirectional whose layers "
    "differ in reset_after, as Keras allows",
    (
        "keras/tracked.ckpt.index",
        "bias",
        "gru",
    ): "a checkpoint declares nothing, and this is the bias of a GRU without reset_after",
    ("keras/exported", "doubled", "lstm"): "an array that no object and no name leads to "
    "belongs to no layer",
    ("keras/fused.pb", "doubled", "decoder/LSTMBlockCell"): "a constant that no operator reads "
    "belongs to no layer",
    (
        "keras/keras2_weights.h5",
        "bias",
        "stack/gru_cell",
    ): "weights alone, of a GRU without reset_after",
}
_seeded: Counter[tuple[str, str]] = Counter()
_found: Counter[tuple[str, str]] = Counter()


def note(container: str, fault: str, *, found: bool, unseen: bool = False) -> None:
    """Book one file with a fault, and whether it was found."""
    if not unseen:
        _seeded[container, fault] += 1
        _found[container, fault] += found


def table() -> list[str]:
    """Found of seeded, a line for each container; empty before any was booked."""
    if not _seeded:
        return []
    faults = list(dict.fromkeys(fault for _, fault in _seeded))
    containers = sorted({container for container, _ in _seeded})
    wide = max(map(len, containers))
    lines = ["  ".join([" " * wide, *faults])]
    for container in containers:
        cells = [_cell(container, fault).rjust(len(fault)) for fault in faults]
        lines.append("  ".join([container.ljust(wide), *cells]))
    real = [key for key in _seeded if not key[1].startswith("(")]
    seeded, found = sum(_seeded[key] for key in real), sum(_found[key] for key in real)
    lines.append(
        f"{found} of {seeded} seeded faults found; an intact file is right without an error"
    )
    for (path, fault, layer), why in UNSEEN.items():
        lines.append(f"not to be seen: {fault} in {path}, {layer}: {why}")
    return lines


def _cell(container: str, fault: str) -> str:
    seeded = _seeded[container, fault]
    return f"{_found[container, fault]}/{seeded}" if seeded else "-"
