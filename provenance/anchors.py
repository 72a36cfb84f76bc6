"""What a text has that no language changes: its names, by their sound, and its numbers. Pure.

Anchors are what a translation shares with its original. Names are told by their capitals, or by
the letters that a script keeps for foreign words; where neither helps, any word may be one.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from operator import not_

import regex

from provenance.languages import (
    CASELESS,
    MARK,
    UNSPACED,
    figures,
    known,
    language_key,
    stemmer,
)
from provenance.latin import skeleton, sounds
from provenance.normalize import Tokens, fold

#: Sound classes under which two names are alike by chance; more where any word may be a name.
LEAST_SOUNDS = 3
LEAST_OF_ANY_WORD = 4
#: Numbers up to this are in every text.
SMALL = 12
#: Keys of one text; a page that stuffs names can't stuff the index.
MAX_KEYS = 128
#: Thai's mark of a letter that is not spoken; foreign words have it.
SILENT = "\u0e4c"

_ELIDED = regex.compile(
    r"^(?:\p{L}{1,2}|qu|jusqu|lorsqu|puisqu|quelqu|dell|all|nell|sull|dall|quell|un)"
    r"['’ʼ](?=\p{L}{2})",
    regex.I,
)
_SUFFIX = regex.compile(r"['’ʼ].*$")
_TIED = {
    "french": _ELIDED,
    "italian": _ELIDED,
    "catalan": _ELIDED,
    "turkish": _SUFFIX,
    "azerbaijani": _SUFFIX,
}
# German writes every noun with a capital. What follows one of these, or ends so, is no name.
_DETERMINER = regex.compile(
    r"^(?:d(?:er|ie|as|en|em|es)|(?:k?ein|mein|dein|sein|ihr|unser|dies|jed|jen|welch|viel|all)"
    r"(?:e|er|es|en|em)?|zu[mr]|[ai]m|ins|vo[mn]|beim|\d.*)$"
)
_NOUN = regex.compile(r"(?:ung|heit|keit|schaft|tion|tat|ismus|nis|erin|ler)(?:en|s)?$")
#: Characters that Chinese spells foreign names with (those of the usual tables for English).
_SPELLING = (
    "阿埃艾爱安昂奥巴白班邦包保贝本比彼波伯博布查达戴丹道德登迪蒂丁顿多厄恩尔法凡菲费芬丰佛弗夫福盖冈戈格根贡古哈"
    "海汉豪赫黑亨洪胡华怀霍基吉加贾杰金卡凯坎康考科克肯库夸奎拉莱赖兰朗劳勒雷里利丽莉林琳卢鲁露伦罗洛马玛迈麦曼芒"
    "毛梅门蒙米明莫墨默姆木穆拿纳娜南内尼妮涅宁纽努诺欧帕潘庞培佩彭皮平珀普其奇恰钱乔切琼丘日荣茹瑞若撒萨塞赛桑瑟"
    "森沙莎珊绍舍申圣施什史舒顺斯丝思松苏索塔泰坦汤唐陶特腾提廷图托瓦万旺威韦维魏温文翁沃乌武西锡希席夏香肖歇谢辛"
    "欣休许雅亚延扬耶叶伊因英尤于约赞泽曾扎詹珍芝朱卓兹宗祖佐"
)
# The letters of foreign words, in scripts without spaces.
_FOREIGN = {
    "chinese": regex.compile(rf"[{_SPELLING}]{{3,}}"),
    "japanese": regex.compile(r"[\p{Katakana}ー]{2,}"),
}


def bare(tokens: Tokens, language: str, text: str = "") -> Tokens:
    """The tokens without what their language ties to a word: "l'île" is "île", "Karvan'da" Karvan.

    Places are kept, and words that lose nothing. With ``text`` the capital behind an elision is
    seen; without it, any word there counts as written with one.
    """
    pattern = _TIED.get(language)
    if pattern is None:
        return tokens
    words, capital = list(tokens.words), list(tokens.capital)
    for i, word in enumerate(tokens.words):
        if "'" not in word:
            continue
        raw = text[tokens.starts[i] : tokens.ends[i]] if text else word
        cut = pattern.sub("", raw)
        if cut and cut != raw:
            words[i] = fold(cut) or word
            capital[i] = cut[0].isupper() if text else capital[i] or pattern is _ELIDED
    return dataclasses.replace(tokens, words=tuple(words), capital=tuple(capital))


def names_of(tokens: Tokens, language: str) -> set[str]:
    """Words written with a capital where the sentence does not ask for one."""
    words = tokens.words
    opening = {first for first, _ in tokens.sentences}
    capitals = compress(range(len(words)), tokens.capital)
    inside = Counter([words[i] for i in capitals if i not in opening])
    small = Counter(compress(words, map(not_, tokens.capital)))
    names = {word for word, n in inside.items() if n > small[word]}
    if language == "german":
        nouns = {word for before, word in pairwise(words) if _DETERMINER.match(before)}
        names = {word for word in names if word not in nouns and not _NOUN.search(word)}
    return names


def spelled(tokens: Tokens, language: str) -> list[tuple[int, int, str]]:
    """Foreign words in a Chinese or Japanese text, by the letters kept for them.

    Each: the first token, one past the last, and the letters.
    """
    pattern = _FOREIGN.get(language)
    if pattern is None:
        return []
    found = []
    for first, letters in _runs(tokens):
        for part in pattern.finditer(letters):
            # A run of n letters is n - 1 overlapping pieces, at least one.
            start, end = first + part.start(), first + max(part.end() - 1, part.start() + 1)
            found.append((start, end, part.group()))
    return found


def _runs(tokens: Tokens) -> Iterator[tuple[int, str]]:
    """Unbroken stretches of a text without spaces, put together again from their pieces."""
    words, starts, ends = tokens.words, tokens.starts, tokens.ends
    first, letters = 0, ""
    for i, word in enumerate(words):
        if letters and starts[i] == starts[i - 1] + 1 and ends[i] == ends[i - 1] + 1:
            letters += word[-1]
            continue
        if letters:
            yield first, letters
        first, letters = i, word
    if letters:
        yield first, letters


@dataclass(frozen=True, slots=True)
class Anchors:
    """The anchors of one text of n tokens. Places are token numbers of first mentions."""

    #: Number above ``SMALL`` in plain digits, to its place.
    numbers: dict[str, int]
    #: Names that the script tells: each its skeletons (of the word and of its stem) and place.
    names: tuple[tuple[frozenset[str], int], ...]
    #: Skeleton of whatever may be a name, to its place.
    words: dict[str, int]
    #: Sound classes of a text that is written without any breaks, with the token of each.
    spoken: str = ""
    spoken_at: tuple[int, ...] = ()
    #: Whether ``names`` are told at all.
    named: bool = True


def anchors(tokens: Tokens, language: str, text: str = "") -> Anchors:
    """The anchors of a text; ``text``, where it is at hand, helps to see capitals."""
    tokens = bare(tokens, language, text)
    numbers: dict[str, int] = {}
    for i, value in figures(tokens, language).items():
        for number in _plain(value):
            numbers.setdefault(number, i)
    if language in UNSPACED:
        return _unspaced(tokens, language, numbers)
    names = names_of(tokens, language)
    # Small words of the languages that tell no names would meet any name.
    entry, any_word = known(language), language in CASELESS
    first = {word: i for i, word in reversed(list(enumerate(tokens.words)))}
    kept = first.keys() - entry.words if any_word else names
    first = {word: first[word] for word in sorted(kept, key=lambda word: first[word])}
    stems = stemmer(language)(list(first))
    least = LEAST_OF_ANY_WORD if any_word else LEAST_SOUNDS
    found: list[tuple[frozenset[str], int]] = []
    words: dict[str, int] = {}
    for (word, place), stem in zip(first.items(), stems, strict=True):
        bones = frozenset(b for b in (skeleton(word), skeleton(stem)) if len(b) >= least)
        if not bones:
            continue
        if not any_word and words.keys().isdisjoint(bones):
            found.append((bones, place))
        for bone in sorted(bones):
            words.setdefault(bone, place)
    return Anchors(numbers, tuple(found), words, named=not any_word)


def _unspaced(tokens: Tokens, language: str, numbers: dict[str, int]) -> Anchors:
    if language in _FOREIGN:
        words: dict[str, int] = {}
        for first, _, letters in spelled(tokens, language):
            bone = skeleton(letters)
            if len(bone) >= LEAST_SOUNDS:
                words.setdefault(bone, first)
        names = tuple((frozenset({bone}), place) for bone, place in words.items())
        return Anchors(numbers, names, words)
    spoken = ""
    at: list[int] = []
    for first, letters in _runs(tokens):
        for i, letter in enumerate(letters):
            if letters[i + 1 : i + 2] == SILENT:
                continue
            for sound in sounds(letter).removeprefix("A"):
                if not spoken.endswith(sound):
                    spoken += sound
                    at.append(first + i)
    return Anchors(numbers, (), {}, spoken, tuple(at), named=False)


def _plain(value: str) -> Sequence[str]:
    """A figure as it is compared: times with a point, small numbers not at all."""
    try:
        amount = float(value.replace(":", ".", 1))
    except ValueError:
        return ()
    return () if amount <= SMALL and amount == int(amount) else (f"{amount:.10g}",)


def keys(tokens: Tokens, language: str) -> tuple[str, ...]:
    """The anchors as keys of the index, at most ``MAX_KEYS``, so that a translation is found.

    The first says which language the text is in.
    """
    if not language:
        return ()
    found = anchors(tokens, language)
    made = [MARK + number for number in found.numbers] + [MARK + bone for bone in found.words]
    return (language_key(language), *dict.fromkeys(made[: MAX_KEYS - 1]))
