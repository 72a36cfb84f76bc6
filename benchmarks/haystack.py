"""A collection of any size to hide sources in: real articles, and others resampled from them.

A distractor is three runs of consecutive sentences of three articles, as many sentences in all as
a fourth has, so that lengths and the company that words keep stay near those of real articles.
None is made of a pair's source, nor of an article that shares more than a hundredth of its word
5-shingles with the pairs. What resampling can't bring is new words, so that rare ones are held by
more articles than they would be (a source is harder to find), and new subjects (it is easier).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import accumulate

from benchmarks.dataset import Pair
from provenance.compare.profile import shingle_set
from provenance.normalize import Tokens, tokenize

#: Share of an article's word 5-shingles found in the pairs from which it is no donor.
_SHARED = 0.01
_SEED = 1


def donors(articles: Sequence[str], pairs: Sequence[Pair]) -> list[Tokens]:
    """The articles that share no wording with any pair, ready to be cut into runs."""
    taken: set[tuple[str, ...]] = set()
    for text in {text for pair in pairs for text in (pair.source, pair.suspect)}:
        taken |= shingle_set(tokenize(text).words, 5)
    found = []
    for text in articles:
        tokens = tokenize(text)
        own = shingle_set(tokens.words, 5)
        if tokens.sentences and len(own & taken) <= _SHARED * len(own):
            found.append(tokens)
    return found


def resampled(givers: Sequence[Tokens], count: int) -> Iterator[Tokens]:
    """So many made texts, the same in every run: words as they would stand one blank apart."""
    generator = random.Random(_SEED)
    for _ in range(count):
        wanted = len(generator.choice(givers).sentences)
        words: list[str] = []
        capital: list[bool] = []
        sentences: list[tuple[int, int]] = []
        for part, giver in enumerate(generator.sample(givers, 3)):
            first = generator.randrange(len(giver.sentences))
            run = giver.sentences[first:][: max(0, wanted * (part + 1) // 3 - len(sentences))]
            for start, end in run:
                sentences.append((len(words), len(words) + end - start))
                words.extend(giver.words[start:end])
                capital.extend(giver.capital[start:end])
        ends = tuple(accumulate(len(word) + 1 for word in words))
        yield Tokens(
            tuple(words),
            tuple(end - len(word) - 1 for word, end in zip(words, ends, strict=True)),
            tuple(end - 1 for end in ends),
            tuple(capital),
            tuple(sentences),
            len(words),
        )
