"""What can be wrong with what is given: one clear line, the right exit code, a status in JSON."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpd
import pytest
from conftest import EDITED, OTHER, SOURCE, Ran, page, run

from provenance import pipeline
from provenance.config import LIMITS
from provenance.store import Store, connection

PAGE = page(EDITED).encode()


@pytest.fixture
def server() -> Iterator[httpd.Server]:
    with httpd.Server({"/page": httpd.response(PAGE)}) as running:
        yield running


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can reach."""
    limits = replace(
        LIMITS, max_body=50_000, connect_timeout=1.0, read_timeout=0.4, total_timeout=0.8
    )
    original = pipeline.Given.__init__

    def given(self: pipeline.Given, *args: object, **options: object) -> None:
        original(self, *args, **{"limits": limits, **options})  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline.Given, "__init__", given)


def assert_refused(ran: Ran, *words: str, code: int = 2) -> None:
    """One line for people that says what and why, nothing on stdout that looks like an answer."""
    assert ran.code == code, ran
    lines = ran.err.splitlines()
    assert len(lines) == 1, ran.err
    assert "Traceback" not in ran.err and "Error(" not in ran.err
    for word in words:
        assert word in ran.err, ran.err


def assert_unreadable(spec: object, db: Path, error: str, *words: str, **options: object) -> None:
    """``check`` says so to people, and to programs; ``matches`` is never an empty answer."""
    extra = ["--allow-private"] if str(spec).startswith("http") else []
    ran = run("check", spec, "--db", db, *extra, **options)  # type: ignore[arg-type]
    assert_refused(ran, *words)
    assert "No match" not in ran.out and ran.out.count("\n") <= 1
    ran = run("check", spec, "--db", db, "--json", *extra, **options)  # type: ignore[arg-type]
    assert_refused(ran, *words)
    row = ran.json
    assert (row["status"], row["error"]) == ("unreadable", error)
    assert row["matches"] == [] and row["message"]
    assert all(word in row["message"] for word in words)
    with closing(sqlite3.connect(db)) as conn:
        assert (error,) in conn.execute("SELECT error FROM failures").fetchall()


def assert_skipped(spec: object, db: Path, *words: str, code: int = 2) -> None:
    """``scan`` and ``add`` tell the failure on one line and sum up on the next."""
    extra = ["--allow-private"] if str(spec).startswith("http") else []
    for verb in ("scan", "add"):
        ran = run(verb, spec, "--db", db, *extra)
        assert ran.code == code, ran
        assert len(ran.err.splitlines()) == 2, ran.err
        assert re.search(r"1 (input )?could not be (read|opened)", ran.err), ran.err
        assert "Traceback" not in ran.err and not ran.out
        assert all(word in ran.err for word in words), ran.err


# Files


def assert_missing(spec: object, db: Path, *words: str) -> None:
    """A name that is mistyped is told, and nothing is written: no row, no database."""
    before, new = db.read_bytes(), db.parent / "new.db"
    for path in (db, new):
        for verb in ("check", "scan", "add"):
            assert_refused(run(verb, spec, "--db", path), *words)
        ran = run("check", spec, "--db", path, "--json")
        assert_refused(ran, *words)
        assert (ran.json["status"], ran.json["error"]) == ("unreadable", "missing")
        assert all(word in ran.json["message"] for word in words)
    assert db.read_bytes() == before and not new.exists()


def test_a_missing_file(small: Path) -> None:
    assert_missing("no/such/page.html", small, "no such file")
    ran = run("scan", "no/one", "no/two", "--db", small)
    assert ran.code == 2 and ["no/one" in line for line in ran.err.splitlines()] == [True, False]


def test_a_missing_file_that_is_nearly_there(small: Path) -> None:
    (small.parent / "article.html").write_bytes(PAGE)
    assert_missing(small.parent / "artcle.html", small, "Did you mean")


def test_an_address_that_is_given_another(small: Path) -> None:
    """It would be left unsaid which of the two counts."""
    words = ("http://a.example/1", "--url", "http://b.example/1", "--db", small)
    for verb in ("check", "add"):
        ran = run(verb, *words)
        assert ran.code == 2 and "--url goes with a saved page" in ran.err, ran


def test_a_page_without_text_is_named_as_it_was_typed(small: Path) -> None:
    path = small.parent / "nothing.html"
    path.write_text("<html><body><p>Nothing</p></body></html>")
    for words in (("check", path), ("compare", path, path)):
        ran = run(*words, "--db", small) if words[0] == "check" else run(*words)
        assert_refused(ran, f"{path}: the page holds no article text")
    assert "file:///" not in run("check", path, "--db", small, "--json").json["message"]


