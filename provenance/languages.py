"""Which language a text is in, and what that language's words are worth. Pure.

``data/languages.json`` holds, for each language, a few dozen function words (they tell the
language and weigh next to nothing), number words, units of thousand and more, and the beginnings
of the months' names. Stems are Snowball's where it has the language; elsewhere the first letters
of a word (McNamee and Mayfield 2004 found the first five to do about as well).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import regex

from provenance.normalize import CJK_WIDTH, NUMBER_WORDS, SOUTHEAST_WIDTH, Tokens, fold

#: Words looked at to tell the language.
_SAMPLE = 400
#: Share of function words from which a text is running text of that language; less where endings
#: do much of their work (Turkish, Finnish), but lists of names are not to pass for English.
_RUNNING = 0.05
_RUNNING_ENGLISH = 0.08
#: Letters kept of a word in a language without a stemmer.
PREFIX = 5
#: Scripts that tell the language where function words do not; the first match counts.
_SCRIPTS = {
    name: regex.compile(pattern)
    for name, pattern in {
        "japanese": r"[\p{Hiragana}\p{Katakana}]",
        "chinese": r"\p{Han}",
        "korean": r"\p{Hangul}",
        "thai": r"\p{Thai}",
        "lao": r"\p{Lao}",
        "khmer": r"\p{Khmer}",
        "burmese": r"\p{Myanmar}",
        "greek": r"\p{Greek}",
        "armenian": r"\p{Armenian}",
        "georgian": r"\p{Georgian}",
        "hebrew": r"\p{Hebrew}",
        "arabic": r"\p{Arabic}",
        "amharic": r"\p{Ethiopic}",
        "hindi": r"\p{Devanagari}",
        "bengali": r"\p{Bengali}",
        "tamil": r"\p{Tamil}",
        "telugu": r"\p{Telugu}",
        "kannada": r"\p{Kannada}",
        "malayalam": r"\p{Malayalam}",
        "gujarati": r"\p{Gujarati}",
        "punjabi": r"\p{Gurmukhi}",
        "sinhala": r"\p{Sinhala}",
    }.items()
}
#: Written without spaces: tokens are pieces of words, and have no stems.
UNSPACED = frozenset({"chinese", "japanese", "thai", "lao", "khmer", "burmese"})
# Syllables, and pieces of two characters, are as short as they can be.
_AS_WRITTEN = frozenset({"chinese", "japanese", "vietnamese"})
#: Written without capitals, so that names cannot be told by them.
CASELESS = UNSPACED | {
    "korean", "georgian", "hebrew", "yiddish", "arabic", "persian", "urdu", "amharic", "hindi",
    "nepali", "marathi", "bengali", "tamil", "telugu", "kannada", "malayalam", "gujarati",
    "punjabi", "sinhala",
}  # fmt: skip
#: "1 350" is one number here.
_SPACED_THOUSANDS = frozenset(
    {
        "french", "russian", "ukrainian", "belarusian", "bulgarian", "polish", "czech", "slovak",
        "serbian", "swedish", "norwegian", "finnish", "estonian", "latvian", "lithuanian",
        "hungarian",
    }
)  # fmt: skip
# Case endings and topic marks of Korean, longest first (Sohn, The Korean Language, 1999).
_PARTICLES = regex.compile(
    r"(?<=..)(?:에서는|에게서|으로는|이라고|까지|부터|에서|에게|한테|께서|으로|라고|보다|처럼|마다"
    r"|이나|들이|들은|들을|은|는|이|가|을|를|의|에|로|와|과|도|만|들)$"
)
_KOREAN_VERB = regex.compile(r"(?<=..)[하한할함했해되된될됐돼].*$")
_HEBREW_PREFIX = regex.compile(r"^ו?[הבלמשכ]?(?=.{3})")

#: Begins the keys of names and numbers among the terms; no word does.
MARK = "~"


@dataclass(frozen=True, slots=True)
class Language:
    """What the table knows of one language; all forms are folded."""

    words: frozenset[str]
    #: Number word to its digits.
    numbers: dict[str, str]
    #: Unit word or character to its value: ``million`` to 1e6.
    units: dict[str, float]
    #: Beginnings of the names of the twelve months.
    months: tuple[str, ...]


@cache
def _table() -> dict[str, Language]:
    raw = json.loads(files("provenance").joinpath("data", "languages.json").read_text("utf-8"))
    values = [*range(2, 13), *range(20, 100, 10)]
    table = {}
    for name, given in raw.items():
        units = (unit.rsplit("=", 1) for unit in given.get("units", "").split())
        words = given.get("numbers", "").split()
        numbers = {fold(w): str(v) for w, v in zip(words, values, strict=False) if w != "-"}
        table[name] = Language(
            frozenset(fold(word) for word in given["words"].split()),
            NUMBER_WORDS if name == "english" else numbers,
            {fold(unit): float(value) for unit, value in units},
            tuple(fold(month) for month in given.get("months", "").split()),
        )
    return table


@cache
def names() -> tuple[str, ...]:
    """All languages that are told."""
    return tuple(sorted(_table().keys() | _SCRIPTS.keys()))


def known(language: str) -> Language:
    """The table's entry; an empty one for a language that it lacks."""
    return _table().get(language) or Language(frozenset(), {}, {}, ())


