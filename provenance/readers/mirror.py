"""Which address a saved page came from. Pure: bytes and path parts in, URL out.

Tools that save pages leave the address in a comment (SingleFile, HTTrack, monolith, browsers) or
in the folders (wget). Failing both, the page's own word is taken; failing that, a ``file:`` address
that is no more than the file's name under the folder given.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import quote

from provenance.urls import is_url, site, unwrap_archive

#: Bytes of a page that are searched for an address.
SEARCHED = 200_000
# Comments of tools stand before the body; further down they are the page's own text.
_BODY = re.compile(rb"<body\b", re.IGNORECASE)
_SINGLEFILE = re.compile(
    rb"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)(?:\s+saved date:\s*([^\n<]{1,100}))?",
    re.IGNORECASE,
)
_HTTRACK = re.compile(
    rb"<!-- Mirrored from (\S+) by HTTrack Website Copier[^,<]{0,80}(?:,\s*([^<]{1,60}?))?\s*-->"
)
_MONOLITH = re.compile(rb"<!-- Saved from (https?:\S+) at (\S+) using monolith")
_BROWSER = re.compile(rb"<!-- saved from url=\(\d{4}\)(https?:\S+) -->", re.IGNORECASE)
_LINK = re.compile(rb"<link\b[^>]{0,2000}>", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]{0,2000}>", re.IGNORECASE)
_JS_DATE = re.compile(
    r"^\w{3} (\w{3}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) (?:GMT|UTC)([+-]\d{4})?", re.ASCII
)
_LABEL = re.compile(r"^(?!-)[a-z0-9_-]{1,63}(?<!-)$", re.IGNORECASE | re.ASCII)
_PAGE_NAME = re.compile(r"\.(?:x?html?|shtml|php|aspx?|jsp|txt|md|jsonl?|gz)$", re.IGNORECASE)
# A folder of the user's own ("john.doe", "news.saved") may look like a host as well: above the
# folder that was given, only these endings are believed.
_COMMON_ENDING = re.compile(
    r"^(?:[a-z]{2}|xn--[a-z0-9-]+|com|org|net|edu|gov|mil|int|info|biz|news|press|media|online|site"
    r"|live|today|world|africa|asia|blog|tv|report|daily|network|example|test|onion)$",
    re.IGNORECASE,
)
_INDEX = re.compile(r"^index\.(?:x?html?|php|aspx?)$", re.IGNORECASE)
# What may stand in a path as it is (RFC 3986 §3.3); "%" because wget leaves escapes in names.
_SAFE = "%:@!$&'()*+,;=~-._"
_ESCAPED_QUERY = re.compile(r"^([^@]*)@([\w.~%\[\]-]+=.*)$")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page came from: its URL, when it was saved (ISO 8601, UTC) if a tool said so, and
    by which of the ways it was found: given, comment, path, page or name."""

    url: str
    observed: str | None
    way: str


def is_host(name: str) -> bool:
    """True for a folder name that reads as a host name, with or without port (RFC 1123 §2.1).

    At least two labels, the last of letters; no name of a page or file.
    """
    labels = re.sub(r"[:+]\d{1,5}$", "", name).split(".")
    return (
        len(labels) > 1
        and len(name) <= 253
        and all(_LABEL.match(label) for label in labels)
        and re.match(r"^(?:[a-z]{2,}|xn--.+)$", labels[-1], re.IGNORECASE) is not None
        and not _PAGE_NAME.search(name)
    )


def _utc(moment: datetime) -> str | None:
    if moment.tzinfo is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def saved_time(text: str) -> str | None:
    """A tool's time stamp as ISO 8601 in UTC: of JavaScript, RFC 5322 or ISO itself."""
    text = text.strip()
    if found := _JS_DATE.match(text):
        month, day, year, clock, zone = found.groups()
        text = f"{day} {month} {year} {clock} {zone or '+0000'}"
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            if stamp := _utc(parse(text)):
                return stamp
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def _decoded(raw: bytes) -> str:
    return unescape(raw.decode("utf-8", "replace")).strip()


def _web(url: str, observed: str | None, way: str) -> Origin | None:
    """An origin, the web archive's wrapping undone; None if it is no http URL."""
    original, captured = unwrap_archive(url)
    if not is_url(original) or len(original) > 4000:
        return None
    return Origin(original, captured or observed, way)


