"""A page's bytes, skimmed, and an index in: whether any channel wants the page out. Pure.

Almost no page of a crawl stems from a known original, and extracting one costs ten times what a
fast parser takes. So the channels are asked with the rough words of a page, and a page that none
wants is let go. What copying leaves beside the text (its address, links, pictures) wants a page at
once. Shared fragments and rare words only propose originals: the page's rough text is to be held
against those before anything is extracted (``matching.screened``), so the rules here may be loose.
What can't be skimmed, or says little, is wanted: "could not read" is never "no match".
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from provenance import anchors, urls
from provenance.background import idf, rare_terms, term_keys
from provenance.config import LIMITS, Limits, Parameters
from provenance.languages import MARK, is_language_key, language_key, language_of, names
from provenance.models import Index
from provenance.normalize import sampled, tokenize, words_of
from provenance.screen.skim import Skim, is_running, skim

__all__ = ["VERSION", "Decision", "Screen", "Screened", "Skim", "skim"]

#: Of the rules: what was let go by older ones is looked at again.
VERSION = 2
#: Fragments that one original must share within so many words, over a stretch of so many words.
MIN_FRAGMENTS, NEAR, STRETCH = 2, 120, 10
#: Originals that are looked at for shared rare words, by the best stretch and by the whole page.
LOOKED_AT = 8
#: Share of an original's rare words, weighed by how rare they are in news, that a stretch of the
#: page as long as it is must hold to be compared.
MIN_SHARE = 0.12
#: Originals that are compared for shared fragments, and for shared rare words.
COMPARED = 4, 5
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

    ``copied``, ``retold``: originals (by ``fingerprints.number``), best first, that fragments and
    rare words propose: with any, the page is wanted if its rough text may derive from one.
    """

    wanted: bool
    why: str
    copied: tuple[int, ...] = ()
    retold: tuple[int, ...] = ()


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
        words: list[str] = []
        running: list[str] = []
        for piece in page.pieces:
            found = words_of(piece)
            words += found
            if is_running(piece):
                running += found
        if len(running) < self.limits.min_words:
            return Decision(True, "little text")
        if why := self._traces(page, url):
            return Decision(True, why)
        language = language_of(running)
        if self.languages - {language} and self._anchors(page.running, language):
            return Decision(True, "names and numbers")
        copied = self._fragments(words)
        retold = [n for n in self._terms(rare_terms(words, language)) if n not in copied]
        if copied:
            return Decision(True, "fragments", copied, tuple(retold))
        if retold:
            return Decision(True, "terms", (), tuple(retold))
        return Decision(False, "no channel")

    # -- the channels --------------------------------------------------------------------------

    def _fragments(self, words: Sequence[str]) -> tuple[int, ...]:
        """Originals that share fragments which lie close together."""
        of = self.parameters
        places: dict[int, int] = {}
        for place, value in sampled(words, of.fragment, of.fragment_modulus, of.seed):
            places.setdefault(value, place)
        held = self.index.fragment_holders(list(places), self.limits.bucket)
        shared: defaultdict[int, list[int]] = defaultdict(list)
        for value in sorted(held, key=places.__getitem__):
            for number in held[value]:
                shared[number].append(places[value])
        near = {number: float(_together(at)) for number, at in shared.items() if len(at) > 1}
        return tuple(_top({n: count for n, count in near.items() if count}, COMPARED[0]))

    def _terms(self, terms: Sequence[str]) -> list[int]:
        """Originals of whose rare words a stretch of the page holds a good share, best first."""
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
        shares = {
            number: share(terms, self.index.terms_of(number))
            for number in dict.fromkeys([*_top(best, LOOKED_AT), *_top(whole, LOOKED_AT)])
        }
        return _top({n: held for n, held in shares.items() if held >= MIN_SHARE}, COMPARED[1])

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


def _together(places: Sequence[int]) -> int:
    """The most fragments that lie close together, of places in order; 0 where too few do."""
    most = last = 0
    for first, place in enumerate(places):
        last = max(last, first)
        while last + 1 < len(places) and places[last + 1] - place <= NEAR:
            last += 1
        if last - first + 1 >= MIN_FRAGMENTS and places[last] - place >= STRETCH:
            most = max(most, last - first + 1)
    return most


def _top(scores: Mapping[int, float], count: int) -> list[int]:
    return sorted(scores, key=lambda number: (-scores[number], number))[:count]


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
