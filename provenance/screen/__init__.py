"""A page's bytes, skimmed, and an index in: whether any channel wants the page out. Pure.

Almost no page of a crawl stems from a known original, and extracting one costs ten times what a
fast parser takes. So the channels are asked with the rough words of a page, and a page that none
wants is let go. What copying leaves beside the text (its address, links, pictures) wants a page at
once. Shared fragments and rare words only propose originals: the page's rough text is to be held
against those before anything is extracted (``matching.screened``), so the rules here may be loose.
What can't be skimmed, or says little, is wanted: "could not read" is never "no match".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Protocol

from provenance import anchors, disguise, urls
from provenance.background import Places, term_keys, words_and_terms
from provenance.config import LIMITS, Limits, Parameters
from provenance.languages import is_language_key, language_key, names
from provenance.models import Index
from provenance.normalize import sampled, tokenize
from provenance.screen.skim import Skim, skim

__all__ = ["VERSION", "Decision", "Screen", "Screened", "Skim", "skim"]

#: Of the rules: what was let go by older ones is looked at again.
VERSION = 4
#: Fragments that one original must share within so many words, over a stretch of so many words.
MIN_FRAGMENTS, NEAR, STRETCH = 2, 120, 10
#: Originals that are looked at for shared rare words, by the best stretch and by the whole page.
#: Of 345 sources that rare words alone found, among 56,763, 330 came first by the best stretch.
LOOKED_AT = 6, 2
#: Share of an original's rare words, weighed by how rare they are in news, that a stretch of the
#: page as long as it is must hold to be compared.
MIN_SHARE = 0.12
#: The same where a stretch shares fewer keys of the index than so many.
FEW_KEYS_SHARE, MIN_KEYS = 0.15, 3
#: Originals that are compared for shared fragments, and for shared rare words.
COMPARED = 4, 5
#: Names and numbers that an original in another language must share.
MIN_ANCHORS = 4
#: Links, and pictures, of a page that are looked up.
MAX_ADDRESSES = 60
# A link to some host, and that host.
_ELSEWHERE = re.compile(r"\s*(?:https?:)?//([^/?#\s]+)", re.IGNORECASE)


class Screened(Index, Protocol):
    """What the screen asks of a collection, beside what the channels do."""

    def fragment_holders(self, hashes: Sequence[int], limit: int) -> dict[int, list[int]]: ...

    def terms_of(self, numbers: Sequence[int]) -> dict[int, list[str]]: ...

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
        words, language, terms = words_and_terms(page.running)
        if len(words) < self.limits.min_words:
            return Decision(True, "little text")
        if why := self._traces(page, url):
            return Decision(True, why)
        if self.languages - {language} and self._anchors(page.running, language):
            return Decision(True, "names and numbers")
        copied = self._fragments(words)
        retold = [n for n in self._terms(terms) if n not in copied]
        if copied:
            return Decision(True, "fragments", copied, tuple(retold))
        if retold:
            return Decision(True, "terms", (), tuple(retold))
        if disguise.may_be(page.running, words, language):
            return Decision(True, "words written otherwise")
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
        keys = [key if key in held else "" for key in keys]
        nearest = self._nearest(keys, held)
        page = Places(terms)
        kept: dict[int, float] = {}
        for number, own in self.index.terms_of(list(nearest)).items():
            least = MIN_SHARE if nearest[number] >= MIN_KEYS else FEW_KEYS_SHARE
            if (share := page.share(own, least)) >= least:
                kept[number] = share
        return _top(kept, COMPARED[1])

    def _nearest(self, keys: Sequence[str], held: Mapping[str, Sequence[int]]) -> dict[int, int]:
        """Originals that share most with one stretch of the page, and with all of it, and how many
        keys they share with one. ``keys`` in text order; "" for one that none holds."""
        import numpy as np

        if not held:
            return {}
        step = 2 * self.parameters.segment
        # Each key once in each stretch that has it, and once for the page.
        stretches: list[tuple[int, str]] = [(0, key) for key in held]
        for at, first in enumerate(range(0, len(keys), step), 1):
            stretches += [(at, key) for key in dict.fromkeys(keys[first : first + step]) if key]
        counts = np.array([len(held[key]) for _, key in stretches])
        weights = np.repeat(np.log(1 + self.size / counts), counts)
        rows = np.repeat(np.array([at for at, _ in stretches]), counts)
        holders = np.fromiter(
            chain.from_iterable(held[key] for _, key in stretches), np.int64, int(counts.sum())
        )
        numbers, columns = np.unique(holders, return_inverse=True)
        # What each original shares with each stretch: few of all cells of such a table are filled.
        cells, where = np.unique(rows * len(numbers) + columns, return_inverse=True)
        shared, counts = np.bincount(where, weights), np.bincount(where)
        row, column = np.divmod(cells, len(numbers))
        whole, best = np.zeros(len(numbers)), np.zeros(len(numbers))
        most = np.zeros(len(numbers), np.int64)
        whole[column[row == 0]] = shared[row == 0]
        np.maximum.at(best, column[row > 0], shared[row > 0])
        np.maximum.at(most, column[row > 0], counts[row > 0])
        return {
            int(numbers[place]): int(most[place])
            for scores, how_many in zip((best, whole), LOOKED_AT, strict=True)
            for place in np.argsort(-scores, kind="stable")[:how_many]
        }

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
        links = [
            href
            for href in dict.fromkeys(page.links)
            if (found := _ELSEWHERE.match(href))
            and (target := _site_of(found[1])) != site
            and target in self.sites
        ]
        linked = [a for href in links[:MAX_ADDRESSES] if (a := urls.absolute(url, href))]
        if linked and index.by_urls([urls.canonical_url(address) for address in linked], limit):
            return "links an original"
        stems = {urls.image_stem(picture) for picture in page.pictures[:MAX_ADDRESSES]}
        if index.by_image_stems([stem for stem in stems if stem], limit):
            return "an original's picture"
        return ""


@lru_cache(maxsize=4096)
def _site_of(host: str) -> str:
    """The site of a host, with what else a link has before its path."""
    return urls.site(f"https://{host}")


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
