"""The weights of a small block of Mamba: names as every writer has them, and shapes."""

from __future__ import annotations

Shapes = dict[str, tuple[int, ...]]

MAMBA: Shapes = {
    "A_log": (48, 7),
    "D": (48,),
    "conv1d.bias": (48,),
    "conv1d.weight": (48, 1, 4),
    "dt_proj.bias": (48,),
    "dt_proj.weight": (48, 3),
    "in_proj.weight": (96, 24),
    "out_proj.weight": (24, 48),
    "x_proj.weight": (17, 48),
}
