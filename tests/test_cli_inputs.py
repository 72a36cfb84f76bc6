"""Crawls, feeds and lists as a user gives them to the verbs."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import crawl_samples as crawl
import pytest
from cli_samples import ORIGINAL_URL
from conftest import page, run
from test_readers_formats import RSS

WORDS = " ".join(f"sentence {i} tells of bridge {i * 7} over river {i * i}." for i in range(60))


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "p.db"
    original = tmp_path / "original.html"
    original.write_text(page(WORDS), "utf-8")
    assert run("add", original, "--url", ORIGINAL_URL, "--db", path).code == 0
    return path


def crawl_of(count: int) -> list[bytes]:
    """The original's text on the first page, others behind, and a picture."""
    pages = [page(WORDS), *(page(f"{i} {WORDS[i * 31 : i * 31 + 900]}") for i in range(1, count))]
    parts = [crawl.record(crawl.http(p.encode()), crawl.url(i)) for i, p in enumerate(pages)]
    picture = crawl.http(b"x", kind="image/png")
    return [gzip.compress(part) for part in [*parts, crawl.record(picture, crawl.url(count))]]


def accounts(db: Path, name: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(db)) as conn:
        return conn.execute(
            "SELECT kind, records_read, bytes_skipped, truncated, passed_over, finished"
            " FROM inputs WHERE path LIKE ?",
            [f"%{name}"],
        ).fetchall()


def test_a_sound_crawl(db: Path) -> None:
    path = db.parent / "crawl.warc.gz"
    parts = crawl_of(4)
    path.write_bytes(b"".join(parts))
    ran = run("scan", path, "--db", db)
    assert ran.code == 0, ran
    assert crawl.url(0) in ran.out and "1 passed over (1 not-html)" in ran.err
    assert accounts(db, "crawl.warc.gz") == [("warc", 5, 0, 0, '{"not-html": 1}', 1)]
    with closing(sqlite3.connect(db)) as conn:
        places = conn.execute("SELECT file, offset, length FROM captures WHERE offset >= 0")
        assert places.fetchone() == (str(path), 0, len(parts[0]))
    assert "skipped" in run("scan", path, "--db", db).err


def test_a_damaged_crawl_is_told_and_kept(db: Path) -> None:
    parts = crawl_of(6)
    broken = parts[3][:50] + bytes([parts[3][50] ^ 255]) + parts[3][51:]
    path = db.parent / "crawl.warc.gz"
    path.write_bytes(b"".join([*parts[:3], broken, *parts[4:]])[:-30])
    ran = run("scan", path, "--db", db)
    assert ran.code == 3, ran
    lost = len(parts[3]) + len(parts[6]) - 30
    assert f"is damaged (cut short, {lost:,} bytes skipped)" in ran.err
    assert accounts(db, "crawl.warc.gz") == [("warc", 5, lost, 1, "{}", 0)]


def test_an_empty_crawl(db: Path) -> None:
    path = db.parent / "crawl.warc.gz"
    path.write_bytes(b"")
    ran = run("scan", path, "--db", db)
    assert ran.code == 2 and "[empty]" in ran.err and "Traceback" not in ran.err


def test_a_list_is_not_fetched_and_says_so(db: Path) -> None:
    path = db.parent / "urls.txt"
    path.write_text("https://a.example/1\nhttps://a.example/2\n")
    for verb in ("scan", "add"):
        ran = run(verb, path, "--db", db)
        assert ran.code == 2
        assert "2 pages are listed by address only" in ran.err and "[not-fetched]" in ran.err
        # It was opened, and read.
        assert "pages of 1 input were not fetched" in ran.err and "opened" not in ran.err
    ran = run("check", path, "--db", db)
    assert ran.code == 2 and "listed by address" in ran.err


def test_a_feed_gives_its_whole_texts(db: Path) -> None:
    path = db.parent / "feed.xml"
    path.write_text(RSS)
    ran = run("add", path, "--db", db)
    assert ran.code == 3 and "1 original added" in ran.err, ran
    assert accounts(db, "feed.xml") == [("feed", 3, 0, 0, '{"not-fetched": 2}', 0)]
    found = run("originals", "--db", db, "--json").json
    assert ("https://post.example/1", "2025-07-03T19:40") in [
        (row["url"], (row["published"] or "")[:16]) for row in found
    ]
