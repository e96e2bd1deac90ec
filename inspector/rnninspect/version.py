"""The version of the distribution, which `rnninspect.__version__` gives."""

from __future__ import annotations

__version__ = "0.1.0"
