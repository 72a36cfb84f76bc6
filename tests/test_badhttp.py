"""Servers that behave as badly as HTTP lets them: each fetch ends in time, small, and says why.

The servers are in ``benchmarks/badhttp.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.badhttp import Case, Server, attempt, cases

CASES = cases()
SECONDS = 1.5


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(CASES) as running:
        yield running


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 40
    assert len({(case.kind, case.name) for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(CASES)), ids=[f"{case.kind}, {case.name}" for case in CASES]
)
def test_a_bad_server_is_bounded_and_named(server: Server, number: int, case: Case) -> None:
    outcome = attempt(server, number, SECONDS)
    assert outcome.code in case.codes, outcome
    # What these servers would go on for is a minute, or without end.
    assert outcome.seconds < 5 * SECONDS
    assert outcome.memory < 64_000_000
    if outcome.code:
        assert len(outcome.message) < 300 and "\n" not in outcome.message
        assert "Error" not in outcome.message and "Traceback" not in outcome.message
        assert server.url(number) in outcome.message
