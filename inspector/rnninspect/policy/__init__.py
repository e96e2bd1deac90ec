"""The limits for models in CI: the keys of a policy, and the places where they are set."""

from __future__ import annotations

from rnninspect.policy.keys import KEYS, Key, Policy
from rnninspect.policy.sources import Policies, gather

__all__ = ["KEYS", "Key", "Policies", "Policy", "gather"]
