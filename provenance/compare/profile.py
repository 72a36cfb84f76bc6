"""One text made ready for comparison: tokens, stems, weights, hard tokens, quotations."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import compress, repeat

import numpy as np
import regex
from numpy.typing import NDArray

from provenance import spacing
from provenance.anchors import Anchors, anchors, names_of
from provenance.background import idf, language_of, stemmer
from provenance.borrowed import borrowed
from provenance.compare import foreign
from provenance.compare.names import bone
from provenance.config import LIMITS
from provenance.disguise import read
from provenance.languages import pieces_a_word
from provenance.normalize import Tokens, digest, number_value, without

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: A rare word is hard when the background holds it in fewer than one article in this many.
_RARE_NATS = float(np.log(400))
#: A name is hard unless it is a common word too: in more than one article of twelve.
_NAME_NATS = 2.5
_KATAKANA = regex.compile(r"^[\p{Katakana}ー]+$")


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
    #: All tokens, where there are more sentences than are compared; None for other texts.
    cut: Tokens | None = None
    #: Where words are cut up or run together, in code points, to be read by another's: `meant`.
    odd: tuple[tuple[int, int], ...] = ()
    #: Words that were so read otherwise than they stand.
    reread: int = 0

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """The v distinct stems, numbered from 0 in order of first occurrence."""
        return {stem: number for number, stem in enumerate(dict.fromkeys(self.stems))}

    @property
    def pieces(self) -> int:
        """Tokens that make one word: 1, or more in a script without spaces."""
        return pieces_a_word(self.language)

    @cached_property
    def anchors(self) -> Anchors:
        """What a translation would share with the text."""
        return anchors(self.tokens, self.language, self.text)

    @cached_property
    def codes(self) -> Ints:
        """The stem of each token, by its number."""
        return np.fromiter(map(self.vocabulary.__getitem__, self.stems), np.int64, len(self.stems))

    @cached_property
    def stem_weights(self) -> Floats:
        """Informative weight of each distinct stem, in nats (v)."""
        found = np.zeros(len(self.vocabulary))
        found[self.codes] = self.weights
        return found

    def held(self, codes: Ints) -> Bools:
        """Which of the distinct stems are among ``codes`` (v)."""
        found = np.zeros(len(self.vocabulary), dtype=bool)
        found[codes] = True
        return found

    @cached_property
    def hard_stems(self) -> Bools:
        """Which of the distinct stems are hard somewhere (v)."""
        return self.held(self.codes[self.hard])

    @cached_property
    def own_hard_stems(self) -> Bools:
        """The same outside quotations (v)."""
        return self.held(self.codes[self.hard & ~self.quoted])

    @cached_property
    def bones(self) -> tuple[str, ...]:
        """The skeleton of each distinct stem; "" when it is too short to know a name by (v)."""
        return tuple(map(bone, self.vocabulary))

    @cached_property
    def skeletons(self) -> frozenset[str]:
        """The skeletons of all stems that are long enough to have one."""
        return frozenset(self.bones) - {""}

    @cached_property
    def spellings(self) -> tuple[tuple[str, str], ...]:
        """The hard stems that may be names, each with its skeleton."""
        hard = compress(zip(self.vocabulary, self.bones, strict=True), self.hard_stems.tolist())
        return tuple((stem, found) for stem, found in hard if found and not stem[0].isdigit())

    @cached_property
    def cells(self) -> tuple[Ints, Ints]:
        """The distinct pairs of a sentence and a stem in it, as two arrays."""
        return cells(self.sentence, self.codes, len(self.vocabulary))

    @cached_property
    def joined_cells(self) -> tuple[Ints, Ints]:
        """The same with each sentence taken together with the next one (m - 1 rows)."""
        rows, codes = self.cells
        first, second = rows < len(self.tokens.sentences) - 1, rows > 0
        return cells(
            np.concatenate((rows[first], rows[second] - 1)),
            np.concatenate((codes[first], codes[second])),
            len(self.vocabulary),
        )

    @cached_property
    def numerals(self) -> tuple[frozenset[str], ...]:
        """The numbers that each sentence holds, as their digits (m)."""
        found: list[set[str]] = [set() for _ in self.tokens.sentences]
        for stem, sentence in zip(self.stems, self.sentence.tolist(), strict=True):
            if stem[0].isdigit():
                found[sentence].add(stem)
        return tuple(map(frozenset, found))

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
    def vector(self) -> Floats:
        """tf-idf with logarithmic tf, not normalised (v)."""
        counts = np.bincount(self.codes, minlength=len(self.vocabulary)).tolist()
        return np.array([1 + math.log(n) for n in counts]) * self.stem_weights

    @cached_property
    def norm(self) -> float:
        """Length of the vector."""
        return math.sqrt(math.fsum((self.vector**2).tolist()))


def cells(rows: Ints, codes: Ints, size: int) -> tuple[Ints, Ints]:
    """The distinct pairs of row and code (each below ``size``), sorted."""
    found = np.sort(rows * size + codes)
    new = np.ones(len(found), dtype=bool)
    np.not_equal(found[1:], found[:-1], out=new[1:])
    return np.divmod(found[new], max(1, size))


@dataclass(frozen=True, slots=True)
class Shared:
    """The k stems that two texts share, letter for letter."""

    #: Their numbers in the target's vocabulary (k), in the order of the source's.
    target: Ints
    #: Their numbers in the source's vocabulary (k), rising.
    source: Ints
    #: Which of the target's distinct stems the source has.
    of_target: Bools
    #: Which of the source's distinct stems the target has.
    of_source: Bools


def shared_stems(target: Profile, source: Profile) -> Shared:
    """Put the vocabulary of one text against the other's."""
    places = np.fromiter(
        map(target.vocabulary.get, source.vocabulary, repeat(-1)), np.int64, len(source.vocabulary)
    )
    of_source = places >= 0
    numbers = places[of_source]
    return Shared(numbers, np.flatnonzero(of_source), target.held(numbers), of_source)


