"""Fingerprints and index made anew: from older parameters, after any kill, in any state."""

from __future__ import annotations

import dataclasses
import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import run
from store_samples import article, count, dump, match

from provenance import upkeep
from provenance.config import Parameters
from provenance.errors import StoreError
from provenance.fingerprint import fingerprint
from provenance.models import Article, Fingerprint
from provenance.normalize import tokenize
from provenance.store import Store

OLD = Parameters(seed=11, segment=99)
TEXT = (
    "The {} harbour board said on Tuesday that the old swing bridge would close for {} weeks, "
    "while divers look at pier {} and at the cables that were laid along it in the summer of 19{}. "
    "Ferries go on from the northern quay, the board's secretary told the {} Courier."
)


def page(i: int) -> Article:
    words = (f"Karvan{i}", i, i + 3, 10 + i % 80, f"Nordby{i}")
    return article(f"site{i}", TEXT.format(*words))


def made(path: Path, pages: int = 30) -> Path:
    with Store.open(path, parameters=OLD) as store:
        for i in range(pages):
            one = page(i)
            role = "crawled" if i % 5 == 4 else "original"
            gate = {"gate": "consent"} if i == 9 else {}
            one = dataclasses.replace(one, **gate)
            of = None if gate else fingerprint(tokenize(one.text), OLD)
            store.add_article(one, role, of, ())  # type: ignore[arg-type]
        store.fold()
        run_id = store.begin_run("scan", {})
        store.add_match(match(page(0), page(4)), run_id)
    return path


def as_before_segments(path: Path) -> None:
    """As a version left it that knew no segments."""
    conn = sqlite3.connect(path)
    stored = OLD.asdict()
    del stored["segment"]
    conn.execute("UPDATE meta SET value = ? WHERE key = 'parameters'", (json.dumps(stored),))
    conn.commit()
    conn.close()


def is_whole(store: Store, pages: int = 30) -> None:
    """Every fingerprint is what today's parameters give, and every original is found."""
    for i in range(pages):
        one = page(i)
        of = fingerprint(tokenize(one.text), store.parameters)
        assert of is not None
        stored = store.fingerprint(one.id)
        assert stored == (None if i == 9 else of), i
        if i % 5 != 4 and i != 9:
            assert store.by_bands(of.bands, 50)[0] == (one.id, 32)
            # With some seeds a text so short has no fragment.
            assert not of.fragments or one.id in dict(store.by_fragments(of.fragments, 50))
    assert not store.outdated
    assert {finding.state for finding in store.examine(all_texts=True)} == {"ok"}


def test_an_older_database_is_taken_up(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")
    as_before_segments(path)
    before = path.read_bytes()
    for words in (["check", "-"], ["add", "-"], ["originals"], ["scan", "-"]):
        done = run(*words, "--db", str(path), stdin=TEXT.encode())
        assert done.code == 2 and "provenance reindex" in done.err, done.err
        assert len(done.err.splitlines()) == 1
    assert path.read_bytes() == before
    done = run("doctor", "--db", str(path))
    assert done.code == 2 and "provenance reindex" in done.out
    assert path.read_bytes() == before
    done = run("reindex", "--db", str(path))
    assert done.code == 0, done.err
    assert "made anew; 24 originals indexed" in done.err and done.out == ""
    with Store.open(path) as store:
        assert store.parameters == Parameters(seed=11)
        assert store.conn.execute("PRAGMA foreign_keys").fetchone() == (1,)
        is_whole(store)
        assert len(list(store.matches())) == 1
        with Store.open(tmp_path / "new.db", parameters=Parameters(seed=11)) as new:
            for i in range(30):
                one = dataclasses.replace(page(i), gate="consent" if i == 9 else None)
                role = "crawled" if i % 5 == 4 else "original"
                of = None if i == 9 else fingerprint(tokenize(one.text), new.parameters)
                new.add_article(one, role, of, ())  # type: ignore[arg-type]
            assert dump(new)["articles"] == dump(store)["articles"]
        # It is a database like any other.
        assert store.remove_original(page(0).id)
        late = page(40)
        store.add_article(late, "original", fingerprint(tokenize(late.text), store.parameters), ())
        assert {finding.state for finding in store.examine()} == {"ok"}


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: {**stored, "novelty": 1},
        lambda stored: {**stored, "version": 0},
        lambda stored: {**stored, "hash": "sha1"},
        lambda stored: {**stored, "scheme": "legacy"},
        lambda stored: {**stored, "seed": "x"},
        lambda stored: [1],
    ],
)
def test_whatever_the_parameters_are(tmp_path: Path, change: Callable[[object], object]) -> None:
    path = made(tmp_path / "p.db")
    conn = sqlite3.connect(path)
    stored = json.dumps(change(OLD.asdict()))
    conn.execute("UPDATE meta SET value = ? WHERE key = 'parameters'", (stored,))
    conn.commit()
    conn.close()
    with pytest.raises(StoreError) as caught:
        Store.open(path)
    assert caught.value.code == "parameters" and "provenance reindex" in caught.value.hint
    assert run("reindex", "--db", str(path)).code == 0
    with Store.open(path) as store:
        is_whole(store)


class Killed(BaseException):
    pass


