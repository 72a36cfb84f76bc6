"""Addresses that must never be reached, with a real name server and servers that record touches.

The vectors and the little Internet that they are tried in are in ``benchmarks/ssrf.py``.
"""

from __future__ import annotations

import pytest

from benchmarks.ssrf import GOOD, Vector, attempt, place, vectors

VECTORS = vectors()
KINDS = list(dict.fromkeys(vector.kind for vector in VECTORS))


def test_there_are_enough_of_them() -> None:
    assert len(VECTORS) >= 120
    assert len({(vector.url, vector.environment) for vector in VECTORS}) == len(VECTORS)


@pytest.mark.parametrize("kind", KINDS)
def test_no_vector_reaches_what_is_protected(kind: str) -> None:
    with place() as here:
        for vector in (one for one in VECTORS if one.kind == kind):
            outcome = attempt(here, vector.url, vector.environment)
            assert outcome.blocked(vector), (vector.url, outcome)
        assert here.touches == 0


@pytest.mark.parametrize("url", GOOD)
def test_good_addresses_pass(url: str) -> None:
    with place() as here:
        outcome = attempt(here, url)
        assert (outcome.code, outcome.touches) == ("", 0)
        assert outcome.requests


def test_a_touch_would_be_seen() -> None:
    """The proof of the proof: without the guard, the servers record what reaches them."""
    from provenance.fetch import fetch

    with place() as here:
        fetch(f"http://127.0.0.1:{here.port}/", allow_private=True)
        assert here.touches == 2  # the connection, and its arrival
        assert not attempt(here, "http://good.example/").blocked(Vector("", ""))


def test_a_name_is_asked_once_a_connection_and_its_answer_is_the_one_used() -> None:
    with place() as here:
        assert attempt(here, "http://rebind.example/to?http://rebind.example/").code == "private"
        assert here.names.asked["rebind.example"] == 4  # A and AAAA, for each of two hops
        assert len(here.web.requests) == 1
        # Between check and connection the name would have become a private one.
        assert attempt(here, "http://rebind.example/").code == ""
        assert here.touches == 0
