"""No single evasion turns a verbatim copy into "no match", and what was undone is said."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from conftest import OTHER, SOURCE, run
from hypothesis import given
from hypothesis import strategies as st
from test_boilerplate import story
from timing import cost

from benchmarks.evasion import found_of
from benchmarks.evasions import evasions
from benchmarks.languages import samples
from provenance import compare, disguise, matching, pipeline, spacing
from provenance.intake import Given
from provenance.languages import language_of
from provenance.models import Capture, Record
from provenance.normalize import tokenize
from provenance.screen import Screen
from provenance.store import Store

EVASIONS = evasions([OTHER, story(7, 30), story(8, 30)])
#: What makes other words of the letters, or none.
SPACED = (
    "blanks between letters",
    "thin blanks between letters",
    "words split by a blank",
    "words split by a hyphen",
    "blanks left out",
)
#: A story in each of many languages and scripts.
SAMPLES = {f"{sample.language}, {sample.event}": sample for sample in samples()}
STORIES = {name: sample.story for name, sample in SAMPLES.items()}


@pytest.fixture(scope="module")
def of_all_languages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A collection of one original a language."""
    folder = tmp_path_factory.mktemp("originals")
    for name, text in STORIES.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    with Store.open(folder.parent / "languages.db") as store:
        pipeline.add(store, [str(folder)], Given())
        yield store


def test_there_are_evasions_enough() -> None:
    assert len(EVASIONS) >= 45


@pytest.mark.parametrize("name", sorted(EVASIONS))
def test_a_verbatim_copy_is_found_all_the_same(small: Path, name: str) -> None:
    page = small.parent / "page.jsonl"
    page.write_text(json.dumps({"text": EVASIONS[name](SOURCE), "url": "https://b.example/1"}))
    found = run("check", page, "--db", small, "--json").json
    assert found["status"] == "ok"
    assert found["matches"] and found["matches"][0]["is_reuse"], name
    assert found["matches"][0]["probability"] >= 0.8


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("zero-width spaces between letters", "invisible characters within words"),
        ("backwards, shown forwards", "characters that turn the direction"),
        ("some Cyrillic letters", "letters of two alphabets side by side"),
        ("mathematical bold", "letters in another form"),
        ("struck through", "letters with marks over or through them"),
        ("words split by a full stop", "words written otherwise"),
        ("figures for letters", "words written otherwise"),
    ],
)
def test_what_was_undone_is_said(small: Path, name: str, told: str) -> None:
    page = small.parent / "page.txt"
    page.write_text(EVASIONS[name](SOURCE))
    (match, *_) = run("check", page, "--db", small, "--json").json["matches"]
    assert [r for r in match["reasons"] if r["code"] == "disguise" and told in r["text"]]


def test_nothing_is_undone_in_what_is_no_disguise() -> None:
    spanish = (
        "El consejo municipal se reunió anoche para hablar de la fuente, que no corre desde la "
        "primavera. Nadie sabe todavía cuánto costará la reparación, pero todos opinan del color."
    )
    russian = (
        "Городской совет собрался вчера вечером, чтобы обсудить фонтан, который не работает с "
        "весны. Никто пока не знает, сколько будет стоить ремонт, но у каждого есть своё мнение."
    )
    figures = "1 2 3 4 5 6 7 8 9 10 11 12 " * 40
    for text in (SOURCE, OTHER, spanish, russian, SOURCE.upper(), figures, *STORIES.values()):
        assert disguise.read(text) is tokenize(text)
        assert disguise.counted(text) == ()
        assert spacing.odd(text) == () and spacing.guesses(text) == ()
        assert spacing.count(text, tokenize(text)) == tokenize(text).count
        words = tokenize(text).words
        assert not disguise.may_be(text, words, language_of(words)) or text is figures


