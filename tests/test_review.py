"""Decisions on matches: kept, listed, outliving new scans, and changing no score."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cli_samples import scanned
from conftest import run
from store_samples import article, fingerprint, match

from provenance.errors import StoreError
from provenance.store import Store


@pytest.fixture
def db(corpus_scanned: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "p.db"
    shutil.copy(corpus_scanned, copy)
    return copy


def rows(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(sql).fetchall()


def verdicts(path: Path) -> list[Any]:
    """Every match and its evidence, without the decision."""
    with closing(sqlite3.connect(path)) as conn:
        conn.row_factory = sqlite3.Row
        left_out = ("decision", "run_id")
        return [
            *(
                {key: row[key] for key in row.keys() if key not in left_out}  # noqa: SIM118
                for row in conn.execute("SELECT * FROM matches ORDER BY id")
            ),
            *map(tuple, conn.execute("SELECT * FROM reasons ORDER BY match_id, position")),
        ]


def test_a_decision_is_kept_shown_and_taken_back(db: Path) -> None:
    before = verdicts(db)
    listed = run("review", "--json", "--db", db).json
    assert len(listed) > 1 and {row["unsure_of"] for row in listed} == {"probability"}
    others = [row["id"] for row in listed[1:]]
    name = listed[0]["id"]

    said = run("review", name[:8], "confirmed", "--note", "Same typos", "--by", "Ada", "--db", db)
    assert said.code == 0 and said.out == ""
    assert (
        f"{name[:8]}: confirmed by Ada" in said.err
        and f"Left to decide: {len(others)}." in said.err
    )
    assert [row["id"] for row in run("review", "--json", "--db", db).json] == others

    shown = run("show", name, "--json", "--db", db).json
    assert shown["decision"] == "confirmed" and not shown["older_verdict"]
    (one,) = shown["reviews"]
    assert (one["decision"], one["note"], one["reviewer"]) == ("confirmed", "Same typos", "Ada")
    assert one["relation"] == shown["relation"] and one["decided"].endswith("Z")
    assert "decided     confirmed by Ada" in run("show", name, "--db", db).out

    decided = run("matches", "--decision", "confirmed", "--json", "--db", db).json
    assert [row["id"] for row in decided] == [name]
    undecided = run("matches", "--decision", "undecided", "--json", "--db", db).json
    assert name not in {row["id"] for row in undecided} and undecided
    assert "[confirmed]" in run("matches", "--db", db).out
    assert "confirmed" in run("matches", "-t", "--db", db).out

    page = run("report", name, "-o", "-", "--db", db).out
    assert "Decided by a person: <strong>confirmed</strong>" in page and "Same typos" in page

    assert run("review", name, "--undo", "--note", "Too soon", "--db", db).code == 0
    assert len(run("review", "--json", "--db", db).json) == len(listed)
    history = run("review", name, "--json", "--db", db).json["reviews"]
    assert [one["decision"] for one in history] == ["confirmed", "undone"]
    assert verdicts(db) == before


def test_a_decision_outlives_new_scans_and_dropped_matches(tmp_path: Path) -> None:
    db = tmp_path / "p.db"
    scanned(db)
    name = run("matches", "--reposts", "--json", "--db", db).json[0]["id"]
    assert run("review", name, "licensed", "--db", db).code == 0
    before = verdicts(db)
    scanned(db)
    assert verdicts(db) == before
    assert rows(db, f"SELECT decision FROM matches WHERE id = '{name}'") == [("licensed",)]

    with Store.open(db) as store:
        store.drop_match(name)
    assert rows(db, "SELECT verdict_is FROM decisions") == [("no longer found",)]
    scanned(db)
    assert rows(db, f"SELECT decision FROM matches WHERE id = '{name}'") == [("licensed",)]
    assert rows(db, "SELECT verdict_is FROM decisions") == [("as decided on",)]


def test_a_verdict_that_changed_is_listed_again(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    source, target = article("alpha"), article("beta")
    with Store.open(path) as store:
        job = store.begin_run("scan", {})
        store.add_article(source, "original", fingerprint(source), ())
        store.add_article(target, "crawled", None, ())
        first = match(source, target)
        store.add_match(first, job)
        assert store.to_review() == []
        store.decide(first.id, "confirmed")

        store.add_match(match(source, target, probability=0.93), job)
        assert store.to_review() == []  # the same verdict, by other figures
        store.add_match(match(source, target, attribution="licensed"), job)
        (again,) = store.to_review()
        assert again["unsure_of"] == "decided on an older verdict"
        assert again["decision"] == "confirmed" and store.count_to_review() == 1
        assert store.match(first.id)["older_verdict"] is True  # type: ignore[index]

        store.decide(first.id, "licensed")  # now on the verdict as it is
        assert store.to_review() == []
        store.add_match(match(source, target), job)
        assert len(store.to_review()) == 1
    assert "decided on an older verdict" in run("review", "--db", path).out
    assert "has changed since" in run("show", first.id, "--db", path).out


def test_a_licence_entered_later_is_no_news_to_who_said_licensed(tmp_path: Path) -> None:
    source, target = article("alpha"), article("beta")
    with Store.open(tmp_path / "p.db") as store:
        job = store.begin_run("scan", {})
        store.add_article(source, "original", fingerprint(source), ())
        store.add_article(target, "crawled", None, ())
        one = match(source, target)
        store.add_match(one, job)
        store.decide(one.id, "licensed")
        store.add_match(match(source, target, attribution="licensed"), job)
        assert store.to_review() == []


def test_the_history_can_only_grow(db: Path) -> None:
    name = run("matches", "--json", "--db", db).json[0]["id"]
    assert run("review", name, "rejected", "--db", db).code == 0
    with Store.open(db) as store:
        for sql in ("UPDATE reviews SET note = 'x'", "DELETE FROM reviews"):
            with pytest.raises(sqlite3.IntegrityError, match="decisions are kept"):
                store.conn.execute(sql)
        with pytest.raises(StoreError):
            store.decide(name, "nonsense")  # type: ignore[arg-type]
    assert rows(db, "SELECT count(*) FROM reviews") == [(1,)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["0000", "confirmed"], "no match has this id"),
        (["{id}", "maybe"], "confirmed"),
        (["{id}", "confirmed", "--undo"], "not both"),
        (["{id}", "--undo"], "nothing is decided"),
        (["{id}", "--note", "x"], "give a decision"),
        (["--undo"], "give the id"),
    ],
)
def test_what_cannot_be_decided(db: Path, words: list[str], told: str) -> None:
    name = run("matches", "--json", "--db", db).json[0]["id"]
    ran = run("review", *(word.format(id=name) for word in words), "--db", db)
    assert ran.code == 2 and told in ran.err and ran.out == ""
    assert rows(db, "SELECT count(*) FROM reviews") == [(0,)]


def test_notes_of_others_move_no_cursor(db: Path) -> None:
    name = run("matches", "--json", "--db", db).json[0]["id"]
    evil = "\x1b[2J\u202e<script>alert(1)</script>\x07" + "x" * 5000
    said = run("review", name, "rejected", "--note", evil, "--by", evil, "--db", db)
    for ran in (said, run("show", name, "--db", db), run("review", name, "--db", db)):
        assert ran.code == 0 and not {"\x1b", "\x07", "\u202e"} & set(ran.out + ran.err)
    assert "\x1b" not in run("show", name, "--json", "--db", db).out
    page = run("report", name, "-o", "-", "--db", db).out
    assert "<script" not in page and "&lt;script&gt;" in page and "\u202e" not in page


def test_the_name_of_who_decides_is_taken_from_the_environment(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVENANCE_REVIEWER", "Grace")
    name = run("matches", "--json", "--db", db).json[0]["id"]
    assert run("review", name, "confirmed", "--db", db).code == 0
    assert rows(db, "SELECT reviewer FROM reviews") == [("Grace",)]
