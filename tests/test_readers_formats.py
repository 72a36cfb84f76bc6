"""WACZ, tables, lists of addresses, feeds, Parquet, and a folder with all of them."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import crawl_samples as crawl
import pytest
import zstandard
from reader_samples import PAGE, ROW, SMALL, TEXT, one, put, read

from provenance.errors import ReadError
from provenance.models import Capture, Failure, Record
from provenance.readers import Address, open_input, read_at

COUNT = 6
GZ = b"".join(crawl.packed(crawl.records(COUNT), "gzip"))
FULL = " ".join(f"Word {i} of the whole article." for i in range(20))


def wacz(path: Path, method: int = zipfile.ZIP_STORED, name: str = "archive/data.warc.gz") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, GZ, method)
        archive.writestr("pages/pages.jsonl", ROW, zipfile.ZIP_DEFLATED)
        archive.writestr("datapackage.json", b"{}")
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_wacz(tmp_path: Path, method: int) -> None:
    path = wacz(tmp_path / "a.wacz", method)
    reading = open_input(str(path))
    assert reading.kind == "wacz"
    items = list(reading)
    assert [item.url for item in items] == [crawl.url(i) for i in range(COUNT)]  # type: ignore[union-attr]
    for item in items:
        assert isinstance(item, Capture)
        if method == zipfile.ZIP_STORED:
            assert read_at(path, item.offset or 0, item.length or 0) == item
        else:
            assert item.offset is None
    assert not reading.account().truncated
    assert {file.name for file in tmp_path.iterdir()} == {"a.wacz"}


def test_a_cut_wacz_gives_what_is_whole(tmp_path: Path) -> None:
    content = wacz(tmp_path / "a.wacz").read_bytes()
    cut = content.index(GZ) + len(GZ) - 20
    reading = open_input(str(put(tmp_path / "b.wacz", content[:cut])))
    assert len(list(reading)) == COUNT - 1
    assert reading.account().truncated


def test_a_wacz_damaged_within(tmp_path: Path) -> None:
    content = bytearray(wacz(tmp_path / "a.wacz").read_bytes())
    content[content.index(GZ) + len(GZ) // 2] ^= 255
    reading = open_input(str(put(tmp_path / "b.wacz", bytes(content))))
    assert len(list(reading)) == COUNT - 1
    assert reading.account().bytes_skipped


def test_other_zips_and_names_that_lead_out(tmp_path: Path) -> None:
    failure = one(wacz(tmp_path / "a.wacz", name="../../archive/x.warc.gz"))
    assert failure.error == "bad-zip"
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("holiday.jpg", b"x")
    with pytest.raises(ReadError) as caught:
        open_input(str(tmp_path / "b.zip"))
    assert "ZIP" in caught.value.message
    stdin = io.BytesIO(wacz(tmp_path / "c.wacz").read_bytes())
    assert one("-", stdin=stdin).error == "no-file"


# Tables and lists


@pytest.mark.parametrize(
    "content",
    [
        f'url,title,text\nhttps://a.example/1,T,"{TEXT}"\n',
        f"url;title;text\r\nhttps://a.example/1;T;{TEXT}\r\n",
        f"\ufeffURL\tTitle\tText\nhttps://a.example/1\tT\t{TEXT}\n",
        f'"url","title","maintext","extra"\n"https://a.example/1","T","{TEXT}"\n\n',
    ],
)
def test_a_table_of_texts(tmp_path: Path, content: str) -> None:
    for body in (content.encode(), gzip.compress(content.encode()), content.encode("utf-16")):
        reading = open_input(str(put(tmp_path / "a.dat", body)))
        assert reading.kind == "table"
        [item] = reading
        assert isinstance(item, Record)
        assert (item.url, item.title, item.text) == ("https://a.example/1", "T", TEXT)
        assert item.line == 2


def test_an_export_of_media_cloud(tmp_path: Path) -> None:
    content = (
        "\ufeffid,indexed_date,language,media_name,media_url,publish_date,title,url\n"
        "a1,2025-07-04 01:00:00,en,post.example,post.example,2025-07-03,One,https://post.example/1\n"
        "a2,2025-07-04 01:00:00,en,post.example,post.example,2025-07-03,Two,https://post.example/2\n"
    )
    path = put(tmp_path / "a.csv", content)
    reading = open_input(str(path))
    [failure] = reading
    assert isinstance(failure, Failure)
    assert (failure.error, failure.input) == ("not-fetched", str(path))
    assert "2 pages" in failure.message
    assert reading.account().passed_over == (("not-fetched", 2),)
    first, _ = open_input(str(path)).with_addresses()
    assert first == Address("https://post.example/1", str(path), 2, "One", "2025-07-03")


def test_a_table_with_a_quotation_that_does_not_end(tmp_path: Path) -> None:
    content = f'url,text\nhttps://a.example/1,"{"x " * 1500}\nhttps://a.example/2,{TEXT}\n'
    items = read(put(tmp_path / "a.csv", content), limits=SMALL)
    assert isinstance(items[0], Failure)
    assert items[0].error == "bad-csv"


def test_a_list_of_addresses(tmp_path: Path) -> None:
    content = "# ours\r\nhttps://a.example/1\r\n\r\nhttps://a.example/2\n"
    reading = open_input(str(put(tmp_path / "urls.txt", content)))
    assert reading.kind == "addresses"
    found = [item for item in reading.with_addresses() if isinstance(item, Address)]
    assert [(item.url, item.line) for item in found] == [
        ("https://a.example/1", 2), ("https://a.example/2", 4),
    ]  # fmt: skip
    [failure] = reading
    assert isinstance(failure, Failure)
    assert failure.error == "not-fetched"
    text = open_input(str(put(tmp_path / "b.txt", f"https://a.example/1\n{TEXT}\n")))
    assert text.kind == "text"


@pytest.mark.parametrize(
    ("line", "why"),
    [("Seen on Monday:", "the line is no address"),
     ("c.example/news/3", "the line is no address; write it with https://")],
)  # fmt: skip
def test_a_list_in_which_a_line_is_no_address(tmp_path: Path, line: str, why: str) -> None:
    """It is no article: the line is told, and the others are addresses."""
    content = f"https://a.example/1\n{line}\nhttps://b.example/2\n"
    reading = open_input(str(put(tmp_path / "urls.txt", content)))
    assert reading.kind == "addresses"
    first, bad, last = reading.with_addresses()
    assert isinstance(first, Address) and isinstance(last, Address) and last.line == 3
    assert isinstance(bad, Failure) and (bad.error, bad.message) == ("no-address", why)


def test_a_list_without_schemes_is_no_article(tmp_path: Path) -> None:
    path = put(tmp_path / "urls.txt", "www.a.example/1\nb.example/news/2\n")
    assert [item.error for item in read(path) if isinstance(item, Failure)] == ["no-address"] * 2


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.csv.gz"])
def test_a_table_of_columns_that_we_do_not_know(tmp_path: Path, name: str) -> None:
    """It says so; its rows were read as one text."""
    content = f"nr;author;words\n1;Ada;{TEXT}\n2;Bo;{TEXT}\n".encode()
    (failure,) = read(put(tmp_path / name, gzip.compress(content) if "gz" in name else content))
    assert isinstance(failure, Failure)
    assert failure.error == "no-columns" and "docs/inputs.md" in failure.message


def test_a_table_of_one_column(tmp_path: Path) -> None:
    for header in ("text", "content"):
        record = one(put(tmp_path / "a.csv", f'{header}\n"{TEXT}"\n'))
        assert isinstance(record, Record) and record.text == TEXT


def test_rows_with_addresses_alone(tmp_path: Path) -> None:
    reading = open_input(str(put(tmp_path / "a.jsonl", '{"url": "https://a.example/x"}\n')))
    [failure] = reading
    assert isinstance(failure, Failure)
    assert failure.error == "not-fetched"


def test_rows_packed_with_zstandard(tmp_path: Path) -> None:
    packed = zstandard.compress(ROW + b"\n") + zstandard.compress(ROW + b"\n")
    assert len(read(put(tmp_path / "a.jsonl.zst", packed))) == 2
    assert one(put(tmp_path / "b.html.zst", zstandard.compress(PAGE))).body == PAGE


# Feeds


RSS = f"""<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Post</title><link>https://post.example/</link>
<item><title>Whole</title><link>https://post.example/1</link>
<guid isPermaLink="false">https://post.example/?p=1</guid>
<source url="https://third.example/feed">Third</source>
<pubDate>Thu, 03 Jul 2025 19:40:00 GMT</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>{FULL}</p><p><a href="https://src.example/x">Source</a></p>]]>
</content:encoded></item>
<item><title>Teaser</title><link>https://post.example/2</link>
<content:encoded><![CDATA[<p>{FULL} […]</p>]]></content:encoded></item>
<item><title>Listed</title><link>https://post.example/3</link><description>x</description></item>
</channel></rss>
"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Post</title>
<entry><title>Whole</title><link href="https://post.example/1"/><id>urn:1</id>
<updated>2025-07-03T19:40:00Z</updated><content type="html">&lt;p&gt;{FULL}&lt;/p&gt;</content>
</entry></feed>"""


def test_a_feed(tmp_path: Path) -> None:
    path = put(tmp_path / "feed.xml", RSS)
    reading = open_input(str(path))
    assert reading.kind == "feed"
    page, second, third = reading.with_addresses()
    assert isinstance(page, Capture)
    assert page.url == "https://post.example/1"
    for words in (b"<title>Whole</title>", b"2025-07-03T19:40:00Z", b"https://src.example/x",
                  b'<link rel="shortlink" href="https://post.example/?p=1">',
                  b'content="https://third.example/"', FULL.encode()):  # fmt: skip
        assert words in page.body
    assert isinstance(second, Address)
    assert third == Address("https://post.example/3", str(path), 3, "Listed")
    assert not reading.account().truncated
    [atom] = read(put(tmp_path / "atom.xml", ATOM))
    assert isinstance(atom, Capture)
    assert FULL.encode() in atom.body


def test_a_cut_feed_gives_what_is_whole(tmp_path: Path) -> None:
    reading = open_input(str(put(tmp_path / "feed.xml", RSS[: RSS.index("<item><title>Tea")])))
    [page] = reading
    assert isinstance(page, Capture)
    assert reading.account().truncated
    assert (
        one(put(tmp_path / "b.xml", "<rss version='2.0'><channel></channel></rss>")).error
        == "empty"
    )


def test_a_feed_reads_no_file_and_does_not_explode(tmp_path: Path) -> None:
    secret = put(tmp_path / "secret", "The secret word.")
    entity = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>'
    laughs = "<!DOCTYPE rss [<!ENTITY a0 'ha'>" + "".join(
        f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12)
    ) + "]>"  # fmt: skip
    for head, name in ((entity, "x"), (laughs, "a11")):
        body = RSS.replace('<?xml version="1.0"?>', head).replace(
            "<title>Whole", f"<title>&{name};"
        )
        for item in read(put(tmp_path / "feed.xml", body)):
            assert b"secret word" not in getattr(item, "body", b"")
            assert len(getattr(item, "body", b"")) < 100_000


# Parquet


def parquet(path: Path, rows: str) -> Path:
    duckdb = pytest.importorskip("duckdb")
    duckdb.execute(f"COPY (SELECT * FROM (VALUES {rows}) AS t(url, text, date, other)) TO '{path}'")
    return path


def test_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (
        f"('https://a.example/1', '{TEXT}', DATE '2025-07-03', 1),"
        "('https://a.example/2', NULL, NULL, 2)"
    )
    path = parquet(tmp_path / "a[1].parquet", rows)
    reading = open_input(str(path))
    assert reading.kind == "parquet"
    first, second = reading.with_addresses()
    assert isinstance(first, Record)
    assert (first.text, first.url, first.published) == (TEXT, "https://a.example/1", "2025-07-03")
    assert isinstance(second, Address)
    content = bytearray(path.read_bytes())
    content[8:40] = bytes(32)
    for damaged in (bytes(content), bytes(content[:200])):
        reading = open_input(str(put(tmp_path / "b.parquet", damaged)))
        last = list(reading)[-1]
        assert isinstance(last, Failure)
        assert reading.account().truncated
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert "pip install" in one(path).message


def test_a_folder_with_everything(tmp_path: Path) -> None:
    put(tmp_path / "a.warc.gz", GZ)
    wacz(tmp_path / "b.wacz")
    put(tmp_path / "c.html")
    put(tmp_path / "d.csv", f"url,text\nhttps://a.example/1,{TEXT}\n")
    put(tmp_path / "e.csv", "name,price\nTea,2\n")
    put(tmp_path / "f" / "feed.xml", RSS)
    put(tmp_path / "g.jsonl.zst", zstandard.compress(ROW))
    put(tmp_path / "h.md", f"# T\n\n{TEXT}")
    put(tmp_path / "i.warc", b"")
    put(tmp_path / "j.zip", b"PK\x03\x04holiday")
    reading = open_input(str(tmp_path))
    found: dict[str, int] = {}
    for item in reading:
        assert not isinstance(item, Failure), item
        name = Path(str(item.path)).name
        found[name] = found.get(name, 0) + 1
    assert found == {
        "a.warc.gz": COUNT, "b.wacz": COUNT, "c.html": 1, "d.csv": 1, "feed.xml": 1,
        "g.jsonl.zst": 1, "h.md": 1,
    }  # fmt: skip


def test_hostile_heads_are_told_quickly(tmp_path: Path) -> None:
    hostile: list[Any] = [b"url," * 20_000, b"https://a.example/ " * 5000, b"\nWARC/1.0\r\n" * 6000]
    for content in hostile:
        open_input(str(put(tmp_path / "a.bin", content)))
