"""The frameworks' own opinion of a file, asked for in a child process and set beside ours."""

from __future__ import annotations

from rnninspect.verification.asking import judges_of, verify
from rnninspect.verification.opinion import Bounds, Judged, Opinion, Row, Verdict

__all__ = [
    "Bounds",
    "Judged",
    "Opinion",
    "Row",
    "Verdict",
    "judges_of",
    "verify",
]
