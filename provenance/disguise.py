"""Texts that are written so that people read them and programs don't: undone, counted, told. Pure.

Folding (``normalize``) undoes what touches one letter and leaves the words. Here it is undone what
makes other words of them: letters of other alphabets and blocks, figures in place of letters,
doubled letters, words cut by blanks or signs or run together. A line is looked at when few of its
words are known to the background table, and is read anew when, so read, most of them are. Other
lines, and texts in other languages, stay as they are.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import filterfalse

import regex

from provenance import spacing
from provenance.background import documents, frequency, stemmer
from provenance.languages import UNSPACED, running
from provenance.latin import romanised
from provenance.normalize import UNSPACED_SCRIPTS, Tokens, is_plain, tokenize
from provenance.spacing import LONG, SHORT

#: What is told of words that were undone.
OTHERWISE = "words written otherwise"
#: A line with fewer tokens is no evidence of anything.
LEAST_TOKENS = 8
#: Fewer different words with figures in them are names of things.
LEAST_REPAIRED = 5
#: Letters of a text whose words are looked for, a bound on hostile input.
MOST_LETTERS = 40_000
#: Share of the words that must be known for a line to be left as it is, and to be read anew.
#: English news has 0.9 and more; texts in other languages, read as English, 0.3 to 0.5.
KNOWN, RESTORED = 0.55, 0.6
#: Share of function words of another language from which a line is what it seems. Lines in
#: disguise have 0.1 at most.
RUNNING = 0.15
# How much more of the words must be known for one reading to be preferred to an earlier one.
_BETTER = 0.02
#: The same by letters, where the words themselves had to be found in a run of letters.
SEGMENTED = 0.85
#: Nats of a letter that is in no known word. A word costs what its rarity says.
_STRAY = 7.0
_LONGEST_WORD = 20
_LEAST_WORD = 3

_LINE = regex.compile(r"[^\n]+")
_CHUNK = regex.compile(r"\S+")
_LETTER = regex.compile(r"[\p{L}\p{N}\u24b6-\u24e9\U0001f130-\U0001f189]")
_LEET = str.maketrans("0134578@$", "oieastbas")
_MIXED = regex.compile(r"(?=.*[\d@$])(?=.*[a-z])")
# Look-alikes whose sound, which transliteration gives, is another.
_SHAPES = str.maketrans(
    "авеснкморстухіјѕԛԝһցսոɡɑօυνρηχωγαικβ", "abechkmopctyxijsqwhgunga" + "ouvpnxwyaikb"
)
# Letter for letter: ISO 9 and Greek beta code without their marks; ш and ω for what they look like.
_LETTERS = str.maketrans(
    "абвгґдеєёжзиіїйјклмнопрстуўфхцчћшщыэюяђљњџ" + "αβγδεζηθικλμνξοπρσςτυφχψω",
    "abvggdeeezziiijjklmnoprstuufhcccwwyeuadlnd" + "abgdezhqiklmncoprsstufhyw",
)

# Such scripts with a blank behind each letter or two, and how many of them no headline has.
_UNSPACED = rf"[{UNSPACED_SCRIPTS}ー々]\p{{M}}*+"
_SPREAD = regex.compile(rf"(?:(?:{_UNSPACED}){{1,3}}+[^\S\n]++){{3,}}+")
_LEAST_SPREAD = 60
#: Words of a text that a quick look samples.
_SOME = 400

_HIDDEN = regex.compile(
    r"(?<=\p{L})[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]+(?=\p{L})"
)
_TURNED = regex.compile(r"[\u202a-\u202e\u2066-\u2069]")
_FORMS = regex.compile(r"[\uff21-\uff5a\U0001d400-\U0001d7ff\u24b6-\u24e9\U0001f130-\U0001f189]")
# Vietnamese letters have two marks; those of Indic and Thai letters are others.
_STACKED = regex.compile(r"[\u0334-\u0338]|[\u0300-\u036f]{3,}")
_OTHER = r"\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}"
# Letters without capitals: of scripts that nobody writes English in.
_CASELESS = regex.compile(r"\p{Lo}")
_OTHER_LETTER = regex.compile(rf"[{_OTHER}]")
_SPOOFED = regex.compile(rf"\p{{Latin}}[{_OTHER}]|[{_OTHER}]\p{{Latin}}")


def read(text: str) -> Tokens:
    """The tokens of a text, with those of disguised lines as they are meant. Offsets are those of
    the text as given."""
    return _undone(text)[0]


def _spread(text: str) -> bool:
    """Whether blanks stand between the letters of a script that has none."""
    return not is_plain(text) and sum(map(len, _SPREAD.findall(text))) >= _LEAST_SPREAD


def _closed(text: str) -> Tokens:
    """The tokens of a text in a script without blanks, without the blanks that were put in."""
    places: list[int] = []
    pieces: list[str] = []
    at = 0
    for found in _SPREAD.finditer(text):
        places += range(at, found.start())
        places += (place for place in range(*found.span()) if not text[place].isspace())
        pieces += text[at : found.start()], "".join(found.group().split())
        at = found.end()
    places += range(at, len(text))
    pieces.append(text[at:])
    tokens = tokenize("".join(pieces))
    return replace(
        tokens,
        starts=tuple(places[start] for start in tokens.starts),
        ends=tuple(places[end - 1] + 1 for end in tokens.ends),
    )


def word_count(text: str) -> int:
    """How many words a text has, as they are meant."""
    return spacing.count(text, read(text))


@lru_cache(maxsize=64)
def counted(text: str) -> tuple[tuple[str, int], ...]:
    """What of a text is written as only a disguise is: what it is, and how often."""
    found = Counter(
        {
            "invisible characters within words": len(_HIDDEN.findall(text)),
            "characters that turn the direction": len(_TURNED.findall(text)),
            "letters in another form": len(_FORMS.findall(text)),
            "letters with marks over or through them": len(_STACKED.findall(text)),
            "letters of two alphabets side by side": len(_SPOOFED.findall(text)),
            OTHERWISE: _undone(text)[1],
        }
    )
    return tuple((what, count) for what, count in found.items() if count)


@lru_cache(maxsize=2)
def _undone(text: str) -> tuple[Tokens, int]:
    """The tokens, and how many of them had to be read anew."""
    tokens = tokenize(text)
    if _spread(text):
        closed = _closed(text)
        return closed, tokens.count - closed.count
    repaired = _repaired(tokens.words)
    if not repaired and not _suspect(text, tokens.words):
        return tokens, 0
    kept: list[tuple[int, int, str, bool]] = []
    changed = at = letters = 0
    for line in _LINE.finditer(text):
        first = at
        at = bisect_left(tokens.starts, line.end(), first)
        words = tokens.words[first:at]
        letters += len(line.group())
        meant = _line(line.group(), words) if letters <= MOST_LETTERS else None
        if meant is None:
            changed += sum(word in repaired for word in words)
            kept += zip(
                tokens.starts[first:at], tokens.ends[first:at],
                (repaired.get(word, word) for word in words), tokens.capital[first:at], strict=True,
            )  # fmt: skip
            continue
        changed += len(meant)
        base = line.start()
        kept += ((base + a, base + b, word, text[base + a].isupper()) for a, b, word in meant)
    if not changed:
        return tokens, 0
    starts = [start for start, _, _, _ in kept]
    sentences, begin = [], 0
    for _, last in tokens.sentences:
        end = bisect_left(starts, tokens.ends[last - 1])
        if end > begin:
            sentences.append((begin, end))
            begin = end
    if begin < len(kept):
        sentences.append((begin, len(kept)))
    return replace(
        tokens,
        words=tuple(word for _, _, word, _ in kept),
        starts=tuple(starts),
        ends=tuple(end for _, end, _, _ in kept),
        capital=tuple(capital for _, _, _, capital in kept),
        sentences=tuple(sentences),
        count=len(kept),
    ), changed


def may_be(text: str, words: Sequence[str], language: str) -> bool:
    """Whether a text is written as only a disguise is, from a quick look: nearly always False for
    running text. ``words`` and ``language`` are the text's."""
    if not words:
        return False
    if language in UNSPACED:
        return _spread(text)
    some = words[:: 1 + len(words) // _SOME]
    if running(some) >= RUNNING and SHORT <= sum(map(len, some)) / len(some) <= LONG:
        return False
    return bool(spacing.odd(text)) or read(text) != tokenize(text)


def _suspect(text: str, words: Sequence[str]) -> bool:
    """Whether a text is worth a look by lines: cheap, and false for nearly all in English."""
    if 2 * len(words) < text.count(" ") or not words:
        return True
    mean = sum(map(len, words)) / len(words)
    return not SHORT <= mean <= LONG or _share(list(set(words))) < 0.75


def _repaired(words: Sequence[str]) -> dict[str, str]:
    """Words with figures for letters, or with all letters doubled, and what they are meant to be:
    nothing where there are only a few."""
    # Doubled letters begin with one letter twice; the others may hold figures.
    odd = [word for word in set(words) if not word.isalpha() or word[0] == word[1:2]]
    found = {word: right for word in odd if (right := _meant(word))}
    return found if len(found) >= LEAST_REPAIRED else {}


def _share(words: Sequence[str]) -> float:
    """The share of the words that the background knows. A letter alone is no word."""
    counted = list(filterfalse(str.isdigit, words))
    return sum(map(_is_known, counted)) / len(counted) if counted else 1.0


# Texts share most of their words, and each original that a page is held against is read.
@lru_cache(maxsize=1 << 16)
def _is_known(word: str) -> bool:
    """Whether the background knows a word."""
    # A stemmer takes squares of the length of a word.
    if len(word) > 2 * _LONGEST_WORD or (len(word) == 1 and word not in "ai"):
        return False
    return frequency(stemmer("english")([word])[0]) > 0


@lru_cache(maxsize=1 << 16)
def _meant(word: str) -> str:
    """The known word that one is with letters for figures, and with each of its letters once where
    all are doubled; "" for a word that stands as it is meant."""
    if not 3 < len(word) <= 2 * _LONGEST_WORD or not word.isascii():
        return ""
    right = _halved(_unleeted(word))
    return right if right != word and frequency(stemmer("english")([right])[0]) else ""


Meant = list[tuple[int, int, str]]


def _line(line: str, words: Sequence[str]) -> Meant | None:
    """What a line is meant to say: start, end and word of each token; None to leave it."""
    letters = len(_LETTER.findall(line))
    if letters < 4 * LEAST_TOKENS:
        return None
    if not line.isascii() and 2 * len(_CASELESS.findall(line)) > letters:
        return None
    mean = letters / max(1, len(words))
    if 2 * len(words) >= line.count(" ") and _share(words) >= KNOWN:
        return _segmented(line) if mean < SHORT else None
    if SHORT <= mean <= LONG and running(words, but="english") >= RUNNING:
        return None
    other = bool(_OTHER_LETTER.search(line))
    best, found = RESTORED, None
    for spell in (_latin, _sounded, _lettered) if other else (_latin, _sounded):
        chunks = [chunk for chunk in _chunks(line, spell) if chunk[2]]
        for way in (str, _unleeted, _halved):
            meant = [(a, b, way(word)) for a, b, word in chunks]
            if len(meant) < LEAST_TOKENS:
                continue
            share = _share([word for _, _, word in meant])
            if share >= best:
                best, found = share + _BETTER, meant
    if found is not None:
        return found
    return _segmented(line) if not SHORT <= mean <= LONG else None


@lru_cache(maxsize=4096)
def _latin(character: str) -> str:
    """Plain small Latin letters for one character, by its shape, else by its sound."""
    if character.isascii():
        return character.lower()
    folded = unicodedata.normalize("NFKD", character).casefold()
    shaped = "".join(c for c in folded if not unicodedata.combining(c)).translate(_SHAPES)
    return shaped if shaped.isascii() else romanised(shaped).lower()


@lru_cache(maxsize=4096)
def _sounded(character: str) -> str:
    """The same by its sound alone."""
    return romanised(character).lower()


@lru_cache(maxsize=4096)
def _lettered(character: str) -> str:
    """The same, one letter for one, as people write with the other alphabet's keyboard."""
    return _latin(character.lower().translate(_LETTERS))


def _chunks(line: str, spell: Callable[[str], str]) -> Iterator[tuple[int, int, str]]:
    """What stands between blanks, as plain letters and figures."""
    for found in _CHUNK.finditer(line):
        word = "".join(c for one in found.group() for c in spell(one) if c.isalnum() or c in "@$")
        yield found.start(), found.end(), word


def _unleeted(word: str) -> str:
    if len(word) > 2 * _LONGEST_WORD or not _MIXED.match(word):
        return word
    return word.translate(_LEET)


def _halved(word: str) -> str:
    return word[::2] if word[::2] == word[1::2] else word


def _segmented(line: str) -> Meant | None:
    """The likeliest words of the letters in a line, blanks and signs left out."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(line):
        for letter in _latin(character) if _LETTER.match(character) else "":
            if letter.isalnum():
                letters.append(letter)
                places.append(place)
    run = "".join(letters)
    cost = _costs(run)
    best = [0.0] + [math.inf] * len(run)
    before = [0] * (len(run) + 1)
    for end in range(1, len(run) + 1):
        best[end], before[end] = best[end - 1] + _STRAY, end - 1
        for begin in range(max(0, end - _LONGEST_WORD), end):
            price = cost.get(run[begin:end])
            if price is not None and best[begin] + price < best[end]:
                best[end], before[end] = best[begin] + price, begin
    meant: Meant = []
    end, covered = len(run), 0
    while end:
        begin = before[end]
        word = run[begin:end]
        covered += len(word) if word in cost else 0
        meant.append((places[begin], places[end - 1] + 1, word))
        end = begin
    meant.reverse()
    # Figures are cut up by nobody: a line of them is a table.
    long = sum(len(word) for _, _, word in meant if len(word) > _LEAST_WORD and word.isalpha())
    if covered < SEGMENTED * len(run) or long < 0.6 * len(run):
        return None
    return meant


def _costs(run: str) -> dict[str, float]:
    """Nats of every known word that occurs in a run of letters."""
    pieces = sorted(
        {
            run[begin:end]
            for begin in range(len(run))
            for end in range(begin + 2, min(begin + _LONGEST_WORD, len(run)) + 1)
        }
    )
    total = documents()
    found = {"a": 3.0, "i": 5.0}
    for piece, stem in zip(pieces, stemmer("english")(pieces), strict=True):
        if count := frequency(stem):
            # Rare short words are mostly initials; each would break longer ones up.
            short = len(piece) <= _LEAST_WORD and count < total // 50
            found[piece] = math.log(40 * total / count) + 3.0 * short
        elif piece.isdigit():
            found[piece] = 2.0 * len(piece) + 2.0
    return found
