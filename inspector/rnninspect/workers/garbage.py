"""Frees memory between items, in processes that have switched Python's collector off."""

from __future__ import annotations

import gc


def collect(done: int) -> None:
    """Free what the items so far, of which there are `done`, have left in cycles."""
    if done > 1:
        gc.collect()
    gc.freeze()  # modules, and what the caller keeps, are not looked through again
