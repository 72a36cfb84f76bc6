"""Boilerplate as a user meets it: learned, listed, changed, and left out of what is judged."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import run
from test_boilerplate import BLOCK, story

from provenance import learning
from provenance.errors import StoreError

OUTLET, BLOG = "https://outlet.example/", "https://blog.example/"
#: A wall that no pattern knows.
WALL = story(77, sentences=6)


def rows(path: Path, pages: Iterable[tuple[str, str]]) -> Path:
    """Pages as JSONL, ``(url, text)`` each."""
    lines = [json.dumps({"url": url, "title": f"At {url}", "text": text}) for url, text in pages]
    path.write_text("\n".join(lines), "utf-8")
    return path


def ask(db: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(db)) as conn:
        return conn.execute(sql).fetchall()


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Three originals of one outlet, each with its sign-up block; what they repeat is learned."""
    db = tmp_path / "p.db"
    pages = [(f"{OUTLET}{n}", f"{story(n, 20)} {BLOCK}") for n in range(3)]
    assert run("add", rows(tmp_path / "originals.jsonl", pages), "--db", db).code == 0
    ran = run("boilerplate", "learn", "--db", db)
    assert ran.code == 0 and "3 articles: 3 sentences of 1 site, 0 everywhere" in ran.err
    return db


def check(db: Path, text: str, url: str, *words: str) -> Any:
    ran = run("check", "-", "--db", db, "--url", url, "--json", *words, stdin=text.encode())
    assert ran.code == 0, ran.err
    return ran.json


# --- the list ------------------------------------------------------------------------------------


def test_the_list(db: Path) -> None:
    ran = run("boilerplate", "--db", db)
    assert "learned" in ran.out and "Sign up for our morning letter" in ran.out
    listed = run("boilerplate", "--db", db, "--json").json
    assert [row["site"] for row in listed] == ["outlet.example"] * 3
    assert {row["articles"] for row in listed} == {3}
    assert {row["sentence"] + "." for row in listed} == {
        line.strip(".") + "." for line in BLOCK.split(". ")
    }
    csv = run("boilerplate", "--db", db, "--csv").out.splitlines()
    assert csv[0].startswith("id,site,sentence,") and len(csv) == 4
    for site, count in (("other.example", 0), ("outlet.example", 3), (f"{OUTLET}1", 3)):
        assert len(run("boilerplate", "--db", db, "--site", site, "--json").json) == count


def test_learning_again_gives_the_same_rows(db: Path) -> None:
    before = ask(db, "SELECT * FROM boilerplate ORDER BY id")
    assert run("boilerplate", "learn", "--db", db).code == 0
    assert ask(db, "SELECT * FROM boilerplate ORDER BY id") == before


def test_the_order_of_the_pages_changes_nothing(db: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    pages = [(f"{OUTLET}{n}", f"{story(n, 20)} {BLOCK}") for n in (2, 0, 1)]
    assert run("add", rows(tmp_path / "turned.jsonl", pages), "--db", other).code == 0
    assert run("boilerplate", "learn", "--db", other).code == 0
    sql = "SELECT id, hash, site, sentence, words, articles, sites FROM boilerplate ORDER BY id"
    assert ask(other, sql) == ask(db, sql)


def test_what_a_person_says_stays(db: Path) -> None:
    listed = run("boilerplate", "--db", db, "--json").json
    ran = run("boilerplate", "keep", listed[0]["id"][:8], "--db", db)
    assert ran.code == 0 and "kept for outlet.example" in ran.err
    ran = run("boilerplate", "add", "Ring the desk. It never sleeps.", "--db", db)
    assert ran.code == 0 and ran.err.count("added") == 2
    assert run("boilerplate", "learn", "--db", db).code == 0
    origins = [row["origin"] for row in run("boilerplate", "--db", db, "--json").json]
    assert sorted(origins) == ["added", "added", "kept", "learned", "learned"]
    for row in run("boilerplate", "--db", db, "--json").json:
        assert run("boilerplate", "remove", row["id"], "--db", db).code == 0
    ran = run("boilerplate", "--db", db)
    assert ran.out == "" and ran.err == "No boilerplate.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["remove", "ffff"], "no line of boilerplate has this id"),
        (["add", " … "], "there is no word in this text"),
        (["keep", ""], "there is no word in this text"),
        (["add"], "Missing argument"),
        (["forget", "x"], "No such command"),
        (["--json", "learn"], "options of the list were given before another verb"),
        (["--db", "x.db", "learn"], "options of the list were given before another verb"),
    ],
)
def test_wrong_words_are_told_in_one_line(db: Path, words: list[str], said: str) -> None:
    ran = run("boilerplate", *words, *([] if words[-1] == "learn" else ["--db", db]))
    assert ran.code == 2 and said in ran.err and ran.err.count("\n") == 1, ran.err
    assert "List them" not in ran.err or ran.err.endswith(f"provenance boilerplate --db {db}\n")


def test_without_a_database(tmp_path: Path) -> None:
    for words in ([], ["learn"], ["add", "Some line here."], ["keep", "abcd"], ["remove", "abcd"]):
        ran = run("boilerplate", *words, "--db", tmp_path / "none.db")
        assert ran.code == 2 and "there is no database here" in ran.err
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("verb", [[], ["learn"], ["add"], ["keep"], ["remove"]])
def test_help_has_an_example(verb: list[str]) -> None:
    assert "  provenance boilerplate" in run("boilerplate", *verb, "--help").out


