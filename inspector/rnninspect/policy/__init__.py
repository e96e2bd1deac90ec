"""What models are held to in CI: the keys of a policy, and where they are said."""

from __future__ import annotations

from rnninspect.policy.keys import KEYS, Key, Policy
from rnninspect.policy.sources import Policies, gather

__all__ = ["KEYS", "Key", "Policies", "Policy", "gather"]
