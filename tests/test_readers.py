"""Reading: what an input is, one page, standard input, and what can't be read."""

from __future__ import annotations

import gzip
import io
import json
import os
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reader_samples import PAGE, ROW, SMALL, TEXT, one, put, read, rows
from timing import cost

from provenance.config import LIMITS
from provenance.errors import ReadError, UsageError
from provenance.models import Capture, Failure, Record
from provenance.readers import mirror, open_input
from provenance.readers.sniff import sniff

# What it is, by content


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!DOCTYPE html><html>", "html"),
        (b"\xef\xbb\xbf  \n<HTML lang=en>", "html"),
        ("<html><body>ü".encode("utf-16"), "html"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html>', "html"),
        (b"<!-- saved --> <!-- twice --><html>", "html"),
        (b"<p>A fragment.</p>", "html"),
        (b"Warning: mysql gone in x.php\n<html><head></head>", "html"),
        (ROW, "jsonl"),
        (b"\n\n" + ROW + b"\n" + ROW, "jsonl"),
        (b"\xef\xbb\xbf" + ROW, "jsonl"),
        (b'{"text": "cut\n' + ROW + b"\n", "jsonl"),
        (b'{"text": "' + b"x" * 100_000, "jsonl"),
        (json.dumps({"text": TEXT}, indent=2).encode(), "json"),
        (json.dumps([{"text": TEXT}], indent=2).encode(), "json"),
        (json.dumps([{"text": TEXT}]).encode(), "json"),
        (b"[\n" + ROW + b",\n" + ROW + b"\n]", "json"),
        (b"[Update] The bridge is open again.", "text"),
        (b"{curly} words", "text"),
        (TEXT.encode(), "text"),
        ("Мост закрыли во вторник, сообщила администрация города. ".encode("cp1251") * 5, "text"),
        ("Żółw".encode("utf-16"), "text"),
        ("é".encode() * 40_000, "text"),
        (b"1 < 2 and <html> is a tag", "text"),
        (b"", "empty"),
        (b" \r\n\t\xef\xbb\xbf"[:4], "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (b"PK\x03\x04zip", "binary"),
        (b"%PDF-1.7", "binary"),
        (bytes(range(256)) * 4, "binary"),
        (b"WARC/1.1\r\nWARC-Type: response\r\n", "warc"),
        (b"<?xml version='1.0'?><rss><channel>", "feed"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'>", "feed"),
        (b"From: <Saved by Blink>\r\nSubject: =?u?Q?x?=\r\n y\r\nContent-Type: multipart/related;",
         "mhtml"),
    ],
)  # fmt: skip
def test_content_tells_what_it_is(content: bytes, kind: str) -> None:
    assert sniff(content[:65536]) == kind


def test_a_markdown_file_may_speak_of_tags() -> None:
    content = b"# Pages\n\nBegin with `<html>` and `<head>`."
    assert sniff(content, "a.md") == "text"
    assert sniff(content, "a.html") == "html"


@pytest.mark.parametrize(
    "hostile",
    [
        b"<!-- -->" * 8000, b"<!--" * 16000, b"<html " * 10000, b"[" * 65536, b"{" * 65536,
        b'{"a":' * 13000, b"a:b\n" * 16000, b" " * 65536, b"<?xml " * 10000,
    ],
)  # fmt: skip
def test_nothing_takes_long_to_tell(hostile: bytes) -> None:
    def tell() -> None:
        sniff(hostile[:65536])
        mirror.origin(hostile * 3, ("a.html",))

    assert cost(tell) < 2


# One page


def test_a_page_with_what_the_user_says_of_it(tmp_path: Path) -> None:
    path = put(tmp_path / "a.html")
    reading = open_input(
        str(path), url="https://site.example/a", published="2025-07-08", site="site.example"
    )
    assert reading.kind == "html"
    [capture] = reading
    assert capture == Capture(
        url="https://site.example/a",
        final_url="https://site.example/a",
        body=PAGE,
        path=str(path),
        published="2025-07-08",
        site="site.example",
    )
    account = reading.account()
    assert (account.path, account.kind, account.records_read) == (str(path), "html", 1)
    assert not account.truncated


def test_a_page_of_a_web_archive_is_unwrapped(tmp_path: Path) -> None:
    path = put(tmp_path / "a.html")
    capture = one(path, url="https://web.archive.org/web/20250708101530/https://site.example/a")
    assert capture.url == "https://site.example/a"
    assert capture.observed == "2025-07-08T10:15:30Z"


def test_the_machine_does_not_show_in_addresses(tmp_path: Path) -> None:
    assert one(put(tmp_path / "my page.html")).url == "file:///my%20page.html"
    assert one(put(tmp_path / "p.html.gz", gzip.compress(PAGE))).url == "file:///p.html"
    assert one(put(tmp_path / "t.txt", TEXT)).url == "file:///t.txt"


def test_a_gzipped_page(tmp_path: Path) -> None:
    reading = open_input(str(put(tmp_path / "a.html.gz", gzip.compress(PAGE))))
    assert reading.kind == "html"
    [capture] = reading
    assert isinstance(capture, Capture)
    assert capture.body == PAGE


def test_a_gzip_bomb_is_oversize(tmp_path: Path) -> None:
    path = put(tmp_path / "a.html.gz", gzip.compress(PAGE + b" " * 50_000_000))
    tracemalloc.start()
    failure = one(path, limits=replace(LIMITS, max_body=100_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (failure.stage, failure.error) == ("read", "oversize")
    assert peak < 5_000_000


MHTML = b"""From: <Saved by Blink>\r
Snapshot-Content-Location: https://site.example/news/a\r
Subject: Bridge\r
Date: Tue, 8 Jul 2025 10:15:30 +0200\r
MIME-Version: 1.0\r
Content-Type: multipart/related;\r
\ttype="text/html";\r
\tboundary="--b"\r
\r
----b\r
Content-Type: text/html\r
Content-Transfer-Encoding: quoted-printable\r
Content-Location: https://site.example/news/a\r
\r
<!DOCTYPE html><html><body>Caf=C3=A9 cl=\r
osed</body></html>\r
----b--\r
"""


def test_an_mhtml_page(tmp_path: Path) -> None:
    capture = one(put(tmp_path / "a.mhtml", MHTML))
    assert capture.url == "https://site.example/news/a"
    assert capture.observed == "2025-07-08T08:15:30Z"
    assert "Café closed" in capture.body.decode()
    assert one(put(tmp_path / "b.mht", MHTML), url="https://x.example/").url == "https://x.example/"
    broken = put(tmp_path / "c.mhtml", MHTML.split(b"----b\r")[0])
    assert one(broken).error == "empty"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (TEXT.encode(), TEXT),
        (b"\xef\xbb\xbf" + TEXT.encode(), TEXT),
        ("Żółw\r\nbiegł\r".encode("utf-16"), "Żółw\nbiegł\n"),
        ("Мост закрыли во вторник, сообщила администрация города. ".encode("cp1251") * 9,
         "Мост закрыли во вторник, сообщила администрация города. " * 9),
        (gzip.compress(TEXT.encode(), mtime=0), TEXT),
    ],
)  # fmt: skip
def test_plain_text(tmp_path: Path, content: bytes, text: str) -> None:
    record = one(put(tmp_path / "a.txt", content))
    assert isinstance(record, Record)
    assert record.text == text
    assert record.title == ""


def test_a_markdown_heading_is_the_title(tmp_path: Path) -> None:
    record = one(put(tmp_path / "a.md", f"# Bridge closed\n\n{TEXT}\n"), site="site.example")
    assert record.title == "Bridge closed"
    assert record.text.startswith("# Bridge closed")
    assert record.site == "site.example"


# Inputs that can't be read


def test_what_is_empty_is_a_failure(tmp_path: Path) -> None:
    reading = open_input(str(put(tmp_path / "a.html", b"")))
    [failure] = reading
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.error) == ("read", "empty")
    assert reading.account().records_read == 0