@cache
def _languages_of_word() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, entry in _table().items():
        for word in entry.words:
            found[word] = (*found.get(word, ()), name)
    return found


def language_of(words: Sequence[str]) -> str:
    """The language (Snowball's name for it) whose function words are most frequent; "" if none.

    ``words`` are folded tokens; the first 400 are looked at. At least 5 % must be function words
    (8 % for English, which has 20–40 % in running text). Failing that, a script that one language
    is mostly written in tells.
    """
    sample = Counter(words[:_SAMPLE])
    hits = _function_words(sample)
    if hits:
        best = min(hits, key=lambda name: (-hits[name], name))
        least = _RUNNING_ENGLISH if best == "english" else _RUNNING
        if hits[best] >= least * sample.total():
            return best
    return _by_script(sample)


def running(words: Sequence[str], but: str = "") -> float:
    """The share of function words in the language that has most of them, ``but`` that one: from a
    fifth on in running text of most. The first 400 words are looked at."""
    sample = Counter(words[:_SAMPLE])
    hits = _function_words(sample)
    hits.pop(but, None)
    return max(hits.values(), default=0) / max(1, sample.total())


def _function_words(sample: Counter[str]) -> dict[str, int]:
    """How many of some words are function words, by language."""
    languages = _languages_of_word()
    hits: dict[str, int] = {}
    for word in sample.keys() & languages.keys():
        for name in languages[word]:
            hits[name] = hits.get(name, 0) + sample[word]
    return hits


def _by_script(sample: Counter[str]) -> str:
    """The language of the script that most words are in; "" for Latin and Cyrillic."""
    counts = {
        name: sum(n for word, n in sample.items() if script.search(word))
        for name, script in _SCRIPTS.items()
        if any(script.search(word) for word in sample)
    }
    # A Japanese text has more kanji than kana; a Chinese one has no kana.
    if counts.get("japanese", 0) * 10 > counts.get("chinese", 0):
        counts["japanese"] = counts.get("japanese", 0) + counts.pop("chinese", 0)
    best = max(counts, key=lambda name: counts[name], default="")
    return best if best and 2 * counts[best] > sample.total() else ""


@cache
def stemmer(language: str) -> Callable[[Sequence[str]], list[str]]:
    """Words to stems; the identity for an unknown language and for those without spaces."""
    if not language or language in _AS_WRITTEN:
        return list
    import Stemmer

    # Older Snowballs lack a few languages.
    if language in Stemmer.algorithms():
        made: Callable[[Sequence[str]], list[str]] = Stemmer.Stemmer(language).stemWords
        return made
    one = {"korean": _korean, "hebrew": _hebrew}.get(language, _prefix)
    if language in UNSPACED:
        one = _piece
    return lambda words: [one(word) for word in words]


