"""Checks of reports against a policy, whose outcome can print itself."""

from __future__ import annotations

import os
from pathlib import Path

from rnninspect import audit
from rnninspect.api.shown import HEADING, Shown
from rnninspect.audit import Checking
from rnninspect.policy import Policies, gather
from rnninspect.policy.baseline import read_baseline
from rnninspect.policy.files import PolicyFile
from rnninspect.policy.settings import settings_of
from rnninspect.render import AUDIT
from rnninspect.render.view import View
from rnninspect.report import Report, Unreadable
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rnninspect.render import Formats
    from rnninspect.render.page.markup import Markup


class _Again:
    """An outcome as formats go through it: model by model, and then as a whole."""

    def __init__(self, made: Audit) -> None:
        self.made = made

    def __iter__(self) -> Iterator[audit.Audited]:
        return iter(self.made.audited)

    def audit(self) -> Audit:
        return self.made


class Audit(Shown, audit.Audit):
    """The outcome of a check: `passed`, `failing` (paths), `measures` and `findings`.

    `reports` are those that were checked, with the findings that the policy counts. `print(audit)`
    is what the command prints, and a notebook draws it.
    """

    audited: tuple[audit.Audited, ...]  # which the command does not keep

    @property
    def reports(self) -> tuple[Report, ...]:
        """The reports that were checked."""
        return tuple(one.report for one in self.audited)

    @property
    def passed(self) -> bool:
        """Whether no model fails."""
        return not self.failing

    def _formats(self) -> Formats:
        return AUDIT

    def _document(self) -> object:
        return _Again(self)

    def _sections(self) -> Iterable[Markup]:
        from rnninspect.render.audit.html import sections_of  # noqa: PLC0415 - only for notebooks

        return sections_of(self, self.reports, View(), level=HEADING)

    def __repr__(self) -> str:
        failing = f"{len(self.failing):,} failing" if self.failing else "all passed"
        return f"<Audit of {plural(len(self.reports), 'model')}: {failing}>"


def check(
    reports: Report | Iterable[Report], policy: Mapping[str, object] | str | os.PathLike[str]
) -> Audit:
    """Compare reports with the limits of a policy, as `rnninspect check` does.

    No file but the policy and its baseline is read, and no environment variable.

    Args:
        reports: one report, or several.
        policy: settings by the names that a policy file gives them (`docs/policy.md`), with values
            as in TOML, such as `{"max-parameters": "5M"}`; `_` may stand for `-`. Or the path of a
            policy file: `rnninspect.toml`, or a `pyproject.toml` with our table.

    Raises:
        PolicyError: a key is unknown, a value is wrong, or a file cannot be read.

    Example:
        >>> from rnninspect import check, inspect_file
        >>> report = inspect_file("sample_models/onnx/basic_lstm.onnx")
        >>> check(report, {"max-parameters": "15k", "allowed-cells": ["LSTM"]}).passed
        True
        >>> [finding.message for _, finding in check(report, {"max-parameters": 100}).findings]
        ['parameters 120, at most 100']
    """
    listed = (reports,) if isinstance(reports, Report) else tuple(reports)
    policies = _policies(policy)
    baseline = policies.general.baseline
    checking = Checking(listed, policies, read_baseline(Path(baseline)) if baseline else None)
    audited = tuple(one for one in checking if not isinstance(one, Unreadable))
    found = checking.audit()
    made = Audit(*found)
    made.audited = audited
    return made


def _policies(policy: Mapping[str, object] | str | os.PathLike[str]) -> Policies:
    if isinstance(policy, str | os.PathLike):
        return gather({}, {}, Path(policy))
    named = {name.replace("_", "-"): value for name, value in policy.items()}
    return Policies(PolicyFile(str(Path.cwd()), settings_of(named, "policy: "), ()), {})
