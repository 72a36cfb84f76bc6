"""Reading: folders, where their pages came from, and digests."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from reader_samples import PAGE, ROW, SMALL, TEXT, one, put, read, rows

from provenance.errors import ReadError
from provenance.models import Capture, Failure
from provenance.readers import mirror, open_input

# Where a saved page came from


@pytest.mark.parametrize(
    ("head", "url", "observed"),
    [
        ((b"<!DOCTYPE html> <html lang=en><!--\n Page saved with SingleFile \n url:"
          b" https://a.example/x?y=1 \n saved date: Tue Jul 08 2025 10:15:30 GMT+0200 (Central"
          b" European Summer Time)\n-->"),
         "https://a.example/x?y=1", "2025-07-08T08:15:30Z"),
        (b"<html><!-- Page saved with SingleFile url: https://a.example/x saved date: nonsense -->",
         "https://a.example/x", None),
        ((b"<html>\n<!-- Mirrored from www.a.example/news/x.html by HTTrack Website Copier/3.x"
          b" [XR&CO'2014], Tue, 08 Jul 2025 10:15:30 GMT -->"),
         "https://www.a.example/news/x.html", "2025-07-08T10:15:30Z"),
        (b"<!DOCTYPE html>\n<!-- saved from url=(0023)https://a.example/x?a=1&amp;b -->\n<html>",
         "https://a.example/x?a=1&b", None),
        (b"<!-- Saved from https://a.example/x at 2025-07-08T10:15:30Z using monolith v2.8.1 -->",
         "https://a.example/x", "2025-07-08T10:15:30Z"),
        ((b"<!-- saved from url=(0070)"
          b"https://web.archive.org/web/20250708101530/https://a.example/ -->"),
         "https://a.example/", "2025-07-08T10:15:30Z"),
    ],
)  # fmt: skip
def test_comments_of_tools(head: bytes, url: str, observed: str | None) -> None:
    origin = mirror.from_comment(head)
    assert origin is not None
    assert (origin.url, origin.observed, origin.way) == (url, observed, "comment")


@pytest.mark.parametrize(
    "head",
    [
        b"<html><body><p><!-- saved from url=(0023)https://a.example/ --></p>",
        b"<!-- saved from url=(0014)about:internet -->",
        b"<!-- saved from url=(0023)javascript:alert(1) -->",
        b"<html><head></head>",
    ],
)
def test_what_is_no_comment_of_a_tool(head: bytes) -> None:
    assert mirror.from_comment(head) is None


@pytest.mark.parametrize(
    ("parts", "above", "url"),
    [
        ("site.example/2025/07/a.html", "", "https://site.example/2025/07/a.html"),
        ("Site.Example/a", "", "https://site.example/a"),
        ("site.example/index.html", "", "https://site.example/"),
        ("site.example/news/index.html", "", "https://site.example/news/"),
        ("site.example/index.html?p=7", "", "https://site.example/?p=7"),
        ("site.example/page.html?x=1", "", "https://site.example/page.html?x=1"),
        ("site.example/page.php?x=1&y=2.html", "", "https://site.example/page.php?x=1&y=2"),
        ("site.example/page@x=1.html", "", "https://site.example/page?x=1"),
        ("site.example/index.html@p=7.html", "", "https://site.example/?p=7"),
        ("site.example/@author/a.html", "", "https://site.example/@author/a.html"),
        ("site.example/@name.html", "", "https://site.example/@name.html"),
        ("site.example:8080/a", "", "https://site.example:8080/a"),
        ("site.example+8080/a", "", "https://site.example:8080/a"),
        ("http/site.example/a", "", "http://site.example/a"),
        ("xn--e1afmkfd.xn--p1ai/a", "", "https://xn--e1afmkfd.xn--p1ai/a"),
        ("site.example/мост.html", "", "https://site.example/%D0%BC%D0%BE%D1%81%D1%82.html"),
        ("site.example/caf\udce9.html?q=\udce9", "", "https://site.example/caf%E9.html?q=%E9"),
        ("site.example/a%20b.html", "", "https://site.example/a%20b.html"),
        ("07/a.html", "mirror/site.example/2025", "https://site.example/2025/07/a.html"),
        ("a.html", "site.example", "https://site.example/a.html"),
        ("a.html", "home/john.doe/www.site.com/b", "https://www.site.com/b/a.html"),
        ("a.html", "home/john.doe/crawl", None),
        ("a.html", "", None),
        ("news/a.html", "", None),
        ("a.example", "", None),
        ("v1.2/a.html", "", None),
        ("page.html/a.html", "", None),
        ("-x.example/a.html", "", None),
        ("a..example/a.html", "", None),
    ],
)
def test_folders_of_a_mirror(parts: str, above: str, url: str | None) -> None:
    origin = mirror.from_path(parts.split("/"), above.split("/") if above else ())
    assert (origin.url if origin else None) == url


@pytest.mark.parametrize(
    ("head", "url"),
    [
        (b'<link rel="canonical" href="https://a.example/x">', "https://a.example/x"),
        (b"<LINK href=https://a.example/x rel='nofollow canonical'>", "https://a.example/x"),
        (b'<meta property="og:url" content="https://a.example/x?a&amp;b">', "https://a.example/x?a&b"),
        ((b'<link rel="canonical" href="https://www.a.example/x"><meta property="og:url"'
          b' content="https://a.example/y">'), "https://www.a.example/x"),
        # a reposter that credits the source in its canonical
        ((b'<link rel="canonical" href="https://source.example/x"><meta property="og:url"'
          b' content="https://a.example/y">'), "https://a.example/y"),
        (b'<link rel="canonical" href="/x">', None),
        (b'<link rel="canonical">', None),
        (b'<link rel="alternate" href="https://a.example/x">', None),
    ],
)  # fmt: skip
def test_what_a_page_says_of_its_address(head: bytes, url: str | None) -> None:
    origin = mirror.from_page(head)
    assert (origin.url if origin else None) == url


def test_the_ways_are_tried_in_order(tmp_path: Path) -> None:
    canonical = b'<html><head><link rel=canonical href="https://c.example/x"></head></html>'
    saved = b"<!-- saved from url=(0023)https://b.example/x -->" + canonical
    put(tmp_path / "m" / "p.example" / "a.html", saved)
    put(tmp_path / "m" / "p.example" / "b.html", canonical)
    put(tmp_path / "m" / "c.html", canonical)
    put(tmp_path / "m" / "d.html")
    found = [item.url for item in read(tmp_path / "m")]  # type: ignore[union-attr]
    assert found == [
        "https://c.example/x", "file:///d.html", "https://b.example/x", "https://p.example/b.html",
    ]  # fmt: skip
    assert one(tmp_path / "m" / "p.example" / "b.html").url == "https://p.example/b.html"
    assert one(tmp_path / "m" / "c.html", url="https://g.example/").url == "https://g.example/"


def test_an_utf16_page_tells_its_address(tmp_path: Path) -> None:
    page = '<html><head><link rel="canonical" href="https://a.example/x"></head></html>'
    capture = one(put(tmp_path / "a.html", page.encode("utf-16")))
    assert capture.url == "https://a.example/x"
    assert capture.body == page.encode("utf-16")


# Folders


def test_a_folder_gives_what_is_readable_in_order(tmp_path: Path) -> None:
    put(tmp_path / "b" / "page.html")
    put(tmp_path / "b" / "noextension")
    put(tmp_path / "a.txt", TEXT)
    put(tmp_path / "c.jsonl", rows({"text": TEXT}, {"text": TEXT}))
    put(tmp_path / "d.jsonl.gz", gzip.compress(ROW))
    put(tmp_path / "e.html.gz", gzip.compress(PAGE))
    put(tmp_path / "f.json", json.dumps({"maintext": TEXT}, indent=2))
    for name in ("style.css", "x.js", "robots.txt", "README.md", "LICENSE", "notes", "wp.json"):
        put(tmp_path / name, "words { }")
    put(tmp_path / "wp-json" / "index.json", json.dumps({"name": "Site"}, indent=2))
    put(tmp_path / "logo.png", b"\x89PNG\0\0")
    put(tmp_path / "blob", b"\0\1\2")
    put(tmp_path / ".hidden.html")
    put(tmp_path / ".git" / "a.html")
    reading = open_input(str(tmp_path))
    assert reading.kind == "html-folder"
    items = list(reading)
    assert not [item for item in items if isinstance(item, Failure)]
    assert [Path(item.path).name for item in items] == [  # type: ignore[union-attr, arg-type]
        "a.txt", "noextension", "page.html", "c.jsonl", "c.jsonl", "d.jsonl.gz", "e.html.gz",
        "f.json",
    ]  # fmt: skip
    assert reading.account().records_read == 8
    assert [item.url for item in items[1:3]] == [  # type: ignore[union-attr]
        "file:///b/noextension", "file:///b/page.html",
    ]  # fmt: skip


def test_what_promises_a_page_and_holds_none_is_a_failure(tmp_path: Path) -> None:
    put(tmp_path / "a.html", b"")
    put(tmp_path / "b.html", b"\0\1\2\3")
    put(tmp_path / "c.html", PAGE * 100)
    put(tmp_path / "d.txt", b"")
    put(tmp_path / "e.html")
    items = read(tmp_path, limits=SMALL)
    failures = [(Path(i.input).name, i.error) for i in items if isinstance(i, Failure)]
    assert failures == [
        ("a.html", "empty"), ("b.html", "binary"), ("c.html", "oversize"), ("d.txt", "empty"),
    ]  # fmt: skip
    assert len(items) == 5


def test_a_folder_without_pages(tmp_path: Path) -> None:
    put(tmp_path / "style.css", "a {}")
    reading = open_input(str(tmp_path))
    with pytest.raises(ReadError) as caught:
        list(reading)
    assert caught.value.code == "no-pages"
    put(tmp_path / "a.html", b"")
    assert one(tmp_path).error == "empty"


def test_links_stay_in_the_folder(tmp_path: Path) -> None:
    put(tmp_path / "secret.html")
    put(tmp_path / "elsewhere" / "a.html")
    root = tmp_path / "root"
    put(root / "sub" / "a.html")
    (root / "loop").symlink_to(root)
    (root / "sub" / "up").symlink_to("..")
    (root / "self").symlink_to("self")
    (root / "out.html").symlink_to("../secret.html")
    (root / "out").symlink_to("../elsewhere")
    (root / "broken.html").symlink_to("nothing.html")
    (root / "inside.html").symlink_to("sub/a.html")
    items = read(root)
    assert [Path(i.path).name for i in items if isinstance(i, Capture)] == [  # type: ignore[arg-type]
        "inside.html", "a.html",
    ]  # fmt: skip
    failures = {Path(i.input).name: i.error for i in items if isinstance(i, Failure)}
    assert failures == {
        "broken.html": "unreadable", "out": "outside", "out.html": "outside", "self": "unreadable",
    }  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_in_a_folder_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.html")
    put(tmp_path / "b.html")
    assert len(read(tmp_path)) == 1


def test_what_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = put(tmp_path / "a.html")
    put(tmp_path / "b.html")
    real = Path.open

    def guarded(path: Path, *args: Any, **options: Any) -> Any:
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **options)

    monkeypatch.setattr(Path, "open", guarded)
    failure, capture = read(tmp_path)
    assert isinstance(failure, Failure)
    assert (failure.error, failure.input) == ("unreadable", str(closed))
    assert isinstance(capture, Capture)
    with pytest.raises(ReadError) as caught:
        open_input(str(closed))
    assert caught.value.code == "unreadable"


# Digests


def test_the_digest_follows_the_content(tmp_path: Path) -> None:
    path = put(tmp_path / "a.html")
    first = open_input(str(path)).digest()
    assert first is not None
    assert open_input(str(put(tmp_path / "b.html"))).digest() == first
    put(path, PAGE + b"more")
    assert open_input(str(path)).digest() != first


def test_the_digest_of_a_folder_follows_its_listing(tmp_path: Path) -> None:
    put(tmp_path / "m" / "a.html")
    reading = open_input(str(tmp_path / "m"))
    seen = {reading.digest()}
    assert reading.digest() in seen
    put(tmp_path / "m" / "s" / "b.html")
    seen.add(reading.digest())
    os.utime(tmp_path / "m" / "a.html", ns=(1, 1))
    seen.add(reading.digest())
    (tmp_path / "m" / "a.html").rename(tmp_path / "m" / "c.html")
    seen.add(reading.digest())
    assert len(seen) == 4
    assert None not in seen
    put(tmp_path / "m" / ".hidden", "x")
    assert reading.digest() in seen


def test_what_makes_a_reader_stumble_costs_its_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No input is known that does; one that did once ended the run over all the others."""

    def stumbles(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr("provenance.readers.read_text", stumbles)
    put(tmp_path / "a.txt", TEXT)
    put(tmp_path / "b.html", PAGE)
    for spec, pages in ((tmp_path, 1), (tmp_path / "a.txt", 0)):
        reading = open_input(str(spec))
        found = list(reading)
        failed = [item for item in found if isinstance(item, Failure)]
        assert [item.error for item in failed] == ["crashed"]
        assert "RecursionError" in failed[0].message
        assert len(found) == 1 + pages and reading.account().truncated