@pytest.mark.parametrize("name", SPACED)
@pytest.mark.parametrize("language", STORIES)
def test_blanks_hide_a_copy_in_no_language(
    language: str, name: str, of_all_languages: Store
) -> None:
    text = STORIES[language]
    found = found_of(EVASIONS[name](text), text, of_all_languages)
    assert found is not None and found.verdict.is_reuse
    assert found.verdict.probability >= 0.8
    for passage in found.comparison.passages:
        end = passage.source_offset + passage.source_length
        assert 0 <= passage.source_offset < end <= len(text)


@pytest.mark.parametrize("name", SPACED)
def test_what_is_run_together_is_nothing_of_others(name: str, of_all_languages: Store) -> None:
    for sample in SAMPLES.values():
        for kind in {"unrelated", "independent"} & sample.targets.keys():
            given = Record(text=EVASIONS[name](sample.targets[kind]), url="https://b.example/1")
            page, words = matching.admit(matching.prepare(given))
            made = matching.fingerprint_of(page.article, of_all_languages.parameters)
            kept = matching.find_matches(page, made, of_all_languages, of_all_languages.parameters)
            reuse = [m for m in matching.worth_a_row(words, kept) if m.verdict.is_reuse]
            assert not reuse, (sample.language, kind)


def test_words_are_read_as_the_source_has_them_and_only_where_it_bears_them_out() -> None:
    source = (
        "Никто пока не знает, сколько будет стоить ремонт. У каждого есть своё мнение о плитке."
    )
    own = "Совершенно посторонние слова стоят здесь сами по себе."
    joined = (f"{source} {own} " * 4).replace(" ", "")
    target = compare.profile(joined)
    assert target.odd
    read = compare.meant(target, compare.profile(source))
    assert not read.odd and read.reread > 20
    words = read.tokens.words
    assert "".join(words) == "".join(target.tokens.words)
    assert words[:8] == tokenize(source).words[:8]
    assert "совершеннопосторонниесловастоятздесьсамипосебе" in words
    for word, start, end in zip(words, read.tokens.starts, read.tokens.ends, strict=True):
        assert joined[start:end].lower().replace("ё", "е") == word
    assert len(read.tokens.sentences) >= 8
    assert read.tokens.sentences[-1][1] == len(words)
    other = compare.meant(target, compare.profile(OTHER))
    assert other.tokens == target.tokens and not other.odd


@given(
    st.lists(st.sampled_from(["ab", "abc", "don't", "1,000", "é", "漢字", "ﬁn", "x" * 30, "."])),
    st.sampled_from(["", " ", "\n", ". "]),
)
def test_reading_by_anothers_words_keeps_every_letter(pieces: list[str], glue: str) -> None:
    source = compare.profile(" ".join(pieces) or "a")
    target = compare.profile(glue.join(pieces) or "a")
    read = compare.meant(replace(target, odd=((0, len(target.text)),)), source)
    assert "".join(read.tokens.words) == "".join(target.tokens.words)
    assert list(read.tokens.starts) == sorted(read.tokens.starts)
    spans = read.tokens.sentences
    assert [last for _, last in spans[:-1]] == [first for first, _ in spans[1:]]
    assert all(first < last for first, last in spans)
    assert not spans or (spans[0][0] == 0 and spans[-1][1] == len(read.tokens.words))


def test_words_that_were_run_together_are_counted_by_their_letters() -> None:
    text = next(text for name, text in STORIES.items() if name.startswith("russian"))
    joined = text.replace(" ", "")
    assert tokenize(joined).count < 0.5 * tokenize(text).count
    before = disguise.word_count(joined)
    assert 0.8 < before / tokenize(text).count < 1.2
    # Nor does it matter what was read in between: results depend on no cache.
    for other in (SOURCE, OTHER, text):
        tokenize(other)
    assert disguise.word_count(joined) == before


