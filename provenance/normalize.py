"""Text to tokens, sentences and hashes. Pure; everything above stands on this floor.

A token keeps its place in the text as given (code points), so that whatever is found later can
be shown there. Folding undoes what is done to defeat matching: compatibility forms, case,
invisible characters, look-alike letters, diacritics (Unicode TR36 and TR39 name the tricks).
Scripts written without spaces are cut into overlapping character n-grams, so that a "word
shingle" means the same kind of thing everywhere.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import regex
import xxhash

# Characters that show nothing: format characters, variation selectors, fillers, tags.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e01ef"
)
_STRIP_INVISIBLE = regex.compile(f"[{_INVISIBLE}]+")
_CJK_SCRIPTS, _SOUTHEAST_SCRIPTS = (
    r"\p{Han}\p{Hiragana}\p{Katakana}",
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}",
)
#: Scripts written without blanks, for a class of characters.
UNSPACED_SCRIPTS = _CJK_SCRIPTS + _SOUTHEAST_SCRIPTS
_CJK = rf"{_CJK_SCRIPTS}ー々"
_SOUTHEAST = rf"[{_SOUTHEAST_SCRIPTS}--\p{{N}}]"
_LETTERS = rf"[[\p{{L}}\p{{M}}\p{{N}}{_INVISIBLE}]--[{_CJK}{_SOUTHEAST}]]"
# A word may hide invisible characters inside, but doesn't begin with one.
_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{_CJK}{_SOUTHEAST}]]"
_DIGITS = rf"\p{{N}}[\p{{N}}{_INVISIBLE}]*+"


def _pattern(letter: str, begin: str, inner: str, digits: str, unspaced: str = "") -> str:
    """What a word is: of letters, of characters that begin a word and of such as stand in it."""
    # Digits are grouped by ٬ and end before ٫ in Arabic.
    return rf"""
    [A-Za-z]++(?![0-9.'’ʼ\u0080-\U0010ffff])  # nearly all words of a text in English
    {unspaced}
    | {digits}(?:[.,:٫٬]{digits})*
    | (?:{letter}\.){{2,}}
    | {begin}{inner}*(?:['’ʼ]{inner}+)*
    """


_WORD = regex.compile(
    _pattern(r"\p{L}", _LETTER, _LETTERS, _DIGITS, f"| [{_CJK}]+ | [{_SOUTHEAST}]+"),
    regex.VERBOSE | regex.VERSION1,
)
# Of plain texts, which are nearly all in English, Python's own engine is told the few letters by
# their codes, and takes a third of the time.
_NOT_PLAIN = re.compile("[^\0-\u00ac\u00ae-\u024f\u2000-\u200a\u2010-\u2029\u202f-\u205e€™]")
_LATIN_LETTERS, _LATIN_DIGITS = "A-Za-zªµºÀ-ÖØ-öø-ɏ", "0-9²³¹¼-¾"
_EITHER = f"[{_LATIN_LETTERS}{_LATIN_DIGITS}]"
_PLAIN_WORD = re.compile(
    f"({_pattern(f'[{_LATIN_LETTERS}]', _EITHER, _EITHER, f'[{_LATIN_DIGITS}]++')})", re.VERBOSE
)
_IS_CJK = regex.compile(rf"[{_CJK}]")
_IS_SOUTHEAST = regex.compile(_SOUTHEAST, regex.VERSION1)
_LETTERED = regex.compile(r"[\p{L}\p{N}]")
# Arabic and Hebrew are written with and without their points.
_MARKS = regex.compile(r"(?<=[\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}])\p{Mn}+")
# Letters written either way: tatweel, the forms of yeh, kaf and heh (as in Lucene's Arabic and
# Persian normalisers), the Indic nukta and candrabindu (its Hindi one), the dotless i.
_VARIANTS = str.maketrans("ىیکةەۀھँı", "ييكهههه\u0902i", "ـ\u093c\u09bc\u0a3c")
_GROUPED = regex.compile(r"^\d{1,3}(?:[.,]\d{3})+$")
_POSSESSIVE = regex.compile(r"['’ʼ]s$")

#: Characters in one token of a script without spaces: about a word of that script.
CJK_WIDTH = 2
SOUTHEAST_WIDTH = 4

# From RIGHT-TO-LEFT OVERRIDE to what ends it: shown backwards.
_BACKWARDS = regex.compile("\u202e[^\u202c\n]*\u202c?")

# Letters of other alphabets that pass for Latin ones (a hand-picked part of Unicode's
# confusables: those that occur as whole letters in spoofed words).
_LOOKALIKE = str.maketrans(
    "авекмнорстухіјѕԁһҏԛԝӏαβεηικνορτυχγωаеоАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧɑɡıℓ",
    "abekmhopctyxijsdhpqwlabenikvoptuxywaeoabekmhopctyxijsabezhikmnoptyxagil",
)
_LATIN = regex.compile(r"\p{Latin}")
_FOREIGN = regex.compile(r"[\p{Cyrillic}\p{Greek}]")

#: English number words to their digits.
NUMBER_WORDS = {
    word: str(value)
    for value, words in {
        2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight",
        9: "nine", 10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen",
        15: "fifteen", 16: "sixteen", 17: "seventeen", 18: "eighteen", 19: "nineteen",
        20: "twenty", 30: "thirty", 40: "forty", 50: "fifty", 60: "sixty", 70: "seventy",
        80: "eighty", 90: "ninety",
    }.items()
    for word in words.split()
}  # fmt: skip

_TERMINAL = r"[.!?…]+[\"'”’»)\]]*"
# Every way in begins where no other could have begun before: a row of a thousand full stops or
# blanks is looked through once.
_BREAK = regex.compile(
    rf"""(?P<end>(?<![.!?…]){_TERMINAL})\s+(?=[\"'“‘«(\[¿¡]*[\p{{Lu}}\p{{Lt}}\p{{Lo}}\p{{N}}\p{{Georgian}}])
       | [。！？｡．]+[」』”’）]* | [।॥؟۔։።፧፨။។៕]+\s* | \n\s*""",
    regex.VERBOSE,
)
_ABBREVIATION = regex.compile(
    r"""(?:^|[\s(“"'])(?:\p{Lu}|(?:\p{L}\.)+\p{L}|
        Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Col|Lt|Sgt|Capt|Cmdr|Rev|Hon|St|Jr|Sr|Inc|Ltd|Co|Corp|
        No|vs|etc|approx|Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec|Ave|Blvd|Mt|Ft|
        Sra?|Dra?|Mme|Mlle|Hr|Fr|Nr|bzw|ca|tel|art|г|им|ул|стр|тыс|млн|млрд|Mrd|tys)\.$""",
    regex.VERBOSE,
)
_GREEK_QUESTION = regex.compile(r"(?<=\p{Greek})[;\u037e]\s+")
# "am 14. Juli" goes on; "I am 20. Now" does not.
_GERMAN_DATE = regex.compile(
    r"(?<=\b(?:am|vom|zum|bis|dem|der|den|des|seit)\ \d{1,2})\.\s+"
    r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
)
# Thai has no full stop; from so many tokens on, a space ends a sentence.
_CLAUSE_TOKENS = 60
_SOUTHEAST_SPACE = regex.compile(
    rf"(?<={_SOUTHEAST})[ \u00a0]+(?=[{_SOUTHEAST}\p{{N}}\"“])", regex.VERSION1
)
# Longer runs without a full stop (lists, tables) are cut: one can't swallow a text.
_MAX_SENTENCE_TOKENS = 80


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text, side by side: folded form, place, and how it was written.

    ``starts`` and ``ends`` are code points of the text as given; ``capital`` marks tokens
    written with a first capital; ``sentences`` are ``(first, last + 1)`` token ranges.
    """

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    capital: tuple[bool, ...]
    sentences: tuple[tuple[int, int], ...]
    #: Words as a reader would count them; differs from ``len(words)`` for scripts without spaces.
    count: int


def _fold_number(token: str) -> str:
    token = _STRIP_INVISIBLE.sub("", unicodedata.normalize("NFKC", token))
    token = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in token)
    token = token.replace("٬", "").replace("٫", ".")
    if _GROUPED.match(token):
        return token.replace(",", "").replace(".", "")
    return token.replace(",", ".")


def seen(word: str) -> str:
    """A word as a reader sees it, in lower case, with its marks: compatibility forms, what is not
    seen, and look-alikes among Latin letters undone."""
    word = _STRIP_INVISIBLE.sub("", unicodedata.normalize("NFKC", word)).lower()
    if _FOREIGN.search(word) and _LATIN.search(word):
        spoofed = word.translate(_LOOKALIKE)
        return word if _FOREIGN.search(spoofed) else spoofed
    return word


@lru_cache(maxsize=65536)
def _fold(token: str, latin: bool) -> str:
    if token[0].isdigit() and not _LATIN.search(token):
        return _fold_number(token)
    token = _STRIP_INVISIBLE.sub("", unicodedata.normalize("NFKC", token)).casefold()
    token = token.replace(".", "")  # U.S. is US
    token = token.translate(_VARIANTS)
    if _FOREIGN.search(token) and (latin or _LATIN.search(token)):
        spoofed = token.translate(_LOOKALIKE)
        if not _FOREIGN.search(spoofed):
            token = spoofed
    # Transliterations and translations drop the marks; other scripts need theirs.
    token = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", token)))
    folded: str = _POSSESSIVE.sub("", token)
    return folded.replace("’", "'")


def fold(token: str, latin: bool = False) -> str:
    """The form of a token that is compared.

    ``latin`` says that the text around is in Latin script, so that words made wholly of Cyrillic
    or Greek look-alikes are spoofs. May be "" when the token holds nothing visible.
    """
    if token.isascii() and token.isalpha():
        return token.lower()
    return _fold(token, latin) if token else ""


def number_value(word: str) -> str | None:
    """The digits of a folded number token or English number word; None for other words."""
    if word[:1].isdigit():
        return word
    return NUMBER_WORDS.get(word)


def _mostly_latin(text: str) -> bool:
    sample = text[:4000]
    if sample.isascii():
        return True
    foreign = len(_FOREIGN.findall(sample))
    return not foreign or len(_LATIN.findall(sample)) > 4 * foreign


def _sentence_breaks(text: str, latin: bool) -> list[int]:
    breaks = []
    for found in _BREAK.finditer(text):
        if found.group("end") and found.group("end").startswith("."):
            before = text[max(0, found.start() - 12) : found.start() + 1]
            if _ABBREVIATION.search(before.rpartition(" ")[2]):
                continue
            if before[-2:-1].isdigit() and _GERMAN_DATE.match(text, found.start()):
                continue
        breaks.append(found.end())
    if not latin:
        breaks = sorted({*breaks, *(found.end() for found in _GREEK_QUESTION.finditer(text))})
    return breaks


def _turned(text: str) -> str:
    """A text in which what is shown backwards stands forwards, of the same length."""
    return str(_BACKWARDS.sub(lambda found: found.group()[::-1], text))


# Reading, fingerprint and comparison ask for the same text one after the other.
@lru_cache(maxsize=2)
def tokenize(text: str) -> Tokens:
    """Cut a text into folded tokens and sentences. Linear in the length of the text."""
    return _plain(text) if is_plain(text) else _any(text)


def is_plain(text: str) -> bool:
    """Whether a text holds no letters but composed Latin ones, and nothing invisible."""
    return text.isascii() or not _NOT_PLAIN.search(text)


def _plain(text: str) -> Tokens:
    """The tokens of a plain text."""
    # What stands between words, and words, in turns.
    pieces = _PLAIN_WORD.split(text)
    written = pieces[1::2]
    places = list(accumulate(map(len, pieces)))
    starts = tuple(places[:-1:2])
    return Tokens(
        _folded(written),
        starts,
        tuple(places[1::2]),
        tuple([word[0].isupper() for word in written]),
        _sentences(text, starts, latin=True, per_word=1, southeast=False),
        len(written),
    )


def _folded(written: list[str]) -> tuple[str, ...]:
    return tuple([fold(word, latin=True) for word in written])


def _any(text: str) -> Tokens:
    """The tokens of any text."""
    if "\u202e" in text:
        text = _turned(text)
    latin = _mostly_latin(text)
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    capital: list[bool] = []
    count = 0
    southeast = False
    for found in _WORD.finditer(text):
        raw = found.group()
        start, end = found.span()
        if raw.isascii():
            words.append(raw.lower() if raw.isalpha() else _fold(raw, latin))
            starts.append(start)
            ends.append(end)
            capital.append(raw[0].isupper())
            count += 1
            continue
        width = 0
        if _IS_CJK.match(raw):
            width = CJK_WIDTH
        elif _IS_SOUTHEAST.match(raw):
            width = SOUTHEAST_WIDTH
            southeast = True
        if width:
            count += max(1, len(raw) // width)
            for i in range(max(1, len(raw) - width + 1)):
                piece = raw[i : i + width]
                words.append(unicodedata.normalize("NFKC", piece))
                starts.append(start + i)
                ends.append(start + i + len(piece))
                capital.append(False)
            continue
        folded = fold(raw, latin)
        if not _LETTERED.search(folded):
            continue
        count += 1
        words.append(folded)
        starts.append(start)
        ends.append(end)
        capital.append(raw[0].isupper())
    return Tokens(
        tuple(words),
        tuple(starts),
        tuple(ends),
        tuple(capital),
        _sentences(text, starts, latin, round(len(words) / max(1, count)), southeast),
        count,
    )


def words_of_chunk(chunk: str) -> tuple[str, ...]:
    """The folded words of a text without white space, alone."""
    return _folded(_PLAIN_WORD.findall(chunk)) if is_plain(chunk) else _any(chunk).words


def _sentences(
    text: str, starts: Sequence[int], latin: bool, per_word: int, southeast: bool
) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    first = i = 0
    most = _MAX_SENTENCE_TOKENS * max(1, per_word)
    breaks = _sentence_breaks(text, latin)
    spaces: set[int] = set()
    if southeast:
        spaces = {found.end() for found in _SOUTHEAST_SPACE.finditer(text)}
        breaks = sorted({*breaks, *spaces})
    for limit in [*breaks, len(text)]:
        i = bisect_left(starts, limit, i)
        if limit in spaces and i - first < _CLAUSE_TOKENS:
            continue
        while i - first > most:
            spans.append((first, first + most))
            first += most
        if i > first:
            spans.append((first, i))
        first = i
    return tuple(spans)


def digest(tokens: Tokens) -> str:
    """SHA-256 of the folded words: equal digest, equal text but for layout, case and disguise."""
    return hashlib.sha256(" ".join(tokens.words).encode()).hexdigest()


def shingles(words: Sequence[str], n: int, seed: int) -> list[int]:
    """Signed 64-bit hashes of the word n-grams, in text order; one for a text shorter than n."""
    if not words:
        return []
    size = min(n, len(words))
    hashed = xxhash.xxh3_64_intdigest
    # Words with a space between them, of which each n-gram is a piece.
    pieces = [word.encode() for word in words]
    text = b" ".join(pieces)
    places = list(accumulate((len(piece) + 1 for piece in pieces), initial=0))
    found = (
        hashed(text[start : end - 1], seed)
        for start, end in zip(places, places[size:], strict=False)
    )
    return [value - (1 << 64) if value >= 1 << 63 else value for value in found]


def sampled(words: Sequence[str], n: int, modulus: int, seed: int) -> Iterator[tuple[int, int]]:
    """Place and signed 64-bit hash of the word n-grams whose hash ≡ 0 mod ``modulus``: of the
    hashes that ``shingles`` gives."""
    return (
        (place, value)
        for place, value in enumerate(shingles(words, n, seed))
        if value % modulus == 0
    )


def hashed(texts: Sequence[str], seed: int) -> list[int]:
    """A signed 64-bit hash of each text as it is."""
    made = (xxhash.xxh3_64_intdigest(text.encode(), seed) for text in texts)
    return [value - (1 << 64) if value >= 1 << 63 else value for value in made]


def sentence_hashes(tokens: Tokens) -> tuple[int, ...]:
    """A signed 64-bit hash of each sentence's folded words, in text order; unseeded."""
    out = []
    for first, last in tokens.sentences:
        value = xxhash.xxh3_64_intdigest(" ".join(tokens.words[first:last]).encode())
        out.append(value - (1 << 64) if value >= 1 << 63 else value)
    return tuple(out)


def without(tokens: Tokens, left_out: Container[int]) -> tuple[Tokens, tuple[tuple[int, int], ...]]:
    """The tokens without the sentences whose hash is in ``left_out``, and where those stood.

    Places are ``(offset, length)`` in code points of the text. ``count`` shrinks with the tokens.
    """
    hashes = sentence_hashes(tokens)
    spans = list(zip(tokens.sentences, hashes, strict=True))
    gone = [span for span, value in spans if value in left_out]
    if not gone:
        return tokens, ()
    kept = [span for span, value in spans if value not in left_out]
    sentences, at = [], 0
    for first, last in kept:
        sentences.append((at, at + last - first))
        at += last - first
    left = Tokens(
        tuple(word for first, last in kept for word in tokens.words[first:last]),
        tuple(start for first, last in kept for start in tokens.starts[first:last]),
        tuple(end for first, last in kept for end in tokens.ends[first:last]),
        tuple(flag for first, last in kept for flag in tokens.capital[first:last]),
        tuple(sentences),
        round(tokens.count * at / len(tokens.words)),
    )
    places = ((tokens.starts[first], tokens.ends[last - 1]) for first, last in gone)
    return left, tuple((start, end - start) for start, end in places)


def clean(text: str) -> str:
    """Text that can be stored: no lone surrogates and no NULs, which SQLite can't hold whole."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")


def article_id(canonical_url: str, text_digest: str) -> str:
    """Stable id of one version of one page: 20 hex digits (80 bits)."""
    return hashlib.sha256(f"{canonical_url}\n{text_digest}".encode()).hexdigest()[:20]


def match_id(source_id: str, target_id: str) -> str:
    """Stable id of a match: 20 hex digits (80 bits)."""
    return hashlib.sha256(f"{source_id}\n{target_id}".encode()).hexdigest()[:20]
