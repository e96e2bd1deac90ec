"""Layers counted without a file: by each framework's convention, or by sizes of their own."""

from __future__ import annotations

from rnninspect.counting.asking import Asked, count_asked
from rnninspect.counting.gated import ConventionCount, GatedCount, LayerSpec
from rnninspect.counting.sized import SizedCount

__all__ = ["Asked", "ConventionCount", "GatedCount", "LayerSpec", "SizedCount", "count_asked"]