@pytest.mark.parametrize("name", sorted(EVASIONS))
def test_no_screen_lets_a_copy_go(name: str, small: Path) -> None:
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in EVASIONS[name](SOURCE).split("\n"))
    page = Capture(url="https://b.example/1", body=f"<html><body>{lines}</body></html>".encode())
    with Store.open(small) as store:
        assert matching.screened(page, Screen(store, store.parameters), store).wanted


def test_offsets_are_those_of_the_text_as_given() -> None:
    text = EVASIONS["blanks between letters"](SOURCE)
    tokens = disguise.read(text)
    assert list(tokens.starts) == sorted(tokens.starts)
    for word, start, end in list(zip(tokens.words, tokens.starts, tokens.ends, strict=True))[:40]:
        assert "".join(text[start:end].split()).lower() == word or not word.isalpha()
    assert tokens.sentences[0][0] == 0 and tokens.sentences[-1][1] == len(tokens.words)


def test_no_end_of_letters_is_looked_through(recwarn: pytest.WarningsRecorder) -> None:
    for text in (
        "a" * 300_000, "ab " * 200_000, "q7" * 200_000, "x\u0301" * 100_000, "漢 " * 100_000,
        "ж" * 300_000, "ж у " * 100_000,
    ):  # fmt: skip
        # What was read last is remembered: each time another text.
        others = (text + "." * number for number in count())
        assert cost(lambda others=others: disguise.read(next(others))) < 8
        assert cost(lambda others=others: spacing.guesses(next(others))) < 2
        assert len(spacing.guesses(text)) < 10 * spacing.MOST_LETTERS


def test_two_odd_texts_are_held_together_in_time_that_grows_with_them() -> None:
    def held(letters: int) -> float:
        one = compare.profile("жу" * letters + " " + "жур " * 2000)
        other = compare.profile("уж" * letters + " " + "руж " * 2000)
        assert one.odd
        return cost(lambda: compare.meant(one, other))

    assert held(80_000) < 12 * held(20_000) + 0.2
    # Beyond a bound they are left as they are.
    assert held(800_000) < 60 * held(20_000) + 1


def test_lines_that_are_not_odd_are_left_as_they_are() -> None:
    """A blank that is missing where words are words is an error of somebody, and stays."""
    ordinary, story = SOURCE.replace("the ", "the", 1), STORIES["english, fire"]
    target = compare.profile(f"{ordinary}\n{EVASIONS['blanks left out'](story)}")
    assert target.odd
    words = compare.meant(target, compare.profile(f"{SOURCE}\n{story}")).tokens.words
    own = tokenize(ordinary).words
    assert words[: len(own)] == own
    assert words[len(own) :][:20] == tokenize(story).words[:20]


@pytest.mark.parametrize(
    "name", ["zero-width spaces between letters", "soft hyphens between letters"]
)
def test_stems_of_another_language_are_those_of_what_is_seen(name: str) -> None:
    text = (
        "El concurso para construir el nuevo transbordador de la isla quedó desierto el martes, "
        "y los vecinos de Cardena pidieron explicaciones. «Nadie nos había avisado», dijo la "
        "alcaldesa Ferri, que espera otras ofertas antes de la primavera y de los barcos."
    )
    plain, hidden = compare.profile(text), compare.profile(EVASIONS[name](text))
    assert plain.language == hidden.language == "spanish"
    assert plain.stems == hidden.stems


def test_a_disguised_original_is_sound_and_found(tmp_path: Path) -> None:
    db, original, copy = tmp_path / "p.db", tmp_path / "original.txt", tmp_path / "copy.txt"
    original.write_text(EVASIONS["circled letters"](SOURCE), "utf-8")
    copy.write_text(SOURCE, "utf-8")
    assert run("add", original, "--db", db).code == 0
    examined = run("doctor", "--db", db)
    assert examined.code == 0 and "fingerprint of another text" not in examined.out
    (found,) = run("check", copy, "--db", db, "--json").json["matches"]
    assert found["is_repost"] and found["relation"] in ("verbatim", "edited")
