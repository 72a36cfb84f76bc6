"""Crawls as WARC, WET or ARC: their pages and texts, in a stream or one by its place."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from provenance.errors import ReadError
from provenance.models import Capture, Failure, Record
from provenance.normalize import clean
from provenance.readers import http, mirror
from provenance.readers.packed import Packing, packing_of
from provenance.readers.reading import Given, Item, Tally
from provenance.readers.records import MAX_HEADER, Stored, read_records
from provenance.urls import is_url, redact, unwrap_archive

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
#: Records that accompany others and hold nothing of a page.
_COMPANIONS = frozenset({"warcinfo", "request", "metadata"})


def block_limit(given: Given) -> int:
    """Bytes of a record that are held: a page, its headers, its chunks."""
    return given.limits.max_body + MAX_HEADER + given.limits.max_body // 8


def read_warc(
    stream: BinaryIO, packing: Packing, label: str, given: Given, tally: Tally, base: int = 0
) -> Iterator[Item]:
    """The pages and texts of a WARC or ARC file, packed as it lies.

    What is no page (other types, other status than 200, repeats of a page seen before) is counted
    by reason, not given. ``base``: place in the file at which the stream begins.
    """
    for stored in read_records(stream, packing, block_limit(given), tally, base):
        item = _item(stored, label, given)
        if isinstance(item, str):
            if item:
                tally.passed[item] += 1
        else:
            yield item


def read_at(path: str | Path, offset: int, length: int, given: Given | None = None) -> Item:
    """The page or text of the record that :func:`read_warc` said lies there; the same item.

    ``path`` is a WARC, an ARC, or a WACZ. Raises ReadError ``unreadable`` when the file can't be
    read, ``moved`` when there is no such record in these bytes.
    """
    given = given or Given()
    label = str(path)
    stream = bytes_at(path, offset, length, given)
    packing = packing_of(stream)
    base = offset - max(len(stream) - length, 0)
    found = next(read_warc(io.BytesIO(stream), packing, label, given, Tally(), base), None)
    if found is None:
        raise ReadError(
            "the record is not where it was",
            subject=f"{label} at {offset}",
            hint="The file was changed; scan it again",
            code="moved",
        )
    return found


def bytes_at(path: str | Path, offset: int, length: int, given: Given | None = None) -> bytes:
    """The bytes of a record as they lie there, behind the dictionary that they need, if any.

    Raises ReadError ``unreadable``.
    """
    given = given or Given()
    try:
        with Path(path).open("rb") as file:
            file.seek(offset)
            # A record is no longer than what is held of it, packed or not; a frame some bytes more.
            packed = file.read(min(length, 2 * block_limit(given)))
        opening = _dictionary_of(path) if packing_of(packed) == "zstd" else b""
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ReadError(f"cannot be read ({why})", subject=str(path), code="unreadable") from error
    return opening + packed


def _dictionary_of(path: str | Path) -> bytes:
    """The first frame of a .warc.zst, if it is a dictionary, without which no other is read."""
    with Path(path).open("rb") as file:
        head = file.read(8)
        if not head.startswith(b"\x5d\x2a\x4d\x18"):
            return b""
        return head + file.read(min(int.from_bytes(head[4:], "little"), 16 << 20))


def _item(stored: Stored, label: str, given: Given) -> Item | str:
    """What a record gives, or why it gives nothing: a reason, "" for what only accompanies."""
    fields = stored.fields
    kind = fields.get("warc-type", "").lower()
    if kind in _COMPANIONS:
        return ""
    if kind in ("revisit", "continuation"):
        return kind
    if kind not in ("response", "resource", "conversion"):
        return "other"
    address = fields.get("warc-target-uri", "").strip("<>")
    if not is_url(address):
        return "no-page"  # dns:, whois:, urn: and the like
    named = redact(address)
    if stored.block is None:
        # Pages are smaller; this is a film or an archive, unless it says that it is a page.
        said = fields.get("warc-identified-payload-type", fields.get("arc-content-type", ""))
        began = http.parse(stored.head, given.limits.max_body)
        is_page = began is not None and began.status == 200 and _says_page(began.headers)
        if is_page or said.split(";")[0].strip().lower() in _HTML_TYPES:
            return Failure(
                named, "read", "oversize", f"larger than {stored.size:,} bytes; not read"
            )
        return "oversize"
    url, captured = unwrap_archive(address)
    observed = captured or _moment(fields.get("warc-date", ""))
    if kind == "conversion":
        text = clean(stored.block.decode("utf-8", "replace"))
        if len(text) > given.limits.max_body:
            return "oversize"
        return Record(
            text=text,
            url=url,
            observed=observed,
            language=fields.get("warc-identified-content-language", "").split(",")[0] or None,
            site=given.site,
            path=label,
        )
    status, body, limit = None, stored.block, given.limits.max_body
    headers: tuple[tuple[str, str], ...] = (("Content-Type", fields.get("content-type", "")),)
    if fields.get("content-type", "").lower().startswith("application/http") or body.startswith(
        b"HTTP/"
    ):
        response = http.parse(body, limit)
        if response is None:
            return "no-page"
        status, headers, body = response.status, response.headers, response.body or b""
        if status != 200:
            return "status"
        too_large = response.body is None
    else:
        too_large = len(body) > limit
    if not _is_page(headers, body):
        return "oversize" if too_large else "not-html"
    if too_large:
        return Failure(named, "read", "oversize", f"larger than {limit:,} bytes; not read")
    if not body.strip():
        return "empty"
    return Capture(
        url=url,
        final_url=url,
        body=body,
        status=status,
        headers=headers,
        observed=observed,
        path=label,
        offset=stored.offset,
        length=stored.length,
        site=given.site,
    )


def _says_page(headers: tuple[tuple[str, str], ...]) -> bool:
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    return kind.split(";")[0].strip().lower() in _HTML_TYPES


def _is_page(headers: tuple[tuple[str, str], ...], body: bytes) -> bool:
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    kind = kind.split(";")[0].strip().lower()
    if kind in _HTML_TYPES:
        return True
    if kind and kind not in ("unk", "no-type", "application/octet-stream"):
        return False
    start = body[:1024].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head")) or b"<html" in start


def _moment(date: str) -> str | None:
    """A record's time as ISO 8601, in UTC: WARC writes W3CDTF, ARC 14 digits."""
    if len(date) == 14 and date.isdigit():
        date = f"{date[:4]}-{date[4:6]}-{date[6:8]}T{date[8:10]}:{date[10:12]}:{date[12:]}Z"
    return mirror.saved_time(date)
