"""What a rewriting did to names and quotations: the same place in both texts, told otherwise. Pure.

An own report quotes a speaker in the words that others quote, and spells a name as others do. A
text that was put through another language and back, or through a synonym list, does neither. That
is shown as a reason beside the verdict, and weighs nothing in it: two newsrooms that translate
one speech quote it in different words, too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from provenance.anchors import names_of
from provenance.borrowed import quotations
from provenance.compare.profile import Profile, shingle_set
from provenance.models import Passage
from provenance.normalize import number_value

# Letters in common, by difflib's ratio, from which two names are one name spelled twice; and the
# same where a name right before or after is one in both ("Amir Khan Motti").
_ALIKE, _ALIKE_BESIDE = 0.75, 0.5
# Letters that a name has at least: a title or a state's abbreviation is no spelling.
_LETTERS = 4
# Names of one passage that are looked at: a bound on hostile input.
_MOST_NAMES = 40
# A quotation of fewer words is a phrase in quotation marks.
_QUOTED_WORDS = 5
# Share of the informative weight of the shorter of two quotations, in aligned passages, from which
# they are one quotation.
_ONE_QUOTATION = 0.4
# Share of a quotation's word 3-shingles that the other text holds from which it was kept.
_KEPT = 0.5


@dataclass(frozen=True, slots=True)
class Changes:
    """Names and quotations of the target with what the source has in their place.

    Each pair is ``(target's, source's)``, as written, in the target's order, each pair of names
    once. ``quotations`` counts the target's that face one of the source's, altered or not.
    """

    names: tuple[tuple[str, str], ...] = ()
    altered: tuple[tuple[str, str], ...] = ()
    quotations: int = 0


class _Side:
    """One text: its words, names and quotations."""

    def __init__(self, profile: Profile) -> None:
        self.profile, self.tokens = profile, profile.tokens
        self.words = profile.tokens.words
        self.names = names_of(profile.tokens, profile.language)
        self._informative: dict[tuple[int, int], dict[str, float]] = {}

    @cached_property
    def quotations(self) -> list[tuple[int, int]]:
        """The quotations that are long enough, as half-open ranges of tokens."""
        places = (self.range_of(start, end) for start, end in quotations(self.profile.text))
        return [(a, b) for a, b in places if b - a >= _QUOTED_WORDS]

    def range_of(self, start: int, end: int) -> tuple[int, int]:
        """The tokens that begin between two code points."""
        starts = self.tokens.starts
        return bisect_left(starts, start), bisect_left(starts, end)

    def written(self, first: int, last: int) -> str:
        """The text from one token to the end of the one before ``last``."""
        return self.profile.text[self.tokens.starts[first] : self.tokens.ends[last - 1]]

    def name(self, i: int) -> str:
        """A word without its possessive ending."""
        return self.words[i].removesuffix("'s")

    def informative(self, span: tuple[int, int]) -> dict[str, float]:
        """The distinct stems of a run of tokens with their weight, in nats."""
        if span not in self._informative:
            a, b = span
            weights = self.profile.weights[a:b].tolist()
            self._informative[span] = dict(zip(self.profile.stems[a:b], weights, strict=True))
        return self._informative[span]


def changes(target: Profile, source: Profile, passages: Sequence[Passage]) -> Changes:
    """Names and quotations that differ where the two texts answer each other.

    ``passages`` are those of the comparison of these very profiles. Texts in two languages, or in
    a script without spaces, have no changes that could be told.
    """
    if target.language != source.language or target.pieces > 1:
        return Changes()
    here, there = _Side(target), _Side(source)
    names: dict[tuple[str, str], tuple[str, str]] = {}
    facing: dict[tuple[int, int], tuple[int, int]] = {}
    for passage in passages:
        ours = here.range_of(passage.target_offset, passage.target_offset + passage.target_length)
        theirs = there.range_of(
            passage.source_offset, passage.source_offset + passage.source_length
        )
        if passage.kind == "reworded":
            for i, j in _paired_names(here, there, ours, theirs):
                pair = here.written(i, i + 1), there.written(j, j + 1)
                names.setdefault((here.name(i), there.name(j)), pair)
        for span, other in _paired_quotations(here, there, ours, theirs):
            facing.setdefault(span, other)
    # Held against the whole text: a quotation that was moved, cut or drawn out was not altered.
    altered = [
        (here.written(*span), there.written(*other))
        for span, other in sorted(facing.items())
        if not _kept(here.words[slice(*span)], source.words_3)
        and not _kept(there.words[slice(*other)], target.words_3)
    ]
    return Changes(tuple(names.values()), tuple(altered), len(facing))


def _kept(words: Sequence[str], held: frozenset[tuple[str, ...]]) -> bool:
    shingles = shingle_set(words, 3)
    return len(shingles & held) >= _KEPT * len(shingles)


def _lone_names(side: _Side, span: tuple[int, int], other: frozenset[str]) -> list[int]:
    """The first place of each name of a passage that the other passage lacks."""
    found: dict[str, int] = {}
    for i in range(*span):
        word = side.words[i]
        named = side.tokens.capital[i] and word in side.names and word not in other
        if named and len(side.name(i)) >= _LETTERS and number_value(word) is None:
            found.setdefault(side.name(i), i)
    return list(found.values())[:_MOST_NAMES]


def _paired_names(
    here: _Side, there: _Side, ours: tuple[int, int], theirs: tuple[int, int]
) -> list[tuple[int, int]]:
    """Names of a passage with the one name that stands for each on the other side."""
    mine = _lone_names(here, ours, frozenset(there.words[slice(*theirs)]))
    other = _lone_names(there, theirs, frozenset(here.words[slice(*ours)]))
    pairs = [(i, j) for i in mine for j in other if _one_name(here, there, i, j)]
    # A name that could be two others is none of them.
    left, right = Counter(i for i, _ in pairs), Counter(j for _, j in pairs)
    return [(i, j) for i, j in pairs if left[i] == right[j] == 1]


def _one_name(here: _Side, there: _Side, i: int, j: int) -> bool:
    one, other = here.name(i), there.name(j)
    # Russia and Russian, Democrats and Democratic: a form of the word, no spelling of it.
    if (
        one.startswith(other)
        or other.startswith(one)
        or here.profile.stems[i] == there.profile.stems[j]
    ):
        return False
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    beside = ratio >= _ALIKE_BESIDE and bool(_beside(here, i) & _beside(there, j))
    return ratio >= _ALIKE or beside


def _beside(side: _Side, i: int) -> set[str]:
    """The names right before and after a name."""
    near = (k for k in (i - 1, i + 1) if 0 <= k < len(side.words))
    return {side.words[k] for k in near if side.tokens.capital[k] and side.words[k] in side.names}


def _paired_quotations(
    here: _Side, there: _Side, ours: tuple[int, int], theirs: tuple[int, int]
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Quotations that begin in the target's passage, with the likest in the source's passage."""
    found = []
    others = [span for span in there.quotations if span[0] < theirs[1] and span[1] > theirs[0]]
    for span in here.quotations:
        if not ours[0] <= span[0] < ours[1]:
            continue
        words = here.informative(span)
        likeness = {}
        for other in others:
            facing = there.informative(other)
            common = sum(weight for stem, weight in words.items() if stem in facing)
            likeness[other] = common / max(1e-9, min(sum(words.values()), sum(facing.values())))
        best = max(likeness, key=lambda other: likeness[other], default=None)
        if best is not None and likeness[best] >= _ONE_QUOTATION:
            found.append((span, best))
    return found
