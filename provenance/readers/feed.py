"""RSS and Atom, saved as a file: entries with their full text are pages, others addresses."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

from provenance.models import Capture, Failure
from provenance.readers.html import oversize
from provenance.readers.reading import Address, Given, Item, Tally
from provenance.readers.streams import whole
from provenance.urls import host, is_url

# A feed holds dozens of pages.
_FEED_FACTOR = 5
# Tags, escaped ones included, that a feed may have: a parser takes some 20 µs for each, and feeds
# are read by the process that has no limits.
MAX_TAGS = 500_000
_TAG = re.compile(r"<[^>]{0,2000}>")
# How a text ends that is only the beginning of one.
_TEASER = re.compile(
    r"(?:\.\.\.|…|\[…\]|\[\.\.\.\]|read more|continue reading|weiterlesen|lire la suite|leer más)"
    r"[\s»→>\].]*$",
    re.IGNORECASE,
)
# Characters at its end in which that is looked for.
_ENDING = 200


def read_feed(stream: BinaryIO, label: str, given: Given, tally: Tally) -> Iterator[Item]:
    """One Capture for each entry whose content is the whole text, else its Address.

    feedparser reads it without fetching anything: external entities are off, and expat bounds the
    others (expat 2.4.1 and later). What it could read of a damaged feed is kept.
    """
    import feedparser

    limit = given.limits.max_body * _FEED_FACTOR
    raw = whole(stream, limit)
    if raw is None:
        yield oversize(label, limit)
        return
    if raw.count(b"<") + raw.count(b"&lt;") > MAX_TAGS:
        yield Failure(label, "read", "flood", f"a feed of more than {MAX_TAGS:,} tags; not read")
        return
    try:
        # A stream, never a string: that could name a file or an address.
        feed = feedparser.parse(io.BytesIO(raw), resolve_relative_uris=True, sanitize_html=False)
    except Exception as error:
        # Its parser of last resort raises what it likes.
        message = f"the feed cannot be parsed ({type(error).__name__})"
        yield Failure(label, "read", "bad-feed", message)
        return
    if not feed.entries:
        code = "bad-feed" if feed.bozo else "empty"
        message = "the feed cannot be parsed" if feed.bozo else "a feed without entries"
        yield Failure(label, "read", code, message)
        return
    closed = re.search(rb"</(?:rss|feed|rdf:RDF)\s*>\s*(?:<!--.*?-->\s*)*$", raw[-4096:], re.S)
    tally.truncated |= closed is None
    for number, entry in enumerate(feed.entries, 1):
        yield _entry(entry, f"{label}:{number}", label, number, given)


def _entry(entry: Mapping[str, Any], here: str, label: str, number: int, given: Given) -> Item:
    url = next((u for u in (entry.get("link"), entry.get("id")) if u and is_url(str(u))), "")
    url = str(url)
    content = max(
        (str(part.get("value") or "") for part in entry.get("content") or ()), key=len, default=""
    )
    title = str(entry.get("title") or "")
    text = " ".join(html.unescape(_TAG.sub(" ", content)).split())
    if len(text.split()) < given.limits.min_words or _TEASER.search(text[-_ENDING:]):
        if url:
            return Address(url, path=label, line=number, title=title, published=_time(entry))
        return Failure(here, "read", "no-text", "an entry with neither full text nor address")
    if len(content) > given.limits.max_body:
        return Failure(here, "read", "oversize", f"larger than {given.limits.max_body:,} bytes")
    return Capture(
        url=url or f"file:///{number}",
        final_url=url or f"file:///{number}",
        body=_page(url, title, content, entry).encode("utf-8", "replace"),
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        path=label,
        published=given.published,
        site=given.site,
    )


def _page(url: str, title: str, content: str, entry: Mapping[str, Any]) -> str:
    """The entry as a page: what the feed claims stands where a page claims it."""
    known = {"article:published_time": _time(entry), "author": str(entry.get("author") or "")}
    metas = "".join(
        f'<meta {"property" if ":" in name else "name"}="{name}" content="{html.escape(value)}">'
        for name, value in known.items()
        if value
    )
    link = f'<link rel="canonical" href="{html.escape(url)}">' if url else ""
    # The GUID is the page's other address; a copy may keep it where its links are its own.
    guid = str(entry.get("id") or "")
    if is_url(guid) and guid != url:
        link += f'<link rel="shortlink" href="{html.escape(guid)}">'
    # The feed that an aggregator took the entry from: of it, only the outlet.
    if origin := host(str((entry.get("source") or {}).get("href") or "")):
        link += f'<meta name="DC.source" content="https://{html.escape(origin)}/">'
    name = html.escape(html.unescape(title))
    return (
        f"<!DOCTYPE html><html><head><title>{name}</title>{link}{metas}</head><body><article>"
        f"<h1>{name}</h1>{content}</article></body></html>"
    )


def _time(entry: Mapping[str, Any]) -> str | None:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        moment = datetime(*parsed[:6]).replace(tzinfo=UTC) if parsed else None
    except (TypeError, ValueError):
        return None
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
