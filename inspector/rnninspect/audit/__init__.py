"""Compares models with a policy: each limit with its value, and findings of family R5."""

from __future__ import annotations

from rnninspect.audit.auditing import audit
from rnninspect.audit.checking import Audited, Checking
from rnninspect.audit.gauges import figures_of
from rnninspect.audit.growth import Renewal, renewal_of
from rnninspect.audit.measure import Measure, Outcome
from rnninspect.audit.outcome import Audit, Checked

__all__ = [
    "Audit",
    "Audited",
    "Checked",
    "Checking",
    "Measure",
    "Outcome",
    "Renewal",
    "audit",
    "figures_of",
    "renewal_of",
]