@pytest.mark.parametrize("cut", [1, 3, 6, 9])
def test_killed_in_the_middle_it_goes_on_from_there(
    tmp_path: Path, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.store.rebuild._BATCH", 3)
    path = made(tmp_path / "p.db")
    with Store.open(path) as store:
        kept = [store.fingerprint(page(i).id) for i in range(30)]
    steps: list[int] = []

    def stop(done: int, of: int) -> None:
        steps.append(done)
        if len(steps) == cut:
            raise Killed

    with Store.open(path, outdated=True) as store, pytest.raises(Killed):
        upkeep.reindex(store, told=stop)
    with Store.open(path) as store:
        # As it was, and at work.
        assert store.parameters == OLD and store.check() == []
        assert [store.fingerprint(page(i).id) for i in range(30)] == kept
        assert "reindex" in {one.check for one in store.examine() if one.state == "warning"}
        one = page(29)
        assert store.add_article(one, "original", fingerprint(tokenize(one.text), OLD), ())
        assert store.remove_original(page(0).id)
        store.add_article(page(0), "original", fingerprint(tokenize(page(0).text), OLD), ())
    done: list[int] = []
    with Store.open(path, outdated=True) as store:
        upkeep.reindex(store, told=lambda at, of: done.append(at))
    # One that was done has another number now.
    assert done[0] == 3 * cut + 2 and done[-1] == 30
    with Store.open(path) as store:
        is_whole(store, 29)


def test_killed_at_the_exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "p.db")
    with Store.open(path, outdated=True) as store:
        monkeypatch.setattr(store, "_next_generation", lambda: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            upkeep.reindex(store)
        assert store.conn.execute("PRAGMA foreign_keys").fetchone() == (1,)
    with Store.open(path) as store:
        assert store.parameters == OLD and store.check() == []
        assert store.by_fragments(store.fingerprint(page(1).id).fragments, 50)  # type: ignore[union-attr]
    with Store.open(path, outdated=True) as store:
        upkeep.reindex(store)
    with Store.open(path) as store:
        is_whole(store)


def test_started_again_for_another_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.store.rebuild._BATCH", 3)
    path = made(tmp_path / "p.db")

    def stop(done: int, of: int) -> None:
        raise Killed

    with Store.open(path, outdated=True) as store, pytest.raises(Killed):
        upkeep.reindex(store, told=stop)
    assert run("reindex", "--db", str(path), "--seed", "5").code == 0
    with Store.open(path) as store:
        assert store.parameters == Parameters(seed=5)
        is_whole(store)
        assert "rebuilt" not in store.db.table_names()


def test_what_is_added_meanwhile_is_not_lost(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")

    def meanwhile(done: int, of: int) -> None:
        with Store.open(path) as other:
            last = page(28)
            other.remove_original(last.id)  # its number is given again
            one = page(50)
            other.add_article(one, "original", fingerprint(tokenize(one.text), OLD), ())
            other.remove_original(page(3).id)

    with Store.open(path, outdated=True) as store:
        upkeep.reindex(store, told=meanwhile)
        of = fingerprint(tokenize(page(50).text), store.parameters)
        assert of is not None and store.fingerprint(page(50).id) == of
        assert store.by_bands(of.bands, 50)[0] == (page(50).id, 32)
        assert {finding.state for finding in store.examine()} == {"ok"}


def test_texts_that_are_not_there(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db")
    conn = sqlite3.connect(path)
    conn.execute("DELETE FROM texts")
    conn.commit()
    conn.close()
    done = run("reindex", "--db", str(path))
    assert done.code == 2 and "30 articles are stored without their texts" in done.err
    with Store.open(path) as store:
        assert store.parameters == OLD and count(store, "fingerprints") == 29


def test_only_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.db"
    with Store.open(path, parameters=Parameters(seed=11)) as store:
        for i in range(6):
            one = page(i)
            of = fingerprint(tokenize(one.text), store.parameters)
            store.add_article(one, "original", of, ())
        store.fold()
        store.conn.execute("DELETE FROM postings")
        assert [one.check for one in store.examine() if one.state == "damaged"] == ["index"]

    def no(_: Article) -> Fingerprint | None:
        raise AssertionError("no text is read")

    monkeypatch.setattr("provenance.matching.fingerprint_of", no)
    done = run("reindex", "--db", str(path))
    assert done.code == 0 and done.err == f"6 originals indexed in {path}\n"
    with Store.open(path) as store:
        assert {finding.state for finding in store.examine()} == {"ok"}


def test_wrong_words(tmp_path: Path) -> None:
    done = run("reindex", "--db", str(tmp_path / "none.db"))
    assert done.code == 2 and "there is no database here" in done.err
    other = tmp_path / "other.db"
    other.write_text("not a database at all")
    done = run("reindex", "--db", str(other))
    assert done.code == 2 and "no SQLite database" in done.err
    assert other.read_text() == "not a database at all"
    assert run("reindex", "--seed", "-1", "--db", str(other)).code == 2
    assert run("reindex", "more").code == 2
    assert "--seed" in run("reindex", "--help").out


def test_killed_by_the_system_at_any_moment(tmp_path: Path) -> None:
    path = made(tmp_path / "p.db", 150)
    kept = None
    generator = random.Random(4)
    command = [sys.executable, "-m", "provenance", "reindex", "--texts", "--db", str(path)]
    for _ in range(6):
        with Store.open(path) as store:
            assert {one.state for one in store.examine()} <= {"ok", "warning"}
            rows = [store.fingerprint(page(i).id) for i in range(0, 150, 7)]
            assert kept in (None, rows)
            kept = rows
        child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        time.sleep(generator.uniform(0.15, 0.7))
        child.kill()
        child.wait()
    assert run(*command[3:]).code == 0
    with Store.open(path) as store:
        assert [store.fingerprint(page(i).id) for i in range(0, 150, 7)] == kept
        assert {one.state for one in store.examine(all_texts=True)} == {"ok"}
        assert store.size() == 120
