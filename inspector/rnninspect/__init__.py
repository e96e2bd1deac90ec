"""A static inspector of the recurrent layers in saved models."""

from __future__ import annotations

__version__ = "0.1.0"
