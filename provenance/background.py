"""How common a word is in news: document frequencies shipped with the package, counts only.

``compare`` has no collection to learn from, and nothing is fitted on what it reads; it takes its
weights from this frozen table. It covers English; what words of other languages weigh,
``compare/foreign.py`` tells.
"""

from __future__ import annotations

import gzip
import math
from functools import cache, lru_cache
from importlib.resources import files

from provenance.languages import language_of, stemmer

__all__ = ["documents", "frequency", "idf", "language_of", "max_idf", "stemmer"]


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
