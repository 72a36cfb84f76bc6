"""How common a word is in news: document frequencies shipped with the package, counts only.

``compare`` has no collection to learn from, and nothing is fitted on what it reads; it takes its
weights from this frozen table. It covers English; what words of other languages weigh,
``compare/foreign.py`` tells.
"""

from __future__ import annotations

import gzip
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import islice, repeat, zip_longest

from provenance.languages import MARK, language_of, stemmer
from provenance.normalize import words_of_chunk

# Share of the articles above which a word is looked up only together with its neighbour.
_ALONE = 0.01

#: Rare words kept of one text, repeats among them: about 15,000 words of running text. A page that
#: stuffs words can't stuff the index.
MAX_TERMS = 4096
# Share of the background's articles above which a word tells nothing about which article it is.
_COMMON = 0.1
# Characters between two blanks of which the words are remembered: what is long is seldom met again.
_CHUNK = 40
# Words of an original that are weighed at a time.
_WEIGHED = 8

__all__ = [
    "Places",
    "documents",
    "frequency",
    "idf",
    "language_of",
    "max_idf",
    "rare_terms",
    "stemmer",
    "term_keys",
    "words_and_terms",
]


@cache
def _table() -> tuple[int, dict[str, int]]:
    packed = files("provenance").joinpath("data", "background.tsv.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    total = int(lines[0].rsplit("\t", 1)[1])
    counts = {}
    for line in lines[1:]:
        word, _, count = line.partition("\t")
        counts[word] = int(count)
    return total, counts


def term_keys(terms: Sequence[str]) -> list[str]:
    """What is indexed of rare terms in text order: pairs of neighbours, and the rarest alone.

    A pair is written with a space, in alphabetical order, since rewording turns phrases around.
    Pairs stay rare however large a collection grows. A single word does not: above one article
    in a hundred it is passed over in any collection of some size, so it is not looked up alone.
    """
    total, counts = _table()
    limit = _ALONE * total
    found = []
    for term, after in zip_longest(terms, terms[1:], fillvalue=MARK):
        if counts.get(term, 0) <= limit:
            found.append(term)
        # The keys of names and numbers stand in no order of the text: no pairs of them.
        if after != term and not after.startswith(MARK) and not term.startswith(MARK):
            found.append(f"{term} {after}" if term < after else f"{after} {term}")
    return found


def rare_terms(words: Sequence[str], language: str | None = None) -> tuple[str, ...]:
    """Stems of the words that few articles hold, in text order with repeats, at most ``MAX_TERMS``.

    In a language without a background every word of three letters and more counts; the
    collection's own document frequencies then tell the rare ones. ``language`` where it is known.
    """
    if language is None:
        language = language_of(words)
    found = (stem for word in words if (stem := _rare(word, language)))
    return tuple(islice(found, MAX_TERMS))


@lru_cache(maxsize=1 << 17)
def _rare(word: str, language: str) -> str:
    """The stem of a word that tells something, else ""."""
    if len(word) <= 2 and word.isascii() and not word.isdigit():
        return ""
    stem = stemmer(language)([word])[0]
    common = language == "english" and frequency(stem) > _COMMON * documents()
    return "" if common else stem


@lru_cache(maxsize=1 << 16)
def _of_chunk(chunk: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a text without white space, and the rare terms if it is English."""
    words = words_of_chunk(chunk)
    return words, rare_terms(words, "english")


def words_and_terms(text: str) -> tuple[list[str], str, tuple[str, ...]]:
    """The folded words of a text, without their places, its language, and its rare terms.

    For many texts: chunk by chunk, which are remembered. The words are those of ``tokenize``, but
    for one in look-alike letters, which only the text around it tells.
    """
    words: list[str] = []
    terms: list[str] = []
    remembered = True
    # No word holds white space.
    for chunk in text.split():
        if len(chunk) > _CHUNK:
            remembered = False
            words += words_of_chunk(chunk)
            continue
        some, rare = _of_chunk(chunk)
        words += some
        terms += rare
    language = language_of(words)
    if remembered and language == "english":
        return words, language, tuple(terms[:MAX_TERMS])
    return words, language, rare_terms(words, language)


def documents() -> int:
    """Articles that the table was counted on."""
    return _table()[0]


def frequency(stem: str) -> int:
    """Articles of the background that hold this (English) stem; 0 when fewer than three do."""
    return _table()[1].get(stem, 0)


@cache
def _weights() -> dict[str, float]:
    total, counts = _table()
    return {stem: math.log((total + 1) / (count + 1)) for stem, count in counts.items()}


def idf(stems: Iterable[str]) -> list[float]:
    """Inverse document frequency of each, in nats: ``ln((N + 1) / (df + 1))`` (Spärck Jones
    1972)."""
    return list(map(_weights().get, stems, repeat(max_idf())))


@cache
def max_idf() -> float:
    """The weight of a word that the background has never seen, in nats."""
    return math.log(_table()[0] + 1)


class Places:
    """The rare words of a text, and where among them each stands."""

    def __init__(self, terms: Sequence[str]) -> None:
        self.terms = terms
        self.words = frozenset(terms)

    @cached_property
    def of(self) -> Mapping[str, list[int]]:
        """The places of each word; most pages share too little with any original to need them."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, term in enumerate(self.terms):
            places[term].append(place)
        return places

    def share(self, original: Sequence[str], least: float) -> float:
        """The largest share of an original's rare words that a stretch of the text holds; the
        stretch has as many rare words as the original. Words weigh what they weigh in news
        (``idf``). 0 where it is surely below ``least``."""
        wanted = list(dict.fromkeys(original))
        shared = [term for term in wanted if term in self.words]
        if not shared:
            return 0.0
        met = idf(shared)
        enough, total = sum(met), 0.0
        # Where all that is shared is too little for a part of the original, it is for the whole.
        for first in range(0, len(wanted), _WEIGHED):
            total = sum(idf(wanted[first : first + _WEIGHED]), total)
            if enough < least * total:
                return 0.0
        length = max(24, len(original))
        step = length // 2
        last = max(0, (len(self.terms) - step - 1) // step)
        held: defaultdict[int, float] = defaultdict(float)
        for term, weight in zip(shared, met, strict=True):
            # The stretches that begin at each ``step`` words and hold one of its places.
            for stretch in {
                at
                for place in self.of[term]
                for at in range(max(0, (place - length) // step + 1), min(last, place // step) + 1)
            }:
                held[stretch] += weight
        return max(held.values(), default=0.0) / total
