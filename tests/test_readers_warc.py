"""Crawls as WARC, WET, ARC: what is read, and what of it when it is damaged."""

from __future__ import annotations

import gzip
import io
import random
import zlib
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

import brotli
import crawl_samples as crawl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_samples import PAGE, SMALL, put, read

from provenance.errors import ReadError
from provenance.models import Capture, Failure, Record
from provenance.readers import open_input, read_at
from provenance.readers.reading import Given, Tally
from provenance.readers.warc import read_warc

PACKINGS = ["plain", "gzip", "zstd", "gzip-whole", "zstd-whole"]
COUNT = 12
URLS = [crawl.url(i) for i in range(COUNT)]


def pages_of(content: bytes, packing: str, tally: Tally | None = None) -> list[int]:
    """Numbers of the pages that a file gives, each checked to be as it was written."""
    name = packing.split("-")[0].replace("plain", "")
    found: list[int] = []
    tally = tally if tally is not None else Tally()
    for item in read_warc(io.BytesIO(content), name, "x", Given(), tally):  # type: ignore[arg-type]
        if isinstance(item, Failure) and item.error == "oversize":
            continue  # its length was damaged
        assert isinstance(item, Capture)
        if item.url in URLS:  # the damage may lie in the address itself
            found.append(URLS.index(item.url))
    return found


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("make", [crawl.records, crawl.arc_records])
@pytest.mark.parametrize("name", ["crawl.bin", "crawl.warc.gz"])
def test_a_crawl_whole(
    tmp_path: Path, packing: str, make: Callable[[int], list[bytes]], name: str
) -> None:
    path = put(tmp_path / name, b"".join(crawl.packed(make(COUNT), packing)))
    reading = open_input(str(path))
    assert reading.kind == "warc"
    items = list(reading)
    assert [getattr(item, "url", item) for item in items] == [crawl.url(i) for i in range(COUNT)]
    for i, item in enumerate(items):
        assert isinstance(item, Capture)
        assert (item.body, item.status, item.path) == (crawl.page(i), 200, str(path))
        assert (item.observed, item.content_type) == ("2025-07-03T19:40:00Z", "text/html")
        if packing.endswith("-whole"):
            assert item.offset is None
        else:
            assert item.offset is not None
            assert item.length is not None
            assert read_at(path, item.offset, item.length) == item
    account = reading.account()
    assert (account.records_read, account.bytes_skipped, account.truncated) == (COUNT, 0, False)
    assert account.passed_over == ()


def test_a_crawl_on_standard_input() -> None:
    content = b"".join(crawl.packed(crawl.records(3), "gzip"))
    reading = open_input("-", stdin=io.BytesIO(content))
    assert (reading.kind, len(list(reading))) == ("stdin-warc", 3)


def test_a_record_is_not_where_it_was(tmp_path: Path) -> None:
    path = put(tmp_path / "a.warc", b"".join(crawl.records(1)))
    for offset, length in ((3, 200), (10_000, 10), (0, 0)):
        with pytest.raises(ReadError) as caught:
            read_at(path, offset, length)
        assert caught.value.code == "moved"
    with pytest.raises(ReadError) as caught:
        read_at(tmp_path / "gone", 0, 10)
    assert caught.value.code == "unreadable"


def test_frames_with_a_dictionary(tmp_path: Path) -> None:
    records = crawl.records(40)
    known = zstandard.train_dictionary(2000, records)
    compressor = zstandard.ZstdCompressor(dict_data=known)
    for raw in (known.as_bytes(), zstandard.compress(known.as_bytes())):
        first = b"\x5d\x2a\x4d\x18" + len(raw).to_bytes(4, "little") + raw
        content = first + b"".join(compressor.compress(part) for part in records)
        path = put(tmp_path / "a.warc.zst", content)
        items = read(path)
        assert len(items) == 40
        last = items[-1]
        assert isinstance(last, Capture)
        assert read_at(path, last.offset or 0, last.length or 0) == last


