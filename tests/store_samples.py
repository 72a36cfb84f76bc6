"""Values for the tests of the store and of what datasette shows of it."""

from __future__ import annotations

import dataclasses
from typing import Any

from provenance.models import (
    Article,
    Capture,
    Comparison,
    Direction,
    Evidence,
    Failure,
    Fingerprint,
    InputAccount,
    Match,
    Passage,
    Reason,
    Scores,
    Trace,
    Verdict,
)
from provenance.normalize import article_id, clean, digest, match_id, tokenize
from provenance.store import Line, Store

# fmt: off
DESIGNED = [
    "captures", "articles", "texts", "fingerprints", "unindexed", "traces", "links", "matches",
    "passages", "reasons", "direction_evidence", "inputs", "failures", "runs", "relations",
    "screened", "boilerplate", "aliases", "visits", "reviews",
]
# fmt: on


def article(name: str, text: str = "", **changes: Any) -> Article:
    """An article of its own site, with a text of its own unless one is given."""
    text = text or f"The mayor of {name} opened the bridge on Monday, said {name} council."
    url = f"https://www.{name}.example/news/{name}.html"
    canonical = f"https://{name}.example/news/{name}.html"
    hashed = digest(tokenize(clean(text)))
    made = Article(
        id=article_id(canonical, hashed),
        url=url,
        canonical_url=canonical,
        site=f"{name}.example",
        title=f"Bridge opened in {name}",
        text=text,
        digest=hashed,
        words=len(text.split()),
        byline="A. Writer",
        published="2025-07-01T10:00:00+00:00",
        observed="2025-07-01T12:00:00Z",
        language="en",
    )
    return dataclasses.replace(made, **changes)


def fingerprint(
    of: Article,
    bands: tuple[int, ...] = (1, -2, 2**63 - 1, -(2**63)),
    fragments: tuple[int, ...] = (10, 11, 12),
    terms: tuple[str, ...] = ("bridge", "weir"),
) -> Fingerprint:
    """A fingerprint with small, readable keys."""
    return Fingerprint(of.digest, b"\x00\x01sig", bands, fragments, terms)


TRACES = (
    Trace("link", "https://a.example/x", "https://a.example/x", "a.example", "strong", "via A"),
    Trace("leftover", "Read more:", None, None, "weak", ""),
)


def match(source: Article, target: Article, **changes: Any) -> Match:
    """A match with one of everything; ``changes`` are of the verdict."""
    verdict = Verdict(
        relation="edited",
        probability=0.95,
        is_reuse=True,
        is_repost=True,
        direction=Direction(
            "source-first", 0.9, (Evidence("claimed-time", 1.5, "The source is 2 h older."),)
        ),
        attribution="unattributed",
        reasons=(Reason("long-run", "212 words in a row are the same."), Reason("b", "Two.")),
    )
    values = {field.name: i / 20 for i, field in enumerate(dataclasses.fields(Scores), 1)}
    return Match(
        id=match_id(source.id, target.id),
        source=source,
        target=target,
        comparison=Comparison(
            scores=Scores(**values),
            passages=(Passage(0, 20, 5, 20, "exact"), Passage(30, 9, 40, 11, "reworded")),
            features={},
            target_words=target.words,
            source_words=source.words,
        ),
        verdict=dataclasses.replace(verdict, **changes),
        traces=TRACES,
        channels=("minhash", "fragments"),
    )


def count(store: Store, table: str) -> int:
    return int(store.conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def dump(store: Store) -> dict[str, list[Any]]:
    """Every row of every table, clocks aside."""
    return {
        table: [
            {
                k: v
                for k, v in row.items()
                if k not in ("started", "ended", "found", "decided", "at")
            }
            for row in store.db[table].rows
        ]
        for table in DESIGNED
    }


def filled(store: Store) -> tuple[Any, Any, Any]:
    """Two originals, one copy of the first, a match; one row at least in every table."""
    first, second, copy = article("alpha"), article("beta"), article("gamma")
    first = dataclasses.replace(
        first,
        links=("https://other.example/a", "https://other.example/b"),
        images=(
            "https://cdn.example/AFP__a-1751569992-770x513.jpg",
            "https://cdn.example/logo.png",
        ),
        aliases=("https://alpha.example/?p=1",),
    )
    run = store.begin_run("scan", {"inputs": ["crawl.warc.gz"], "jobs": 2})
    account = InputAccount("crawl.warc.gz", "warc", 3, 17, True)
    source = store.add_input(run, account, digest="d1", size=99)
    capture = store.add_capture(
        Capture(
            "https://u:p@gamma.example/?token=abc&x=1",
            b"<html>",
            "https://gamma.example/",
            200,
            (("Content-Type", "text/html"), ("Set-Cookie", "secret"), ("Authorization", "secret")),
            "2025-07-02T00:00:00Z",
            redirects=("https://gamma.example/?sig=abc",),
        ),
        file="crawl.warc.gz",
        offset=10,
        length=20,
    )
    store.add_screened(capture, "no shared fragments", input_id=source)
    store.note_visit("list.txt", "https://gamma.example/?token=abc&x=1", capture)
    assert store.add_article(first, "original", fingerprint(first), ())
    assert store.add_article(second, "original", fingerprint(second, (1,), (10,), ("weir",)), ())
    assert store.add_article(
        copy, "crawled", fingerprint(copy), TRACES, input_id=source, capture_id=capture
    )
    store.add_match(match(first, copy), run)
    store.decide(match(first, copy).id, "confirmed", note="Same typos", reviewer="Ada")
    store.add_failure(run, Failure("https://x.example/?pwd=1", "fetch", "timeout", "slow"), source)
    store.add_relations([("alpha.example", "beta.example", "owner")])
    store.replace_learned([Line(5, "alpha.example", "Sign up here.", 3, 9, 1)], articles=3)
    store.finish_input(source, account)
    store.end_run(run, {"matches": 1})
    return first, second, copy


def whole_text_index(store: Store) -> None:
    """Raises when the full-text index doesn't hold exactly the stored titles and texts."""
    store.conn.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
