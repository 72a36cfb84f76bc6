"""Fingerprint and traces in, originals worth comparing out: the union of four channels.

Cheap and generous: a channel only proposes, the comparison decides. Each candidate remembers
which channels proposed it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from provenance.background import term_keys
from provenance.config import LIMITS, Limits, Parameters
from provenance.languages import MARK, is_language_key, language_key, names
from provenance.models import Candidate, Channel, Fingerprint, Index

#: Weight (nats) of shared names and numbers from which a text of another language is compared.
ANCHOR_NATS = 2.0
#: Shared fragments from which an original is worth a comparison: one may be a stock phrase.
MIN_FRAGMENTS = 2
#: Holders of the one key that an original must share, by weight, to be worth a comparison.
FEW = 2
#: So many such keys, by weight, does an original share that is worth one for rare words alone, when
#: it is not among the first ``CLEAR``.
SLIGHT = 1.75
CLEAR = 3
#: Originals that may hold as much of a segment as the source does, and still tell it from a crowd.
CROWD = 5
#: How much more the place by the best segment counts than that by the whole text.
PASSAGE = 3.0
#: Rare words that an original must have among the letters of a text, and originals so proposed.
MIN_GUESSED, MAX_GUESSED = 8, 5
# The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009).
_FUSION = 60


def find(
    fingerprint: Fingerprint | None,
    index: Index,
    parameters: Parameters,
    *,
    urls: Sequence[str] = (),
    stems: Sequence[str] = (),
    slugs: Sequence[str] = (),
    guesses: Sequence[str] = (),
    limits: Limits = LIMITS,
) -> list[Candidate]:
    """Originals that may be the source, best first, at most ``limits.candidates``.

    ``urls`` are canonical URLs that the page's traces name; ``stems`` are names of its images,
    ``slugs`` the words that its address ends in; ``guesses`` are runs of its letters that may be
    rare words, where its own words are not to be trusted.
    Originals whose URL is named come first, and up to ``limits.bucket`` of them stay even where
    that is more than ``limits.candidates``. The channels, shared images and slugs among them, have
    what is left by reciprocal rank, so that no channel's scale rules.
    """
    named = dict.fromkeys(index.by_urls(urls, limits.bucket))
    shown = index.by_image_stems(stems, limits.bucket)
    alike = index.by_slugs(slugs, limits.bucket)
    slight: set[str] = set()
    proposals: dict[Channel, list[str]] = {"traces": list(dict.fromkeys([*named, *shown, *alike]))}
    if fingerprint is not None:
        proposals["minhash"] = _ranked(index.by_bands(fingerprint.bands, limits.bucket), 1)
        proposals["fragments"] = _ranked(
            index.by_fragments(fingerprint.fragments, limits.bucket, MIN_FRAGMENTS), MIN_FRAGMENTS
        )
        words = [term for term in fingerprint.terms if not term.startswith(MARK)]
        shared = by_terms(words, index, parameters.segment, limits)
        across = _across(fingerprint.terms, index, limits)
        guessed = _guessed(guesses, index, limits)
        proposals["terms"] = [*guessed, *shared, *across]
        slight = {
            source_id
            for place, (source_id, weight) in enumerate(shared.items())
            if place >= CLEAR and weight < SLIGHT
        }.difference(across, guessed)

    ranks: dict[str, float] = {}
    channels: dict[str, list[Channel]] = {}
    for channel, ids in proposals.items():
        for place, source_id in enumerate(dict.fromkeys(ids)):
            # A named original outranks everything.
            traced = channel == "traces" and source_id in named
            gain = 1.0 if traced else 1.0 / (_FUSION + place)
            ranks[source_id] = ranks.get(source_id, 0.0) + gain
            channels.setdefault(source_id, []).append(channel)
    ordered = sorted(ranks, key=lambda source_id: (-ranks[source_id], source_id))
    most = max(limits.candidates, min(len(named), limits.bucket))
    return [
        Candidate(
            source_id,
            tuple(sorted(channels[source_id])),
            ranks[source_id],
            slight=source_id in slight and channels[source_id] == ["terms"],
        )
        for source_id in ordered[:most]
    ]


def _weights(held: Mapping[str, Sequence[int]], size: int) -> dict[str, float]:
    """What each key weighs that some of ``size`` originals hold: the fewer, the more."""
    return {key: math.log(1 + size / len(numbers)) for key, numbers in held.items()}


def _summed(held: Mapping[str, Sequence[int]], weights: Mapping[str, float]) -> dict[int, float]:
    """What each original has of the keys, by weight."""
    shared: dict[int, float] = {}
    for key, numbers in held.items():
        for number in numbers:
            shared[number] = shared.get(number, 0.0) + weights[key]
    return shared


def _guessed(guesses: Sequence[str], index: Index, limits: Limits) -> list[str]:
    """Originals of whose rare words many stand somewhere among the letters of a text."""
    if not guesses:
        return []
    held = index.holders(guesses, limits.term_bucket)
    shared = _summed(held, _weights(held, index.size()))
    count = Counter(chain.from_iterable(held.values()))
    kept = [number for number in shared if count[number] >= MIN_GUESSED]
    rows = [(source_id, shared[number]) for number, source_id in index.ids(kept).items()]
    return _ranked(rows, 0.0)[:MAX_GUESSED]


def _across(terms: Sequence[str], index: Index, limits: Limits) -> list[str]:
    """Originals that share names and numbers, where there are some in other languages at all."""
    anchors = [term for term in terms if term.startswith(MARK) and not is_language_key(term)]
    others = [key for key in map(language_key, names()) if key not in terms]
    if not anchors or not index.held(others):
        return []
    held = index.holders(list(dict.fromkeys(anchors)), limits.term_bucket)
    shared = _summed(held, _weights(held, index.size()))
    kept = [number for number, weight in shared.items() if weight >= ANCHOR_NATS]
    rows = [(source_id, shared[number]) for number, source_id in index.ids(kept).items()]
    return _ranked(rows, ANCHOR_NATS)[: limits.term_candidates]


def by_terms(
    terms: Sequence[str], index: Index, segment: int, limits: Limits = LIMITS
) -> dict[str, float]:
    """Originals that share rare words, or pairs of neighbouring ones, with the text; best first.

    Each with what it shares with its best segment: 1 is the weight of a key that ``FEW`` hold.

    A reused passage is lost in the rare words of a long text, so the text is read in segments of
    ``segment`` rare words each. A shared word or pair weighs ``log(1 + N / df)``, N the originals
    and df those that hold it. An original has two places, which are joined by reciprocal rank: by
    what it shares with the text as a whole, and by how far it stands out from the crowd in its
    best segment (how much more it shares than the original at place ``CROWD`` after the first).
    The first place finds a source of which there are many copies, the second finds a passage in a
    long text, and counts ``PASSAGE`` times. Less than one key that ``FEW`` originals hold, in the
    best segment, is chance.
    """
    segments = [term_keys(terms[i : i + segment + 1]) for i in range(0, len(terms), segment)]
    held = index.holders(list(dict.fromkeys(term_keys(terms))), limits.term_bucket)
    size = index.size()
    weights = _weights(held, size)
    whole = _summed(held, weights)
    best: dict[int, float] = {}
    apart: dict[int, float] = {}
    for keys in segments:
        shared: dict[int, float] = {}
        for key in dict.fromkeys(keys):
            for number in held.get(key, ()):
                shared[number] = shared.get(number, 0.0) + weights[key]
        crowd = sorted(shared.values(), reverse=True)[CROWD : CROWD + 1] or [0.0]
        for number, weight in shared.items():
            best[number] = max(best.get(number, 0.0), weight)
            apart[number] = max(apart.get(number, -math.inf), weight - crowd[0])
    first, second = _places(whole), _places(apart)
    unit = math.log(1 + size / FEW)
    ranks = {
        number: 1 / (_FUSION + first[number]) + PASSAGE / (_FUSION + second[number])
        for number, weight in best.items()
        if weight >= unit
    }
    # Ties go by article id, so all that are as good as the last one are named.
    last = sorted(ranks.values(), reverse=True)[: limits.term_candidates][-1:] or [0.0]
    kept = [number for number, rank in ranks.items() if rank >= last[0]]
    names = index.ids(kept)
    ordered = _ranked([(names[number], ranks[number]) for number in names], 0.0)
    shares = {source_id: best[number] / unit for number, source_id in names.items()}
    return {source_id: shares[source_id] for source_id in ordered[: limits.term_candidates]}


def _places(scores: Mapping[int, float]) -> dict[int, int]:
    """The place of each, from 0; equals share a place."""
    places: dict[int, int] = {}
    before, place = math.inf, 0
    for i, number in enumerate(sorted(scores, key=lambda number: -scores[number])):
        if scores[number] < before:
            before, place = scores[number], i
        places[number] = place
    return places


def _ranked(rows: Sequence[tuple[str, float]], least: float) -> list[str]:
    kept = [row for row in rows if row[1] >= least]
    return [source_id for source_id, _ in sorted(kept, key=lambda row: (-row[1], row[0]))]
