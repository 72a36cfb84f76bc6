from __future__ import annotations

import gzip
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from provenance.errors import StoreError
from provenance.models import Capture
from provenance.store.archive import append, read

BODY = "<html><body>Мост</body></html>".encode("cp1251")


def capture(**changes: object) -> Capture:
    fields: dict[str, object] = {
        "url": "https://site.example/a",
        "final_url": "https://site.example/b",
        "body": BODY,
        "status": 200,
        "headers": (
            ("Content-Type", "text/html; charset=windows-1251"),
            ("X-A", "1"),
            ("X-A", "2"),
        ),
        "observed": "2025-07-08T10:15:30Z",
    }
    return Capture(**{**fields, **changes})  # type: ignore[arg-type]


def records(path: Path) -> list[tuple[dict[str, str], list[tuple[str, str]], bytes]]:
    with path.open("rb") as file:
        return [
            (
                dict(record.rec_headers.headers),
                list(record.http_headers.headers) if record.http_headers else [],
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file, check_digests="raise")
        ]


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "captures.warc.gz"
    bodies = [BODY, b"", b"\0\r\n\r\nWARC/1.1\r\n" * 9, b"x" * 300_000]
    places = [append(path, capture(body=body)) for body in bodies]
    assert places[0][0] == 0
    assert [offset for offset, _ in places[1:]] == [offset + size for offset, size in places[:-1]]
    assert path.stat().st_size == sum(places[-1])
    assert [read(path, *place) for place in reversed(places)] == bodies[::-1]


def test_other_tools_read_it(tmp_path: Path) -> None:
    path = tmp_path / "captures.warc.gz"
    append(path, capture())
    append(path, capture())
    (headers, http_headers, body), second = records(path)
    assert gzip.decompress(path.read_bytes()).startswith(b"WARC/1.1\r\n")
    assert headers["WARC-Type"] == "response"
    assert headers["WARC-Target-URI"] == "https://site.example/b"
    assert headers["WARC-Date"] == "2025-07-08T10:15:30Z"
    assert headers["WARC-Payload-Digest"].startswith("sha1:")
    assert headers["WARC-Record-ID"] != second[0]["WARC-Record-ID"]
    assert [value for name, value in http_headers if name == "X-A"] == ["1", "2"]
    assert body == BODY


def test_headers_of_the_wire_do_not_lie_about_the_body(tmp_path: Path) -> None:
    path = tmp_path / "captures.warc.gz"
    wire = (("Content-Encoding", "gzip"), ("transfer-encoding", "chunked"), ("Content-Length", "9"))
    place = append(path, capture(headers=wire))
    [(_, headers, body)] = records(path)
    assert headers == [
        ("X-Crawler-Content-Encoding", "gzip"),
        ("X-Crawler-transfer-encoding", "chunked"),
        ("X-Crawler-Content-Length", "9"),
        ("Content-Length", str(len(BODY))),
    ]
    assert body == BODY
    assert read(path, *place) == BODY


def test_a_header_cannot_write_another(tmp_path: Path) -> None:
    path = tmp_path / "captures.warc.gz"
    hostile = (("X-A", "1\r\nX-Evil: 1\r\n\r\nbody"), ("Y\r\nX-Evil", "1"), ("X-Ü", "жизнь"))
    place = append(
        path, capture(headers=hostile, final_url="https://site.example/\r\nWARC-Type: request")
    )
    [(headers, http_headers, body)] = records(path)
    assert headers["WARC-Type"] == "response"
    assert [name for name, _ in http_headers] == ["X-A", "Y-X-Evil", "X--", "Content-Length"]
    assert body == read(path, *place) == BODY


def test_a_page_of_a_web_archive_names_it(tmp_path: Path) -> None:
    path = tmp_path / "captures.warc.gz"
    wayback = "https://web.archive.org/web/20250708101530/https://site.example/b"
    append(path, capture(redirects=(wayback,)))
    append(path, capture(redirects=("https://site.example/a",)))
    first, second = records(path)
    assert first[0]["WARC-Source-URI"] == wayback
    assert "WARC-Source-URI" not in second[0]


def test_a_page_that_did_not_come_by_http(tmp_path: Path) -> None:
    path = tmp_path / "captures.warc.gz"
    place = append(path, capture(status=None, observed=None, headers=(), final_url=""))
    [(headers, _, body)] = records(path)
    assert headers["WARC-Type"] == "resource"
    assert headers["Content-Type"] == "text/html"
    assert headers["WARC-Target-URI"] == "https://site.example/a"
    assert body == read(path, *place) == BODY


def test_writers_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "captures.warc.gz"
    bodies = [bytes([65 + i]) * 50_000 for i in range(20)]
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda body: append(path, capture(body=body)), bodies))
    assert [read(path, *place) for place in places] == bodies
    assert len(records(path)) == 20


def test_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "captures.warc.gz"
    offset, length = append(path, capture(body=b"x" * 50_000))
    whole = path.read_bytes()
    forged = io.BytesIO()
    with gzip.GzipFile(fileobj=forged, mode="wb") as packer:
        packer.write(gzip.decompress(whole).replace(b"xxxx", b"yyyy"))
    damaged = [whole[:-20], b"", whole[:60] + b"\xff" * 20 + whole[80:], b"\0" * length]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(StoreError) as caught:
            read(path, offset, length)
        assert caught.value.code == "archive"
        assert str(tmp_path) not in str(caught.value)
    path.write_bytes(forged.getvalue())
    with pytest.raises(StoreError):
        read(path, 0, len(forged.getvalue()))
    path.unlink()
    with pytest.raises(StoreError):
        read(path, offset, length)


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        append(tmp_path / "file" / "captures.warc.gz", capture())
    assert caught.value.code == "archive"
