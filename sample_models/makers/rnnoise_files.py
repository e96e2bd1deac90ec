"""Writes RNNoise's text files by hand, as the program reads them."""

from __future__ import annotations

HEADER = "rnnoise-nu model file version 1\n"
# Inputs and neurons of the six layers, in the file's order; the second to fourth are GRUs.
SIZES = ((42, 24), (24, 24), (90, 48), (114, 96), (96, 22), (24, 1))
_RECURRENT = range(1, 4)


def text_of(sizes: tuple[tuple[int, int], ...]) -> str:
    """A file whose weights are the numbers from -5 to 7, again and again."""
    lines = [HEADER.rstrip()]
    for place, (inputs, neurons) in enumerate(sizes):
        rows = 3 * neurons if place in _RECURRENT else neurons
        counts = [inputs * rows, *([neurons * rows] if place in _RECURRENT else []), rows]
        lines.append(f"{inputs} {neurons} 0")
        lines += [" ".join(str(number % 13 - 5) for number in range(count)) for count in counts]
    return "\n".join(lines) + "\n"
