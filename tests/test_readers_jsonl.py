"""Reading: rows of JSON, and files of one JSON value."""

from __future__ import annotations

import gzip
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from reader_samples import PAGE, ROW, SMALL, TEXT, one, put, read, rows

from provenance.models import Capture, Failure, Record
from provenance.readers import jsonl, open_input
from provenance.readers.reading import MAX_FAILURES

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
        ({"site": "https://www.daily.example/x"}, "site", "daily.example"),
        ({"source_domain": "www.daily.co.uk"}, "site", "daily.co.uk"),
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
    assert not reading.account().truncated
    assert reading.account().bytes_skipped == 700
    around = gzip.compress(first) + b"garbage" * 100 + gzip.compress(second)
    reading = open_input(str(put(tmp_path / "t.jsonl.gz", around)))
    assert len(list(reading)) == 2
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


def test_empty_rows_without_end_are_left(tmp_path: Path) -> None:
    """Some kilobytes, packed, unpack to millions of rows, each a failure on record."""
    packed = gzip.compress(rows({"text": TEXT}).encode() + b"{}\n" * (MAX_FAILURES + 1000))
    reading = open_input(str(put(tmp_path / "r.jsonl.gz", packed)))
    found = list(reading)
    assert isinstance(found[0], Record) and len(found) == MAX_FAILURES + 3
    last = found[-1]
    assert isinstance(last, Failure) and (last.error, last.input) == ("flood", reading.path)
    assert reading.account().truncated


def test_many_empty_rows_among_texts_are_all_told(tmp_path: Path) -> None:
    some = rows({"text": TEXT}) + "{}\n" * 9
    reading = open_input(str(put(tmp_path / "r.jsonl", some * (MAX_FAILURES // 9 + 20))))
    assert sum(isinstance(one, Failure) for one in reading) > MAX_FAILURES
    assert not reading.account().truncated