def test_what_is_too_large_is_a_failure(tmp_path: Path) -> None:
    for name, content in (("a.html", PAGE * 100), ("a.txt", TEXT * 100)):
        failure = one(put(tmp_path / name, content), limits=SMALL)
        assert (failure.input, failure.error) == (str(tmp_path / name), "oversize")


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary", "binary"),
        (b"%PDF-1.7 ...", "binary", "PDF"),
        (gzip.compress(gzip.compress(PAGE, mtime=0), mtime=0), "binary", "gzip"),
        (b"<?xml version='1.0'?><nitf></nitf>", "binary", "XML"),
    ],
)
def test_what_is_no_page_is_refused(tmp_path: Path, content: bytes, code: str, words: str) -> None:
    with pytest.raises(ReadError) as caught:
        open_input(str(put(tmp_path / "a.html", content)))
    assert caught.value.code == code
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("site.example/a", "https://site.example/a"),
        ("www.site.example", "https://www.site.example"),
        ("site.example/news/a.html", "https://site.example/news/a.html"),
        ("https://site.example/a", "not a file"),
        ("pagse.html", "pages.html"),
        ("no/such/file", "Check the name"),
        ("nosuch.warc.gz", "Check the name"),
        ("pagse.warc.gz", "pages.warc.gz?"),
        ("rows.jsonl.zst", "Check the name"),
        ("readme.md", "Check the name"),
        ("crawl.2026/a.warc.gz", "There is no folder crawl.2026"),
        ("crawl/a.wacz", "There is no folder crawl"),
        ("x" * 5000 + "/a.warc", "There is no folder"),
        ("a\0b", "Check the name"),
        ("x" * 5000, "Check the name"),
    ],
)
def test_a_missing_input_gets_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: str, hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "pages.html")
    put(tmp_path / "pages.warc.gz")
    with pytest.raises(ReadError) as caught:
        open_input(spec)
    assert caught.value.code == "missing"
    assert hint in caught.value.hint