# --- what is judged ------------------------------------------------------------------------------


def test_what_a_site_repeats_is_no_evidence(db: Path) -> None:
    page = f"{story(50, 20)} {BLOCK}", f"{OUTLET}50"
    found = check(db, *page)
    assert found["status"] == "ok" and not found["matches"] and not found["nearest"]
    named = found["parameters"]["boilerplate"]
    assert run("boilerplate", "keep", BLOCK, "--db", db).code == 0
    found = check(db, *page)
    assert found["nearest"]["passages"] and found["parameters"]["boilerplate"] == "none" != named


def test_equal_texts_are_verbatim_all_the_same(db: Path) -> None:
    text = f"{story(1, 20)} {BLOCK}"
    (best, *_) = check(db, text, f"{BLOG}copy")["matches"]
    assert (best["relation"], best["probability"]) == ("verbatim", 1.0)
    told = [r["text"] for r in best["reasons"] if r["code"] == "boilerplate"]
    assert told == ["Left out as boilerplate: 0 sentences of this text and 3 of the source."]
    assert told[0] in run("show", best["id"][:8], "--db", db).out
    for offset, length, *_ in best["passages"]:
        assert "Sign up" not in text[offset : offset + length]


def test_a_wall_that_only_its_recurrence_betrays(db: Path, tmp_path: Path) -> None:
    assert run("add", rows(tmp_path / "w.jsonl", [(f"{OUTLET}w", WALL)]), "--db", db).code == 0
    crawl = rows(tmp_path / "crawl.jsonl", [(f"{BLOG}{n}", WALL) for n in range(12)])
    ran = run("scan", crawl, "--db", db)
    assert "12 reposts" in ran.err  # nothing tells it from an article yet
    assert "skipped" in run("scan", crawl, "--db", db).err

    assert run("boilerplate", "learn", "--db", db).code == 0
    ran = run("scan", crawl, "--db", db)
    assert "0 reposts, 0 other matches, 12 without a match (of these 12 walls" in ran.err
    assert ask(db, "SELECT count(*) FROM matches") == [(0,)]
    assert ask(db, "SELECT DISTINCT gate FROM articles WHERE role = 'crawled'") == [
        ("boilerplate",)
    ]
    assert "skipped" in run("scan", crawl, "--db", db).err
    made_with = [
        json.loads(row[0])["boilerplate"] for row in ask(db, "SELECT parameters FROM runs")
    ]
    assert made_with[-1] == made_with[-2] != made_with[-3]

    found = check(db, WALL, f"{BLOG}3")
    assert (found["status"], found["gate"], found["matches"]) == ("gated", "boilerplate", [])
    ran = run("check", "-", "--db", db, "--url", f"{BLOG}3", stdin=WALL.encode())
    assert "nearly all of its text stands on many other pages" in ran.out
    ran = run("add", "-", "--db", db, "--url", f"{BLOG}3", stdin=WALL.encode())
    assert ran.code == 2 and "[gated]" in ran.err

    assert run("boilerplate", "keep", WALL, "--db", db).code == 0
    assert check(db, WALL, f"{BLOG}3")["matches"][0]["relation"] == "verbatim"


def test_an_original_that_is_little_but_boilerplate_is_passed_over(
    db: Path, tmp_path: Path
) -> None:
    assert run("add", rows(tmp_path / "w.jsonl", [(f"{OUTLET}w", WALL)]), "--db", db).code == 0
    assert check(db, WALL, f"{BLOG}w")["matches"]
    assert run("boilerplate", "add", WALL, "--site", "outlet.example", "--db", db).code == 0
    assert not check(db, WALL, f"{BLOG}w")["matches"]


def test_few_words_of_its_own_are_too_few_to_judge(db: Path) -> None:
    furniture = story(60, 8)
    assert run("boilerplate", "add", furniture, "--db", db).code == 0
    found = check(db, f"{story(61, 2)} {furniture}", f"{BLOG}short")
    assert found["status"] == "too-short" and found["target"]["words"] > 100


def test_a_scan_learns_by_itself_when_much_is_new(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "STEP", 4)
    line = "Tell a friend about our little weblog today."
    crawl = [(f"{BLOG}{n}", f"{story(200 + n, 20)} {line}") for n in range(4)]
    ran = run("scan", rows(tmp_path / "crawl.jsonl", crawl), "--db", db)
    assert "Boilerplate learned from 7 articles: 4 sentences of 2 sites" in ran.err
    assert ("blog.example",) in ask(db, "SELECT site FROM boilerplate")
    more = rows(tmp_path / "more.jsonl", [(f"{BLOG}9", story(300, 20))])
    assert "learned" not in run("scan", more, "--db", db).err


def test_a_scan_is_told_although_learning_failed(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> dict[str, int]:
        raise StoreError("the database is in use by another program", code="locked")

    monkeypatch.setattr(learning, "STEP", 1)
    monkeypatch.setattr(learning, "learn", locked)
    crawl = [(f"{BLOG}{n}", story(400 + n, 20)) for n in range(3)]
    ran = run("scan", rows(tmp_path / "crawl.jsonl", crawl), "--db", db)
    assert ran.code == 0 and "3 pages read" in ran.err
    assert "Boilerplate was not learned: the database is in use" in ran.err
