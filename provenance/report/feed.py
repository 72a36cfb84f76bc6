"""Matches as an Atom feed (RFC 4287), for a reader that tells what is new. Pure."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from provenance.report.html import clip, web_link
from provenance.report.text import LINES, NAMES, printable, probable

#: Of the tag URIs (RFC 4151). No host has this name, and none is meant: ids are only compared.
AUTHORITY = "provenance.invalid,2026"
#: Entries of a feed: readers take all of it each time.
MOST = 200
_TITLE = 200
# RFC 3986 §2.2, and what is escaped already; other characters are escaped in a link.
_OF_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"


def _line(value: object) -> str:
    """A value on one line, with only characters that XML 1.0 has."""
    return "".join(c for c in printable(str(value)) if unicodedata.category(c) != "Cn")


def _text(value: object) -> str:
    """The same as the text of an element."""
    return escape(_line(value))


def _link(relation: str, url: str | None, title: str = "") -> str:
    if (address := web_link(url)) is None:
        return ""
    named = f" title={quoteattr(_line(title))}" if title else ""
    href = quoteattr(quote(address, safe=_OF_ADDRESSES))
    return f"<link rel={quoteattr(relation)} href={href}{named}/>\n"


def _feed_id(filters: Mapping[str, Any]) -> str:
    """The same for the same question, whatever its answer is by now."""
    asked = json.dumps({k: v for k, v in filters.items() if v is not None}, sort_keys=True)
    return f"tag:{AUTHORITY}:matches/{hashlib.sha256(asked.encode()).hexdigest()[:16]}"


def atom_lines(
    rows: Iterable[Mapping[str, Any]],
    *,
    filters: Mapping[str, Any],
    now: str,
    version: str,
    address: str | None = None,
) -> Iterator[str]:
    """The feed, piece by piece.

    ``rows`` as ``Store.matches`` gives them, newest first. ``filters`` are what was asked for: they
    name the feed, unless ``address``, where it will lie, does. ``now``: the time of an empty one.
    Every entry's id is that of its match, and stays.
    """
    entries = list(rows)
    updated = max((str(row["found"]) for row in entries), default=now)
    asked = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in filters.items() if value is not None
    )
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    yield f"<id>{escape(address or _feed_id(filters))}</id>\n"
    title = f"Texts that were found again: {asked}" if asked else "Texts that were found again"
    yield f"<title>{_text(title)}</title>\n"
    yield "<subtitle>Similar or derived texts; nobody is accused.</subtitle>\n"
    yield f"<updated>{_text(updated)}</updated>\n"
    yield "<author><name>provenance</name></author>\n"
    yield f"<generator version={quoteattr(version)}>provenance</generator>\n"
    if address:
        yield _link("self", address)
    for row in entries:
        yield _entry(row)
    yield "</feed>\n"


def _entry(row: Mapping[str, Any]) -> str:
    name = NAMES.get(str(row["relation"]), str(row["relation"]).upper()).capitalize()
    target = str(row["target_title"] or row["target_url"] or row["target_id"])
    source = str(row["source_title"] or row["source_url"] or row["source_id"])
    told = (
        f"{name}: {LINES.get(str(row['relation']), '')}. Probability that the page's text derives "
        f"from the source's: {probable(row['probability'])}. Who was first: {row['direction']}. "
        f"Credit: {row['attribution']}. Page: {target} ({row['target_url']}). "
        f"Source: {source} ({row['source_url']}). All of it: provenance show {row['id'][:8]}"
    )
    head = clip(f"{name}: {target} ← {row['source_site'] or source}", _TITLE)
    return (
        f"<entry>\n<id>tag:{AUTHORITY}:match/{_text(row['id'])}</id>\n"
        f"<title>{_text(head)}</title>\n"
        f"<updated>{_text(row['found'])}</updated>\n<published>{_text(row['found'])}</published>\n"
        + _link("alternate", row["target_url"])
        + _link("related", row["source_url"], clip(source, _TITLE))
        + f"<category term={quoteattr(_line(row['relation']))}/>\n"
        f'<content type="text">{_text(told)}</content>\n</entry>\n'
    )