def _piece(word: str) -> str:
    """Three characters of the four: one changed letter spoils fewer of the overlapping pieces."""
    return word[:3] if not word[0].isdigit() else word


def _prefix(word: str) -> str:
    return word[:PREFIX]


def _korean(word: str) -> str:
    return str(_PARTICLES.sub("", _KOREAN_VERB.sub("", word)))


def _hebrew(word: str) -> str:
    return str(_HEBREW_PREFIX.sub("", word))


def figures(tokens: Tokens, language: str) -> dict[int, str]:
    """Token number to the value of the number that begins there, in plain digits.

    Units are multiplied in ("2.5 million", "8万5000", "50 लाख") and grouped digits joined
    ("1 350"), so that a value is the same in every language. Tokens that a number has taken in
    have "" for a value.
    """
    entry = known(language)
    found: dict[int, str] = {}
    numbers = entry.numbers
    places = [i for i, word in enumerate(tokens.words) if word in numbers or word[0].isdigit()]
    for i in places:
        if i in found:
            continue
        digits = numbers.get(tokens.words[i], tokens.words[i])
        try:
            amount = float(digits)
        except ValueError:
            # "10:30", "30km"
            found[i] = digits
            continue
        amount, last = _grouped(tokens, language, amount, i)
        amount, last = _multiplied(tokens, language, amount, last)
        # A row of three hundred figures is larger than any number here.
        found[i] = plain(amount) if math.isfinite(amount) else digits
        found.update((k, "") for k in range(i + 1, last + 1))
    return found


def _grouped(tokens: Tokens, language: str, amount: float, last: int) -> tuple[float, int]:
    """Thousands that one character sets apart: the amount, and the last token of it."""
    words, starts, ends = tokens.words, tokens.starts, tokens.ends
    if language not in _SPACED_THOUSANDS or len(words[last]) > 3 or not words[last].isdigit():
        return amount, last
    while last + 1 < len(words) and starts[last + 1] - ends[last] == 1:
        if len(words[last + 1]) != 3 or not words[last + 1].isdigit():
            break
        last += 1
        amount = amount * 1000 + float(words[last])
    return amount, last


def _multiplied(tokens: Tokens, language: str, amount: float, last: int) -> tuple[float, int]:
    """The amount times the unit that follows it, and the last token that belongs to it."""
    words, starts, ends = tokens.words, tokens.starts, tokens.ends
    units = known(language).units
    following = last + 1
    if not units or following >= len(words) or starts[following] - ends[last] > 1:
        return amount, last
    unit = units.get(words[following])
    if unit is None and (language in UNSPACED or language == "korean"):
        # What stands behind the unit is in one token with it.
        begun = (value for name, value in units.items() if words[following].startswith(name))
        unit = next(begun, None)
    if unit is None:
        return amount, last
    amount *= unit
    # What is counted behind a 万: "8万5000".
    rest = following + 1
    near = rest < len(words) and starts[rest] - ends[following] <= 1
    if unit == 10_000 and near and words[rest].isdigit() and len(words[rest]) < 5:
        return amount + float(words[rest]), rest
    return amount, following


def pieces_a_word(language: str) -> int:
    """Tokens that a reader would count as one word."""
    if language not in UNSPACED:
        return 1
    return CJK_WIDTH if language in ("chinese", "japanese") else SOUTHEAST_WIDTH


def plain(amount: float) -> str:
    """An amount in digits, without a fraction that is nothing."""
    return str(round(amount)) if amount == round(amount) else str(round(amount, 4))


def language_key(language: str) -> str:
    """The key that all texts of a language share."""
    return f"{MARK}={language}"


def is_language_key(term: str) -> bool:
    """Whether a term is the key of a language."""
    return term.startswith(f"{MARK}=")
