"""`doctor`: each kind of damage is named, and nothing is changed by looking."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import run
from store_samples import article, filled, fingerprint

from provenance import __version__
from provenance.config import Parameters
from provenance.store import Store


def made(path: Path) -> Path:
    with Store.open(path, parameters=Parameters()) as store:
        filled(store)
        for i in range(20):
            one = article(f"place{i}")
            store.add_article(
                one, "original", fingerprint(one, (i, 500 + i), (8 * i,), (f"w{i}",)), ()
            )
        store.fold()
        waiting = article("waiting")
        store.add_article(waiting, "original", fingerprint(waiting), ())
    return path


def examined(path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    done = run("doctor", "--db", str(path), "--json", *more)
    assert done.out, done.err
    return done.code, json.loads(done.out)


def states(report: dict[str, Any]) -> dict[str, str]:
    return {one["check"]: one["state"] for one in report["database"]["findings"]}


def test_a_sound_database(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")
    before = path.read_bytes()
    code, report = examined(path, "--all-texts")
    assert code == 0 and set(states(report).values()) == {"ok"}
    assert set(states(report)) == {
        "file",
        "values",
        "full text",
        "articles",
        "texts",
        "index",
        "capped",
    }
    assert report["database"]["parameters"] == Parameters().asdict()
    assert report["installed"]["provenance"] == __version__
    assert {"python", "sqlite", "numpy", "trafilatura"} <= set(report["installed"])
    assert path.read_bytes() == before
    done = run("doctor", "--db", str(path))
    assert done.code == 0 and "DAMAGED" not in done.out and done.err == ""
    assert "22 of them originals" in done.out or "23 of them originals" in done.out


def test_no_database_yet(tmp_path: Path) -> None:
    code, report = examined(tmp_path / "none.db")
    assert code == 0 and report["database"]["status"] == "missing"
    assert not (tmp_path / "none.db").exists()


def sql(*statements: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        conn = sqlite3.connect(path)
        for statement in statements:
            conn.execute(statement)
        conn.commit()
        conn.close()

    return damage


@pytest.mark.parametrize(
    ("damage", "check", "words"),
    [
        (
            sql("UPDATE texts SET text = text || 'x' WHERE rowid = 5"),
            "texts",
            "not what was stored",
        ),
        (sql("UPDATE texts SET text = 'other words' WHERE rowid = 5"), "full text", "agree"),
        (sql("INSERT INTO texts VALUES ('none', 'x')"), "file", "missing row of articles"),
        (sql("DELETE FROM texts WHERE rowid = 2"), "articles", "1 have no text"),
        (sql("UPDATE meta SET value = '7' WHERE key = 'originals'"), "articles", "7 originals are"),
        (sql("UPDATE fingerprints SET digest = 'x' WHERE number = 1"), "articles", "another text"),
        (sql("DELETE FROM postings WHERE id % 3 = 0"), "index", "not found by it"),
        (sql("DELETE FROM levels"), "index", "not found by it"),
        (sql("DELETE FROM unindexed"), "index", "1 originals are not found by it"),
        (
            sql("UPDATE articles SET role = 'crawled' WHERE site = 'place3.example'"),
            "index",
            "1 originals in it are not in the database",
        ),
    ],
)
def test_damage_is_named(
    tmp_path: Path, damage: Callable[[Path], None], check: str, words: str
) -> None:
    path = made(tmp_path / "p.db")
    damage(path)
    before = path.read_bytes()
    code, report = examined(path)
    assert code == 3
    (found,) = (one for one in report["database"]["findings"] if one["check"] == check)
    assert found["state"] == "damaged" and words in found["message"], found
    assert found["hint"]
    done = run("doctor", "--db", str(path))
    assert done.code == 3 and "DAMAGED" in done.out
    assert path.read_bytes() == before


def test_a_page_of_the_file(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")
    conn = sqlite3.connect(path)
    (root,) = conn.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'links'").fetchone()
    conn.close()
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : (root - 1) * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)
    code, report = examined(path)
    assert code == 3 and states(report) == {"file": "damaged"}


@pytest.mark.parametrize(
    ("content", "check"),
    [(b"hello " * 1000, "foreign"), (b"SQLite format 3\x00 cut", "corrupt")],
)
def test_no_database_of_ours(tmp_path: Path, content: bytes, check: str) -> None:
    path = tmp_path / "p.db"
    path.write_bytes(content)
    code, report = examined(path)
    assert code == 2 and report["database"]["status"] == "unusable"
    assert states(report) == {check: "damaged"}
    assert path.read_bytes() == content


def test_a_newer_one(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")
    sql("PRAGMA user_version = 99")(path)
    code, report = examined(path)
    assert code == 2 and states(report) == {"newer": "damaged"}


def test_one_that_may_only_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "p.db")
    monkeypatch.setattr(os, "access", lambda _, mode, **__: mode != os.W_OK)
    code, report = examined(path)
    assert code == 0 and states(report)["full text"] == "warning"
    assert states(report)["index"] == "ok"


def test_references_are_followed_once(small: Path) -> None:
    asked: list[str] = []
    with Store.open(small) as store:
        store.conn.set_trace_callback(asked.append)
        found = list(store.examine())
    assert {one.state for one in found} == {"ok"}
    assert sum("foreign_key_check" in one for one in asked) == 1


def test_references_that_lead_nowhere_are_told_up_to_a_hundred(small: Path) -> None:
    with Store.open(small) as store:
        store.conn.execute("PRAGMA foreign_keys = OFF")
        store.conn.executemany(
            "INSERT INTO traces (article_id, position, kind, value, strength)"
            " VALUES ('nobody', ?, 'source-link', '', 'strong')",
            [(number,) for number in range(150)],
        )
        lines = store.check()
    assert lines == ["a row of traces refers to a missing row of articles"] * 100
