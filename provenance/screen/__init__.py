"""A page's bytes, skimmed, and an index in: whether any channel wants the page out. Pure.

Almost no page of a crawl stems from a known original, and extracting one costs twenty times what
a fast parser takes. So the channels are asked with the rough words of a page, and a page that none
wants is let go. The rules ask for more than those of ``candidates``, for what chance proposes costs
an extraction here: where fragments meet, the rare words between them must too, and an original that
shares rare words must be found again, by a good share of all its words, in a stretch of the page as
long as it is. What can't be skimmed, or says little, is wanted: "could not read" is never "no
match".
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from provenance import anchors, urls
from provenance.background import idf, rare_terms, term_keys
from provenance.config import LIMITS, Limits, Parameters
from provenance.languages import MARK, is_language_key, language_key, language_of, names
from provenance.models import Index
from provenance.normalize import sampled, tokenize, words_of
from provenance.screen.skim import Skim, skim

__all__ = ["VERSION", "Decision", "Screen", "Screened", "Skim", "skim"]

#: Of the rules: what was let go by older ones is looked at again.
VERSION = 1
#: Fragments that one original must share within so many words, over a stretch of so many words.
MIN_FRAGMENTS, NEAR, STRETCH = 2, 120, 16
#: Share of that stretch's rare words that the original must hold, and what they must weigh (nats):
#: by chance an original holds a few, and lines that sites print under articles have few.
MIN_LOCAL, MIN_WEIGHT = 0.6, 30.0
#: Originals that shared fragments, or rare words, propose.
PROPOSED = 4
#: Share of an original's rare words, weighed by how rare they are in news, that a stretch of the
#: page as long as it is must hold to be compared.
MIN_SHARE = 0.16
#: Names and numbers that an original in another language must share.
MIN_ANCHORS = 4
#: Links, and pictures, of a page that are looked up.
MAX_ADDRESSES = 60


class Screened(Index, Protocol):
    """What the screen asks of a collection, beside what the channels do."""

    def fragment_holders(self, hashes: Sequence[int], limit: int) -> dict[int, list[int]]: ...

    def terms_of(self, number: int) -> tuple[str, ...]: ...

    def sites(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a page must go the full way, and why, in a few words.

    ``compare``: originals (by ``fingerprints.number``) that rare words alone propose. Half of the
    pages about news have some, so they are worth a comparison with the rough text first.
    """

    wanted: bool
    why: str
    compare: tuple[int, ...] = ()


