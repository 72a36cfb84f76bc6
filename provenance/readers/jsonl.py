"""Rows of JSON: texts already extracted, or pages as HTML. One object a line (plain or gzip),
or one file that is an object or an array of objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

from provenance.models import Capture, Failure, Record
from provenance.normalize import clean
from provenance.readers import mirror
from provenance.readers.reading import Address, Given, Item, Tally
from provenance.readers.streams import whole
from provenance.urls import host, is_url, site_of_host, unwrap_archive

#: Names under which other tools write what we need; the first that holds something is taken.
FIELDS: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "raw_text", "maintext", "content", "article", "body", "articleBody", "plain_text",
        "full_text", "article_text",
    ),
    "html": ("html", "raw_html", "page_content"),
    "url": (
        "url", "link", "requested_url", "article_url", "source_url", "source", "uri", "id",
        "WARC-Target-URI",
    ),
    "title": ("title", "headline"),
    "published": (
        "published", "date", "date_publish", "published_date", "publish_date", "publishedAt",
        "pub_date", "timestamp", "datePublished",
    ),
    "byline": ("byline", "author", "authors"),
    "language": ("language", "lang"),
    "site": ("site", "publisher", "hostname", "source_domain", "sitename", "media_name"),
}  # fmt: skip

#: Longer lines are passed over without being read into memory.
MAX_LINE = 20_000_000
#: A file that is one JSON value has to be read whole.
MAX_FILE = 50_000_000
# Fields of which an address is expected; in the others only a whole URL is one.
_ADDRESSES = frozenset({"url", "link", "requested_url", "article_url", "source_url", "uri"})
_BARE = re.compile(r"^(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/\S*)?$", re.IGNORECASE)
# Numbers in these ranges are times: 1973–2286 in seconds, the same in milliseconds.
_SECONDS = (1e8, 1e10)
_HTML_START = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def _string(value: Any) -> str:
    """A field as one string: a list of strings is paragraphs."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return clean("\n".join(value))
    return ""


def _first(row: Mapping[str, Any], field: str) -> str:
    return next((s for name in FIELDS[field] if (s := _string(row.get(name))).strip()), "")


def _url(row: Mapping[str, Any]) -> str:
    for name in FIELDS["url"]:
        value = row.get(name)
        if not isinstance(value, str):
            continue
        value = clean(value.strip())
        if is_url(value):
            return value
        if name in _ADDRESSES and _BARE.match(value):
            return f"https://{value}"
    return ""


def _published(row: Mapping[str, Any]) -> str | None:
    for name in FIELDS["published"]:
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return clean(value.strip())
        if isinstance(value, (int, float)) and _SECONDS[0] <= value < 1000 * _SECONDS[1]:
            seconds = value / 1000 if value >= _SECONDS[1] else value
            if _SECONDS[0] <= seconds < _SECONDS[1]:
                moment = datetime.fromtimestamp(seconds, UTC)
                return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return None


def _names(value: Any, depth: int = 4) -> list[str]:
    """The names in a field, which may be a list of them, or objects of schema.org."""
    if isinstance(value, str):
        return [clean(value.strip())] if value.strip() else []
    if isinstance(value, dict) and depth:
        return _names(value.get("name"), depth - 1)
    if isinstance(value, list) and depth:
        return [name for part in value for name in _names(part, depth - 1)]
    return []


def _byline(row: Mapping[str, Any]) -> str | None:
    for field in FIELDS["byline"]:
        if names := _names(row.get(field)):
            return ", ".join(names)
    return None


def _site(row: Mapping[str, Any]) -> str | None:
    for field in FIELDS["site"]:
        value = row.get(field)
        if isinstance(value, str):
            name = host(value.strip()) if is_url(value) else value.strip().lower()
            if mirror.is_host(name):
                # As articles have it: a page of the same site read as HTML is of its series.
                return site_of_host(name)
    return None