def test_an_address_goes_with_one_page(tmp_path: Path) -> None:
    put(tmp_path / "a.html")
    path = put(tmp_path / "rows.jsonl", rows({"text": TEXT}))
    for spec in (tmp_path, path):
        with pytest.raises(UsageError):
            open_input(str(spec), url="https://site.example/a")
        with pytest.raises(UsageError):
            open_input(str(spec), published="2025-07-08")
        assert read(spec, site="site.example")[0].site == "site.example"  # type: ignore[union-attr]


# Standard input


class OneByteAtATime(io.RawIOBase):
    def __init__(self, content: bytes) -> None:
        self.content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self.content.readinto(memoryview(buffer)[:1])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PAGE, "stdin-html"),
        (gzip.compress(PAGE, mtime=0), "stdin-html"),
        (ROW, "stdin-jsonl"),
        (gzip.compress(ROW, mtime=0), "stdin-jsonl"),
        (TEXT.encode(), "stdin-text"),
        (json.dumps([{"text": TEXT}], indent=1).encode(), "stdin-json"),
    ],
)
def test_standard_input_is_told_by_content(content: bytes, kind: str) -> None:
    for stream in (io.BytesIO(content), OneByteAtATime(content)):
        reading = open_input("-", stdin=stream)  # type: ignore[arg-type]
        assert (reading.path, reading.kind) == ("-", kind)
        [item] = reading
        if isinstance(item, Capture):
            assert item.body == PAGE
        else:
            assert isinstance(item, Record)
            assert item.text == TEXT
        assert reading.digest() is None
        assert reading.account().records_read == 1


def test_standard_input_takes_an_address() -> None:
    capture = one("-", stdin=io.BytesIO(PAGE), url="https://site.example/a", published="2025")
    assert (capture.url, capture.published) == ("https://site.example/a", "2025")
    assert (
        one("-", stdin=io.BytesIO(TEXT.encode()), url="https://b.example/").url[-10:]
        == "b.example/"
    )
    assert one("-", stdin=io.BytesIO(PAGE)).url == "file:///stdin"
    assert one("-", stdin=io.BytesIO(b"")).error == "empty"
    with pytest.raises(ReadError):
        open_input("-", stdin=io.BytesIO(b"\0\1\2\3"))


def test_a_long_input_goes_through_standard_input() -> None:
    many = rows(*({"text": f"{TEXT} {i}"} for i in range(5000))).encode()
    items = read("-", stdin=io.BytesIO(many))
    assert [item.text.split()[-1] for item in items] == [str(i) for i in range(5000)]  # type: ignore[union-attr]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_named_pipe_is_read_like_standard_input(tmp_path: Path) -> None:
    import threading

    os.mkfifo(tmp_path / "pipe")
    threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(PAGE,), daemon=True).start()
    reading = open_input(str(tmp_path / "pipe"))
    [capture] = reading
    assert isinstance(capture, Capture)
    assert capture.body == PAGE
    assert reading.digest() is None
