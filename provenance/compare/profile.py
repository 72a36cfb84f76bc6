"""One text made ready for comparison: tokens, stems, weights, hard tokens, quotations."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import regex
from numpy.typing import NDArray

from provenance.anchors import Anchors, anchors, names_of
from provenance.background import idf, language_of, stemmer
from provenance.compare import foreign
from provenance.compare.borrowed import borrowed
from provenance.compare.names import skeleton
from provenance.config import LIMITS
from provenance.languages import pieces_a_word
from provenance.normalize import Tokens, digest, number_value, tokenize, without

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: A rare word is hard when the background holds it in fewer than one article in this many.
_RARE_NATS = float(np.log(400))
_KATAKANA = regex.compile(r"^[\p{Katakana}ー]+$")
# Opening and closing marks of quotations; straight double quotes are paired by turns.
_QUOTES = regex.compile(
    r"“[^“”]{1,1200}”|„[^„“”]{1,1200}[“”]|«[^«»]{1,1200}»|「[^「」]{1,600}」|『[^『』]{1,600}』"
    r"|(?<![\p{L}\p{N}])\"[^\"\n]{1,1200}\"(?![\p{L}\p{N}])"
)


def shingle_set(words: Sequence[str], n: int) -> frozenset[tuple[str, ...]]:
    """The distinct word n-grams; one, shorter, for a text of fewer than n words."""
    size = min(n, len(words))
    if not size:
        return frozenset()
    return frozenset(zip(*(words[i:] for i in range(size)), strict=False))


# No slots: what is derived of a text is kept with it, because one text meets many others.
@dataclass(frozen=True)
class Profile:
    """A text of n tokens and m sentences, ready for comparison. Arrays are of length n."""

    text: str
    tokens: Tokens
    #: Of the whole text, also where sentences were left out.
    digest: str
    language: str
    #: Stems; numbers stand as their digits, so that "three" meets "3".
    stems: tuple[str, ...]
    #: Informative weight of each token, in nats.
    weights: Floats
    #: Names, numbers and rare words: what a reworder can't change.
    hard: Bools
    #: In quotation marks, in a picture's caption or in an embedded post: words of somebody else.
    quoted: Bools
    #: Sentence number of each token, 0 to m - 1.
    sentence: NDArray[np.int64]
    #: Sentences that were left out as boilerplate: ``(offset, length)`` in code points.
    left_out: tuple[tuple[int, int], ...] = ()

    def distinct(self, keep: Bools) -> dict[str, float]:
        """Distinct stems where ``keep`` holds, with their weights in nats."""
        return {
            stem: float(weight)
            for stem, weight, kept in zip(self.stems, self.weights, keep, strict=True)
            if kept
        }

    @property
    def pieces(self) -> int:
        """Tokens that make one word: 1, or more in a script without spaces."""
        return pieces_a_word(self.language)

    @cached_property
    def anchors(self) -> Anchors:
        """What a translation would share with the text."""
        return anchors(self.tokens, self.language, self.text)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The distinct stems."""
        return frozenset(self.stems)

    @cached_property
    def skeletons(self) -> frozenset[str]:
        """The skeletons of all stems that are long enough to have one."""
        return frozenset(skeleton(stem) for stem in self.vocabulary if len(stem) > 3)

    @cached_property
    def hard_weights(self) -> dict[str, float]:
        """Stems that are hard somewhere, with their weights."""
        return self.distinct(self.hard)

    @cached_property
    def own_hard_weights(self) -> dict[str, float]:
        """The same outside quotations."""
        return self.distinct(self.hard & ~self.quoted)

    @cached_property
    def words_3(self) -> frozenset[tuple[str, ...]]:
        """Word 3-shingles."""
        return shingle_set(self.tokens.words, 3)

    @cached_property
    def words_5(self) -> frozenset[tuple[str, ...]]:
        """Word 5-shingles."""
        return shingle_set(self.tokens.words, 5)

    @cached_property
    def stems_2(self) -> frozenset[tuple[str, ...]]:
        """Pairs of neighbouring stems."""
        return shingle_set(self.stems, 2)

    @cached_property
    def vector(self) -> dict[str, float]:
        """tf-idf with logarithmic tf, not normalised."""
        weights = dict(zip(self.stems, self.weights.tolist(), strict=True))
        counts = Counter(self.stems)
        return {stem: (1 + math.log(n)) * weights[stem] for stem, n in counts.items()}

    @cached_property
    def norm(self) -> float:
        """Length of the vector."""
        return math.sqrt(math.fsum(value * value for value in self.vector.values()))


def _quoted_tokens(text: str, tokens: Tokens) -> Bools:
    starts = np.asarray(tokens.starts)
    flags = np.zeros(len(starts), dtype=bool)
    for span in (*(found.span() for found in _QUOTES.finditer(text)), *borrowed(text)):
        first, last = np.searchsorted(starts, span)
        flags[first:last] = True
    return flags


def _weigh(tokens: Tokens) -> tuple[list[str], Floats, Bools]:
    """Stems, weights and hard tokens of an English text."""
    stems = stemmer("english")(tokens.words)
    numbers = [number_value(word) for word in tokens.words]
    stems = [number or stem for number, stem in zip(numbers, stems, strict=True)]
    weights = np.array([idf(stem) for stem in stems], dtype=np.float64)
    names = names_of(tokens, "english")
    hard = np.fromiter(
        (
            number is not None
            or (word in names and weight > 2.5)
            or (len(word) > 3 and weight > _RARE_NATS)
            or bool(_KATAKANA.match(word))
            for word, number, weight in zip(tokens.words, numbers, weights, strict=True)
        ),
        dtype=bool,
        count=len(stems),
    )
    return stems, weights, hard


def profile(
    text: str, limit: int = LIMITS.sentences, boilerplate: Container[int] = frozenset()
) -> Profile:
    """Read one text. Sentences whose hash is in ``boilerplate`` are left out, and those beyond
    ``limit`` (a bound on hostile input)."""
    tokens = tokenize(text)
    whole = digest(tokens)
    left_out: tuple[tuple[int, int], ...] = ()
    if boilerplate:
        tokens, left_out = without(tokens, boilerplate)
    if len(tokens.sentences) > limit:
        end = tokens.sentences[limit - 1][1]
        tokens = Tokens(
            tokens.words[:end],
            tokens.starts[:end],
            tokens.ends[:end],
            tokens.capital[:end],
            tokens.sentences[:limit],
            tokens.count,
        )
    language = language_of(tokens.words)
    if language == "english":
        stems, weights, hard = _weigh(tokens)
    else:
        stems, weights, hard = foreign.weigh(text, tokens, language)
    sentence = np.zeros(len(stems), dtype=np.int64)
    for i, (first, last) in enumerate(tokens.sentences):
        sentence[first:last] = i
    return Profile(
        text,
        tokens,
        whole,
        language,
        tuple(stems),
        weights,
        hard,
        _quoted_tokens(text, tokens),
        sentence,
        left_out,
    )