def test_what_is_no_page_is_counted_by_reason(tmp_path: Path) -> None:
    record, http = crawl.record, crawl.http
    parts = [
        record(b"x", "urn:x", "warcinfo"),
        record(b"GET / HTTP/1.1\r\n\r\n", crawl.url(0), "request"),
        record(http(PAGE), crawl.url(0)),
        record(http(b""), crawl.url(1), "revisit"),
        record(http(b"\x89PNG", kind="image/png"), crawl.url(2)),
        record(http(PAGE, "404 Not Found"), crawl.url(3)),
        record(http(b"", "301 Moved", "Location: /"), crawl.url(4)),
        record(b"20250703\n192.0.2.1", "dns:post.example"),
        record(http(b"  "), crawl.url(5)),
        record(b"no http here", crawl.url(6)),
        record(http(b"x" * 9000, kind="video/mp4"), crawl.url(7)),
        record(PAGE, crawl.url(8), "resource"),
        record(http(PAGE, kind=""), crawl.url(9)),
    ]
    reading = open_input(str(put(tmp_path / "a.warc", b"".join(parts))), limits=SMALL)
    assert [item.url for item in reading] == [crawl.url(i) for i in (0, 8, 9)]  # type: ignore[union-attr]
    assert dict(reading.account().passed_over) == {
        "empty": 1, "no-page": 2, "not-html": 1, "oversize": 1, "revisit": 1, "status": 2,
    }  # fmt: skip
    assert not reading.account().truncated


def test_a_page_too_large_is_a_failure(tmp_path: Path) -> None:
    body = zlib.compress(b"<html>" + b"x" * 1_000_000)
    packed = crawl.http(body, "200 OK", "Content-Encoding: deflate")
    parts = [crawl.record(packed, crawl.url(0)), crawl.record(crawl.http(PAGE), crawl.url(1))]
    failure, after = read(put(tmp_path / "a.warc", b"".join(parts)), limits=SMALL)
    assert isinstance(failure, Failure)
    assert (failure.input, failure.error) == (crawl.url(0), "oversize")
    assert isinstance(after, Capture)


def test_extracted_texts_of_common_crawl(tmp_path: Path) -> None:
    language = "WARC-Identified-Content-Language: fra,eng"
    text = crawl.record("Le pont est fermé.".encode(), crawl.url(0), "conversion", language)
    [item] = read(put(tmp_path / "a.warc.wet.gz", gzip.compress(text)))
    assert isinstance(item, Record)
    assert (item.text, item.url, item.language) == ("Le pont est fermé.", crawl.url(0), "fra")
    assert item.observed == "2025-07-03T19:40:00Z"


def chunked(body: bytes) -> bytes:
    parts = [body[i : i + 50] for i in range(0, len(body), 50)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"


DEFLATE = zlib.compressobj(wbits=-15)
BARE = DEFLATE.compress(PAGE) + DEFLATE.flush()


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Content-Encoding: gzip"], gzip.compress(PAGE, mtime=0)),
        (["Content-Encoding: gzip"], PAGE),
        (["Content-Encoding: br"], brotli.compress(PAGE)),
        (["Content-Encoding: br"], PAGE),
        (["Content-Encoding: zstd"], zstandard.compress(PAGE)),
        (["Content-Encoding: deflate"], zlib.compress(PAGE)),
        (["Content-Encoding: deflate"], BARE),
        (["Content-Encoding: gzip, br"], brotli.compress(gzip.compress(PAGE, mtime=0))),
        (["Transfer-Encoding: chunked"], chunked(PAGE)),
        (["Transfer-Encoding: chunked"], PAGE),
        (
            ["Transfer-Encoding: chunked", "Content-Encoding: gzip"],
            chunked(gzip.compress(PAGE, mtime=0)),
        ),
        (["X-Folded: a", " b"], PAGE),
    ],
)
def test_bodies_as_they_went_over_the_wire(tmp_path: Path, headers: list[str], body: bytes) -> None:
    block = crawl.http(body, "200 OK", *headers)
    [item] = read(put(tmp_path / "a.warc", crawl.record(block, crawl.url(0))))
    assert isinstance(item, Capture)
    assert item.body == PAGE


# Damage


def damaged_parts(parts: list[bytes], start: int, end: int) -> set[int]:
    """Numbers of the parts that the bytes from ``start`` to ``end`` touch."""
    bounds = [0, *accumulate(len(part) for part in parts)]
    return {
        i for i in range(len(parts)) if bounds[i] < max(end, start + 1) and bounds[i + 1] > start
    }


