"""Texts whose words are cut up or run together, in any language: noticed, and looked up. Pure.

``disguise`` undoes this where it knows the words, which is in English. Of other texts the letters
alone are left, in order. An original is proposed when many of its rare words stand somewhere among
them (``guesses``), and the comparison then reads the text by the words of the original
(``compare/meant.py``). Nothing is undone that an original does not bear out, letter for letter.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

import regex

from provenance.languages import language_of
from provenance.normalize import UNSPACED_SCRIPTS, Tokens, tokenize

#: Mean letters of the words of a line below or above which they were cut or run together. Means of
#: ordinary lines are from 4 (Hebrew) to 8 (Finnish).
SHORT, LONG = 3.4, 11.0
#: The same below, in syllables, for Hangul and for Vietnamese, whose words are as short.
SHORT_SYLLABLES, SHORT_VIETNAMESE = 1.5, 2.2
#: Letters in such lines from which a text is odd: some thirty words. Fewer are tables and rhymes.
LEAST_LETTERS = 160
#: Letters of a line that counts.
LEAST_LINE = 20
#: Letters that are looked up, from all over the text, a bound on hostile input.
MOST_LETTERS = 4_000
#: Letters of a stem that is looked for, in an alphabet and in syllables.
_STEMS, _SYLLABLES = (5, 12), (2, 5)
# Letters of a piece, where not all are looked up.
_PIECE = 400
#: Letters that a reader takes for a word, where none are marked.
_WORD = 6

_LINE = regex.compile(r"[^\n]+")
_HANGUL = regex.compile(r"\p{Hangul}")
_PIECES = regex.compile(f"[{UNSPACED_SCRIPTS}]")


@lru_cache(maxsize=2)
def odd(text: str) -> tuple[tuple[int, int], ...]:
    """The lines of a text whose words are cut up or run together, as ranges of its tokens; none
    where they are but a few words."""
    tokens = tokenize(text)
    # Letters up to each token: most lines are told by two of these numbers.
    sizes = list(accumulate(map(len, tokens.words), initial=0))
    found, letters, at = [], 0, 0
    lines: set[str] = set()
    short = 0.0
    for line in _LINE.finditer(text):
        first, at = at, bisect_left(tokens.starts, line.end(), at)
        if SHORT * (at - first) <= sizes[at] - sizes[first] <= LONG * (at - first):
            continue
        # Figures are short wherever they stand.
        words = [word for word in tokens.words[first:at] if not word[0].isdigit()]
        size = sum(map(len, words))
        if SHORT * len(words) <= size <= LONG * len(words) or _PIECES.search(line.group()):
            continue
        short = short or _short(tokens)
        if size >= LEAST_LINE and not len(words) * short <= size <= len(words) * LONG:
            found.append((first, at))
            # One line again and again ("Advertisement") is as good as one.
            letters += 0 if line.group() in lines else size
            lines.add(line.group())
    return tuple(found) if letters >= LEAST_LETTERS else ()


def odd_places(text: str) -> tuple[tuple[int, int], ...]:
    """The same lines as ranges of code points, those next to each other as one."""
    tokens = tokenize(text)
    found: list[tuple[int, int]] = []
    last = -1
    for first, after in odd(text):
        start, end = tokens.starts[first], tokens.ends[after - 1]
        if first == last:
            start, _ = found.pop()
        found.append((start, end))
        last = after
    return tuple(found)


def _short(tokens: Tokens) -> float:
    """The mean length of words below which those of this text were cut."""
    if any(map(_HANGUL.search, tokens.words[:50])):
        return SHORT_SYLLABLES
    return SHORT_VIETNAMESE if language_of(tokens.words) == "vietnamese" else SHORT


def count(text: str, tokens: Tokens) -> int:
    """The words of a text as read, those that were run together counted by their letters."""
    more = 0
    for first, last in odd(text) if tokens == tokenize(text) else ():
        letters = sum(map(len, tokens.words[first:last]))
        more += max(0, letters // _WORD - (last - first))
    return tokens.count + more


def guesses(text: str) -> tuple[str, ...]:
    """Every run of letters in the odd lines of a text that may be the stem of a word, each once;
    none for other texts."""
    lines = odd(text)
    if not lines:
        return ()
    words = tokenize(text).words
    runs = ["".join(words[first:last]) for first, last in lines]
    if sum(map(len, runs)) > MOST_LETTERS:
        pieces = [run[i : i + _PIECE] for run in runs for i in range(0, len(run), _PIECE)]
        step = -(-len(pieces) * _PIECE // MOST_LETTERS)
        runs = pieces[::step]
    return tuple(dict.fromkeys(_stems(runs)))


def _stems(runs: Sequence[str]) -> Iterator[str]:
    for run in runs:
        least, most = _SYLLABLES if _HANGUL.search(run) else _STEMS
        for first in range(len(run) - least + 1):
            for last in range(first + least, min(first + most, len(run)) + 1):
                yield run[first:last]
