"""A little of the fuzzing of benchmarks/fuzz.py, for every target."""

from __future__ import annotations

import contextlib
import random

import pytest

from benchmarks.fuzz import mutated, targets
from provenance.errors import ProvenanceError

TARGETS = targets()
#: Executions for a target whose share is a hundredth.
_EACH = 40


def test_the_shares_are_a_whole() -> None:
    assert sum(target.share for target in TARGETS.values()) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_gives_a_value_or_an_error_of_ours(name: str) -> None:
    target, chance = TARGETS[name], random.Random(name[::-1])
    done = 0
    for _ in range(max(10, min(400, round(target.share * 100 * _EACH)))):
        data = mutated(chance.choice(target.seeds), chance, target.seeds)
        with contextlib.suppress(ProvenanceError):
            target.run(data)
        done += 1
    assert done >= 10
