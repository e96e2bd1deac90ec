"""Options of the test run, its workers, and the repository that several tests run in."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from framework_free import MARKER, needs_framework
from making.repository import make_repository
from mutation.table import table

# No clock decides over a test, and the same draws come on every run; others come with
# `--hypothesis-profile=default`.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")
os.environ.pop("FORCE_COLOR", None)  # of a CI system: it would colour what each call here prints


MOST_WORKERS = 4  # a worker with every framework loaded takes some 2 GB
SEEDED = "seeded faults"
_tables: list[list[str]] = []  # of the workers that have ended


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-golden", action="store_true", help="write the golden files anew")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A worker for each core; none for a single file, or where several might write a document."""
    if config.option.renew_golden or [Path(name).suffix for name in config.args] == [".py"]:
        return 0
    return min(len(os.sched_getaffinity(0)), MOST_WORKERS)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where frameworks are not asked for, a module that cannot be imported without one is left."""
    if not config.option.markexpr.startswith(f"not {MARKER}") or not _is_test(collection_path):
        return None
    return needs_framework(collection_path) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of each module that needs a framework, whether it says so or not."""
    for item in items:
        if item.path.suffix == ".py" and needs_framework(item.path):
            item.add_marker(MARKER)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the table of seeded faults from a worker to the process that prints it."""
    output: dict[str, Any] = getattr(session.config, "workeroutput", {})
    output[SEEDED] = table()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - a type of pytest-xdist's own
    _tables.append(getattr(node, "workeroutput", {}).get(SEEDED, []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of seeded faults after a run that has seeded some."""
    for lines in filter(None, [*_tables, table()]):
        terminalreporter.section("seeded faults, found of seeded")
        for line in lines:
            terminalreporter.write_line(line)


def _is_test(path: Path) -> bool:
    return path.name.startswith("test_") and path.suffix == ".py"


@pytest.fixture(scope="session")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose models keep to its policy and its baseline."""
    return make_repository(tmp_path_factory.mktemp("accepted"))


@pytest.fixture
def repository(accepted: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(accepted, tmp_path / "repository"))
