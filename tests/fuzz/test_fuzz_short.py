"""A short fuzzing of every target, the same on each run; see `python -m tests.fuzz`."""

from __future__ import annotations

import random

import pytest

from fuzz.targets import TARGETS, attempt

pytestmark = pytest.mark.slow

ROUNDS = 600


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_worth_mutating(name: str) -> None:
    target = TARGETS[name]
    assert sum(attempt(target, seed) for seed in target.seeds()) > 0


@pytest.mark.parametrize("name", TARGETS)
def test_no_mutation_is_anything_but_read_or_unreadable(name: str) -> None:
    target = TARGETS[name]
    seeds = target.seeds()
    chance = random.Random(name)  # noqa: S311 - nobody's secret depends on it
    accepted = 0
    for _ in range(ROUNDS):
        data = chance.choice(seeds)
        for _ in range(chance.choice((1, 1, 2, 4))):
            data = target.mutate(data, chance)
        accepted += attempt(target, data)
    assert 0 < accepted < ROUNDS  # so mild that some are read, so hard that some are not
