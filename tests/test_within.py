"""``scan --within``: a crawl against itself, as if its earlier pages were registered."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import crawl_samples as crawl
from conftest import EDITED, REWORDED, SOURCE, command, page, run
from store_samples import article, fingerprint

from provenance.config import LIMITS, Parameters
from provenance.store import Crawl, Store
from provenance.store.within import firsts

PARAMETERS = Parameters(seed=7)


def day(number: int) -> str:
    return f"2025-07-{1 + number // 24:02}T{number % 24:02}:00:00Z"


def own(number: int, words: int = 160) -> str:
    """A text of its own, in sentences."""
    chance = random.Random(number)
    drawn = [f"{chance.choice('bdfgklmnprst')}{chance.randrange(9**6):x}" for _ in range(words)]
    return " ".join(f"{' '.join(drawn[i : i + 12]).capitalize()}." for i in range(0, words, 12))


def warc(path: Path, pages: Sequence[tuple[str, str, str]]) -> Path:
    """A crawl of pages: ``(url, observed, text)``."""
    parts = [
        crawl.record(crawl.http(page(text).encode()), url).replace(
            b"2025-07-03T19:40:00Z", observed.encode()
        )
        for url, observed, text in pages
    ]
    path.write_bytes(b"".join(map(gzip.compress, parts)))
    return path


def crawled(count: int = 12) -> list[tuple[str, str, str]]:
    """Pages of which each third is told again later: whole, with edits, in part, in other words."""
    pages = []
    for i in range(count):
        text = own(i)
        pages.append((f"https://first{i}.example/news/{i}", day(i), text))
        if i % 3:
            continue
        sentences = text.split(". ")
        again = {
            0: text,
            3: ". ".join([*sentences[:4], "Nothing of this was known before", *sentences[5:]]),
            6: f"{own(900 + i, 100)} {'. '.join(sentences[:8])}.",
            9: f"{text} {own(800 + i, 60)}",
        }[i % 12]
        pages.append((f"https://later{i}.example/post/{i}", day(200 + i), again))
    pages.append(("https://elver.example/canal", day(3), SOURCE))
    pages.append(("https://echo.example/canal", day(90), EDITED))
    pages.append(("https://told.example/canal", day(91), REWORDED))
    return pages


def rows(db: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(db)) as conn:
        return conn.execute(sql).fetchall()


FOUND = (
    "SELECT m.id, s.url, t.url, relation, is_repost, round(probability, 6), direction, attribution,"
    " round(coverage, 6), round(containment_target_5, 6), round(novel, 6) FROM matches m"
    " JOIN articles s ON s.id = m.source_id JOIN articles t ON t.id = m.target_id ORDER BY m.id"
)


def made(path: Path) -> Path:
    Store.open(path, parameters=PARAMETERS).close()
    return path


def scanned(path: Path, *inputs: object, jobs: int = 0) -> Path:
    ran = run("scan", "--within", *inputs, "--db", made(path), "--jobs", jobs)
    assert ran.code == 0, ran.err
    assert not list(path.parent.glob("*-within-*"))
    return path


def test_the_later_page_is_the_target(tmp_path: Path) -> None:
    db = scanned(tmp_path / "p.db", warc(tmp_path / "c.warc.gz", crawled()))
    pairs = {(source, target): relation for _, source, target, relation, *_ in rows(db, FOUND)}
    assert pairs["https://elver.example/canal", "https://echo.example/canal"] == "edited"
    assert ("https://elver.example/canal", "https://told.example/canal") in pairs
    for i in (0, 3, 6, 9):
        assert (f"https://first{i}.example/news/{i}", f"https://later{i}.example/post/{i}") in pairs
    assert not [source for source, _ in pairs if "later" in source or "told" in source]
    assert rows(db, "SELECT count(*) FROM articles WHERE role = 'original'") == [(0,)]


def test_it_finds_what_registering_the_earlier_pages_finds(tmp_path: Path) -> None:
    pages = [one for one in crawled(24) if "told" not in one[0]]
    within = scanned(tmp_path / "within.db", warc(tmp_path / "all.warc.gz", pages))
    copies = [one for one in pages if "later" in one[0] or "echo" in one[0]]
    first = [one for one in pages if one not in copies]
    db = made(tmp_path / "registered.db")
    with closing(sqlite3.connect(db)) as conn:  # judged with the same boilerplate
        conn.execute("ATTACH ? AS other", (str(within),))
        conn.execute("INSERT INTO boilerplate SELECT * FROM other.boilerplate")
        conn.commit()
    assert run("add", warc(tmp_path / "first.warc.gz", first), "--db", db).code == 0
    assert run("scan", warc(tmp_path / "later.warc.gz", copies), "--db", db).code == 0
    found, expected = rows(within, FOUND), rows(db, FOUND)
    assert len(expected) == len(copies) == 9
    assert found == expected


def test_neither_order_nor_jobs_matter(tmp_path: Path) -> None:
    pages = crawled()
    parts = [warc(tmp_path / f"{i}.warc.gz", pages[i::3]) for i in range(3)]
    one = rows(scanned(tmp_path / "1.db", *parts), FOUND)
    two = rows(scanned(tmp_path / "2.db", *reversed(parts), jobs=2), FOUND)
    three = tmp_path / "3.db"  # one after the other: what came before is compared, too
    for part in (parts[1], parts[0], parts[2]):
        scanned(three, part)
    assert one == two == rows(three, FOUND) and len(one) > 5


def test_pages_observed_at_one_time_go_by_their_ids(tmp_path: Path) -> None:
    pages = [(f"https://s{i}.example/{i}", day(0), f"{SOURCE}\n\n{own(i, 24)}") for i in range(4)]
    db = scanned(tmp_path / "p.db", warc(tmp_path / "c.warc.gz", pages))
    pairs = rows(db, "SELECT source_id, target_id FROM matches")
    assert len(pairs) == 6 and all(source < target for source, target in pairs)


def test_pages_of_one_publisher_are_versions(tmp_path: Path) -> None:
    pages = [
        ("https://elver.example/canal", day(0), SOURCE),
        ("https://elver.example/canal", day(5), EDITED),
    ]
    db = scanned(tmp_path / "p.db", warc(tmp_path / "c.warc.gz", pages))
    assert rows(db, "SELECT relation, is_repost FROM matches") == [("version", 0)]


def test_one_text_on_many_pages_makes_a_star_not_a_square(tmp_path: Path) -> None:
    wall = "\n\n".join(SOURCE.split("\n\n")[:3])
    pages = [(f"https://s{i}.example/{i}", day(i), wall) for i in range(60)]
    db = scanned(tmp_path / "p.db", warc(tmp_path / "c.warc.gz", pages))
    pairs = rows(db, "SELECT source_id, target_id FROM matches")
    assert len({source for source, _ in pairs}) <= 1 and len(pairs) <= 59


def test_a_wall_that_is_learned_first_matches_nothing(tmp_path: Path) -> None:
    wall = SOURCE.split("\n\n")[0]
    pages = [(f"https://s{i % 4}.example/{i}", day(i), wall) for i in range(48)]
    pages += [(f"https://s{i % 4}.example/a{i}", day(50 + i), own(i)) for i in range(24)]
    db = made(tmp_path / "p.db")
    ran = run("scan", "--within", warc(tmp_path / "c.warc.gz", pages), "--db", db)
    assert "Boilerplate learned from 72 articles" in ran.err
    assert rows(db, "SELECT count(*) FROM matches") == [(0,)]
    walls = rows(db, "SELECT count(*) FROM articles WHERE gate = 'boilerplate'")
    assert walls == [(48,)]


def test_it_says_what_it_did_and_skips_what_is_done(tmp_path: Path) -> None:
    db, source = made(tmp_path / "p.db"), warc(tmp_path / "c.warc.gz", crawled())
    ran = run("scan", "--within", source, "--db", db)
    assert "19 pages read" in ran.err and "19 pages compared" in ran.err
    before = rows(db, FOUND)
    again = run("scan", "--within", source, "--db", db)
    assert f"{source}: read before" in again.err
    assert "(the crawl itself): read before, nothing has changed; skipped" in again.err
    assert "0 pages compared" in again.err and rows(db, FOUND) == before
    for row in rows(db, "SELECT records_read, matched, unmatched, skipped, failed FROM inputs"):
        assert row[0] == sum(row[1:]) == 19


def test_a_plain_scan_leaves_what_was_found_within(tmp_path: Path) -> None:
    db, source = tmp_path / "p.db", warc(tmp_path / "c.warc.gz", crawled())
    scanned(db, source)
    before = rows(db, FOUND)
    original = tmp_path / "o.html"
    original.write_text(page(own(1)), "utf-8")
    assert run("add", original, "--url", "https://known.example/1", "--db", db).code == 0
    assert run("scan", source, "--db", db).code == 0
    plain = rows(db, FOUND)
    assert set(before) < set(plain) and len(plain) == len(before) + 1
    scanned(db, source)  # the originals count within, too
    assert rows(db, FOUND) == plain


def test_clusters_views_and_reports_work_with_them(tmp_path: Path) -> None:
    db = scanned(tmp_path / "p.db", warc(tmp_path / "c.warc.gz", crawled()))
    ran = run("clusters", "--db", db, "--json")
    assert ran.code == 0 and len(ran.json) >= 5
    network = rows(db, "SELECT target_site, source_site, reposts FROM repost_network")
    assert ("echo.example", "elver.example", 1) in network
    timeline = rows(db, "SELECT source_site, target_site FROM timeline")
    assert ("first0.example", "later0.example") in timeline
    assert run("report", "--all", "-o", tmp_path / "report", "--db", db).code == 0
    assert run("matches", "--reposts", "--json", "--db", db).code == 0
    assert run("doctor", "--db", db).code == 0


def test_killed_again_and_again_it_ends_in_the_same_rows(tmp_path: Path) -> None:
    source = warc(tmp_path / "c.warc.gz", crawled(60))
    whole = scanned(tmp_path / "whole.db", source)
    db = made(tmp_path / "killed.db")

    def state() -> list[tuple[Any, ...]]:
        return rows(db, "SELECT path, done, finished FROM inputs")

    for _ in range(4):
        before = state()
        process = subprocess.Popen(
            command("scan", "--within", source, "--db", db, "--jobs", "0"),
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        while process.poll() is None and state() == before:
            time.sleep(0.01)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert rows(db, "PRAGMA integrity_check") == [("ok",)]
    assert run("scan", "--within", source, "--db", db).code == 0
    assert rows(db, FOUND) == rows(whole, FOUND)
    assert not list(tmp_path.glob("*-within-*"))
    for table in ("articles", "texts", "fingerprints", "within_pages", "boilerplate", "passages"):
        kept = "id, role, gate" if table == "articles" else "*"
        kept = "hash, site, articles" if table == "boilerplate" else kept
        sql = f"SELECT {kept} FROM {table} ORDER BY 1, 2"
        assert rows(db, sql) == rows(whole, sql), table


# -- the index -----------------------------------------------------------------------------------


def test_a_look_up_finds_what_it_would_among_registered_ones(tmp_path: Path) -> None:
    """Whatever is capped, before and after: the index of the crawl answers each page as the index
    of the originals does when the pages before it are registered."""
    chance = random.Random(5)
    total = LIMITS.bucket + 60
    items = []
    for number in range(total):
        one = replace(article(f"site{number}"), observed=day(number))
        terms = tuple(f"w{int(chance.paretovariate(0.5))}" for _ in range(8))
        fragments = tuple(8 * chance.randrange(1 + number) for _ in range(4))
        items.append((one, fingerprint(one, (1, chance.randrange(9), number), fragments, terms)))
    with (
        Store.open(tmp_path / "crawl.db", parameters=PARAMETERS) as store,
        Store.open(tmp_path / "registered.db", parameters=PARAMETERS) as other,
    ):
        for one, fingered in items:
            store.add_article(one, "crawled", fingered, ())
            store.keep_within(one, fingered)
        members = store.members()
        assert [one.id for one in members] == [one.id for one, _ in items]
        folder = tmp_path / "index"
        folder.mkdir()
        store.index_crawl(folder, members)
        index = Crawl(folder, PARAMETERS.seed)
        for rank, (one, fingered) in enumerate(items):
            if rank % 10 in (0, 1) or rank in (20, 21, 22, 200, 201, 202):
                earlier = index.before(rank)
                assert earlier.size() == other.size() == rank
                for limit in (5, LIMITS.bucket):
                    assert earlier.by_bands(fingered.bands, limit) == other.by_bands(
                        fingered.bands, limit
                    )
                    assert earlier.by_fragments(fingered.fragments, limit, 2) == (
                        other.by_fragments(fingered.fragments, limit, 2)
                    )
                mine = earlier.holders(fingered.terms, LIMITS.term_bucket)
                theirs = other.holders(fingered.terms, LIMITS.term_bucket)
                assert {w: sorted(earlier.ids(n).values()) for w, n in mine.items()} == {
                    w: sorted(other.ids(n).values()) for w, n in theirs.items()
                }
                assert earlier.held(fingered.terms) == other.held(fingered.terms)
                assert earlier.by_urls([items[0][0].canonical_url], 200) == (
                    [items[0][0].id] if rank else []
                )
            other.add_article(one, "original", fingered, ())


def test_the_first_of_each_text_stands_for_all(tmp_path: Path) -> None:
    from provenance.store import Member

    members = [
        Member("a", None, "x", False),
        Member("b", None, "x", True),
        Member("c", None, "y", True),
        Member("d", None, "x", True),
    ]
    assert firsts(members) == [-1, 1, 2, 1]


def test_rows_that_only_claim_a_date_are_ordered_by_the_clusters(tmp_path: Path) -> None:
    """Nobody observed them: ids say what was compared with what, claimed times who leads."""
    texts = {"a": SOURCE, "b": EDITED, "c": SOURCE.replace("Nobody was hurt, ", "")}
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        "\n".join(
            json.dumps(
                {"url": f"https://{name}.example/x", "published": f"2025-07-0{day}", "text": text}
            )
            for day, (name, text) in enumerate(texts.items(), 1)
        )
    )
    db = tmp_path / "p.db"
    assert run("scan", "--within", rows, "--db", db).code == 0
    found = run("matches", "--db", db, "--json").json
    assert found and {row["direction"] for row in found} == {"unknown"}
    (cluster,) = run("clusters", "--db", db, "--json").json
    assert [page["site"] for page in cluster["pages"]] == ["a.example", "b.example", "c.example"]
