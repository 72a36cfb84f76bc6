"""Who was first: the ledger, its margin, its mirror image; and attribution."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.direction import attribution, judge, names_source
from provenance.models import Article, Direction, Trace

SOURCE = Article(
    "s", "https://portellerypost.example/pier", "https://portellerypost.example/pier",
    "portellerypost.example", "Pier shut", "text", "d", 100,
)  # fmt: skip
TARGET = Article(
    "t", "https://copyquay.example/pier", "https://copyquay.example/pier",
    "copyquay.example", "Pier shut", "text", "d", 100,
)  # fmt: skip
PAGE = Trace("source-link", "Source", SOURCE.url, SOURCE.site, "strong", "Source: Post")
SITE = Trace("hotlink", "https://portellerypost.example/a.jpg", None, SOURCE.site, "strong")
MEDIUM = Trace("section-suffix", "Port Ellery Post", None, None, "medium")


def decide(
    source: Article = SOURCE,
    target: Article = TARGET,
    source_traces: tuple[Trace, ...] = (),
    target_traces: tuple[Trace, ...] = (),
    shares: tuple[float, float] = (0.5, 0.5),
) -> Direction:
    return judge(
        source, target, source_traces, target_traces,
        containment_target=shares[0], containment_source=shares[1],
    )  # fmt: skip


def total(direction: Direction) -> float:
    return sum(line.log_odds for line in direction.evidence)


def test_nothing_known() -> None:
    assert decide() == Direction("unknown", 0.5, ())


@pytest.mark.parametrize(("trace", "odds"), [(PAGE, 4.0), (SITE, 2.5), (MEDIUM, 1.0)])
def test_traces_weigh_by_what_they_name(trace: Trace, odds: float) -> None:
    assert total(decide(target_traces=(trace,))) == odds
    assert total(decide(source_traces=(trace,))) == 0  # it names its own page


def test_further_traces_add_little() -> None:
    found = decide(target_traces=(PAGE, SITE, MEDIUM, replace(PAGE, kind="canonical")))
    assert total(found) == 5.0
    assert found.value == "source-first" and 0.99 < found.confidence < 1


def test_traces_of_others_say_nothing() -> None:
    other = replace(PAGE, target_url="https://third.example/x", target_site="third.example")
    assert decide(target_traces=(other,)).evidence == ()


def dated(article: Article, published: str | None = None, observed: str | None = None) -> Article:
    return replace(article, published=published, observed=observed)


@pytest.mark.parametrize(
    ("first", "second", "odds"),
    [
        ("2025-07-01T10:00:00Z", "2025-07-03T10:00:00Z", 1.0),
        ("2025-07-03T10:00:00Z", "2025-07-01T10:00:00Z", -1.0),
        ("2025-07-01T10:00:00Z", "2025-07-01T10:06:00Z", 0.7),
        ("2025-07-01T10:00:00+02:00", "2025-07-01T09:00:00+00:00", 0.7),
        ("2025-07-01T10:00:00Z", "2025-07-01T10:02:00Z", 0.0),
        ("2025-07-01T10:00:00Z", "2025-07-01T10:00:00Z", 0.0),
        # By the day only: the same day or the next may be any order.
        ("2025-07-01", "2025-07-01T23:00:00Z", 0.0),
        ("2025-07-01", "2025-07-02", 0.0),
        ("2025-07-01", "2025-07-03", 1.0),
        # Without zone: half a day may be none.
        ("2025-07-01T10:00:00", "2025-07-01T20:00:00Z", 0.0),
        ("2025-07-01T10:00:00", "2025-07-04T10:00:00Z", 1.0),
        ("yesterday", "2025-07-04T10:00:00Z", 0.0),
    ],
)  # fmt: skip
def test_claimed_dates(first: str, second: str, odds: float) -> None:
    found = decide(dated(SOURCE, first), dated(TARGET, second))
    assert total(found) == odds
    assert found.value == "unknown"  # dates alone are too easily invented


def test_equal_seconds_are_shown() -> None:
    found = decide(
        dated(SOURCE, "2025-07-01T10:00:05Z"), dated(TARGET, "2025-07-01T12:00:05+02:00")
    )
    assert [line.kind for line in found.evidence] == ["claimed-equal"]


def test_observed() -> None:
    early, late = "2025-07-01T10:00:00Z", "2025-07-05T10:00:00Z"
    assert total(decide(dated(SOURCE, None, early), dated(TARGET, None, late))) == 0.5
    existed = decide(dated(SOURCE, None, early), dated(TARGET, late, late))
    assert total(existed) == 2.0 and existed.value == "source-first"
    mirrored = decide(dated(SOURCE, late, late), dated(TARGET, None, early))
    assert mirrored.value == "target-first"


def test_excerpt_is_weak() -> None:
    assert total(decide(shares=(0.95, 0.3))) == 0.3
    assert total(decide(shares=(0.3, 0.95))) == -0.3
    assert total(decide(shares=(0.95, 0.9))) == 0


times = st.none() | st.sampled_from(
    ["2025-07-01", "2025-07-02T10:00:00Z", "2025-07-02T10:09:00Z", "2025-07-02T10:00:00",
     "2025-07-09T01:02:03+05:30", "soon", "2025-06-30T23:59:00-08:00"]
)  # fmt: skip
one_trace = st.builds(
    Trace,
    kind=st.sampled_from(["source-link", "canonical", "hotlink", "section-suffix", "told-outlet"]),
    value=st.sampled_from(["Port Ellery Post", "Copy Quay", "x"]),
    target_url=st.sampled_from([None, SOURCE.url, TARGET.url, "https://third.example/"]),
    target_site=st.sampled_from([None, SOURCE.site, TARGET.site, "third.example"]),
    strength=st.sampled_from(["strong", "medium", "weak"]),
)
some_traces = st.lists(one_trace, max_size=5).map(tuple)
shares = st.floats(0, 1)
FLIPPED = {"source-first": "target-first", "target-first": "source-first", "unknown": "unknown"}


@given(times, times, times, times, some_traces, some_traces, shares, shares)
def test_swapping_the_articles_turns_the_answer_around(
    published_a: str | None, published_b: str | None, observed_a: str | None,
    observed_b: str | None, traces_a: tuple[Trace, ...], traces_b: tuple[Trace, ...],
    share_a: float, share_b: float,
) -> None:  # fmt: skip
    a, b = dated(SOURCE, published_a, observed_a), dated(TARGET, published_b, observed_b)
    one = decide(a, b, traces_a, traces_b, (share_a, share_b))
    other = decide(b, a, traces_b, traces_a, (share_b, share_a))
    assert other.value == FLIPPED[one.value]
    assert other.confidence == one.confidence
    assert sorted(line.log_odds for line in one.evidence) == sorted(
        -line.log_odds for line in other.evidence
    )


def test_attribution() -> None:
    assert attribution(SOURCE, TARGET, ()) == "unattributed"
    assert attribution(SOURCE, TARGET, (PAGE,)) == "attributed"
    assert attribution(SOURCE, TARGET, (SITE,)) == "unattributed"  # a leftover says nothing openly
    mail = Trace("email-protected", "news@portellerypost.example", None, SOURCE.site, "strong")
    assert attribution(SOURCE, TARGET, (mail,)) == "unattributed"
    assert attribution(SOURCE, TARGET, (replace(PAGE, kind="syndication-source"),)) == "licensed"
    notice = replace(
        PAGE, kind="republish-notice", snippet="permission: Republished with permission"
    )
    assert attribution(SOURCE, TARGET, (PAGE, notice)) == "licensed"
    first = replace(notice, snippet="first-published: This article was first published by the Post")
    assert attribution(SOURCE, TARGET, (first,)) == "attributed"
    elsewhere = replace(notice, target_url="https://third.example/", target_site="third.example")
    assert attribution(SOURCE, TARGET, (elsewhere,)) == "unattributed"


def test_one_agency_on_both_pages_is_a_licence() -> None:
    credit = Trace("wire-credit", "reuters")
    assert attribution(SOURCE, TARGET, (credit,), (credit,)) == "licensed"
    assert attribution(SOURCE, TARGET, (credit,)) == "unattributed"
    agency = replace(SOURCE, site="reuters.com", url="https://reuters.com/a")
    assert attribution(agency, TARGET, (credit,)) == "licensed"


def test_names_source() -> None:
    assert names_source(PAGE, SOURCE) == "page"
    assert names_source(SITE, SOURCE) == "site"
    assert names_source(SITE, replace(SOURCE, images=(SITE.value,))) == "page"
    assert names_source(MEDIUM, SOURCE) == "name"
    assert names_source(PAGE, TARGET) is None
