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

from provenance.config import LIMITS
from provenance.errors import ReadError, UsageError
from provenance.models import Capture, Failure, Record
from provenance.readers import jsonl, mirror, open_input
from provenance.readers.reading import Item
from provenance.readers.sniff import sniff

PAGE = b"<!DOCTYPE html><html><head><title>Bridge</title></head><body><p>Closed.</p></body></html>"
TEXT = "The bridge was closed on Tuesday after an inspection."
SMALL = replace(LIMITS, max_body=2000)


def read(spec: Path | str, **options: Any) -> list[Item]:
    return list(open_input(str(spec), **options))


def one(spec: Path | str, **options: Any) -> Any:
    items = read(spec, **options)
    assert len(items) == 1
    return items[0]


def put(path: Path, content: bytes | str = PAGE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(*values: Any) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


# What it is, by content

ROW = json.dumps({"text": TEXT}).encode()


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
        (b"WARC/1.1\r\nWARC-Type: response\r\n", "binary"),
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
    import time

    start = time.monotonic()
    sniff(hostile[:65536])
    mirror.origin(hostile * 3, ("a.html",))
    assert time.monotonic() - start < 2


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
        (b"<?xml version='1.0'?><rss></rss>", "feed", "feed"),
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
        ("a\0b", "Check the name"),
        ("x" * 5000, "Check the name"),
    ],
)
def test_a_missing_input_gets_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: str, hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "pages.html")
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


# Rows


def test_a_row_whole(tmp_path: Path) -> None:
    row = {
        "maintext": TEXT, "url": "https://site.example/a", "title": " Bridge ", "language": "EN",
        "authors": ["A. Writer", {"name": "B. Editor"}], "date_publish": "2025-07-08 10:15:30",
        "source_domain": "site.example",
    }  # fmt: skip
    path = put(tmp_path / "rows.jsonl", "\n" + rows(row))
    assert one(path) == Record(
        text=TEXT,
        url="https://site.example/a",
        title="Bridge",
        byline="A. Writer, B. Editor",
        published="2025-07-08 10:15:30",
        language="en",
        site="site.example",
        path=str(path),
        line=2,
    )


@pytest.mark.parametrize("name", jsonl.FIELDS["text"])
def test_names_of_the_text(tmp_path: Path, name: str) -> None:
    assert one(put(tmp_path / "r.jsonl", rows({name: TEXT}))).text == TEXT


@pytest.mark.parametrize("name", jsonl.FIELDS["html"])
def test_names_of_html(tmp_path: Path, name: str) -> None:
    path = put(tmp_path / "r.jsonl", rows({name: "<html>ü", "url": "https://a.example/x"}))
    capture = one(path)
    assert capture.body == "<html>ü".encode()
    assert (capture.url, capture.path) == ("https://a.example/x", str(path))
    assert ("Content-Type", "text/html; charset=utf-8") in capture.headers


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        *(({name: "https://a.example/x"}, "url", "https://a.example/x") for name in
          jsonl.FIELDS["url"]),
        ({"source": "Reuters", "link": "https://a.example/x"}, "url", "https://a.example/x"),
        ({"id": "12345"}, "url", "file:///r.jsonl#1"),
        ({"url": "a.example/x"}, "url", "https://a.example/x"),
        ({"source": "a.example"}, "url", "file:///r.jsonl#1"),
        ({"url": None, "uri": 7}, "url", "file:///r.jsonl#1"),
        *(({name: "T"}, "title", "T") for name in jsonl.FIELDS["title"]),
        *(({name: "2025-07-08"}, "published", "2025-07-08") for name in jsonl.FIELDS["published"]),
        ({"timestamp": 1751969730}, "published", "2025-07-08T10:15:30Z"),
        ({"timestamp": 1751969730123}, "published", "2025-07-08T10:15:30Z"),
        ({"timestamp": 7, "date": ""}, "published", None),
        ({"timestamp": True}, "published", None),
        ({"timestamp": 1e300}, "published", None),
        ({"author": "A"}, "byline", "A"),
        ({"author": {"name": "A"}}, "byline", "A"),
        ({"authors": []}, "byline", None),
        ({"lang": "DE"}, "language", "de"),
        ({"publisher": "The Daily"}, "site", None),
        ({"publisher": "Daily.example"}, "site", "daily.example"),
        ({"site": "https://www.daily.example/x"}, "site", "www.daily.example"),
        ({"site": {"name": "x"}}, "site", None),
        ({"text": ["One.", "Two."]}, "text", "One.\nTwo."),
        ({"text": "a\0b\ud800c"}, "text", "a\ufffdb?c"),
        ({"text": "", "body": TEXT}, "text", TEXT),
        ({"url": "https://web.archive.org/web/20250708101530/https://a.example/x"},
         "observed", "2025-07-08T10:15:30Z"),
    ],
)  # fmt: skip
def test_fields_of_a_row(tmp_path: Path, row: dict[str, Any], field: str, value: Any) -> None:
    record = one(put(tmp_path / "r.jsonl", rows({"text": TEXT, **row})))
    assert getattr(record, field) == value