def to_item(
    row: Mapping[str, Any], label: str, given: Given, *, path: str, line: int, own_url: str
) -> Item:
    """One row as a Capture (it has HTML), a Record (it has text), an Address (it has neither), or
    the Failure to be any.

    ``label`` names the row in failures; ``own_url`` is its address when it tells none.
    """
    text = _first(row, "text")
    html = _first(row, "html")
    if not html and _HTML_START.match(text):  # whole pages are sold as "content", too
        text, html = "", text
    found = _url(row)
    if not text and not html:
        if found:
            title = _first(row, "title").strip()
            return Address(found, path=path, line=line, title=title, published=_published(row))
        return Failure(label, "read", "no-text", "a row with neither text nor HTML nor address")
    if len(text or html) > given.limits.max_body:
        limit = given.limits.max_body
        return Failure(label, "read", "oversize", f"a text of more than {limit:,} characters")
    url, observed = unwrap_archive(found or own_url)
    published = given.published or _published(row)
    site = given.site or _site(row)
    if text:
        return Record(
            text=text,
            url=url,
            title=_first(row, "title").strip(),
            byline=_byline(row),
            published=published,
            observed=observed,
            language=_first(row, "language").strip().lower() or None,
            site=site,
            path=path,
            line=line,
        )
    return Capture(
        url=url,
        final_url=url,
        body=html.encode("utf-8"),
        # It was decoded for the row, so what the page says of its own charset is past.
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        observed=observed,
        path=path,
        published=published,
        site=site,
    )


def parse(raw: bytes) -> Any:
    """JSON (RFC 8259) with single bad bytes forgiven: one must not cost a whole article.

    Raises ValueError, also for what is nested too deep.
    """
    try:
        return json.loads(raw.decode("utf-8-sig", "replace"))
    except RecursionError:
        raise ValueError("nested too deep") from None


def _skip_line(stream: BinaryIO) -> int:
    """Pass over the rest of a line, a piece at a time; gives its length in bytes."""
    skipped = 0
    while piece := stream.readline(65536):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped


def read_jsonl(
    stream: BinaryIO, label: str, given: Given, parts: Sequence[str], tally: Tally
) -> Iterator[Item]:
    """One item a line. A line that can't be read is a Failure, and reading goes on."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        here = f"{label}:{number}"
        if len(line) > MAX_LINE:
            tally.skipped += len(line)
            if not line.endswith(b"\n"):
                tally.skipped += _skip_line(stream)
            yield Failure(here, "read", "oversize", f"a line of more than {MAX_LINE:,} bytes")
            continue
        if not line.strip(b" \t\r\n\0\xef\xbb\xbf"):
            continue
        try:
            row = parse(line)
        except ValueError as error:
            tally.skipped += len(line)
            yield Failure(here, "read", "bad-json", _why(error))
            continue
        if not isinstance(row, dict):
            tally.skipped += len(line)
            yield Failure(here, "read", "bad-json", "the line is no JSON object")
            continue
        own_url = f"{mirror.file_url(parts)}#{number}"
        yield to_item(row, here, given, path=label, line=number, own_url=own_url)


def read_json(
    stream: BinaryIO, label: str, given: Given, parts: Sequence[str], tally: Tally
) -> Iterator[Item]:
    """The object, or each object of the array, of a file that is one JSON value.

    ``line`` of what it gives is the place in the array, from 1.
    """
    raw = whole(stream, MAX_FILE)
    if raw is None:
        message = f"larger than {MAX_FILE:,} bytes; write it as JSON Lines, one object a line"
        yield Failure(label, "read", "oversize", message)
        return
    try:
        value = parse(raw)
    except ValueError as error:
        tally.skipped += len(raw)
        yield Failure(label, "read", "bad-json", _why(error))
        return
    rows = value if isinstance(value, list) else [value]
    del raw, value
    for number, row in enumerate(rows, 1):
        here = f"{label}:{number}"
        if not isinstance(row, dict):
            yield Failure(here, "read", "bad-json", "an entry that is no JSON object")
            continue
        own_url = f"{mirror.file_url(parts)}#{number}"
        yield to_item(row, here, given, path=label, line=number, own_url=own_url)


def _why(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"no valid JSON: {error.msg} at character {error.pos + 1}"
    return "no valid JSON"
