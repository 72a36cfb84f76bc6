"""Two texts at a glance: whether they share enough to be worth a comparison. Pure.

Most originals that a channel proposes share a stock phrase with a page, or some words of its
subject. To make one ready and to compare it costs many times what this look at its words does.
"""

from __future__ import annotations

from functools import cached_property

from provenance.background import Places, rare_terms, words_and_terms
from provenance.compare.profile import Profile, shingle_set
from provenance.disguise import may_be

#: Distinct word 5-shingles, or share of the original's rare words in a stretch of the page (see
#: ``Places``), from which a pair is worth a comparison; less of one is made up for by the other. Of
#: 2,362 graded sources that a comparison finds, none has less, and four in 5,949 of all pairs that
#: are worth a row (``benchmarks/glances.py``).
SHARED_RUNS, SHARED_TERMS = 12, 0.08


class Glance:
    """A text that others are held against, made ready for a glance at each of them."""

    def __init__(self, target: Profile) -> None:
        self.target = target
        #: Measured for English alone; words that are cut up are read by the other text's.
        self.tells = target.language == "english" and not target.odd

    @cached_property
    def _runs(self) -> frozenset[tuple[str, ...]]:
        cut = self.target.cut
        return shingle_set(cut.words, 5) if cut else self.target.words_5

    @cached_property
    def _places(self) -> Places:
        words = (self.target.cut or self.target.tokens).words
        return Places(rare_terms(words, self.target.language))

    def is_worth(self, source: str) -> bool:
        """Whether a text may have enough in common with this one: True where a glance can't tell,
        and for what is written as only a disguise is."""
        if not self.tells:
            return True
        words, language, terms = words_and_terms(source)
        shared = len(self._runs & shingle_set(words, 5))
        least = SHARED_TERMS * (1 - shared / SHARED_RUNS)
        return (
            language != "english"
            or self._places.share(terms, least) >= least
            or may_be(source, words, language)
        )
