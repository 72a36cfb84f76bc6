"""What is left when runs are stopped, meet one another, or meet what cannot be read or written."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import crawl_samples as crawl
import pytest
from conftest import EDITED, SOURCE, command, page, run
from timing import ends_within

from provenance import pipeline
from provenance.store import Store

_STATES = "matched", "unmatched", "skipped", "failed"


def rows_of(db: Path, sql: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(db)) as conn:
        conn.row_factory = sqlite3.Row
        return [dict(row) for row in conn.execute(sql)]


def sound(db: Path) -> bool:
    return rows_of(db, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def unlike(number: int) -> str:
    """A text that shares nothing with others."""
    return "\n\n".join(
        " ".join(f"w{number}x{part}x{i}" for i in range(40)) + "." for part in range(5)
    )


def jsonl(path: Path, count: int, first: int = 0) -> Path:
    lines = [
        json.dumps({"url": f"https://s{i % 7}.example/{i}", "text": unlike(i)})
        for i in range(first, first + count)
    ]
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture
def mixed(tmp_path: Path) -> list[Path]:
    """A crawl of every state: copies, others, walls, pictures, broken rows, damage, lists."""
    folder = tmp_path / "mixed"
    (folder / "sub").mkdir(parents=True)
    (folder / "copy.html").write_text(page(EDITED), "utf-8")
    (folder / "other.html").write_text(page(unlike(1)), "utf-8")
    (folder / "empty.html").write_text("<html></html>", "utf-8")
    (folder / "sub" / "rows.jsonl").write_text('{"text": "too short"}\nbroken\n', "utf-8")
    parts = [
        crawl.record(crawl.http(page(SOURCE).encode()), "https://copy.example/1"),
        crawl.record(crawl.http(page(unlike(2)).encode()), "https://copy.example/2"),
        crawl.record(crawl.http(b"x", kind="image/png"), "https://copy.example/3"),
        crawl.record(crawl.http(b"gone", "404 Not Found"), "https://copy.example/4"),
        crawl.record(crawl.http(page(unlike(3)).encode()), "https://copy.example/5"),
    ]
    packed = crawl.packed(parts, "gzip")
    whole, damaged, listed = (tmp_path / n for n in ("whole.warc.gz", "cut.warc.gz", "list.txt"))
    whole.write_bytes(b"".join(packed))
    damaged.write_bytes(b"".join(packed)[:-40])
    listed.write_text("https://list.example/1\nhttps://list.example/2\n", "utf-8")
    return [folder, whole, damaged, listed, tmp_path / "nowhere"]


@pytest.mark.parametrize("jobs", [0, 2])
def test_states_add_up_over_a_mixed_crawl(small: Path, mixed: list[Path], jobs: int) -> None:
    ran = run("scan", *mixed, "--db", small, "--jobs", jobs)
    assert ran.code == 3, ran.err
    (counts,) = (
        json.loads(row["counts"])
        for row in rows_of(small, "SELECT counts FROM runs WHERE verb = 'scan'")
    )
    inputs = rows_of(small, "SELECT * FROM inputs WHERE verb = 'scan' ORDER BY path")
    assert len(inputs) == 4
    for row in inputs:
        assert row["records_read"] == sum(row[state] for state in _STATES), row
    assert counts["records"] == sum(counts[state] for state in _STATES)
    for name in ("matched", "unmatched", "skipped", "failed"):
        assert counts[name] == sum(row[name] for row in inputs) > 0, name
    assert counts["records"] == sum(row["records_read"] for row in inputs)
    assert counts["read"] == counts["matched"] + counts["unmatched"] + counts["failed"]
    # The path that is missing, and the list that is not fetched.
    assert counts["unopened_inputs"] == 2
    (failures,) = rows_of(small, "SELECT count(*) AS n FROM failures")
    assert counts["failures"] == counts["failed"] + 2 == failures["n"]
    reposts, others, quiet = (
        counts["reposts"],
        counts["matched"] - counts["reposts"],
        counts["unmatched"],
    )
    assert f"{counts['read']} pages read in" in ran.err
    assert f"{reposts} reposts, {others} other matches, {quiet} without a match" in ran.err
    assert f"{counts['skipped']} passed over" in ran.err
    assert f"{counts['failed']} could not be read, pages of 1 input were not fetched" in ran.err
    assert "not fetched, 1 input could not be opened" in ran.err


def test_states_of_a_scan_that_was_stopped_are_those_of_an_unbroken_one(tmp_path: Path) -> None:
    rows = jsonl(tmp_path / "rows.jsonl", 8)
    copies = "\n".join(
        json.dumps({"url": f"https://c.example/{i}", "text": f"{SOURCE} In {i}."}) for i in range(4)
    )
    rows.write_text(f"{rows.read_text()}\nbroken\n{copies}\n", "utf-8")
    found = []
    for stop in (False, True):
        with Store.open(tmp_path / f"{stop}.db") as store:
            (tmp_path / "source.txt").write_text(SOURCE, "utf-8")
            pipeline.add(store, [str(tmp_path / "source.txt")], pipeline.Given())

            def progress(tally: pipeline.Tally, stop: bool = stop) -> None:
                if stop and tally.read == 3:
                    raise KeyboardInterrupt

            if stop:
                with pytest.raises(KeyboardInterrupt):
                    pipeline.scan(store, [str(rows)], pipeline.Given(), progress)
                (row,) = rows_of(store.path, "SELECT * FROM inputs WHERE verb = 'scan'")
                assert row["records_read"] == sum(row[s] for s in _STATES) == row["done"] > 0
            tally = pipeline.scan(store, [str(rows)], pipeline.Given())
            assert tally.states.records == 13 and (tally.resumed > 0) == stop
            (row,) = rows_of(store.path, "SELECT * FROM inputs WHERE verb = 'scan'")
            found.append([row[name] for name in ("records_read", *_STATES, "finished")])
    assert found[0] == found[1] == [13, 4, 8, 0, 1, 0]


def test_an_input_that_cannot_be_opened_is_no_page(small: Path) -> None:
    picture = small.parent / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    for verb in ("scan", "add"):
        ran = run(verb, picture, "--db", small)
        assert ran.code == 2 and "1 input could not be opened" in ran.err
        assert verb == "add" or "0 pages read" in ran.err
    assert run("check", picture, "--db", small).code == 2
    for row in rows_of(small, "SELECT counts FROM runs WHERE id > 1"):
        counts = json.loads(row["counts"])
        assert (counts["read"], counts["failed"], counts["failures"]) == (0, 0, 1)


# -- inputs that changed -------------------------------------------------------------------------


def aged(path: Path) -> Path:
    """As if it had lain there for an hour."""
    then = time.time() - 3600
    os.utime(path, (then, then))
    return path


def test_a_file_is_read_for_its_digest_only_when_size_or_time_changed(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = aged(jsonl(tmp_path / "rows.jsonl", 3))
    assert "3 pages read" in run("scan", rows, "--db", small).err
    with monkeypatch.context() as patched:
        patched.setattr("provenance.readers._content_digest", lambda _: pytest.fail("read again"))
        ran = run("scan", rows, "--db", small)
        assert "nothing has changed; skipped" in ran.err and "0 pages read" in ran.err
    os.utime(rows)  # touched: looked at, and found the same
    assert "nothing has changed; skipped" in run("scan", rows, "--db", small).err
    content = rows.read_text("utf-8")
    rows.write_text(content.replace("w0x0x1 ", "w0x0x9 "), "utf-8")  # of the same size
    aged(rows)
    ran = run("scan", rows, "--db", small)
    assert f"{rows}: changed since it was read; read again" in ran.err and "3 pages read" in ran.err
    assert "skipped" in run("scan", rows, "--db", small).err


def test_what_could_not_be_read_is_said_again_when_it_is_skipped(
    small: Path, tmp_path: Path
) -> None:
    part, nothing = tmp_path / "part.jsonl", tmp_path / "nothing.jsonl"
    part.write_text(json.dumps({"text": EDITED}) + "\nbroken\n", "utf-8")
    nothing.write_text('{"text": ""}\n', "utf-8")
    for rows, code in ((part, 3), (nothing, 2)):
        assert run("scan", rows, "--db", small).code == code
        again = run("scan", rows, "--db", small)
        assert again.code == code, again.err
    assert f"{nothing}: read before, nothing has changed; skipped" in again.err
    assert "skipped; then 1 page could not be read (table `failures`)" in again.err
    rows = jsonl(tmp_path / "whole.jsonl", 2)
    assert [run("scan", rows, "--db", small).code for _ in range(2)] == [0, 0]


def test_a_finished_input_is_skipped_until_originals_come(small: Path, tmp_path: Path) -> None:
    rows = jsonl(tmp_path / "rows.jsonl", 3)
    run("scan", rows, "--db", small)
    ran = run("scan", rows, "--db", small)
    assert f"{rows}: read before, nothing has changed; skipped" in ran.err
    assert run("add", jsonl(tmp_path / "more.jsonl", 1), "--db", small).code == 0
    ran = run("scan", rows, "--db", small)
    assert "3 pages read" in ran.err


# -- a kill after boilerplate was learned --------------------------------------------------------


def test_a_kill_after_learning_is_no_second_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.learning.STEP", 5)
    rows = jsonl(tmp_path / "rows.jsonl", 8)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    for verb in ("scan", "add"):
        db = tmp_path / f"{verb}.db"
        db.touch()
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(f"provenance.commands.{verb}.failures", killed)
            run(verb, rows, "--db", db)
        assert rows_of(db, "SELECT value FROM meta WHERE key = 'learned_in'")
        before = rows_of(db, "SELECT * FROM articles")
        ran = run(verb, rows, "--db", db)
        assert ran.code == 0, ran.err
        if verb == "scan":
            assert "read before, nothing has changed; skipped" in ran.err
        assert rows_of(db, "SELECT * FROM articles") == before
        assert not rows_of(db, "SELECT value FROM meta WHERE key = 'learned_in'")
        # The next scan is a second one, and judges with what was learned, if there is any.
        assert run(verb, rows, "--db", db).code == 0


# -- several at once -----------------------------------------------------------------------------


def begun(*words: object, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*words), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, **more
    )


def ended(process: subprocess.Popen[str], code: int = 0) -> str:
    _, told = process.communicate(timeout=110)
    assert process.returncode == code, told
    assert "Traceback" not in told
    return told


def essence(db: Path) -> list[list[tuple[Any, ...]]]:
    """What several writers leave, whoever was first."""
    with closing(sqlite3.connect(db)) as conn:
        return [
            sorted(conn.execute(sql).fetchall())
            for sql in (
                "SELECT id, role, title, url, digest, words FROM articles ORDER BY id",
                "SELECT article_id, text FROM texts ORDER BY 1",
                "SELECT id, relation, probability, source_id, target_id FROM matches ORDER BY id",
                "SELECT match_id, count(*) FROM passages GROUP BY 1 ORDER BY 1",
                "SELECT article_id, hex(fragments) FROM fingerprints ORDER BY 1",
                "SELECT sha256, url, file FROM captures ORDER BY 1, 2, 3",
                "SELECT path, verb, records_read, matched, unmatched, failed FROM inputs",
            )
        ]


def copies(path: Path, count: int, first: int = 0) -> Path:
    path.write_text(
        "\n".join(
            json.dumps({"url": f"https://c{i % 5}.example/{i}", "text": f"{SOURCE}\n\nIn {i}."})
            if i % 10 == 0
            else json.dumps({"url": f"https://c{i % 5}.example/{i}", "text": unlike(i)})
            for i in range(first, first + count)
        ),
        "utf-8",
    )
    return path


def test_two_scans_at_once_on_one_database_both_finish(small: Path, tmp_path: Path) -> None:
    one, two = copies(tmp_path / "1.jsonl", 80), copies(tmp_path / "2.jsonl", 80, 50)
    alone = tmp_path / "alone.db"
    alone.write_bytes(small.read_bytes())
    assert run("scan", one, two, "--db", alone).code == 0
    both = [begun("scan", *inputs, "--db", small) for inputs in ((one, two), (two, one))]
    # A reader, as datasette is one, is open meanwhile, and sees whole transactions.
    with closing(sqlite3.connect(f"file:{small}?mode=ro", uri=True)) as reader:
        while any(process.poll() is None for process in both):
            orphans = reader.execute(
                "SELECT count(*) FROM matches m LEFT JOIN texts t ON t.article_id = m.target_id"
                " WHERE t.text IS NULL"
            ).fetchone()
            assert orphans == (0,)
            time.sleep(0.05)
    for process in both:
        ended(process)
    assert sound(small)
    assert essence(small) == essence(alone)


def test_two_adds_and_a_scan_at_once(small: Path, tmp_path: Path) -> None:
    one, two = jsonl(tmp_path / "1.jsonl", 60), jsonl(tmp_path / "2.jsonl", 60, 30)
    crawled = copies(tmp_path / "crawl.jsonl", 60, 20)
    alone = tmp_path / "alone.db"
    alone.write_bytes(small.read_bytes())
    for words in (("add", one), ("add", two), ("scan", crawled)):
        assert run(*words, "--db", alone).code == 0
    three = [
        begun(*words, "--db", small) for words in (("add", one), ("add", two), ("scan", crawled))
    ]
    for process in three:
        ended(process)
    assert sound(small)
    # The scan began before all originals were in: it is not taken for finished.
    assert run("scan", crawled, "--db", small).code == 0
    assert [part for i, part in enumerate(essence(small)) if i != 0] == [
        part for i, part in enumerate(essence(alone)) if i != 0
    ]
    with Store.open(small) as store, Store.open(alone) as other:
        assert store.size() == other.size() == 91
        assert {one.state for one in store.examine(all_texts=True)} == {"ok"}


def test_a_second_writer_waits_and_says_so(small: Path, tmp_path: Path) -> None:
    rows = jsonl(tmp_path / "rows.jsonl", 2)
    with closing(sqlite3.connect(small, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        process = begun("scan", rows, "--db", small)
        assert process.stderr is not None
        said = process.stderr.readline()
        assert "Another program is writing" in said and str(small) in said
        other.execute("ROLLBACK")
        assert "2 pages read" in ended(process)


def test_who_waits_can_be_stopped_by_hand(small: Path, tmp_path: Path) -> None:
    rows = jsonl(tmp_path / "rows.jsonl", 2)
    with closing(sqlite3.connect(small, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        process = begun("scan", rows, "--db", small)
        assert process.stderr is not None and process.stderr.readline()
        with ends_within(20):
            process.send_signal(signal.SIGINT)
            assert "run the same command again" in ended(process, 130)
        other.execute("ROLLBACK")


# -- no room, no leave ---------------------------------------------------------------------------


def limited(size: int) -> Callable[[], None]:
    def before() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return before


@pytest.mark.parametrize("verb", ["scan", "add"])
def test_no_room_for_the_database(small: Path, tmp_path: Path, verb: str) -> None:
    """One line, the database sound, and with room again the same rows."""
    rows = copies(tmp_path / "rows.jsonl", 100, 7)
    alone = tmp_path / "alone.db"
    alone.write_bytes(small.read_bytes())
    assert run(verb, rows, "--db", alone).code == 0
    room = small.stat().st_size + 100_000
    told = ended(begun(verb, rows, "--db", small, preexec_fn=limited(room)), 2)
    assert len(told.splitlines()) == 1 and "the same command again" in told, told
    assert sound(small)
    assert run(verb, rows, "--db", small).code == 0
    assert essence(small) == essence(alone)


def test_progress_is_made_when_it_is_killed_again_and_again(small: Path, tmp_path: Path) -> None:
    """Killed as soon as it has written something: each start brings it on."""
    rows = copies(tmp_path / "rows.jsonl", 120)

    def done() -> int:
        sql = "SELECT coalesce(max(done), 0) AS n FROM inputs WHERE verb = 'scan' AND finished = 0"
        return int(rows_of(small, sql)[0]["n"])

    seen = [0]
    for _ in range(3):
        process = begun("scan", rows, "--db", small, start_new_session=True)
        while process.poll() is None and done() <= seen[-1]:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        seen.append(done())
    assert sorted(set(seen)) == seen, seen
    ran = run("scan", rows, "--db", small)
    assert ran.code == 0 and f"{120 - seen[-1]} pages read" in ran.err
    (row,) = rows_of(small, "SELECT * FROM inputs WHERE verb = 'scan'")
    assert (row["finished"], row["records_read"]) == (1, 120)
