"""Databases that cannot be used: the right error, a next step, and not a byte changed."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import EDITED, SOURCE, page, run
from store_samples import article, fingerprint
from timing import ends_within

from provenance.config import Parameters
from provenance.errors import StoreError
from provenance.store import APPLICATION_ID, MIGRATIONS, Store, opening, schema


def made(path: Path, pages: int = 1) -> Path:
    with Store.open(path, parameters=Parameters()) as store:
        for i in range(pages):
            page = article(f"site{i}")
            store.add_article(page, "original", fingerprint(page), ())
    return path


def refused(path: Path, code: str, **options: object) -> StoreError:
    """Opening must fail with this code and leave every file as it was."""
    before = {entry: entry.read_bytes() for entry in path.parent.iterdir() if entry.is_file()}
    with pytest.raises(StoreError) as caught:
        Store.open(path, **options)  # type: ignore[arg-type]
    assert caught.value.code == code, str(caught.value)
    assert caught.value.hint
    assert caught.value.subject == str(path)
    after = {entry: entry.read_bytes() for entry in path.parent.iterdir() if entry.is_file()}
    assert after == before
    return caught.value


def test_missing(tmp_path: Path) -> None:
    refused(tmp_path / "none.db", "missing", create=False)
    refused(tmp_path / "none.db", "missing", read_only=True)
    refused(tmp_path / "empty" / "none.db", "missing") if (tmp_path / "empty").mkdir() else None
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path / "no" / "folder.db")
    assert caught.value.code == "missing"


def test_an_empty_file_is_a_new_database(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    path.touch()
    refused(path, "missing", create=False)
    with Store.open(path) as store:
        assert store.counts()["originals"] == 0


@pytest.mark.parametrize("wal", [False, True])
@pytest.mark.parametrize("read_only", [False, True])
def test_somebody_elses_database(tmp_path: Path, wal: bool, read_only: bool) -> None:
    path = tmp_path / "other.db"
    conn = sqlite3.connect(path)
    if wal:
        conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("CREATE TABLE articles (id TEXT)")
    conn.commit()
    conn.close()
    refused(path, "foreign", read_only=read_only)


@pytest.mark.parametrize("content", [b"x", b"hello " * 1000, b"\x00" * 4096, b"PK\x03\x04" * 99])
def test_no_database_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "p.db"
    path.write_bytes(content)
    refused(path, "foreign")


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "p.db").mkdir()
    refused(tmp_path / "p.db", "foreign")


def test_a_newer_schema(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA user_version = 99")
    conn.close()
    error = refused(path, "newer")
    assert "99" in error.message
    refused(path, "newer", read_only=True)


def test_a_newer_schema_that_only_the_wal_knows(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")
    conn = sqlite3.connect(path)
    try:
        conn.execute("PRAGMA user_version = 99")  # stays in the WAL while this one is open
        before = path.read_bytes()
        with pytest.raises(StoreError) as caught:
            Store.open(path)
        assert caught.value.code == "newer"
        assert path.read_bytes() == before
    finally:
        conn.close()


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 4096 * 3])


def cut_in_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def garbled(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)


def without_a_table(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("DROP TABLE matches")
    conn.commit()
    conn.close()


@pytest.mark.parametrize("damage", [cut_short, cut_in_header, garbled, without_a_table])
@pytest.mark.parametrize("read_only", [False, True])
def test_a_damaged_database(
    tmp_path: Path, damage: Callable[[Path], None], read_only: bool
) -> None:
    path = made(tmp_path / "p.db", 20)
    damage(path)
    # SQLite may leave its own lock files beside a database that it looked at.
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        Store.open(path, read_only=read_only)
    assert caught.value.code == "corrupt" and caught.value.hint
    assert path.read_bytes() == before


def test_damage_that_is_met_later(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db", 200)
    conn = sqlite3.connect(path)
    (root,) = conn.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'texts'").fetchone()
    conn.close()
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : (root - 1) * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)
    with Store.open(path) as store:
        with pytest.raises(StoreError) as caught:
            store.articles([row["id"] for row in store.originals()])
        assert caught.value.code == "corrupt"
        assert store.check()


def test_locked(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")
    conn = sqlite3.connect(path, isolation_level=None)
    try:
        conn.execute("BEGIN IMMEDIATE")
        page = article("late")
        with Store.open(path, timeout=0.05) as store:
            assert store.size() == 1  # reading goes on
            with pytest.raises(StoreError) as caught:
                store.add_article(page, "original", None, ())
            assert caught.value.code == "locked" and caught.value.hint
            with pytest.raises(StoreError), store.transaction():
                raise AssertionError("not reached")
            conn.execute("ROLLBACK")
            assert store.add_article(page, "original", None, ())
    finally:
        conn.close()


def test_closing_does_not_wait_for_a_reader(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM articles").fetchone()
    store = Store.open(path, timeout=60)
    page = article("late")
    store.add_article(page, "original", fingerprint(page), ())
    with ends_within(10):
        store.close()
    reader.close()
    with Store.open(path) as again:
        assert again.article(page.id) == page


def test_locked_as_a_whole(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")
    conn = sqlite3.connect(path, isolation_level=None)
    try:
        conn.execute("PRAGMA journal_mode = DELETE")
        conn.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError) as caught:
            Store.open(path, timeout=0.05)
        assert caught.value.code == "locked"
    finally:
        conn.close()


def test_a_file_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "p.db")
    monkeypatch.setattr(os, "access", lambda *_: False)
    refused(path, "readonly")
    refused(tmp_path / "new.db", "readonly")


def test_opened_to_read(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")
    before = path.read_bytes()
    with Store.open(path, read_only=True) as store:
        assert store.size() == 1 and len(store.originals(query="mayor")) == 1
        for write in (
            lambda: store.add_article(article("late"), "original", None, ()),
            lambda: store.begin_run("scan", {}),
            lambda: store.remove_original("x"),
        ):
            with pytest.raises(StoreError) as caught:
                write()
            assert caught.value.code == "readonly"
    assert path.read_bytes() == before


def rewrite_parameters(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    conn = sqlite3.connect(path)
    stored = Parameters().asdict()
    changed = change(stored)
    conn.execute("UPDATE meta SET value = ? WHERE key = 'parameters'", (json.dumps(changed),))
    conn.commit()
    conn.close()


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: {**stored, "novelty": 1},
        lambda stored: {k: v for k, v in stored.items() if k != "bands"},
        lambda stored: {**stored, "bands": "32"},
        lambda stored: {**stored, "bands": True},
        lambda stored: [1],
    ],
)
def test_odd_parameters(tmp_path: Path, change: Callable[[dict[str, object]], object]) -> None:
    path = made(tmp_path / "p.db")
    rewrite_parameters(path, change)
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        Store.open(path)
    assert caught.value.code == "parameters" and caught.value.hint
    assert path.read_bytes() == before


def test_other_parameters_than_asked_for(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")
    refused(path, "parameters", parameters=Parameters(seed=2))
    with Store.open(path, parameters=Parameters()) as store:
        assert store.parameters == Parameters()


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_migrations_from_every_version(tmp_path: Path, version: int) -> None:
    path = tmp_path / "p.db"
    if version:
        conn = sqlite3.connect(path, isolation_level=None)
        for script in MIGRATIONS[:version]:
            for statement in schema.statements(script):
                conn.execute(statement)
        conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        conn.execute(f"PRAGMA user_version = {version}")
        conn.executemany(
            "INSERT INTO meta VALUES (?, ?)",
            [("generation", "0"), ("parameters", json.dumps(Parameters().asdict()))],
        )
        conn.close()
        with pytest.raises(StoreError) as caught:
            Store.open(path, read_only=True)
        assert caught.value.code == "readonly"
    with Store.open(path) as store, Store.open(made(tmp_path / "new.db")) as new:
        assert store.db.schema == new.db.schema
        page = article("alpha")
        assert store.add_article(page, "original", fingerprint(page), ())
        assert len(store.originals(query="mayor")) == 1


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path / "p.db")
    with Store.open(path) as store:
        before = store.db.schema
    broken = "CREATE TABLE extra (id INTEGER) STRICT;\nCREATE TABLE extra (id INTEGER) STRICT;\n"
    monkeypatch.setattr(opening, "MIGRATIONS", (*MIGRATIONS, broken))
    with pytest.raises(StoreError):
        Store.open(path)
    monkeypatch.undo()
    with Store.open(path) as store:
        assert store.db.schema == before


def test_killed_while_it_was_made(tmp_path: Path) -> None:
    """A header of ours without tables, as a kill within the first commit could leave it."""
    path = tmp_path / "p.db"
    conn = sqlite3.connect(path)
    conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    conn.commit()
    conn.close()
    with Store.open(path) as store:
        assert store.size() == 0


def test_a_closed_store_raises_ours(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "p.db")
    store.close()
    with pytest.raises(StoreError):
        store.size()
    with pytest.raises(StoreError):
        list(store.matches())


def test_names_that_a_uri_could_misread(tmp_path: Path) -> None:
    for name in ("a b?mode=ro#x.db", "100%25.db", "ünïcode.db", "-i.db"):
        with Store.open(tmp_path / name) as store:
            assert store.size() == 0
        assert (tmp_path / name).stat().st_size > 4096


@pytest.mark.parametrize("verb", ["add", "reindex", "check"])
def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    """One line, and the database as it was; with room again, the same command goes on."""
    path = made(tmp_path / "p.db", 20)
    rows = tmp_path / "more.jsonl"
    texts = [" ".join(f"word{n}x{i}" for i in range(900)) for n in range(40)]
    rows.write_text(
        "\n".join(
            json.dumps({"url": f"https://a.example/{n}", "title": "T", "text": text})
            for n, text in enumerate(texts)
        )
    )
    page = tmp_path / "page.txt"
    page.write_text(texts[0])
    words = {"add": ["add", rows], "reindex": ["reindex", "--texts"], "check": ["check", page]}
    with Store.open(path) as store:
        before = store.counts(), store.generation
    connect = opening.connect

    def small(*given: Any) -> sqlite3.Connection:
        conn = connect(*given)
        (pages,) = conn.execute("PRAGMA page_count").fetchone()
        conn.execute(f"PRAGMA max_page_count = {max(1, pages)}")
        return conn

    monkeypatch.setattr(opening, "connect", small)
    ran = run(*words[verb], "--db", path)
    assert ran.code == 2 and "the disk is full" in ran.err, ran.err
    assert "Traceback" not in ran.err and len(ran.err.splitlines()) == 1
    monkeypatch.undo()
    with Store.open(path) as store:
        assert {one.state for one in store.examine()} <= {"ok", "warning"}
        counts, generation = store.counts(), store.generation
        assert generation == before[1] and counts["originals"] == before[0]["originals"]
    assert run(*words[verb], "--db", path).code == 0
    with Store.open(path) as store:
        assert {one.state for one in store.examine(all_texts=True)} == {"ok"}
        assert store.size() == (60 if verb == "add" else 20)


@pytest.mark.parametrize(
    ("spoiled", "column", "words"),
    [
        ("UPDATE fingerprints SET terms = '[[1]]'", "fingerprints.terms", ["reindex"]),
        ("UPDATE fingerprints SET bands = x'ff00fe'", "fingerprints.bands", ["reindex"]),
        ("UPDATE captures SET headers = '[[1]]'", "captures.headers", ["evidence", "{id}"]),
        ("UPDATE runs SET parameters = '7'", "runs.parameters", ["evidence", "{id}"]),
        ("UPDATE matches SET source_id = 'x'", "matches → articles", ["show", "{id}"]),
        ("UPDATE matches SET target_id = 'x'", "matches → articles", ["clusters"]),
        ("UPDATE meta SET value = '1e400' WHERE key = 'last_number'", "meta.value", []),
    ],
)
def test_values_that_we_never_write(
    tmp_path: Path, spoiled: str, column: str, words: list[str]
) -> None:
    """A database that was handed on may hold what no version of ours wrote."""
    path = tmp_path / "p.db"
    (tmp_path / "o.html").write_text(page(SOURCE), "utf-8")
    (tmp_path / "c.html").write_text(page(EDITED), "utf-8")
    assert run("add", tmp_path / "o.html", "--url", "https://a.example/1", "--db", path).code == 0
    assert run("scan", tmp_path / "c.html", "--db", path).code == 0
    (found,) = run("matches", "--json", "--db", path).json
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(spoiled)
    told = run("doctor", "--db", path)
    assert told.code == 3 and column.split(" ")[0] in told.out
    if words:
        ran = run(*(word.format(id=found["id"]) for word in words), "--db", path)
        assert ran.code == 2 and len(ran.err.splitlines()) == 1, ran.err
        assert f"the database holds what provenance does not write ({column})" in ran.err