def test_a_mistyped_crawl_is_a_file(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small.parent)
    assert_missing("nosuch.warc.gz", small, "no such file", "Check the name")
    (small.parent / "crawl-2026.warc.gz").write_bytes(b"")
    assert_missing("crawl-2025.warc.gz", small, "Did you mean crawl-2026.warc.gz?")


def test_an_address_without_scheme(small: Path) -> None:
    assert_missing("a.example/news/1", small, "write https://a.example/news/1")


@pytest.mark.parametrize("name", ["notes.css", ".hidden.html", None])
def test_a_folder_without_pages(small: Path, name: str | None) -> None:
    folder = small.parent / "folder"
    folder.mkdir()
    if name:
        (folder / name).write_bytes(PAGE)
    assert_unreadable(folder, small, "no-pages", "holds no page")
    assert_skipped(folder, small, "holds no page")


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_an_empty_file(small: Path, content: bytes) -> None:
    path = small.parent / "empty.html"
    path.write_bytes(content)
    assert_unreadable(path, small, "empty", "nothing in it")
    assert_skipped(path, small, "nothing in it")


def test_nothing_on_standard_input(small: Path) -> None:
    assert_unreadable("-", small, "empty", "nothing in it", stdin=b"")


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, ""), (b"PK\x03\x04" + bytes(99), "ZIP"),
     (b"%PDF-1.7\n" + bytes(99), "PDF"), (bytes(5000), "")],
)  # fmt: skip
def test_a_binary_file(small: Path, content: bytes, what: str) -> None:
    path = small.parent / "page.html"
    path.write_bytes(content)
    assert_unreadable(path, small, "binary", what)
    assert_skipped(path, small, what)


def test_a_file_too_large(small: Path, tight: None) -> None:
    path = small.parent / "large.html"
    path.write_bytes(PAGE + b" " * 60_000)
    assert_unreadable(path, small, "oversize", "50,000 bytes")
    assert_skipped(path, small, "50,000 bytes")


@pytest.mark.parametrize(
    "body",
    [b"<html><body></body></html>", b"<html><body><nav><a href=/>Home</a></nav></body></html>",
     b"<html><head><title>Gallery</title></head><body><img src=a.jpg></body></html>"],
)  # fmt: skip
def test_a_page_without_an_article(small: Path, body: bytes) -> None:
    path = small.parent / "page.html"
    path.write_bytes(body)
    assert_unreadable(path, small, "empty", "no article text")
    assert_skipped(path, small, "no article text")


def test_many_pages_where_one_is_meant(small: Path) -> None:
    folder = small.parent / "folder"
    folder.mkdir()
    for name in ("a.html", "b.html"):
        (folder / name).write_bytes(PAGE)
    assert_unreadable(folder, small, "many", "provenance scan")
    ran = run("check", folder, "--url", "https://a.example/", "--db", small)
    assert_refused(ran, "--url goes with one page")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(small: Path) -> None:
    path = small.parent / "page.html"
    path.write_bytes(PAGE)
    path.chmod(0)
    assert_unreadable(path, small, "unreadable", "permissions")


@pytest.mark.parametrize("bad", ['{"text": "cut', "not json at all", '{"title": "no text"}', "[]"])
def test_a_broken_line_costs_only_itself(small: Path, bad: str) -> None:
    rows = small.parent / "rows.jsonl"
    good = [json.dumps({"text": t, "url": f"https://{i}.example/"}) for i, t in
            enumerate((EDITED, OTHER))]  # fmt: skip
    rows.write_text("\n".join((good[0], bad, good[1])) + "\n")
    ran = run("scan", rows, "--db", small)
    assert ran.code == 3
    assert ran.out.count("←") == 1 and "https://0.example/" in ran.out
    assert f"{rows}:2: " in ran.err and "1 could not be read" in ran.err
    assert "3 pages read" in ran.err and "Traceback" not in ran.err
    # What is damaged is never called finished; what was skipped is told with what it lacked.
    again = run("scan", rows, "--db", small)
    assert again.code == 3 and ("read before" in again.err) == ("title" in bad)
    ran = run("add", rows, "--db", small)
    assert ran.code == 3 and "2 originals added" in ran.err


def test_reading_in_part_beats_a_found_repost(small: Path) -> None:
    rows = small.parent / "rows.jsonl"
    rows.write_text(json.dumps({"text": EDITED}) + "\nbroken\n")
    assert run("scan", rows, "--db", small, "--exit-code").code == 3


