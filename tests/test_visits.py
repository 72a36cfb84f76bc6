"""Lists and feeds with --fetch: polite, gone on with after a stop, and kept to be read again."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import EDITED, OTHER, SOURCE, command, page, run
from httpd import Server, redirect, response

from provenance.store import Store


@pytest.fixture
def site() -> Iterator[Server]:
    with Server({"/robots.txt": response(b"", status="404 Not Found")}) as running:
        yield running


@pytest.fixture
def db(tmp_path: Path) -> Path:
    (tmp_path / "source.html").write_text(page(SOURCE))
    path = tmp_path / "p.db"
    address = "https://gazette.example/canal"
    assert run("add", tmp_path / "source.html", "--url", address, "--db", path).code == 0
    return path


def listed(folder: Path, *urls: str) -> Path:
    path = folder / "list.txt"
    path.write_text("".join(f"{url}\n" for url in urls))
    return path


def scan(db: Path, *words: object, delay: float = 0) -> object:
    return run("scan", "--fetch", "--allow-private", "--delay", delay, *words, "--db", db)


def rows(db: Path, sql: str) -> list[tuple[object, ...]]:
    conn = sqlite3.connect(db)
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


def asked(server: Server) -> list[str]:
    return [path for path in server.paths if path != "/robots.txt"]


def test_a_list_is_fetched_judged_and_kept(site: Server, db: Path, tmp_path: Path) -> None:
    site.pages |= {
        "/copy": response(page(EDITED).encode()),
        "/other": response(page(OTHER).encode()),
        "/gone": response(b"", status="410 Gone"),
    }
    paths = ("/copy", "/gone", "/other", "/copy")
    ran = scan(db, listed(tmp_path, *map(site.url, paths)))
    assert ran.code == 3
    assert "1 repost" in ran.out + ran.err or "2 reposts" in ran.err
    assert "the server answered 410 Gone [status]" in ran.err
    assert asked(site) == ["/copy", "/gone", "/other"]
    assert [row[0] for row in rows(db, "SELECT error FROM failures")] == ["status"]
    assert rows(db, "SELECT count(*) FROM articles WHERE role = 'crawled'") == [(2,)]
    # A second scan of the same list has nothing to do; a list of another name asks if it changed.
    again = scan(db, tmp_path / "list.txt")
    assert "skipped" in again.err and len(asked(site)) == 3


def test_what_was_fetched_is_scanned_again_without_network(
    site: Server, db: Path, tmp_path: Path
) -> None:
    site.pages["/copy"] = response(page(EDITED).encode())
    scan(db, listed(tmp_path, site.url("/copy")))
    first = rows(db, "SELECT source_id, target_id, relation FROM matches")
    other = tmp_path / "q.db"
    run("add", tmp_path / "source.html", "--url", "https://gazette.example/canal", "--db", other)
    offline = run("scan", tmp_path / "p.warc.gz", "--db", other)
    assert offline.code == 0, offline.err
    assert rows(other, "SELECT source_id, target_id, relation FROM matches") == first
    assert len(first) == 1 and asked(site) == ["/copy"]


def test_robots_are_obeyed_and_what_they_say_is_recorded(
    site: Server, db: Path, tmp_path: Path
) -> None:
    site.pages |= {
        "/robots.txt": response(b"User-agent: provenance\nDisallow: /no\n"),
        "/no/1": response(page(EDITED).encode()),
        "/yes": response(page(OTHER).encode()),
        "/hop": redirect("/no/1"),
    }
    ran = scan(db, listed(tmp_path, *map(site.url, ("/no/1", "/hop", "/yes"))))
    assert ran.code == 3
    assert asked(site) == ["/hop", "/yes"]
    assert rows(db, "SELECT input, error FROM failures ORDER BY input") == [
        (site.url("/hop"), "robots"),
        (site.url("/no/1"), "robots"),
    ]
    [(headers,)] = rows(db, f"SELECT headers FROM captures WHERE url = '{site.url('/yes')}'")
    assert '["X-Crawler-Robots", "allowed"]' in str(headers)


def test_an_address_that_is_typed_is_fetched_and_the_rule_recorded(site: Server, db: Path) -> None:
    site.pages |= {
        "/robots.txt": response(b"User-agent: *\nDisallow: /\n"),
        "/a": response(page(EDITED).encode(), headers={"X-Crawler-Robots": "allowed"}),
    }
    assert run("check", site.url("/a"), "--allow-private", "--db", db).code == 0
    [(headers,)] = rows(db, f"SELECT headers FROM captures WHERE url = '{site.url('/a')}'")
    assert str(headers).count("X-Crawler-Robots") == 1
    assert '["X-Crawler-Robots", "disallowed"]' in str(headers)


def test_a_page_that_has_not_changed_is_not_sent_again(
    site: Server, db: Path, tmp_path: Path
) -> None:
    def answer(request: bytes) -> Iterable[bytes]:
        if b'If-None-Match: "v1"' in request and b"If-Modified-Since: Tue" in request:
            yield b"HTTP/1.1 304 Not Modified\r\n\r\n"
        else:
            moment = "Tue, 08 Jul 2025 10:00:00 GMT"
            yield response(page(EDITED).encode(), headers={"ETag": '"v1"', "Last-Modified": moment})

    site.pages["/copy"] = answer
    scan(db, listed(tmp_path, site.url("/copy")))
    before = rows(db, "SELECT id, observed FROM captures")
    second = tmp_path / "second.txt"
    second.write_text(site.url("/copy") + "\n" + site.url("/copy") + "#comments\n")
    ran = scan(db, second)
    assert ran.code == 0, ran.err
    assert len(site.sent) == 2 and len(asked(site)) == 3
    assert b"If-None-Match" in site.requests[-2] + site.requests[-1]
    assert rows(db, "SELECT id, observed FROM captures")[: len(before)] == before
    assert len(rows(db, "SELECT id FROM matches")) == 1


def test_a_busy_server_is_asked_again_when_it_says(site: Server, db: Path, tmp_path: Path) -> None:
    times: list[float] = []

    def busy(_request: bytes) -> Iterable[bytes]:
        times.append(time.monotonic())
        if len(times) == 1:
            yield response(b"", status="503 Busy", headers={"Retry-After": "1"})
        else:
            yield response(page(EDITED).encode())

    site.pages |= {
        "/busy": busy,
        "/later": response(b"", status="429 Slow Down", headers={"Retry-After": "86400"}),
    }
    ran = scan(db, listed(tmp_path, site.url("/busy"), site.url("/later")))
    assert ran.code == 3 and "asks to wait 86,400 s" in ran.err
    assert len(times) == 2 and times[1] - times[0] >= 1
    assert asked(site).count("/later") == 1
    # What may be gone another time is tried again, and only that.
    site.pages["/later"] = response(page(OTHER).encode())
    ran = scan(db, tmp_path / "list.txt")
    assert ran.code == 0, ran.err
    assert asked(site).count("/busy") == 2 and asked(site).count("/later") == 2


def test_a_host_that_fails_again_and_again_is_left(site: Server, db: Path, tmp_path: Path) -> None:
    site.pages |= {f"/{n}": response(b"", status="500 Oops") for n in range(9)}
    ran = scan(db, listed(tmp_path, *(site.url(f"/{n}") for n in range(9))))
    assert ran.code == 2
    assert len(asked(site)) < 10
    codes = [row[0] for row in rows(db, "SELECT error FROM failures")]
    assert len(codes) == 9 and set(codes) == {"unavailable", "host-down"}


def test_one_host_is_asked_once_a_delay_and_hosts_at_the_same_time(
    site: Server, db: Path, tmp_path: Path
) -> None:
    times: dict[str, list[float]] = {}

    def noted(request: bytes) -> Iterable[bytes]:
        name = request.split(b"Host: ")[1].split(b":")[0].decode()
        times.setdefault(name, []).append(time.monotonic())
        yield response(page(OTHER).encode())

    site.pages |= {f"/{n}": noted for n in range(3)}
    names = ("127.0.0.1", "localhost")
    urls = [f"http://{name}:{site.port}/{n}" for name in names for n in range(3)]
    scan(db, listed(tmp_path, *urls), delay=0.4)
    for name in names:
        moments = times[name]
        assert len(moments) == 3
        assert min(b - a for a, b in pairwise(moments)) >= 0.4
    # Neither host waited for the other's last page.
    assert max(times[name][0] for name in names) < min(times[name][-1] for name in names)


def test_the_delay_of_robots_counts_where_it_is_longer(
    site: Server, db: Path, tmp_path: Path
) -> None:
    times: list[float] = []

    def noted(_request: bytes) -> Iterable[bytes]:
        times.append(time.monotonic())
        yield response(page(OTHER).encode())

    site.pages |= {"/robots.txt": response(b"User-agent: *\nCrawl-delay: 0.7\n"), "/1": noted}
    site.pages["/2"] = noted
    scan(db, listed(tmp_path, site.url("/1"), site.url("/2")))
    assert times[1] - times[0] >= 0.7


FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Gazette</title>
<item><title>Canal</title><link>{0}</link><description>The lock gates failed …</description></item>
<item><title>Column</title><link>{1}</link><description>My grandmother …</description></item>
</channel></rss>"""


