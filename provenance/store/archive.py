"""Fetched pages, kept as WARC/1.1 (ISO 28500:2017) beside the database. Only appends.

The only importer of warcio on the writing side. One gzip member a record, so that a record is
found again by offset and length, and any WARC tool reads the file.
"""

from __future__ import annotations

import http
import io
import re
import zlib
from pathlib import Path
from typing import Any

from provenance.config import LIMITS
from provenance.errors import StoreError
from provenance.models import Capture
from provenance.store import rows
from provenance.urls import unwrap_archive

# The body is kept as decoded, so these would lie; renamed as Common Crawl does.
_OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_UTC_SECONDS = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
# What no header name may hold (RFC 9110 §5.6.2).
_NO_TOKEN = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LINE_ENDS = re.compile(r"[\r\n\0]+")


def _text(value: str) -> str:
    """A header value on one line: whoever sent it may not write headers of ours."""
    return _LINE_ENDS.sub(" ", value).strip()


def _http_headers(capture: Capture) -> list[tuple[str, str]]:
    headers = [
        (f"X-Crawler-{name}" if name.lower() in _OF_THE_WIRE else name, value)
        for name, value in rows.safe_headers(capture)
    ]
    headers.append(("Content-Length", str(len(capture.body))))
    return [(_NO_TOKEN.sub("-", name), _text(value)) for name, value in headers if name]


def member(capture: Capture, *, record_id: str | None = None) -> bytes:
    """The capture as one WARC record, a gzip member of its own.

    Without ``record_id`` (a URN) the record gets a random one, and a time of its own unless the
    capture was observed to the second.
    """
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    url = rows.safe_url(capture.final_url or capture.url)
    warc_headers: dict[str, str] = {}
    if capture.observed and _UTC_SECONDS.match(capture.observed):
        warc_headers["WARC-Date"] = capture.observed
    if record_id:
        warc_headers["WARC-Record-ID"] = f"<{record_id}>"
    if capture.redirects and unwrap_archive(capture.redirects[-1])[0] != capture.redirects[-1]:
        # The bytes came out of a web archive, which changes them.
        warc_headers["WARC-Source-URI"] = _text(rows.safe_url(capture.redirects[-1]))
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    options: dict[str, Any] = {"warc_headers_dict": warc_headers}
    if capture.status is None:
        # Not from HTTP (standard input): a resource record has no response to show.
        kind = "resource"
        said = [value for name, value in capture.headers if name.lower() == "content-type"]
        options["warc_content_type"] = _text(said[0]) if said and said[0] else "text/html"
    else:
        kind = "response"
        try:
            phrase = http.HTTPStatus(capture.status).phrase
        except ValueError:
            phrase = ""
        options["http_headers"] = StatusAndHeaders(
            f"{capture.status} {phrase}".strip(), _http_headers(capture), protocol="HTTP/1.1"
        )
    record = writer.create_warc_record(
        _text(url) or "urn:unknown",
        kind,
        payload=io.BytesIO(capture.body),
        **options,
    )
    writer.write_record(record)
    return out.getvalue()


def append(path: Path, capture: Capture) -> tuple[int, int]:
    """Write the capture at the end of the WARC file; gives ``(offset, length)`` of its member.

    The file and its folder are made when missing. In one write and in append mode, so that two
    writers can't interleave. Raises StoreError ``archive`` when it can't be written.
    """
    record = member(capture)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as file:
            written = file.write(record)
            end = file.tell()
            if written != len(record):
                file.truncate(end - written)  # a full disk: leave no half of a record
                raise OSError("the disk is full")
    except OSError as error:
        raise StoreError(
            f"the page cannot be kept ({error.strerror or error})",
            subject=path.name,
            hint="Check the free space and the permissions",
            code="archive",
        ) from error
    return end - len(record), len(record)


def read(path: Path, offset: int, length: int) -> bytes:
    """The payload of the record at ``offset`` (bytes), as it was in ``Capture.body``.

    Raises StoreError ``archive`` when the file is gone or the record doesn't match its digest.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            packed = file.read(length)
    except OSError as error:
        raise _unreadable(path.name) from error
    if len(packed) != length:
        raise _unreadable(path.name)
    return content(packed, path.name)[1]


def content(packed: bytes, name: str = "a record") -> tuple[str, bytes]:
    """Media type, with its parameters, and payload of the one record in these bytes.

    Raises StoreError ``archive`` when there is none, or it doesn't match its digest.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        for record in ArchiveIterator(io.BytesIO(packed), check_digests="raise"):
            headers = record.http_headers or record.rec_headers
            payload: bytes = record.content_stream().read(LIMITS.max_body + 1)
            if len(payload) > LIMITS.max_body:
                raise _unreadable(name)
            return str(headers.get_header("Content-Type") or ""), payload
    except (OSError, EOFError, ValueError, KeyError, zlib.error, ArchiveLoadFailed) as error:
        raise _unreadable(name) from error
    raise _unreadable(name)


def _unreadable(name: str) -> StoreError:
    return StoreError(
        "the kept page cannot be read",
        subject=name,
        hint="The file was changed or cut; fetch the page again",
        code="archive",
    )
