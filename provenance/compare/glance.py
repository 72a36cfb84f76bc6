"""Two texts at a glance: whether they share enough to be worth a comparison. Pure.

Most originals that a channel proposes share a stock phrase with a page, or some words of its
subject. To make one ready and to compare it costs many times what this look at its words does.
"""

from __future__ import annotations

from collections.abc import Sequence

from provenance.background import Places, rare_terms, words_and_terms
from provenance.compare.profile import Profile
from provenance.disguise import may_be

_RUN = 5
#: Distinct word 5-shingles, or share of the original's rare words in a stretch of the page (see
#: ``Places``), from which a pair is worth a comparison; less of one is made up for by the other. Of
#: 2,362 graded sources that a comparison finds, none has less, and four in 5,949 of all pairs that
#: are worth a row (``benchmarks/glances.py``).
SHARED_RUNS, SHARED_TERMS = 12, 0.08


class Glance:
    """A text that others are held against, made ready for a glance at each of them."""

    def __init__(self, target: Profile) -> None:
        words = (target.cut or target.tokens).words
        #: Measured for English alone; words that are cut up are read by the other text's.
        self.tells = target.language == "english" and not target.odd
        self._runs = frozenset(_runs(words)) if self.tells else frozenset()
        self._places = Places(rare_terms(words, target.language) if self.tells else ())

    def is_worth(self, source: str) -> bool:
        """Whether a text may have enough in common with this one: True where a glance can't tell,
        and for what is written as only a disguise is."""
        if not self.tells:
            return True
        words, language, terms = words_and_terms(source)
        shared = len(self._runs.intersection(_runs(words)))
        least = SHARED_TERMS * (1 - shared / SHARED_RUNS)
        return (
            language != "english"
            or self._places.share(terms, least) >= least
            or may_be(source, words, language)
        )


def _runs(words: Sequence[str]) -> zip[tuple[str, ...]]:
    return zip(*(words[i:] for i in range(_RUN)), strict=False)