@settings(max_examples=300, deadline=None)
@given(
    packing=st.sampled_from(["plain", "gzip", "zstd"]),
    arc=st.booleans(),
    where=st.floats(0, 1, exclude_max=True),
    span=st.sampled_from([1, 1, 1, 2, 8, 40, 700]),
    how=st.sampled_from(["flip", "zero", "random", "delete", "insert"]),
    seed=st.integers(0, 2**16),
)
def test_damage_costs_no_record_but_those_that_it_touches(
    packing: str, arc: bool, where: float, span: int, how: str, seed: int
) -> None:
    chance = random.Random(seed)
    parts = crawl.packed((crawl.arc_records if arc else crawl.records)(COUNT), packing)
    content = b"".join(parts)
    start = int(where * len(content))
    end = min(start + span, len(content))
    old = content[start:end]
    new = {
        "flip": bytes([old[0] ^ 1 << chance.randrange(8)]) + old[1:],
        "zero": bytes(len(old)),
        "random": chance.randbytes(len(old)),
        "delete": b"",
        "insert": old + chance.randbytes(span),
    }[how]
    tally = Tally()
    found = pages_of(content[:start] + new + content[end:], packing, tally)
    touched = damaged_parts(parts, start, end)
    if packing == "plain" and how in ("delete", "insert"):
        touched |= damaged_parts(parts, start - 1, end + 1)
    wanted = {i - 1 for i in range(1, COUNT + 1) if i not in touched}
    assert wanted <= set(found)
    assert len(found) == len(set(found))


@settings(max_examples=150, deadline=None)
@given(
    packing=st.sampled_from(PACKINGS),
    arc=st.booleans(),
    where=st.floats(0, 1, exclude_max=True),
)
def test_what_is_whole_before_the_end_of_a_cut_file_is_kept(
    packing: str, arc: bool, where: float
) -> None:
    plain = (crawl.arc_records if arc else crawl.records)(COUNT)
    parts = crawl.packed(plain, packing)
    content = b"".join(parts)
    cut = int(where * len(content))
    tally = Tally()
    found = pages_of(content[:cut], packing, tally)
    assert found == list(range(len(found)))
    bounds = list(accumulate(len(part) for part in parts))
    if not packing.endswith("-whole"):
        assert len(found) >= sum(bound <= cut for bound in bounds[1:])
        at_bound = cut == 0 or any(0 <= bound - cut <= 4 for bound in bounds)
        assert tally.truncated or at_bound or cut in bounds
        before = max((bound for bound in bounds if bound <= cut), default=0)
        assert tally.skipped in (0, cut - before)
    elif packing == "gzip-whole":
        decoded = zlib.decompressobj(31).decompress(content[:cut])
        ends = list(accumulate(len(part) for part in plain))
        assert len(found) >= sum(end <= len(decoded) for end in ends[1:])
        assert tally.truncated or cut == 0


@settings(max_examples=150, deadline=None)
@given(
    packing=st.sampled_from(["", "gzip", "zstd"]),
    content=st.lists(
        st.sampled_from(
            [b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"WARC/1.1\r\nWARC-Type: response\r\n",
             b"Content-Length: 9999999999\r\n\r\n", b"Content-Length: -1\r\n\r\n", b"\r\n\r\n",
             b"\x5d\x2a\x4d\x18\xff\xff\xff\xff", b"http://a.example/ 1.1.1.1 20250101000000 x 9\n",
             gzip.compress(b"WARC/1.1\r\nContent-Length: 3\r\n\r\nabc", mtime=0), b"\0" * 50,
             b"x" * 70]
        ) | st.binary(max_size=40),
        max_size=30,
    ),
)  # fmt: skip
def test_nothing_that_a_file_may_hold_raises(packing: Any, content: list[bytes]) -> None:
    items = read_warc(io.BytesIO(b"".join(content)), packing, "x", Given(limits=SMALL), Tally())
    assert len(list(items)) <= len(content)


