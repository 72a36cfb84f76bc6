"""The views: what people ask of the database."""

from __future__ import annotations

from typing import Any

from store_samples import article, filled, fingerprint, match

from provenance.models import Direction, Evidence, Trace
from provenance.store import Store


def test_views_show_what_people_ask_for(store: Store) -> None:
    first, second, copy = filled(store)
    later = article("later", published="2025-07-01T10:30:00+00:00")
    dated = article("dated", published="2025-06-30", observed=None)
    local = article("local", published="2025-07-01T10:30:00")
    unknown = article("unknown", published=None, observed=None)
    for page in (later, dated, local, unknown):
        store.add_article(page, "crawled", None, ())
        store.add_match(match(first, page, relation="verbatim"), 1)
    store.add_match(match(second, copy, probability=0.5, is_repost=False), 1)

    reposts = list(store.db["reposts"].rows)
    assert len(reposts) == 5 and reposts[0]["source_url"] == first.url
    network = {row["target_site"]: row for row in store.db["repost_network"].rows}
    assert network["gamma.example"]["reposts"] == 1
    assert network["later.example"]["verbatim"] == 1
    assert network["later.example"]["median_lag_minutes"] == 30
    assert network["local.example"]["median_lag_minutes"] is None
    assert network["local.example"]["lags_known"] == 0
    top = {row["target_site"]: row for row in store.db["top_reposters"].rows}
    assert top["dated.example"]["unattributed_pages"] == 1
    # Of one time by their writing: in order of their ids.
    ids = {"later.example": (later.id, 30), "local.example": (local.id, None)}
    tied = [(site, ids[site][1]) for site in sorted(ids, key=lambda site: ids[site][0])]
    lags = [
        (row["target_site"], row["lag_minutes"], row["copy"], row["target_time_is"])
        for row in store.db["timeline"].rows
        if row["source_id"] == first.id
    ]
    assert lags == [
        # A bare day, or an hour of no known zone, can't be subtracted to the minute.
        ("dated.example", None, 1, "claimed"),
        ("gamma.example", 0, 2, "claimed"),
        *((site, lag, place, "claimed") for place, (site, lag) in enumerate(tied, 3)),
        ("unknown.example", None, 5, None),
    ]


def test_sources_that_are_not_registered(store: Store) -> None:
    first, _, _ = filled(store)
    page = "https://third.example/news/1"
    strong = Trace("source-link", "Source", page, "third.example", "strong")
    known = Trace("canonical", first.url, first.url, first.site, "strong")
    weak = Trace("hotlink", "https://other.example/a.jpg", None, "other.example", "weak")
    for name in ("one", "two"):
        store.add_article(article(name), "crawled", None, (strong, known, weak))
    rows = [row for row in store.db["unknown_sources"].rows if row["source_site"] != "a.example"]
    assert rows == [
        {
            "source_site": "third.example", "pages": 2, "sites": 2, "kinds": "source-link",
            "example_source": page, "example_page": "https://www.one.example/news/one.html",
        }
    ]  # fmt: skip
    store.add_article(article("third"), "original", None, ())
    assert "third.example" not in {row["source_site"] for row in store.db["unknown_sources"].rows}


def test_who_takes_from_whom_how_fast_and_how_openly(store: Store) -> None:
    run = store.begin_run("scan", {})
    minutes = (2, 10, 40, 90)
    for number, minute in enumerate(minutes):
        source = article(f"alpha{number}", site="alpha.example")
        at = f"2025-07-01T{12 + minute // 60}:{minute % 60:02}:00+02:00"
        target = article(f"beta{number}", site="beta.example", published=at)
        for page in (source, target):
            store.add_article(page, "crawled", None, ())
        how = ("licensed", "attributed", "unattributed", "unattributed")[number]
        store.add_match(match(source, target, attribution=how), run)
    (row,) = store.db["repost_network"].rows
    assert (row["reposts"], row["lags_known"], row["median_lag_minutes"]) == (4, 4, 25)
    assert (row["licensed"], row["attributed"], row["unattributed"]) == (1, 1, 2)
    assert row["share_attributed"] == 0.5


def test_what_a_person_must_decide(store: Store) -> None:
    source = article("alpha")
    store.add_article(source, "original", fingerprint(source), ())
    run = store.begin_run("scan", {})

    def found(name: str, *odds: float, **changes: Any) -> None:
        target = article(name)
        store.add_article(target, "crawled", None, ())
        ledger = tuple(Evidence("claimed", value, "By its date.") for value in odds)
        value = changes.pop("direction", "unknown")
        made = match(source, target, direction=Direction(value, 0.5, ledger), **changes)
        store.add_match(made, run)

    found("plain")
    found("sure", 4.0, direction="source-first")
    found("close", probability=0.88)
    found("earlier", -1.0, is_repost=False)
    found("torn", 4.0, -4.0)
    found("wire", relation="common-source", is_repost=False)
    found("quote", relation="quote", is_reuse=False, is_repost=False, probability=0.6)
    found("cites", relation="cites", is_reuse=False, is_repost=False, probability=0.02)
    asked = {
        row["target_site"].split(".")[0]: row["unsure_of"].split(":")[0]
        for row in store.db["needs_review"].rows
    }
    assert asked == {
        "close": "probability",
        "earlier": "who was first",
        "torn": "who was first",
        "quote": "probability",
    }
    torn = next(r for r in store.db["needs_review"].rows if r["target_site"] == "torn.example")
    assert torn["reasons"] == "212 words in a row are the same. Two."