@pytest.fixture
def feed(site: Server) -> str:
    text = FEED.format(site.url("/canal"), site.url("/column"))
    site.pages |= {
        "/feed": response(text.encode(), kind="application/rss+xml"),
        "/canal": response(page(SOURCE).encode()),
        "/column": response(page(OTHER, title="Patience").encode()),
    }
    return text


def test_the_address_of_a_feed_adds_the_pages_that_it_names(
    site: Server, feed: str, tmp_path: Path
) -> None:
    db = tmp_path / "f.db"
    words = ("--allow-private", "--delay", 0, "--db", db)
    ran = run("add", site.url("/feed"), *words)
    assert ran.code == 0, ran.err
    assert "2 originals added" in ran.err
    assert sorted(row[0] for row in rows(db, "SELECT url FROM articles")) == [
        site.url("/canal"),
        site.url("/column"),
    ]
    assert rows(db, "SELECT path, kind, records_read, finished FROM inputs") == [
        (site.url("/feed"), "url-feed", 2, 1)
    ]


def test_a_feed_in_a_file_is_fetched_when_asked_for(
    site: Server, feed: str, tmp_path: Path
) -> None:
    db = tmp_path / "f.db"
    (tmp_path / "feed.xml").write_text(feed)
    ran = run("add", tmp_path / "feed.xml", "--allow-private", "--db", db)
    assert ran.code == 2 and "--fetch fetches " in ran.err
    assert site.requests == []
    words = ("--fetch", "--allow-private", "--delay", 0, "--db", db)
    ran = run("add", tmp_path / "feed.xml", *words)
    assert ran.code == 0 and "2 originals added" in ran.err, ran.err