def test_a_wrong_length_costs_one_record(tmp_path: Path) -> None:
    for wrong in (1, 50, 10_000, 900_000_000, 99_999_999_999):
        parts = crawl.records(COUNT)
        lines = parts[5].split(b"Content-Length: ")
        rest = lines[1].split(b"\r\n", 1)[1]
        parts[5] = lines[0] + b"Content-Length: %d\r\n" % wrong + rest
        found = pages_of(b"".join(parts), "plain")
        assert [i for i in range(COUNT) if i not in found] == [4], wrong


def test_the_account_of_damage_is_exact() -> None:
    parts = crawl.packed(crawl.records(COUNT), "gzip")
    for i, size in ((3, len(parts[3])), (COUNT, len(parts[COUNT]))):
        broken = list(parts)
        broken[i] = broken[i][:40] + bytes([broken[i][40] ^ 255]) + broken[i][41:]
        tally = Tally()
        assert len(pages_of(b"".join(broken), "gzip", tally)) == COUNT - 1
        assert (tally.skipped, tally.truncated) == (size, False)
    tally = Tally()
    # The page is whole, only the checksum behind it is cut off.
    assert len(pages_of(b"".join(parts)[:-8], "gzip", tally)) == COUNT
    assert (tally.skipped, tally.truncated) == (0, True)
    tally = Tally()
    assert (
        len(pages_of(b"".join(parts[:4]) + b"junk" * 25 + b"".join(parts[4:]), "gzip", tally))
        == COUNT
    )
    assert (tally.skipped, tally.truncated) == (100, False)
    tally = Tally()
    assert len(pages_of(b"".join(parts) + b"\0" * 512, "gzip", tally)) == COUNT
    assert (tally.skipped, tally.truncated) == (0, False)


def test_a_damaged_beginning_is_still_a_crawl(tmp_path: Path) -> None:
    for packing, name in (("gzip", "a.warc.gz"), ("plain", "a.warc"), ("zstd", "a.warc.zst")):
        content = b"".join(crawl.packed(crawl.records(COUNT), packing))
        path = put(tmp_path / name, b"XXXX" + content[4:])
        reading = open_input(str(path))
        assert reading.kind == "warc"
        assert len(list(reading)) == COUNT
        assert reading.account().bytes_skipped
    path = put(tmp_path / "b.warc.gz", b"".join(crawl.packed(crawl.records(3), "gzip"))[:30])
    reading = open_input(str(path))
    assert list(reading) == []
    assert reading.account().truncated


def test_memory_stays_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    # 4 MB of a long frame are kept; that they are let go of shows sooner with less.
    monkeypatch.setattr("provenance.readers.packed._KEPT", 1 << 18)
    for packing in ("plain", "gzip", "gzip-whole"):
        for count in (30, 150):
            content = b"".join(crawl.packed(crawl.records(count, 50_000), packing))
            path = put(tmp_path / "a.warc", content)
            del content
            tracemalloc.start()
            assert sum(1 for _ in open_input(str(path))) == count
            assert tracemalloc.get_traced_memory()[1] < 4 << 20, (packing, count)
            tracemalloc.stop()


def test_a_bomb_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.readers.packed._BOMB_BYTES", 16 << 20)
    compressor = zlib.compressobj(9, wbits=31)
    zeros = bytes(1 << 20)
    bomb = b"".join(compressor.compress(zeros) for _ in range(50)) + compressor.flush()
    tally = Tally()
    after = b"".join(crawl.packed(crawl.records(2), "gzip"))
    assert pages_of(bomb + after, "gzip", tally) == [0, 1]
    assert tally.skipped >= len(bomb) // 2


@pytest.mark.parametrize(
    "unit",
    [
        b"WARC/1.1\r\nContent-Length: 9000000\r\n\r\n",
        b"WARC/1.1\r\nContent-Length: 90000000000\r\n\r\n",
        b"http://a.example/ 1.1.1.1 20250101000000 text/html 9000000\n",
        b"\n" * 50,
        b"\x1f\x8b\x08\0" * 10,
        b"\x28\xb5\x2f\xfd" * 10,
    ],
)
@pytest.mark.parametrize("packing", ["", "gzip", "zstd"])
@pytest.mark.timeout(60)
def test_many_beginnings_of_nothing_take_linear_time(unit: bytes, packing: Any) -> None:
    content = unit * (1_500_000 // len(unit))
    list(read_warc(io.BytesIO(content), packing, "x", Given(), Tally()))
