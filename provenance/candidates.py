"""Fingerprint and traces in, originals worth comparing out: the union of four channels.

Cheap and generous: a channel only proposes, the comparison decides. Each candidate remembers
which channels proposed it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from provenance.config import LIMITS, Limits, Parameters
from provenance.models import Candidate, Channel, Fingerprint, Index

#: Shared fragments from which an original is worth a comparison: one may be a stock phrase.
MIN_FRAGMENTS = 2
#: Shared rare terms' weight (nats) from which an original is worth a comparison.
MIN_TERM_WEIGHT = 2.0


def find(
    fingerprint: Fingerprint | None,
    index: Index,
    parameters: Parameters,
    *,
    urls: Sequence[str] = (),
    stems: Sequence[str] = (),
    limits: Limits = LIMITS,
) -> list[Candidate]:
    """Originals that may be the source, best first, at most ``limits.candidates``.

    ``urls`` are canonical URLs that the page's traces name; ``stems`` are names of its images.
    Traced originals come first and are never cut off; the other channels share what is left by
    reciprocal rank (Cormack, Clarke and Büttcher 2009), so that no channel's scale rules.
    """
    proposals: dict[Channel, list[str]] = {
        "traces": [*index.by_urls(urls), *index.by_image_stems(stems)]
    }
    if fingerprint is not None:
        proposals["minhash"] = _ranked(index.by_bands(fingerprint.bands, limits.bucket), 1)
        proposals["fragments"] = _ranked(
            index.by_fragments(fingerprint.fragments, limits.bucket), MIN_FRAGMENTS
        )
        chosen = rarest(fingerprint.terms, index, parameters.terms, limits.bucket)
        proposals["terms"] = _ranked(index.by_terms(chosen, limits.bucket), MIN_TERM_WEIGHT)

    ranks: dict[str, float] = {}
    channels: dict[str, list[Channel]] = {}
    for channel, ids in proposals.items():
        for place, source_id in enumerate(dict.fromkeys(ids)):
            # 60 is the constant of the cited paper; a traced original outranks everything.
            gain = 1.0 if channel == "traces" else 1.0 / (60 + place)
            ranks[source_id] = ranks.get(source_id, 0.0) + gain
            channels.setdefault(source_id, []).append(channel)
    ordered = sorted(ranks, key=lambda source_id: (-ranks[source_id], source_id))
    most = max(limits.candidates, len(set(proposals["traces"])))
    return [
        Candidate(source_id, tuple(sorted(channels[source_id])), ranks[source_id])
        for source_id in ordered[:most]
    ]


def rarest(terms: Sequence[str], index: Index, count: int, limit: int) -> list[str]:
    """The ``count`` terms that are rarest in the collection, among those that it holds at all.

    Terms that more than ``limit`` originals hold are left out, unless the collection is so small
    that this leaves nothing of use.
    """
    held = index.document_frequencies(terms)
    order = {term: place for place, term in enumerate(terms)}
    known = [term for term in order if 0 < held.get(term, 0) <= limit]
    total = math.log1p(index.size())
    known.sort(key=lambda term: (math.log1p(held[term]) / max(total, 1.0), order[term]))
    return known[:count]


def _ranked(rows: Sequence[tuple[str, float]], least: float) -> list[str]:
    kept = [row for row in rows if row[1] >= least]
    return [source_id for source_id, _ in sorted(kept, key=lambda row: (-row[1], row[0]))]
