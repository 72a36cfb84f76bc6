"""Tokens, sentences, hashes: cases, and properties that hold for any text."""

from __future__ import annotations

import hashlib
import re
from itertools import zip_longest

import pytest
import regex
from conftest import SOURCE
from hypothesis import given
from hypothesis import strategies as st

from provenance.background import words_and_terms
from provenance.normalize import (
    _BREAK,
    CJK_WIDTH,
    SOUTHEAST_WIDTH,
    _any,
    _plain,
    article_id,
    clean,
    digest,
    fold,
    is_plain,
    match_id,
    number_value,
    shingles,
    tokenize,
)


def words(text: str) -> tuple[str, ...]:
    return tokenize(text).words


def sentences(text: str) -> list[str]:
    tokens = tokenize(text)
    return [text[tokens.starts[a] : tokens.ends[b - 1]] for a, b in tokens.sentences]


# Words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        (" \n\t\u200b", ()),
        ("—…!?", ()),
        ("The Bridge is SHUT.", ("the", "bridge", "is", "shut")),
        ("café Zürich São", ("cafe", "zurich", "sao")),
        ("cafe\u0301", ("cafe",)),
        ("Straße", ("strasse",)),
        ("İstanbul", ("istanbul",)),
        ("ｆｕｌｌ ｗｉｄｔｈ", ("full", "width")),
        ("ﬁre oﬃce", ("fire", "office")),
        ("don't don’t", ("don't", "don't")),
        ("the mayor's and the mayor’s", ("the", "mayor", "and", "the", "mayor")),
        ("well-known re‑open", ("well", "known", "re", "open")),
        ("the U.S. and U.N. said", ("the", "us", "and", "un", "said")),
        ("soft\u00adhyphen zero\u200bwidth", ("softhyphen", "zerowidth")),
        ("word\ufe0f\U000e0041 joined\u2060up", ("word", "joinedup")),
        ("thе соpу of the text", ("the", "copy", "of", "the", "text")),
        ("это мост", ("это", "мост")),
        ("Ёлка и ёлка", ("елка", "и", "елка")),
        ("ΑΘΗΝΑ", ("αθηνα",)),
        ("x2 B52", ("x2", "b52")),
        ("日本語", ("日本", "本語")),
        ("橋", ("橋",)),
    ],
)
def test_words(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", ("7",)),
        ("1,000 and 1.000", ("1000", "and", "1000")),
        ("1,234,567", ("1234567",)),
        ("3.14 or 3,14", ("3.14", "or", "3.14")),
        ("10%", ("10",)),
        ("in 1987, not 1988.", ("in", "1987", "not", "1988")),
        ("at 10:30", ("at", "10:30")),
        ("٣ and ３", ("3", "and", "3")),
        ("②", ("2",)),
        ("£740,000", ("740000",)),
    ],
)
def test_numbers(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("text", ["10th", "1990s", "30km", "1.4bn", "150ft", "2025年"])
def test_a_number_keeps_its_digits_together(text: str) -> None:
    digits = re.match(r"[\d.]+", text)
    assert digits
    assert any(word.startswith(digits.group()) for word in words(text)), words(text)


def test_number_words() -> None:
    assert number_value("three") == number_value("3") == "3"
    assert number_value("ninety") == "90"
    assert number_value("bridge") is None
    assert number_value("one") is None  # too often a pronoun
    assert number_value("") is None


def test_count_is_of_words_as_people_count_them() -> None:
    assert tokenize("The bridge is shut.").count == 4
    long = "橋は火曜日の朝に閉鎖された" * 4
    tokens = tokenize(long)
    assert tokens.count == len(long) // CJK_WIDTH < len(tokens.words)
    thai = "สะพานถูกปิดเมื่อวันอังคาร"
    assert tokenize(thai).count == len(thai) // SOUTHEAST_WIDTH


def test_capitals_are_remembered() -> None:
    tokens = tokenize("The Élysée said ÖBB trains run.")
    assert tokens.capital == (True, True, False, True, False, False)


def test_homoglyphs_in_a_foreign_text_are_letters() -> None:
    text = "Мост закрыли во вторник. Это с утра."
    assert words(text)[-1] == "утра"
    assert "с" in words(text)


# Disguises

DISGUISES = {
    "newlines": lambda text: re.sub(r" ", "\n", text),
    "wide spaces": lambda text: text.replace(" ", "\u00a0\u2009 "),
    "upper case": str.upper,
    "lower case": str.lower,
    "zero-width spaces inside words": lambda text: re.sub(r"([a-z])([a-z])", "\\1\u200b\\2", text),
    "soft hyphens inside words": lambda text: re.sub(r"([a-z])([a-z])", "\\1\u00ad\\2", text),
    "zero-width spaces between words": lambda text: text.replace(" ", "\u200b \u200b"),
    "byte order mark": lambda text: "\ufeff" + text,
    "bidi marks": lambda text: "\u202a" + text.replace(" ", " \u200e") + "\u202c",
    "some Cyrillic letters": lambda text: text.replace("a", "а").replace("o", "о"),
    "Cyrillic capitals": lambda text: text.replace("T", "Т").replace("H", "Н").replace("A", "А"),
    "full width": lambda text: re.sub(r"[a-z]", lambda m: chr(ord(m.group()) + 0xFEE0), text),
    "curly apostrophes": lambda text: text.replace("'", "’"),
    "accents": lambda text: text.replace("e", "é").replace("n", "n\u0303"),
    "punctuation dropped": lambda text: re.sub(r"[;:!?\"()]|[.,](?=\s|$)", "", text),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguised_text_has_the_same_digest(name: str) -> None:
    disguised = DISGUISES[name](SOURCE)
    assert digest(tokenize(disguised)) == digest(tokenize(SOURCE))


@pytest.mark.parametrize("change", [("1987", "1978"), ("heron", "Huron"), ("£740,000", "£74,000")])
def test_another_text_has_another_digest(change: tuple[str, str]) -> None:
    assert digest(tokenize(SOURCE.replace(*change))) != digest(tokenize(SOURCE))


@pytest.mark.parametrize("invisible", ["\u200b", "\u00ad", "\u2060", "\ufe0f"])
def test_invisible_characters_within_numbers(invisible: str) -> None:
    plain = "It cost 740,000 in 1987"
    hidden = plain.replace("40", f"4{invisible}0").replace("98", f"9{invisible}8")
    assert words(hidden) == words(plain)


def test_initials_in_small_letters() -> None:
    assert words("the u.s. army") == words("the U.S. Army")


def test_digest_is_sha256_of_the_words() -> None:
    assert digest(tokenize("The  Bridge!")) == hashlib.sha256(b"the bridge").hexdigest()


# Sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One came. Two left! Who stayed?", ["One came", "Two left", "Who stayed"]),
        ("Mr. Smith met Dr. Jones. They sat.", ["Mr. Smith met Dr. Jones", "They sat"]),
        ("J. P. Hall spoke. It rained.", ["J. P. Hall spoke", "It rained"]),
        ("It rose 3.5 per cent. Then fell.", ["It rose 3.5 per cent", "Then fell"]),
        ("First line\nSecond line", ["First line", "Second line"]),
        ("«Нет». Он ушёл.", ["Нет", "Он ушёл"]),
        ("橋は閉鎖。火曜日だ。", ["橋は閉鎖", "火曜日だ"]),
        ("It is shut. but why", ["It is shut. but why"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_run_without_a_full_stop_is_cut() -> None:
    tokens = tokenize("word " * 1000)
    assert max(b - a for a, b in tokens.sentences) <= 80
    assert sum(b - a for a, b in tokens.sentences) == 1000


@pytest.mark.parametrize("filling", ["." * 50_000, " " * 50_000, "\n" * 50_000, ". " * 25_000])
def test_sentences_of_endless_filling_stay_cheap(filling: str) -> None:
    assert words(f"One two{filling}three") == ("one", "two", "three")


@given(st.text(st.sampled_from('.!…") \n\taA1。」।'), max_size=60))
def test_breaks_are_those_of_the_search_from_every_place(text: str) -> None:
    plain = _BREAK.pattern.replace("(?<![.!?…])", "").replace(r"\n\s*", r"\s*\n\s*")
    assert plain != _BREAK.pattern
    for one, other in zip_longest(
        _BREAK.finditer(text), regex.finditer(plain, text, regex.VERBOSE)
    ):
        assert (one.end(), one["end"]) == (other.end(), other["end"])


# Properties

TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(
        st.sampled_from("abzABZé ßñøавГДĞİı’'.,:-019%\u200b\u00ad\u0301\n½²①ﬁ٣〇橋カーทไ。"),
        max_size=120,
    ),
)


@given(TEXTS)
def test_tokens_of_any_text(text: str) -> None:
    tokens = tokenize(text)
    n = len(tokens.words)
    assert n == len(tokens.starts) == len(tokens.ends) == len(tokens.capital)
    assert all(tokens.words)
    assert all(0 <= a < b <= len(text) for a, b in zip(tokens.starts, tokens.ends, strict=True))
    assert list(tokens.starts) == sorted(set(tokens.starts))
    assert list(tokens.ends) == sorted(tokens.ends)
    assert (tokens.count > 0) == (n > 0)
    digest(tokens)


@given(
    st.text(st.sampled_from("abzABZé ßñøıµªŉ’'.,:-019%$@_²½“”—…€™ \n\t\u00a0\u2028"), max_size=120)
)
def test_the_quick_way_finds_the_same_tokens(text: str) -> None:
    assert is_plain(text)
    assert _plain(text) == _any(text)


def test_the_quick_way_knows_each_character_that_is_left_to_it() -> None:
    for character in filter(is_plain, map(chr, range(0x3000))):
        text = f"{character}1 a{character}b 2{character}3. A.{character}. {character}'{character}"
        assert _plain(text) == _any(text), f"U+{ord(character):04X}"


@given(TEXTS)
def test_sentences_hold_every_token_exactly_once(text: str) -> None:
    tokens = tokenize(text)
    held = [i for first, last in tokens.sentences for i in range(first, last)]
    assert held == list(range(len(tokens.words)))
    assert all(first < last for first, last in tokens.sentences)


SPACED = st.text(st.sampled_from("abzABZé ßñøÖ’'.,:-0195%\u200b\u00ad\u0301\n½②ﬁ٣"), max_size=120)


@given(SPACED)
def test_the_text_at_the_offsets_folds_to_the_word(text: str) -> None:
    tokens = tokenize(text)
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        assert fold(text[start:end], latin=True) == word


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=9), max_size=40))
def test_layout_and_case_never_change_the_digest(given_words: list[str]) -> None:
    plain = digest(tokenize(" ".join(given_words)))
    assert digest(tokenize(",\r\n\u3000".join(given_words).upper())) == plain
    assert digest(tokenize("\u200b \u00ad".join("\u200c".join(w) for w in given_words))) == plain