def from_comment(head: bytes) -> Origin | None:
    """The address that the tool which saved the page wrote into it."""
    body = _BODY.search(head)
    prologue = head[: body.start()] if body else head
    for pattern in (_SINGLEFILE, _HTTRACK, _MONOLITH, _BROWSER):
        if found := pattern.search(prologue):
            url = _decoded(found.group(1))
            if pattern is _HTTRACK:
                url = f"https://{url}"  # it doesn't say which
            stamp = found.group(2) if pattern is not _BROWSER else None
            observed = saved_time(_decoded(stamp)) if stamp else None
            if origin := _web(url, observed, "comment"):
                return origin
    return None


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(
        rb"\s" + name + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", tag, re.IGNORECASE
    )
    return _decoded(next(group for group in found.groups() if group is not None)) if found else ""


def from_page(head: bytes) -> Origin | None:
    """The address that the page claims: rel=canonical (RFC 6596), else og:url.

    A reposter's canonical may name the *source's* page. When og:url names another site than
    canonical does, og:url is taken: what credits the source is canonical.
    """
    canonical = social = ""
    for tag in _LINK.findall(head):
        if "canonical" in _attribute(tag, b"rel").lower().split():
            canonical = _attribute(tag, b"href")
            break
    for tag in _META.findall(head):
        if "og:url" in (_attribute(tag, b"property"), _attribute(tag, b"name")):
            social = _attribute(tag, b"content")
            break
    first, second = (social, canonical) if site(social) != site(canonical) else (canonical, social)
    return _web(first, None, "page") or _web(second, None, "page")


def _escaped(name: str, safe: str) -> str:
    """A name from the disk with its very bytes, whatever they spell, percent-encoded."""
    return quote(os.fsencode(name), safe=safe)


def _address(scheme: str, host: str, parts: Sequence[str]) -> str:
    host = re.sub(r"\+(\d{1,5})$", r":\1", host)
    folders, name = parts[:-1], parts[-1]
    query = ""
    if "?" in name:
        name, _, query = name.partition("?")
    elif found := _ESCAPED_QUERY.match(name):  # Windows can't hold "?" in names
        name, query = found.groups()
    if query:
        # wget -E appends .html to what has a query
        query = re.sub(r"\.html$", "", query)
    if _INDEX.match(name):
        name = ""
    path = "/".join(_escaped(part, _SAFE) for part in (*folders, name))
    url = f"{scheme}://{host.lower()}/{path}"
    return f"{url}?{_escaped(query, _SAFE + '/?')}" if query else url


def from_path(parts: Sequence[str], above: Sequence[str] = ()) -> Origin | None:
    """The address that a wget mirror's folders spell.

    ``parts`` are folders and name under the folder that was given, ``above`` that folder's own
    parts. The first folder is the host, or the protocol (wget --protocol-directories) and then
    the host; else the innermost part above that reads as one.
    """
    parts = list(parts)
    scheme = "https"
    if len(parts) > 2 and parts[0] in ("http", "https") and is_host(parts[1]):
        scheme = parts.pop(0)
    if len(parts) > 1 and is_host(parts[0]):
        return _web(_address(scheme, parts[0], parts[1:]), None, "path")
    for i in range(len(above) - 1, -1, -1):
        host = above[i]
        if is_host(host) and _COMMON_ENDING.match(re.sub(r"[:+]\d+$", "", host).split(".")[-1]):
            if i and above[i - 1] in ("http", "https"):
                scheme = above[i - 1]
            return _web(_address(scheme, host, [*above[i + 1 :], *parts]), None, "path")
    return None


def file_url(parts: Sequence[str]) -> str:
    """``file:///`` and the path under the folder given; never where that folder is."""
    return "file:///" + "/".join(_escaped(part, "/") for part in parts)


def origin(
    head: bytes, parts: Sequence[str], above: Sequence[str] = (), given: str | None = None
) -> Origin:
    """Where a saved page came from, by the first way that tells: the user, the saving tool's
    comment, the folders, the page itself, its file name. ``head``: first bytes of the page."""
    if given:
        return _web(given, None, "given") or Origin(given, None, "given")
    head = head[:SEARCHED]
    return (
        from_comment(head)
        or from_path(parts, above)
        or from_page(head)
        or Origin(file_url(parts), None, "name")
    )
