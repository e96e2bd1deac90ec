"""Options of the test run, and the repository that several tests run in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from framework_free import MARKER, needs_framework
from making.repository import make_repository

# No clock decides over a test, and the same draws come on every run; others come with
# `--hypothesis-profile=default`.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-golden", action="store_true", help="write the golden files anew")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where frameworks are not asked for, a module that cannot be imported without one is left."""
    if config.option.markexpr != f"not {MARKER}" or not _is_test(collection_path):
        return None
    return needs_framework(collection_path) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of each module that needs a framework, whether it says so or not."""
    for item in items:
        if item.path.suffix == ".py" and needs_framework(item.path):
            item.add_marker(MARKER)


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
