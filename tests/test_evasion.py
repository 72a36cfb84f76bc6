"""No single evasion turns a verbatim copy into "no match", and what was undone is said."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest
from conftest import OTHER, SOURCE, run
from test_boilerplate import story
from timing import cost

from benchmarks.evasions import evasions
from provenance import compare, disguise
from provenance.normalize import tokenize

EVASIONS = evasions([OTHER, story(7, 30), story(8, 30)])
#: Written in another alphabet from end to end, few can read it, and programs know it in part.
HELD = {name for name in EVASIONS if name != "in Cyrillic letters"}


def test_there_are_evasions_enough() -> None:
    assert len(HELD) >= 45


@pytest.mark.parametrize("name", sorted(HELD))
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
    for text in (SOURCE, OTHER, spanish, russian, SOURCE.upper(), "1 2 3 4 5 6 7 8 9 10 11 12"):
        assert disguise.read(text) is tokenize(text)
        assert disguise.counted(text) == ()


def test_offsets_are_those_of_the_text_as_given() -> None:
    text = EVASIONS["blanks between letters"](SOURCE)
    tokens = disguise.read(text)
    assert list(tokens.starts) == sorted(tokens.starts)
    for word, start, end in list(zip(tokens.words, tokens.starts, tokens.ends, strict=True))[:40]:
        assert "".join(text[start:end].split()).lower() == word or not word.isalpha()
    assert tokens.sentences[0][0] == 0 and tokens.sentences[-1][1] == len(tokens.words)


def test_no_end_of_letters_is_looked_through(recwarn: pytest.WarningsRecorder) -> None:
    for text in ("a" * 300_000, "ab " * 200_000, "q7" * 200_000, "x\u0301" * 100_000):
        # What was read last is remembered: each time another text.
        others = (text + "." * number for number in count())
        assert cost(lambda others=others: disguise.read(next(others))) < 8


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
