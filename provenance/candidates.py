"""Fingerprint and traces in, originals worth comparing out: the union of four channels.

Cheap and generous: a channel only proposes, the comparison decides. Each candidate remembers
which channels proposed it.
"""

from __future__ import annotations

from collections.abc import Sequence

from provenance.anchors import MARK, language_key
from provenance.config import LIMITS, Limits, Parameters
from provenance.languages import names
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
    Originals whose URL is named come first, and up to ``limits.bucket`` of them stay even where
    that is more than ``limits.candidates``. The channels, shared images among them, have what is
    left by reciprocal rank (Cormack, Clarke and Büttcher 2009), so that no channel's scale rules.
    """
    named = dict.fromkeys(index.by_urls(urls, limits.bucket))
    shown = index.by_image_stems(stems, limits.bucket)
    proposals: dict[Channel, list[str]] = {
        "traces": [*named, *(source_id for source_id in shown if source_id not in named)]
    }
    if fingerprint is not None:
        proposals["minhash"] = _ranked(index.by_bands(fingerprint.bands, limits.bucket), 1)
        proposals["fragments"] = _ranked(
            index.by_fragments(fingerprint.fragments, limits.bucket), MIN_FRAGMENTS
        )
        words = [term for term in fingerprint.terms if not term.startswith(MARK)]
        chosen = rarest(words, index, parameters.terms, limits.bucket)
        proposals["terms"] = _ranked(index.by_terms(chosen, limits.bucket), MIN_TERM_WEIGHT)[
            : limits.term_candidates
        ]
        proposals["terms"] += _across(fingerprint.terms, index, parameters, limits)

    ranks: dict[str, float] = {}
    channels: dict[str, list[Channel]] = {}
    for channel, ids in proposals.items():
        for place, source_id in enumerate(dict.fromkeys(ids)):
            # 60 is the constant of the cited paper; a named original outranks everything.
            traced = channel == "traces" and source_id in named
            gain = 1.0 if traced else 1.0 / (60 + place)
            ranks[source_id] = ranks.get(source_id, 0.0) + gain
            channels.setdefault(source_id, []).append(channel)
    ordered = sorted(ranks, key=lambda source_id: (-ranks[source_id], source_id))
    most = max(limits.candidates, min(len(named), limits.bucket))
    return [
        Candidate(source_id, tuple(sorted(channels[source_id])), ranks[source_id])
        for source_id in ordered[:most]
    ]


def _across(
    terms: Sequence[str], index: Index, parameters: Parameters, limits: Limits
) -> list[str]:
    """Originals that share names and numbers, where there are some in other languages at all."""
    anchors = [term for term in terms if term.startswith(MARK)]
    others = [key for key in map(language_key, names()) if key not in anchors]
    if not anchors or not any(index.document_frequencies(others, 1).values()):
        return []
    chosen = rarest(anchors, index, parameters.terms, limits.bucket)
    ranked = _ranked(index.by_terms(chosen, limits.bucket), MIN_TERM_WEIGHT)
    return ranked[: limits.term_candidates]


def rarest(terms: Sequence[str], index: Index, count: int, limit: int) -> list[str]:
    """The ``count`` terms that are rarest in the collection, among those that it holds at all.

    Terms that more than ``limit`` originals hold are left out, whatever is left. Of equally rare
    terms the one given first is first.
    """
    held = index.document_frequencies(terms, limit)
    known = [term for term in dict.fromkeys(terms) if 0 < held.get(term, 0) <= limit]
    known.sort(key=lambda term: held[term])
    return known[:count]


def _ranked(rows: Sequence[tuple[str, float]], least: float) -> list[str]:
    kept = [row for row in rows if row[1] >= least]
    return [source_id for source_id, _ in sorted(kept, key=lambda row: (-row[1], row[0]))]
