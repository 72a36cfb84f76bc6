"""How common a word is in news: document frequencies shipped with the package, counts only.

``compare`` has no collection to learn from, and nothing is fitted on what it reads; it takes its
weights from this frozen table. It covers English. Words of other languages have no entry, and
the local part of every weight (how many sentences of the two texts hold the word) carries them.
"""

from __future__ import annotations

import gzip
import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.resources import files

#: A few dozen words that only a text in that language is full of. They choose the stemmer.
_FUNCTION_WORDS = {
    "english": "the of and to in that was for with on his is by from at as it be have has said",
    "spanish": "el la de que los del las por con una para su como pero más sus desde este fue",
    "french": "le la les des du une dans est que qui par sur pour pas avec aux cette ses mais",
    "german": "der die das und den von zu mit des dem nicht ein eine auch sich auf für ist im",
    "italian": "il di che la per una del della con non sono gli nel dei più alla anche delle",
    "portuguese": "o de que do da em para com uma os não no na por mais dos como das foi ao",
    "dutch": "de het een van en dat op te zijn met voor niet aan er om ook als bij door naar",
    "swedish": "och att det som en på är av för med den till inte har de ett om men var sig",
    "norwegian": "og det er som på en av til for med har de ikke at et om den var men seg",
    "danish": "og det at en er som på af til for med den har de ikke et om var men sig",
    "finnish": "ja on ei että se oli hän mutta joka myös ovat kun niin ole mukaan sen kuin",
    "russian": "и в не на что с по из как это за от для его но она к он года было также",
    "turkish": "ve bir bu için ile da de olarak çok daha olan gibi sonra kadar ise ancak",
    "romanian": "și de în la cu pe nu care din o că pentru mai este un sa au fost prin",
    "hungarian": "a az és hogy nem is egy volt meg de csak már ezt még kell lesz mint",
    "indonesian": "yang dan di untuk dengan dari ini itu pada dalam tidak akan juga oleh",
}


@cache
def _languages_of_word() -> dict[str, tuple[str, ...]]:
    from provenance.normalize import fold

    found: dict[str, tuple[str, ...]] = {}
    for name, words in _FUNCTION_WORDS.items():
        for word in {fold(word) for word in words.split()}:
            found[word] = (*found.get(word, ()), name)
    return found


def language_of(words: Sequence[str]) -> str:
    """The language (Snowball's name for it) whose function words are most frequent; "" if none.

    ``words`` are folded tokens; the first 400 are looked at. At least 8 % must be function words:
    running text of the covered languages has 20–40 %.
    """
    known = _languages_of_word()
    sample = words[:400]
    hits: Counter[str] = Counter()
    for word in sample:
        if languages := known.get(word):
            hits.update(languages)
    if not hits:
        return ""
    best = min(hits, key=lambda name: (-hits[name], name))
    return best if hits[best] >= 0.08 * len(sample) else ""


@cache
def stemmer(language: str) -> Callable[[Sequence[str]], list[str]]:
    """Words to stems (Snowball); the identity for a language without a stemmer."""
    if not language:
        return list
    import Stemmer

    made: Callable[[Sequence[str]], list[str]] = Stemmer.Stemmer(language).stemWords
    return made


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


def documents() -> int:
    """Articles that the table was counted on."""
    return _table()[0]


def frequency(stem: str) -> int:
    """Articles of the background that hold this (English) stem; 0 when fewer than three do."""
    return _table()[1].get(stem, 0)


@lru_cache(maxsize=200_000)
def idf(stem: str) -> float:
    """Inverse document frequency in nats, ``ln((N + 1) / (df + 1))`` (Spärck Jones 1972)."""
    total, counts = _table()
    return math.log((total + 1) / (counts.get(stem, 0) + 1))


def max_idf() -> float:
    """The weight of a word that the background has never seen, in nats."""
    return math.log(_table()[0] + 1)
