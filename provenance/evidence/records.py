"""The page of an article as an archive record: found where it was read, or made anew of it."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance import readers
from provenance.config import LIMITS
from provenance.errors import ProvenanceError, StoreError
from provenance.evidence.container import MAX_MEMBER
from provenance.models import Capture
from provenance.store import archive
from provenance.urls import is_url, redact

_GZIP, _ZSTD = b"\x1f\x8b", (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")
_UTC_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True, slots=True)
class Kept:
    """A record's bytes, the ending of its name, and whether they are those that were stored."""

    raw: bytes
    suffix: str
    as_stored: bool
    capture: Capture
    #: Of a record made anew: why it was.
    why: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no record. ``lost``: there should be one."""

    why: str
    lost: bool


def record_of(row: Mapping[str, Any] | None, database: Path, created: str) -> Kept | Missing:
    """The record of a capture (see ``capture_of``), known by the digest of its body.

    Bytes of a crawl are looked for where they were read, those that were fetched beside the
    database; a page that no record holds by itself (a saved file, a record packed with others),
    or one whose address holds a key, gets one made anew, under the time ``created`` if nobody
    knows when it was seen.
    """
    if row is None:
        return Missing("no page was read: the text came as text", lost=False)
    name = row["file"]
    if not name:
        return Missing("the page's bytes were not kept", lost=True)
    if name == "-":
        return Missing("the page came from standard input, which is not kept", lost=True)
    beside = database.parent / name, database.parent / Path(name).name
    places = [path for path in dict.fromkeys((Path(name), *beside)) if path.is_file()]
    if not places:
        why = f"{Path(name).name} is neither where the page was read nor beside the database"
        return Missing(why, lost=True)
    for place in places:
        if row["offset"] is not None and row["length"] is not None:
            if (found := _in_place(place, row)) is None:
                continue
            if redact(found.capture.url) == found.capture.url:
                return found
            # A key in an address is its owner's business, so it is not handed on.
            return _anew(found.capture, row, created, "the address in the stored one holds a key")
    for place in places:
        for capture in _captures(str(place)):
            if _digest(capture) == row["sha256"]:
                return _anew(capture, row, created, "no record holds the page by itself")
    return Missing(f"{Path(name).name} no longer holds the page: it was changed", lost=True)


def captures_in(raw: bytes) -> Iterator[Capture]:
    """The pages in a record of a bundle. Gives nothing for what holds none; raises nothing."""
    count = 0
    for capture in _captures("-", raw):
        count += 1
        yield capture
    if count or _begins(raw) != b"WARC/":
        return
    try:
        # A page without an address is no page of a crawl.
        found = archive.content(raw)
    except StoreError:
        return
    headers = (("Content-Type", found[0]),)
    yield Capture(url="", body=found[1], headers=headers)


def _captures(spec: str, raw: bytes | None = None) -> Iterator[Capture]:
    try:
        stdin = None if raw is None else io.BytesIO(raw)
        for item in readers.open_input(spec, stdin=stdin, limits=LIMITS):
            if isinstance(item, Capture):
                yield item
    except ProvenanceError:
        return


def _digest(capture: Capture) -> str:
    return hashlib.sha256(capture.body).hexdigest()


def _in_place(place: Path, row: Mapping[str, Any]) -> Kept | None:
    try:
        raw = readers.bytes_at(place, row["offset"], row["length"])
    except ProvenanceError:
        return None
    if len(raw) > MAX_MEMBER:
        return None
    # Unpacked records are told without what ends them, which other readers wait for.
    ending = {"warc": b"\r\n\r\n", "arc": b"\n"}.get(_suffix(raw), b"")
    raw += b"" if raw.endswith(ending) else ending
    found = next((c for c in captures_in(raw) if _digest(c) == row["sha256"]), None)
    return Kept(raw, _suffix(raw), True, found) if found else None


def _suffix(raw: bytes) -> str:
    """The ending that tells any tool how the record is packed."""
    if raw.startswith(_ZSTD):
        return "warc.zst"
    # Only ARC and WARC records are read here, and an ARC's begins with its address.
    kind = "warc" if _begins(raw) == b"WARC/" else "arc"
    return f"{kind}.gz" if raw.startswith(_GZIP) else kind


def _begins(raw: bytes) -> bytes:
    """The first five bytes of a record, unpacked where it is gzip."""
    if not raw.startswith(_GZIP):
        return raw[:5]
    try:
        return zlib.decompressobj(31).decompress(raw, 5)
    except zlib.error:
        return b""


def _anew(found: Capture, row: Mapping[str, Any], created: str, why: str) -> Kept:
    """A record of the page as it is known, the same for the same page."""
    url = row["final_url"] or row["url"]
    observed = row["observed"] or ""
    capture = Capture(
        url=url if is_url(url) else f"urn:sha256:{row['sha256']}",
        body=found.body,
        status=row["status"],
        headers=tuple((str(name), str(value)) for name, value in row["headers"]),
        observed=observed if _UTC_SECONDS.fullmatch(observed) else created,
    )
    raw = archive.member(capture, record_id=f"urn:sha256:{row['sha256']}")
    return Kept(raw, "warc.gz", False, found, why)