@given(st.text(max_size=60))
def test_clean_text_can_be_stored(text: str) -> None:
    cleaned = clean(text + "\x00\ud800")
    assert cleaned.encode() and "\x00" not in cleaned
    assert clean(cleaned) == cleaned


@given(st.lists(st.text("abc", min_size=1, max_size=3), max_size=20), st.integers(1, 6))
def test_shingles(given_words: list[str], n: int) -> None:
    hashed = shingles(given_words, n, 7)
    assert len(hashed) == (0 if not given_words else max(1, len(given_words) - n + 1))
    assert all(-(1 << 63) <= value < 1 << 63 for value in hashed)
    assert hashed == shingles(list(given_words), n, 7)


@given(
    st.text("aZ9.,'’-_@é \n", max_size=60)
    | st.lists(
        st.sampled_from(
            ["U.S.", "don't", "1,000.50", "3:1", "x's", "rock'n'roll", "(a)", "É.", "Oslo—", "9am"]
        )
    ).map(" ".join)
)
def test_words_are_the_same_without_their_places(text: str) -> None:
    assert words_and_terms(text)[0] == list(tokenize(text).words)


def test_shingles_depend_on_the_seed() -> None:
    assert set(shingles(words(SOURCE), 3, 1)).isdisjoint(shingles(words(SOURCE), 3, 2))


def test_ids() -> None:
    assert re.fullmatch(r"[0-9a-f]{20}", article_id("https://a.example/x", "d"))
    assert article_id("https://a.example/x", "d") != article_id("https://a.example/x", "e")
    assert article_id("https://a.example/x", "d") != article_id("https://a.example/y", "d")
    assert match_id("a", "b") != match_id("b", "a")