def test_the_address_of_a_feed_is_not_gone_through_by_scan_unless_asked(
    site: Server, feed: str, db: Path
) -> None:
    ran = run("scan", site.url("/feed"), "--allow-private", "--db", db)
    assert ran.code == 2 and "[not-fetched]" in ran.err
    assert asked(site) == ["/feed"]
    ran = scan(db, site.url("/feed"))
    assert ran.code == 0 and "1 repost" in ran.err, ran.err


def test_addresses_on_private_networks_are_refused_in_lists(
    site: Server, db: Path, tmp_path: Path
) -> None:
    ran = run("scan", "--fetch", listed(tmp_path, "http://127.0.0.1/", "http://10.0.0.1/"),
              "--db", db)  # fmt: skip
    assert ran.code == 2
    assert [row[0] for row in rows(db, "SELECT error FROM failures")] == ["private", "private"]
    assert site.requests == []


def test_a_fetch_that_was_killed_goes_on_where_it_was(
    site: Server, db: Path, tmp_path: Path
) -> None:
    paths = [f"/{n}" for n in range(8)]
    site.pages |= {path: response(page(OTHER, title=f"Number {path}").encode()) for path in paths}
    path = listed(tmp_path, *map(site.url, paths))
    words = command("scan", "--fetch", "--allow-private", "--delay", 0.3, path, "--db", db)
    running = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ}
    )
    deadline = time.monotonic() + 30
    while len(asked(site)) < 4 and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    before = asked(site)
    assert 4 <= len(before) < 8
    with Store.open(db) as store:
        kept = [url for url in before if store.visit(str(path), site.url(url))]
    assert len(kept) >= len(before) - 1  # but for one that was under way
    ran = scan(db, path)
    assert ran.code == 0, ran.err
    assert not set(asked(site)[len(before) :]) & set(kept)
    assert set(asked(site)) == set(paths)
    assert rows(db, "SELECT count(*) FROM articles WHERE role = 'crawled'") == [(8,)]
    assert rows(db, "SELECT count(*) FROM visits") == [(0,)]


def test_an_archive_that_is_gone_is_fetched_anew(site: Server, db: Path, tmp_path: Path) -> None:
    site.pages["/a"] = response(page(EDITED).encode(), headers={"ETag": '"v1"'})
    scan(db, listed(tmp_path, site.url("/a")))
    (tmp_path / "p.warc.gz").unlink()
    second = tmp_path / "second.txt"
    second.write_text(site.url("/a"))
    ran = scan(db, second)
    assert ran.code == 0, ran.err
    assert b"If-None-Match" not in site.requests[-1] + site.requests[-2]
    assert (tmp_path / "p.warc.gz").stat().st_size