def _quoted_tokens(text: str, tokens: Tokens) -> Bools:
    flags = np.zeros(len(tokens.starts), dtype=bool)
    for span in borrowed(text):
        first, last = (bisect_left(tokens.starts, place) for place in span)
        flags[first:last] = True
    return flags


def _weigh(tokens: Tokens) -> tuple[list[str], Floats, Bools]:
    """Stems, weights and hard tokens of an English text."""
    # What is said of a token is said of its word: each distinct word is looked at once.
    number_of = {word: i for i, word in enumerate(dict.fromkeys(tokens.words))}
    stems, weights, hard = zip(*map(_worth, number_of), strict=True)
    hard_words = np.array(hard)
    for number in map(number_of.__getitem__, names_of(tokens, "english")):
        hard_words[number] |= weights[number] > _NAME_NATS
    places = list(map(number_of.__getitem__, tokens.words))
    return list(map(stems.__getitem__, places)), np.array(weights)[places], hard_words[places]


# Texts share most of their words.
@lru_cache(maxsize=1 << 15)
def _worth(word: str) -> tuple[str, float, bool]:
    """Stem (or digits) and weight of an English word, and whether it is hard by itself."""
    number = number_value(word)
    stem = number or stemmer("english")([word])[0]
    (weight,) = idf([stem])
    rare = len(word) > 3 and weight > _RARE_NATS
    return stem, weight, rare or number is not None or bool(_KATAKANA.match(word))


def profile(
    text: str, limit: int = LIMITS.sentences, boilerplate: Container[int] = frozenset()
) -> Profile:
    """Read one text. Sentences whose hash is in ``boilerplate`` are left out, and those beyond
    ``limit`` (a bound on hostile input), until it is known what it is held against: `toward`."""
    tokens = read(text)
    whole = digest(tokens)
    left_out: tuple[tuple[int, int], ...] = ()
    if boilerplate:
        tokens, left_out = without(tokens, boilerplate)
    made = _within(text, tokens, whole, left_out, limit)
    places = spacing.odd_places(text)
    return replace(made, odd=places) if places else made


def anew(one: Profile, tokens: Tokens, reread: int, limit: int = LIMITS.sentences) -> Profile:
    """A profile of the same text with its words read otherwise, ``reread`` of them."""
    made = _within(one.text, tokens, one.digest, one.left_out, limit)
    return replace(made, reread=reread)


def _within(
    text: str, tokens: Tokens, whole: str, left_out: tuple[tuple[int, int], ...], limit: int
) -> Profile:
    cut = None
    if len(tokens.sentences) > limit:
        cut, tokens = tokens, chosen(tokens, range(limit))
    return _made(text, tokens, whole, left_out, cut)


def chosen(tokens: Tokens, numbers: Sequence[int]) -> Tokens:
    """The tokens of these sentences alone, told by rising numbers; ``count`` stays."""
    spans = [tokens.sentences[number] for number in numbers]
    sentences, at = [], 0
    for first, last in spans:
        sentences.append((at, at + last - first))
        at += last - first
    return Tokens(
        tuple(word for first, last in spans for word in tokens.words[first:last]),
        tuple(start for first, last in spans for start in tokens.starts[first:last]),
        tuple(end for first, last in spans for end in tokens.ends[first:last]),
        tuple(flag for first, last in spans for flag in tokens.capital[first:last]),
        tuple(sentences),
        tokens.count,
    )


def toward(one: Profile, other: Profile, limit: int = LIMITS.sentences) -> Profile:
    """A profile of the sentences that have most to do with ``other``, where there are too many.

    Were it the first ``limit`` always, a copy would hide behind as many lines of filling. Each
    sentence counts the word 3-shingles and the hard words of ``other`` that it holds; ties go to
    the earlier.
    """
    if one.cut is None:
        return one
    tokens, words = one.cut, one.cut.words
    shingles = other.words_3
    hard = {w for w, flag in zip(other.tokens.words, other.hard.tolist(), strict=True) if flag}
    weights = []
    for number, (first, last) in enumerate(tokens.sentences):
        shared = sum(tuple(words[i : i + 3]) in shingles for i in range(first, last - 2))
        shared += len(hard.intersection(words[first:last]))
        weights.append((-shared, number))
    numbers = sorted(number for _, number in sorted(weights)[:limit])
    made = _made(one.text, chosen(tokens, numbers), one.digest, one.left_out, one.cut)
    return replace(made, reread=one.reread)


def _made(
    text: str,
    tokens: Tokens,
    whole: str,
    left_out: tuple[tuple[int, int], ...],
    cut: Tokens | None,
) -> Profile:
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
        cut,
    )
