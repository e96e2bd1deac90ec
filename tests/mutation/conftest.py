"""Prints the table of seeded faults at the end of a run that has seeded some."""

from __future__ import annotations

import pytest

from mutation.table import table


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = table()
    if lines:
        terminalreporter.section("seeded faults, found of seeded")
        for line in lines:
            terminalreporter.write_line(line)
