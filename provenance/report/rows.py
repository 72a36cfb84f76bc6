"""Matches as the JSON contract has them: one shape for ``check``, ``compare``, ``show``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from provenance.models import Article, Comparison, Match, Verdict

_ARTICLE_FIELDS = (
    "id",
    "url",
    "title",
    "site",
    "byline",
    "published",
    "observed",
    "modified",
    "language",
    "words",
)


def article_row(article: Article) -> dict[str, Any]:
    """What names an article; not its text."""
    return {name: getattr(article, name) for name in _ARTICLE_FIELDS}


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """A verdict's own fields."""
    return {
        "relation": verdict.relation,
        "is_repost": verdict.is_repost,
        "is_reuse": verdict.is_reuse,
        "probability": verdict.probability,
        "direction": verdict.direction.value,
        "direction_confidence": round(verdict.direction.confidence, 4),
        "attribution": verdict.attribution,
    }


def comparison_row(comparison: Comparison, verdict: Verdict) -> dict[str, Any]:
    """Scores, passages, reasons and evidence of one comparison."""
    return {
        "scores": comparison.scores.asdict(),
        "passages": [passage.row() for passage in comparison.passages],
        "stretches": [stretch.row() for stretch in comparison.stretches],
        "reasons": [dataclasses.asdict(reason) for reason in verdict.reasons],
        "evidence": [dataclasses.asdict(line) for line in verdict.direction.evidence],
    }


def match_row(match: Match, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One match, whole, with the parameters that it was made with."""
    return {
        "id": match.id,
        **verdict_row(match.verdict),
        "source": article_row(match.source),
        "target": article_row(match.target),
        **comparison_row(match.comparison, match.verdict),
        "traces": [dataclasses.asdict(trace) for trace in match.traces],
        "channels": list(match.channels),
        "parameters": dict(parameters),
    }


def pair_row(
    name: Any, comparison: Comparison, verdict: Verdict, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """One row of ``compare --pairs``: two plain texts, of which nothing else is known."""
    nobody = {"id": None, "url": None, "title": None, "published": None}
    return {
        "id": name,
        **verdict_row(verdict),
        "source": {**nobody, "words": comparison.source_words},
        "target": {**nobody, "words": comparison.target_words},
        **comparison_row(comparison, verdict),
        "traces": [],
        "parameters": dict(parameters),
    }