def test_one_bad_input_costs_only_itself(small: Path) -> None:
    path = small.parent / "page.html"
    path.write_bytes(PAGE)
    ran = run("scan", "missing.html", path, small.parent / "gone", "--db", small)
    assert ran.code == 3 and ran.out.count("←") == 1
    assert "2 inputs could not be opened" in ran.err and len(ran.err.splitlines()) == 3


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("bad", ["missing.html", "empty.html", "image.png"])
def test_comparing_with_what_cannot_be_read(small: Path, side: int, bad: str) -> None:
    good = small.parent / "page.html"
    good.write_bytes(PAGE)
    (small.parent / "empty.html").touch()
    (small.parent / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    words = [good, small.parent / bad][:: 1 if side else -1]
    for form in ([], ["--json"]):
        ran = run("compare", *words, *form)
        assert_refused(ran, bad)


def test_comparing_as_json_says_that_it_could_not(small: Path) -> None:
    ran = run("compare", "missing.html", "missing.html", "--json")
    assert ran.json["status"] == "unreadable"


# The network


def test_a_page_over_the_network(small: Path, server: httpd.Server) -> None:
    ran = run("check", server.url("/page"), "--allow-private", "--db", small, "--json")
    assert ran.code == 0 and ran.json["matches"][0]["is_repost"]
    assert small.with_suffix(".warc.gz").is_file()


@pytest.mark.parametrize(
    ("status", "word"),
    [("404 Not Found", "404"), ("410 Gone", "410"), ("403 Forbidden", "403"),
     ("500 Internal Server Error", "500"), ("999 Odd", "999")],
)  # fmt: skip
def test_an_error_status(small: Path, server: httpd.Server, status: str, word: str) -> None:
    server.pages["/gone"] = httpd.response(PAGE, status=status)
    code = "unavailable" if word == "500" else "status"
    assert_unreadable(server.url("/gone"), small, code, word)


def test_a_403_tells_to_save_the_page(small: Path, server: httpd.Server) -> None:
    server.pages["/no"] = httpd.response(b"no", status="403 Forbidden")
    ran = run("check", server.url("/no"), "--allow-private", "--db", small)
    assert "--url" in ran.err


def test_404_for_scan_and_add(small: Path, server: httpd.Server) -> None:
    assert_skipped(server.url("/gone"), small, "404")


def test_a_refused_connection(small: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert_unreadable(f"http://127.0.0.1:{port}/", small, "refused", "refused")


def test_a_private_address_without_leave(small: Path, server: httpd.Server) -> None:
    ran = run("check", server.url("/page"), "--db", small, "--json")
    assert_refused(ran, "private")
    assert ran.json["status"] == "unreadable" and ran.json["error"] == "private"
    assert not server.requests


def test_a_redirect_loop(small: Path, server: httpd.Server) -> None:
    server.pages["/a"] = httpd.redirect("/b")
    server.pages["/b"] = httpd.redirect("/a")
    assert_unreadable(server.url("/a"), small, "redirect-loop", "circle")


def test_redirects_without_end(small: Path, server: httpd.Server) -> None:
    for i in range(30):
        server.pages[f"/{i}"] = httpd.redirect(f"/{i + 1}")
    assert_unreadable(server.url("/0"), small, "too-many-redirects", "redirects")


def test_a_server_that_drips(small: Path, server: httpd.Server, tight: None) -> None:
    server.pages["/slow"] = httpd.dripped(httpd.response(PAGE), 0.05)
    assert_unreadable(server.url("/slow"), small, "timeout")


def test_a_server_that_says_nothing(small: Path, server: httpd.Server, tight: None) -> None:
    server.pages["/mute"] = httpd.dripped(b"", 5, b" ")
    assert_unreadable(server.url("/mute"), small, "timeout")


def test_a_page_too_large(small: Path, server: httpd.Server, tight: None) -> None:
    server.pages["/large"] = httpd.response(PAGE + b" " * 60_000)
    server.pages["/endless"] = b"HTTP/1.1 200 OK\r\n\r\n" + PAGE + b" " * 500_000
    for path in ("/large", "/endless"):
        assert_unreadable(server.url(path), small, "oversize", "50,000 bytes")


def test_a_picture_at_an_address(small: Path, server: httpd.Server) -> None:
    server.pages["/a.png"] = httpd.response(b"\x89PNG", kind="image/png")
    assert_unreadable(server.url("/a.png"), small, "content-type", "image/png")


def test_an_empty_page(small: Path, server: httpd.Server) -> None:
    server.pages["/empty"] = httpd.response(b"")
    assert_unreadable(server.url("/empty"), small, "empty", "empty")


ASKED = [
    ["check", "--json"],
    ["check"],
    ["scan"],
    ["add"],
    ["compare", "page.html"],
]


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_no_secret_of_an_address_is_kept_or_told(here: Path, small: Path, words: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    db = [] if words[0] == "compare" else ["--db", small]
    for url in (f"http://u:hunter2@127.0.0.1:{port}/x", f"http://127.0.0.1:{port}/x?token=hunter2"):
        ran = run(*words, url, *db, "--allow-private")
        assert ran.code == 2
        assert "hunter2" not in ran.err + ran.out
    for path in small.parent.iterdir():
        assert b"hunter2" not in path.read_bytes(), path


# The database

READERS = (["matches"], ["show", "x"], ["originals"])
WRITERS = (["check", "page.html"], ["add", "page.html"], ["scan", "page.html"])


@pytest.fixture
def here(small: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the small database, with a page, as the working folder."""
    (small.parent / "page.html").write_bytes(PAGE)
    monkeypatch.chdir(small.parent)
    return small.parent


def assert_no_database(
    db: object, error: str, *words: str, verbs: tuple = WRITERS + READERS
) -> None:
    for verb in verbs:
        assert_refused(run(*verb, "--db", db), *words)
    ran = run("check", "page.html", "--json", "--db", db)
    assert_refused(ran, *words)
    assert (ran.json["status"], ran.json["error"]) == ("unreadable", error)
    assert ran.json["matches"] == []


def test_no_database(here: Path) -> None:
    verbs = (*READERS, WRITERS[0])
    assert_no_database("none.db", "missing", "no database", "provenance add", verbs=verbs)
    assert not (here / "none.db").exists()
    assert_no_database("no/folder/p.db", "missing", "folder does not exist", verbs=WRITERS)


def test_a_locked_database(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = connection.open_database

    def hurried(path: Path, **options: object) -> object:
        return opened(path, **{**options, "timeout": 0.1})  # type: ignore[arg-type]

    monkeypatch.setattr(connection, "open_database", hurried)
    monkeypatch.setattr("provenance.commands.shared.PATIENCE", 0.0)
    with closing(sqlite3.connect("small.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert_no_database("small.db", "locked", "in use", verbs=WRITERS)
        other.execute("ROLLBACK")
    assert run("check", "page.html", "--db", "small.db").code == 0


@pytest.mark.parametrize("content", ["sqlite", "text"])
def test_a_foreign_database(here: Path, content: str) -> None:
    path = here / "other.db"
    if content == "sqlite":
        with closing(sqlite3.connect(path)) as conn, conn:
            conn.execute("CREATE TABLE articles (id TEXT)")
    else:
        path.write_text("my diary, keep out")
    before = path.read_bytes()
    assert_no_database(path, "foreign", "left untouched")
    assert path.read_bytes() == before
    assert [p.name for p in here.iterdir() if p.name.startswith("other")] == ["other.db"]


def test_a_database_of_a_newer_version(here: Path) -> None:
    with closing(sqlite3.connect("small.db")) as conn:
        conn.execute("PRAGMA user_version = 999")
    before = Path("small.db").read_bytes()
    assert_no_database("small.db", "newer", "newer version", "Upgrade")
    assert Path("small.db").read_bytes() == before


def test_a_damaged_database(here: Path) -> None:
    path = here / "small.db"
    path.write_bytes(path.read_bytes()[: 3 * 4096])
    before = path.read_bytes()
    assert_no_database(path, "corrupt", "damaged")
    assert path.read_bytes() == before


def test_a_database_damaged_within(here: Path) -> None:
    with closing(sqlite3.connect("small.db")) as conn:
        (root,) = conn.execute("SELECT rootpage FROM sqlite_schema WHERE name='texts'").fetchone()
        size = conn.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(Path("small.db").read_bytes())
    content[(root - 1) * size : root * size] = b"\xff" * size
    Path("small.db").write_bytes(content)
    for verb in (["check", "page.html"], ["scan", "page.html"]):
        assert_refused(run(*verb, "--db", "small.db"), "damaged")


def test_a_folder_that_may_not_be_written(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK and allowed(path, mode))
    monkeypatch.setenv("PROVENANCE_DB", "new.db")  # else `check` would not make it
    assert_no_database("new.db", "readonly", "cannot be written", verbs=WRITERS)
    assert_no_database("small.db", "readonly", "cannot be written", verbs=WRITERS)
    assert not Path("new.db").exists()


@pytest.mark.parametrize("verb", READERS[::2])
def test_reading_needs_no_leave_to_write(
    here: Path, verb: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("check", "page.html", "--db", "small.db")
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK and allowed(path, mode))
    assert run(*verb, "--db", "small.db").code == 0


def test_a_full_disk(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(Store, "_insert_article", full)
    for verb in (["check", "page.html"], ["scan", "page.html"], ["add", "page.html"]):
        assert_refused(run(*verb, "--db", "small.db"), "disk is full")


def test_sound_input_is_still_read_after_all_that(small: Path) -> None:
    copy = small.parent / "copy.db"
    shutil.copy(small, copy)
    path = small.parent / "page.html"
    path.write_text(page(SOURCE))
    row = run("check", path, "--db", copy, "--json").json
    assert row["matches"][0]["relation"] == "verbatim"
