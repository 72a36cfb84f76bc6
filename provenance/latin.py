"""Any script to a skeleton of sounds: what transliteration leaves of a name. Pure.

Letters become Latin (anyascii) and then classes of sounds that languages take for each other,
after Dolgopolsky (1964): p b f v w, t d, all sibilants, k g, m, n, r l; vowels, h and y go, but
for a vowel at the beginning. "Ramsund", Рамсунд and ラムスンド have one skeleton.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import regex
from anyascii import anyascii

#: Classes kept of a name: endings of inflected languages come last.
LONGEST = 5
# Vowel letters of scripts that write few vowels; at the beginning they are consonants.
_MATRES = regex.compile(r"(?<=.)[ויوي]")
# Greek has no letters for d, b and hard g; its χ is an h.
_GREEK = regex.compile(r"\p{Greek}")
_GREEK_SPELLING = (
    (regex.compile(r"(?<=^|[ρλσ])ντ"), "d"), (regex.compile("ντ"), "nd"),
    (regex.compile(r"^μπ"), "b"), (regex.compile("μπ"), "mb"),
    (regex.compile(r"^γκ"), "g"), (regex.compile("χ"), "h"),
)  # fmt: skip
# Pinyin q and x are sibilants, and ng closes a syllable; Thai writes some vowels before their
# consonant, and its kh is a k.
_HAN = regex.compile(r"\p{Han}")
_HAN_SPELLING = ((regex.compile("[qx]"), "s"), (regex.compile("ng"), "n"))
_THAI = regex.compile(r"\p{Thai}")
_THAI_VOWEL = regex.compile("[เแโใไ]")
_THAI_SPELLING = ((regex.compile("kh"), "k"),)
_SOUNDS = (
    (regex.compile(r"tsch|tch|sch|dzh|tsh|[sczjd]h(?!$)|[scz]h$|tz|ts|cz|sz|dz|dj"), "s"),
    (regex.compile(r"ph"), "f"),
    (regex.compile(r"kh|gh(?=t)"), "h"),
    (regex.compile(r"ck|qu?"), "k"),
    (regex.compile(r"c(?=[eiy])"), "s"),
    (regex.compile(r"x"), "ks"),
    # A nasal is spoken where the next consonant is.
    (regex.compile(r"(?<=.)[mn](?=[pbfv])"), "m"),
    (regex.compile(r"(?<=.)[mn](?=[^aeiouhymnpbfv'])"), "n"),
)
_CLASSES = str.maketrans("pbfvwtdszjckgmnrl", "PPPPPTTSSSKKKMNRR")
_LETTERS = regex.compile(r"[^a-z']")
_REST = regex.compile(r"[^PTSKMNR]")
_REPEATED = regex.compile(r"(.)\1+")


@lru_cache(maxsize=65536)
def sounds(word: str) -> str:
    """The sound classes of a word in any script, as many as it has; "" for digits.

    "A" stands for a vowel at the beginning.
    """
    word = word.casefold()
    if not word.isascii():
        word = _MATRES.sub("", word)
        if _GREEK.search(word):
            word = _respelt(word, _GREEK_SPELLING)
        after: tuple[tuple[regex.Pattern[str], str], ...] = ()
        if _HAN.search(word):
            after = _HAN_SPELLING
        elif _THAI.search(word):
            word, after = _THAI_VOWEL.sub("", word), _THAI_SPELLING
        word = _respelt(anyascii(word).lower(), after)
    word = _LETTERS.sub("", word)
    if not word:
        return ""
    word = _respelt(word, _SOUNDS)
    first = "A" if word and word[0] in "aeiou'" else ""
    consonants: str = _REPEATED.sub(r"\1", _REST.sub("", word.translate(_CLASSES)))
    return first + consonants


def _respelt(word: str, rules: Iterable[tuple[regex.Pattern[str], str]]) -> str:
    for pattern, spoken in rules:
        word = pattern.sub(spoken, word)
    return word


def skeleton(word: str) -> str:
    """The first sound classes of a name, ``LONGEST`` at most."""
    return sounds(word)[:LONGEST]


def romanised(text: str) -> str:
    """A text in Latin letters, by sound."""
    return str(anyascii(text))
