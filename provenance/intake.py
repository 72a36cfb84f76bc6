"""The way in: a URL, a file, a folder or standard input as a stream of pages' bytes and texts."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from provenance.config import LIMITS, Limits
from provenance.errors import ReadError, UsageError
from provenance.models import Capture, Failure, InputAccount, Record
from provenance.urls import is_url, redact

if TYPE_CHECKING:
    from provenance.readers import Address, Reading

# Seconds to wait for robots.txt once the page itself is here.
_ROBOTS_PATIENCE = 3.0
# Seconds after which a file's time tells whether it changed: some file systems count by two.
_STILL = 3.0
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]+:(//|\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says of an input, and allows."""

    url: str | None = None
    published: str | None = None
    site: str | None = None
    allow_private: bool = False
    limits: Limits = field(default=LIMITS)
    #: Fetch the pages that lists and feeds name.
    fetch: bool = False
    #: What a site's robots.txt counts for the one address that is the input: noted, obeyed, or
    #: not asked for. For those of a list it is always obeyed.
    robots: Literal["noted", "obeyed", "unasked"] = "noted"


@dataclass(frozen=True, slots=True)
class Opened:
    """One input that is open for reading."""

    path: str
    kind: str
    items: Iterator[Capture | Record | Failure]
    account: Callable[[], InputAccount]
    #: Of the content and of what the user said of it; None for what can be read only once.
    digest: str | None
    #: The items with the addresses of pages among them, for whoever fetches those.
    named: Callable[[], Iterator[Capture | Record | Failure | Address]] | None = None
    #: Of a file's size, time and place, and of what the user said of it.
    stamp: str | None = None


#: Asked for the digest of a file by its path and stamp; None where it is not known.
Known = Callable[[str, str], str | None]


def _unknown(_: str, __: str) -> None:
    return None


def open_input(spec: str, given: Given, known: Known = _unknown) -> Opened:
    """Open a URL, file, folder or ``-``. ``known`` is asked for the digest of a file (its path and
    stamp) before all of it is read for that. Raises FetchError, ReadError or UsageError."""
    if not spec.strip():
        raise UsageError("an empty name names nothing", hint="Give a URL, a file, a folder or -")
    if _SCHEME.match(spec) and not is_url(spec):
        raise UsageError(
            "this is no address that can be fetched",
            subject=redact(spec),
            hint="Addresses begin with http:// or https:// and name a host",
        )
    if given.url is not None and not is_url(given.url):
        raise UsageError(
            "--url must be an http or https address", subject=redact(given.url), code="usage"
        )
    if is_url(spec):
        if given.url is not None:
            raise UsageError(
                "--url goes with a saved page or text; this one is fetched from its own address",
                subject=redact(spec),
            )
        return _open_address(spec, given)
    from provenance import readers

    reading = readers.open_input(
        spec, url=given.url, published=given.published, site=given.site, limits=given.limits
    )
    return _opened(reading, given, spec, known)


def missing(spec: str) -> ReadError | None:
    """The error for an input that names a path at which there is nothing; None for every other."""
    if not spec.strip() or spec == "-" or _SCHEME.match(spec):
        return None
    from provenance import readers

    return readers.missing(spec)


def _opened(reading: Reading, given: Given, file: str = "", known: Known = _unknown) -> Opened:
    said = json.dumps([given.url, given.published, given.site])
    stamp = _stamp(file, said) if file else None
    digest = known(reading.path, stamp) if stamp else None
    if digest is None and (content := reading.digest()):
        digest = hashlib.sha256(f"{content}{said}".encode()).hexdigest()
    return Opened(
        reading.path,
        reading.kind,
        iter(reading),
        reading.account,
        digest,
        reading.with_addresses,
        stamp,
    )


def _open_address(url: str, given: Given) -> Opened:
    """The page at an address, or what is listed there."""
    from provenance import fetch, readers

    robots = fetch.Robots(given.limits, allow_private=given.allow_private)
    if given.robots == "obeyed":
        capture = fetch.fetch(
            url, limits=given.limits, allow_private=given.allow_private, permit=robots.permit
        )
    else:
        noted: list[str] = []
        if given.robots == "noted":
            asking = threading.Thread(
                target=lambda: noted.append(fetch.recorded(robots, url)), daemon=True
            )
            asking.start()
        capture = fetch.fetch(url, limits=given.limits, allow_private=given.allow_private)
        if given.robots == "noted":
            asking.join(_ROBOTS_PATIENCE)
            said = noted[0] if noted else "unread (timeout)"
            headers = (*capture.headers, (fetch.ROBOTS_HEADER, said))
            capture = dataclasses.replace(capture, headers=headers)
    if reading := readers.open_list(
        capture.body, capture.final_url, site=given.site, limits=given.limits
    ):
        return _opened(reading, given)
    if given.published or given.site:
        capture = dataclasses.replace(capture, published=given.published, site=given.site)
    account = InputAccount(capture.url, "url", 1)
    return Opened(capture.url, "url", iter([capture]), lambda: account, None)


def _stamp(spec: str, said: str) -> str | None:
    """Of a file that lies still; None for a folder, a stream, and a file that was written so
    lately that it could change once more within one tick of its clock."""
    try:
        found = Path(spec).stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode) or abs(time.time() - found.st_mtime) < _STILL:
        return None
    parts = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, said)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def item_name(item: Capture | Record) -> str:
    """What a failure names: the file, with the line for a row, or the URL, also for a page of a
    crawl."""
    if isinstance(item, Record):
        place = item.path or "-"
        return f"{place}:{item.line}" if item.line else place
    return item.url if item.status is not None else item.path or item.url


def read_one(spec: str, given: Given) -> tuple[Capture | Record, InputAccount]:
    """The one page of an input, not parsed. Raises ReadError when it holds none or several."""
    opened = open_input(spec, given)
    found: list[Capture | Record] = []
    for item in opened.items:
        if isinstance(item, Failure):
            raise ReadError(item.message, subject=item.input, code=item.error)
        found.append(item)
        if len(found) > 1:
            raise ReadError(
                "this holds more than one page",
                subject=spec,
                hint="Use `provenance scan` for many pages",
                code="many",
            )
    if not found:
        raise ReadError("there is nothing to read in it", subject=spec, code="empty")
    return found[0], opened.account()