class Screen:
    """The rules, over one state of a collection of originals."""

    def __init__(self, index: Screened, parameters: Parameters, limits: Limits = LIMITS) -> None:
        self.index, self.parameters, self.limits = index, parameters, limits
        self.size = index.size()
        self.sites = index.sites()
        self.languages = frozenset(name for name in names() if index.held([language_key(name)]))

    def decide(self, page: Skim | None, url: str) -> Decision:
        """Whether a page goes the full way. ``page`` is None where it can't be skimmed."""
        if page is None:
            return Decision(True, "not skimmed")
        running = words_of(page.running)
        if len(running) < self.limits.min_words:
            return Decision(True, "little text")
        words = words_of("\n".join(page.pieces))
        language = language_of(running)
        if self._fragments(words, language):
            return Decision(True, "fragments")
        if why := self._traces(page, url):
            return Decision(True, why)
        if proposed := self._terms(rare_terms(words, language)):
            return Decision(True, "terms", proposed)
        if self.languages - {language} and self._anchors(page.running, language):
            return Decision(True, "names and numbers")
        return Decision(False, "no channel")

    # -- the channels --------------------------------------------------------------------------

    def _fragments(self, words: Sequence[str], language: str) -> bool:
        """Whether one original shares fragments that lie close together, and the rare words there.

        Stock phrases make fragments meet; what stands around them then differs.
        """
        of = self.parameters
        places: dict[int, int] = {}
        for place, value in sampled(words, of.fragment, of.fragment_modulus, of.seed):
            places.setdefault(value, place)
        held = self.index.fragment_holders(list(places), self.limits.bucket)
        shared: defaultdict[int, list[int]] = defaultdict(list)
        for value in sorted(held, key=places.__getitem__):
            for number in held[value]:
                shared[number].append(places[value])
        for number in _top({n: float(len(at)) for n, at in shared.items() if len(at) > 1}):
            if any(
                self._holds(number, words[first : last + of.fragment], language)
                for first, last in _stretches(shared[number])
            ):
                return True
        return False

    def _holds(self, number: int, words: Sequence[str], language: str) -> bool:
        """Whether an original holds most of the rare words of a stretch."""
        rare = rare_terms(words, language)
        held = frozenset(self.index.terms_of(number))
        total = sum(map(idf, rare))
        met = sum(idf(term) for term in rare if term in held)
        return met >= MIN_WEIGHT and met >= MIN_LOCAL * total

    def _terms(self, terms: Sequence[str]) -> tuple[int, ...]:
        """Originals of whose rare words a stretch of the page holds a good share."""
        keys = term_keys(terms)
        held = self.index.holders(list(dict.fromkeys(keys)), self.limits.term_bucket)
        weights = {key: math.log(1 + self.size / len(numbers)) for key, numbers in held.items()}
        whole: defaultdict[int, float] = defaultdict(float)
        for key, numbers in held.items():
            for number in numbers:
                whole[number] += weights[key]
        step = 2 * self.parameters.segment
        best: dict[int, float] = {}
        for first in range(0, len(keys), step):
            here: defaultdict[int, float] = defaultdict(float)
            for key in dict.fromkeys(keys[first : first + step]):
                for number in held.get(key, ()):
                    here[number] += weights[key]
            for number, weight in here.items():
                if weight > best.get(number, 0.0):
                    best[number] = weight
        proposed = dict.fromkeys([*_top(best), *_top(whole)])
        return tuple(n for n in proposed if share(terms, self.index.terms_of(n)) >= MIN_SHARE)

    def _anchors(self, text: str, language: str) -> bool:
        """Whether an original in another language shares names and numbers."""
        keys = [k for k in anchors.keys(tokenize(text), language) if not is_language_key(k)]
        shared: defaultdict[int, int] = defaultdict(int)
        for numbers in self.index.holders(keys, self.limits.term_bucket).values():
            for number in numbers:
                shared[number] += 1
        return any(count >= MIN_ANCHORS for count in shared.values())

    def _traces(self, page: Skim, url: str) -> str:
        """What points at an original, or at its site as the page's own; "" where nothing does."""
        index, limit = self.index, self.limits.bucket
        site = urls.site(url)
        declared = [a for href in page.declared if (a := urls.absolute(url, href))]
        foreign = {urls.site(address) for address in declared} - {"", site}
        if foreign & self.sites:
            return "declares an address of an original's site"
        own = [urls.canonical_url(address) for address in [url, *declared]]
        if index.by_urls(own, limit):
            return "an original's address"
        if index.by_slugs([s for a in own if (s := urls.slug(a))], limit):
            return "an original's slug"
        links = []
        for href in dict.fromkeys(page.links):
            if href.startswith(("http", "//")):
                target = urls.site(f"https:{href}" if href.startswith("//") else href)
                if target != site and target in self.sites:
                    links.append(href)
        found = [a for href in links[:MAX_ADDRESSES] if (a := urls.absolute(url, href))]
        if found and index.by_urls([urls.canonical_url(address) for address in found], limit):
            return "links an original"
        stems = {urls.image_stem(picture) for picture in page.pictures[:MAX_ADDRESSES]}
        if index.by_image_stems([stem for stem in stems if stem], limit):
            return "an original's picture"
        return ""


def _stretches(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Stretches between fragments that lie close together: the first place and the last."""
    last = 0
    for first, place in enumerate(places):
        last = max(last, first)
        while last + 1 < len(places) and places[last + 1] - place <= NEAR:
            last += 1
        if last - first + 1 >= MIN_FRAGMENTS and places[last] - place >= STRETCH:
            yield place, places[last]


def _top(scores: Mapping[int, float]) -> list[int]:
    return sorted(scores, key=lambda number: (-scores[number], number))[:PROPOSED]


def share(terms: Sequence[str], original: Sequence[str]) -> float:
    """The largest share of an original's rare words that a stretch of a page holds; the stretch
    has as many rare words as the original. Words weigh what they weigh in news (``idf``)."""
    wanted = {term for term in original if not term.startswith(MARK)}
    total = sum(map(idf, wanted))
    if not total:
        return 0.0
    length = max(24, sum(not term.startswith(MARK) for term in original))
    best = 0.0
    for first in range(0, max(1, len(terms) - length // 2), max(1, length // 2)):
        held = wanted.intersection(terms[first : first + length])
        best = max(best, sum(map(idf, held)))
    return best / total
