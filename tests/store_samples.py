"""Values for the tests of the store and of what datasette shows of it."""

from __future__ import annotations

import dataclasses
from typing import Any

from provenance.models import (
    Article,
    Comparison,
    Direction,
    Evidence,
    Fingerprint,
    Match,
    Passage,
    Reason,
    Scores,
    Trace,
    Verdict,
)
from provenance.normalize import article_id, clean, digest, match_id, tokenize


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
    terms: tuple[str, ...] = ("bridge", "mayor"),
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
