"""What the words of a text weigh in a language without a background table. Pure.

Function words are known; of the others the length must do, because rare words are long (Zipf's
law of abbreviation, 1935). The scale is about that of the English table, because the model of the
verdict knows no other: few words weigh more than 3 nats, and about a tenth of them is hard.
Numbers have their digits, whatever the script.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import regex

from provenance.anchors import SILENT, bare, names_of, spelled
from provenance.languages import CASELESS, UNSPACED, figures, known, stemmer
from provenance.normalize import Tokens, fold, seen

#: Weights in nats: a function word, the longest common word, a name or rare word.
FUNCTION = 0.15
LONGEST = 3.0
RARE = 6.0
#: Nats a letter adds.
A_LETTER = 0.5
#: The share of the distinct words that count as hard where no capital tells a name: the longest.
_LONGEST_SHARE = 0.1
_LEAST_LETTERS = 5
# Letters that a syllable block, or a word written without vowels, stands for.
_HANGUL = 2.5
_VOWELS = 2

_HIRAGANA = regex.compile(r"\p{Hiragana}")
_LATIN = regex.compile(r"^\p{Latin}+$")
_HEBREW_OR_ARABIC = regex.compile(r"[\p{Arabic}\p{Hebrew}]")
_IS_HANGUL = regex.compile(r"\p{Hangul}")

Floats = np.typing.NDArray[np.float64]
Bools = np.typing.NDArray[np.bool_]


def weigh(text: str, tokens: Tokens, language: str) -> tuple[list[str], Floats, Bools]:
    """Stems, weights (nats) and hard tokens of a text, one a token.

    Code points of ``text`` are those of the tokens.
    """
    entry = known(language)
    tokens = bare(tokens, language, text)
    names = names_of(tokens, language)
    words = tokens.words
    stems = [
        fold(stem) or word for stem, word in zip(_stems(text, tokens, language), words, strict=True)
    ]
    values = figures(tokens, language)
    for i, value in values.items():
        stems[i] = value or stems[i]
    if language in UNSPACED:
        weights, hard = _pieces(tokens, language)
    else:
        weights = np.array([_weight(word, entry.words) for word in words], dtype=np.float64)
        rare = _long(words, entry.words) if language in CASELESS else frozenset()
        foreign = language in CASELESS
        hard = np.array(
            [
                word in names or word in rare or (foreign and bool(_LATIN.match(word)))
                for word in words
            ],
            dtype=bool,
        )
    hard |= np.array([bool(values.get(i)) for i in range(len(words))], dtype=bool)
    weights[hard] = RARE
    if language in UNSPACED:
        # A word of these scripts is as many overlapping pieces as a piece has characters.
        width = np.array([1 if word.isascii() else len(word) for word in words])
        weights /= width
    return stems, weights, hard


def _stems(text: str, tokens: Tokens, language: str) -> list[str]:
    """Stems of the words as written: most stemmers need the marks that folding takes off."""
    raw = []
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        written = text[start:end]
        if language == "turkish":
            written = written.replace("I", "ı").replace("İ", "i")
        written = written.lower() if written.isascii() else seen(written)
        raw.append(written if fold(written) == word else word)
    return stemmer(language)(raw)


def _weight(word: str, function: frozenset[str]) -> float:
    if word in function:
        return FUNCTION
    letters = float(len(word))
    if not word.isascii():
        if _IS_HANGUL.search(word):
            letters *= _HANGUL
        elif _HEBREW_OR_ARABIC.search(word):
            letters += _VOWELS
    return min(LONGEST, A_LETTER * letters)


def _long(words: Collection[str], function: frozenset[str]) -> frozenset[str]:
    """The longest of the distinct words."""
    distinct = {word for word in words if word not in function and not word[0].isdigit()}
    ranked = sorted(distinct, key=lambda word: (-len(word), word))
    kept = ranked[: round(_LONGEST_SHARE * len(ranked))]
    # The last length counts whole or not at all, so that no letter decides.
    least = max(_LEAST_LETTERS, len(kept[-1]) if kept else 0)
    if any(_IS_HANGUL.search(word) for word in kept):
        least = 4
    return frozenset(word for word in kept if len(word) >= least)


def _pieces(tokens: Tokens, language: str) -> tuple[Floats, Bools]:
    """Weights and hard tokens where the tokens are pieces of words."""
    words = tokens.words
    function = known(language).words
    weights = np.full(len(words), LONGEST)
    hard = np.zeros(len(words), dtype=bool)
    for i, word in enumerate(words):
        if language == "japanese":
            kana = len(_HIRAGANA.findall(word))
            weights[i] = (LONGEST, LONGEST / 2, FUNCTION)[min(kana, 2)]
        elif language == "chinese":
            bound = sum(letter in function for letter in word)
            weights[i] = (LONGEST, LONGEST / 3, FUNCTION)[min(bound, 2)]
        else:
            weights[i] = FUNCTION if any(piece in word for piece in function) else LONGEST
            hard[i] = SILENT in word
        if _LATIN.match(word):
            hard[i] = True
    for first, last, _ in spelled(tokens, language):
        hard[first:last] = True
    return weights, hard