def test_a_whole_page_under_a_name_for_text(tmp_path: Path) -> None:
    capture = one(put(tmp_path / "r.jsonl", rows({"content": PAGE.decode()})))
    assert isinstance(capture, Capture)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('{"text": "cut', "bad-json"),
        ("not json", "bad-json"),
        ("[1, 2]", "bad-json"),
        ('"text"', "bad-json"),
        ("null", "bad-json"),
        ("[" * 100_000, "bad-json"),
        ('{"a":' * 50_000, "bad-json"),
        ('{"n": ' + "9" * 5000 + "}", "bad-json"),
        ("{}", "no-text"),
        ('{"title": "T", "text": "  "}', "no-text"),
        ('{"text": 7}', "no-text"),
        ('{"url": "https://a.example/x"}', "url-only"),
        (json.dumps({"text": "x" * 3000}), "oversize"),
        (json.dumps({"html": "x" * 3000}), "oversize"),
    ],
)
def test_a_broken_line_costs_that_line_only(tmp_path: Path, line: str, error: str) -> None:
    path = put(tmp_path / "r.jsonl", f"{ROW.decode()}\n{line}\n\n{ROW.decode()}\n")
    reading = open_input(str(path), limits=SMALL)
    first, failure, last = reading
    assert isinstance(first, Record)
    assert isinstance(failure, Failure)
    assert isinstance(last, Record)
    assert (first.line, last.line) == (1, 4)
    assert (failure.input, failure.stage, failure.error) == (f"{path}:2", "read", error)
    assert len(failure.message) < 200
    account = reading.account()
    assert account.records_read == 2
    assert account.bytes_skipped == (len(line) + 1 if error == "bad-json" else 0)


def test_a_single_bad_byte_does_not_cost_an_article(tmp_path: Path) -> None:
    record = one(put(tmp_path / "r.jsonl", b'{"text": "a \xff b"}'))
    assert record.text == "a \ufffd b"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_rows_with_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    content = rows({"text": "Żółw 🐢"}, {"text": TEXT}).replace("\n", "\r\n")
    items = read(put(tmp_path / "r.jsonl", content.encode(encoding)))
    assert [item.text for item in items] == ["Żółw 🐢", TEXT]  # type: ignore[union-attr]


def test_a_line_too_long_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "MAX_LINE", 1000)
    long = '{"text": "' + "x" * 5_000_000 + '"}'
    path = put(tmp_path / "r.jsonl.gz", gzip.compress(f"{ROW.decode()}\n{long}\n".encode() + ROW))
    reading = open_input(str(path))
    tracemalloc.start()
    _first, failure, last = reading
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(failure, Failure)
    assert (failure.error, failure.input) == ("oversize", f"{path}:2")
    assert isinstance(last, Record)
    assert last.line == 3
    assert reading.account().bytes_skipped == len(long) + 1
    assert peak < 3_000_000


def test_a_cut_gzip_keeps_what_was_whole(tmp_path: Path) -> None:
    # Random words don't pack, so that the cut falls where it should.
    content = rows(*({"text": f"{i} {os.urandom(500).hex()}"} for i in range(200))).encode()
    packed = gzip.compress(content)
    reading = open_input(str(put(tmp_path / "r.jsonl.gz", packed[: len(packed) // 2])))
    items = list(reading)
    texts = [item for item in items if isinstance(item, Record)]
    assert 90 <= len(texts) <= 105
    assert [record.text.split()[0] for record in texts] == [str(i) for i in range(len(texts))]
    assert reading.account().truncated
    assert reading.account().records_read == len(texts)


def test_a_damaged_gzip_keeps_what_was_whole(tmp_path: Path) -> None:
    first, second = (rows({"text": f"{TEXT} {i}"}).encode() for i in range(2))
    damaged = gzip.compress(first) + b"garbage" * 100
    reading = open_input(str(put(tmp_path / "r.jsonl.gz", damaged)))
    assert len(list(reading)) == 1
    assert reading.account().truncated
    assert reading.account().bytes_skipped == 700
    whole = gzip.compress(first) + gzip.compress(second) + b"\0" * 512
    reading = open_input(str(put(tmp_path / "s.jsonl.gz", whole)))
    assert len(list(reading)) == 2
    assert not reading.account().truncated


def test_a_file_of_one_json_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretty = json.dumps([{"text": TEXT}, 7, {"title": "T"}], indent=2)
    path = put(tmp_path / "a.json", pretty)
    reading = open_input(str(path))
    assert reading.kind == "json"
    record, number, empty = reading
    assert isinstance(record, Record)
    assert (record.line, record.url) == (1, "file:///a.json#1")
    assert isinstance(number, Failure)
    assert number.error == "bad-json"
    assert isinstance(empty, Failure)
    assert empty.error == "no-text"
    assert one(put(tmp_path / "b.json", json.dumps({"text": TEXT}, indent=2))).text == TEXT
    assert one(put(tmp_path / "c.json", pretty[:-9])).error == "bad-json"
    monkeypatch.setattr(jsonl, "MAX_FILE", 10)
    assert one(path).error == "oversize"


def test_rows_stream(tmp_path: Path) -> None:
    path = put(tmp_path / "r.jsonl", rows({"text": TEXT * 50}) * 3000)
    reading = open_input(str(path))
    tracemalloc.start()
    assert sum(1 for _ in reading) == 3000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_the_account_stands_while_reading(tmp_path: Path) -> None:
    reading = open_input(str(put(tmp_path / "r.jsonl", rows({"text": TEXT}) * 3)))
    stream = iter(reading)
    next(stream)
    next(stream)
    assert reading.account().records_read == 2
    assert sum(1 for _ in reading) == 3  # again, from the start
    assert reading.account().records_read == 3


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
