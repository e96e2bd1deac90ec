"""The frameworks' own opinion of a file, asked for in a child process and set beside ours."""

from __future__ import annotations

from rnninspect.verification.asking import judges_of, verify
from rnninspect.verification.opinion import Bounds, Judged, Opinion, Outcome, Row

__all__ = [
    "Bounds",
    "Judged",
    "Opinion",
    "Outcome",
    "Row",
    "judges_of",
    "verify",
]
