"""Files, folders and standard input as a stream of captures, texts and failures.

Formats are told by content, never by name alone. Adding one: a module with a generator, a word
in ``sniff``, a line in ``_open``.
"""

from __future__ import annotations

import difflib
import hashlib
import io
import re
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from provenance.config import LIMITS, Limits
from provenance.errors import ProvenanceError, ReadError, UsageError
from provenance.models import Failure
from provenance.readers.feed import read_feed
from provenance.readers.folder import is_page_name, is_passed_over, legible, listing_digest, walk
from provenance.readers.html import read_html, read_mhtml
from provenance.readers.jsonl import read_json, read_jsonl
from provenance.readers.packed import Packing, packing_by_name
from provenance.readers.parquet import read_parquet
from provenance.readers.reading import Address, Given, Item, Reading, Tally, crashed
from provenance.readers.sniff import (
    CRAWL_NAME,
    HTML_SUFFIXES,
    ROWS_SUFFIXES,
    TABLE_SUFFIXES,
    TEXT_SUFFIXES,
    named,
    sniff,
    unmarked,
)
from provenance.readers.streams import is_utf16, looked_at, peeked, recoded, unpacked
from provenance.readers.table import BARE_HOST, likeliest_delimiter, read_addresses, read_table
from provenance.readers.text import read_text
from provenance.readers.wacz import read_wacz
from provenance.readers.warc import bytes_at, read_at, read_warc
from provenance.urls import is_url

__all__ = ["Address", "Reading", "bytes_at", "missing", "open_input", "open_list", "read_at"]

_ONE_PAGE = frozenset({"html", "mhtml", "text", "empty"})
#: Kinds that are a crawl or rows of one for sure, wherever they lie.
_CRAWLS = frozenset({"warc", "wacz", "parquet"})
_NO_FILE = "this format is read from a file of its own; save it, unpacked, and name the file"
# Endings of what is read, and of what people take for it; some are domains, too.
_ENDINGS = "|".join(map(re.escape, TEXT_SUFFIXES | HTML_SUFFIXES | ROWS_SUFFIXES | TABLE_SUFFIXES))
_FILE_NAME = re.compile(
    rf"(?:{_ENDINGS}|\.(?:w?arc|wet|wat|cdxj?|wacz|zip|parquet|json|xml|rss|atom|xhtm|mhtml?"
    r"|db|sqlite3?|tar|tgz|pdf|gz|zst|bz2|xz))/?$",
    re.IGNORECASE,
)
# Names that are compared with a mistyped one.
_SIBLINGS = 5_000
_BARE_URL = re.compile(rf"^{BARE_HOST}(?:[/?#].*)?$", re.IGNORECASE)


def open_input(
    spec: str,
    *,
    url: str | None = None,
    published: str | None = None,
    site: str | None = None,
    stdin: BinaryIO | None = None,
    limits: Limits = LIMITS,
) -> Reading:
    """Open a file, a folder or ``-`` (standard input) for reading.

    ``url`` and ``published`` go with one page or text, ``site`` with anything; they win over what
    the input says. ``stdin`` stands in for the standard input in tests.

    Raises ReadError, ``code`` one of missing, unreadable, binary; UsageError for a ``url`` or
    ``published`` given for many pages.
    """
    given = Given(url, published, site, limits)
    if spec == "-":
        return _stream(stdin or sys.stdin.buffer, "-", "stdin", given)
    path = Path(spec)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        if isinstance(error, PermissionError):
            raise _unreadable(legible(spec), error) from error
        raise _missing(legible(spec)) from error
    spec = legible(spec)
    if stat.S_ISDIR(mode):
        _require_one("html-folder", given, spec)
        return Reading(
            spec, "html-folder", lambda tally: _folder(path, given, tally), lambda: _listing(path)
        )
    if not stat.S_ISREG(mode):  # <(a command), /dev/stdin
        try:
            return _stream(path.open("rb"), spec, path.name, given)
        except OSError as error:
            raise _unreadable(spec, error) from error
    return _file(path, spec, given)


def missing(spec: str) -> ReadError | None:
    """The error for a path at which there is nothing; None where there is something."""
    try:
        Path(spec).stat()
    except PermissionError:
        return None
    except (OSError, ValueError):
        return _missing(spec)
    return None


def open_list(
    body: bytes, url: str, *, site: str | None = None, limits: Limits = LIMITS
) -> Reading | None:
    """A list of addresses or a feed that was fetched from ``url``; None for anything else."""
    given = Given(site=site, limits=limits)

    def source() -> _Source:
        return _source(io.BytesIO(body), url, "", ("",))

    kind = source().kind
    if kind not in ("addresses", "feed"):
        return None
    return Reading(
        url,
        f"url-{kind}",
        lambda tally: _open(source(), given, tally),
        lambda: hashlib.sha256(body).hexdigest(),
    )


def _require_one(kind: str, given: Given, spec: str) -> None:
    if kind not in _ONE_PAGE and (given.url or given.published):
        what = "--url" if given.url else "--published"
        raise UsageError(
            f"{what} goes with one page, and this input may hold many",
            subject=spec,
            hint="Give the page as a file of its own",
        )


@dataclass(frozen=True, slots=True)
class _Source:
    """One stream that was looked at: what it is, what it is called, and where it lies."""

    head: bytes
    stream: BinaryIO  # as it lies, from its first byte
    packing: Packing
    kind: str
    label: str
    parts: Sequence[str]
    above: Sequence[str] = ()
    #: The file, for the formats that have to be read from several places.
    path: Path | None = None


def _source(
    stream: BinaryIO,
    label: str,
    name: str,
    parts: Sequence[str],
    above: Sequence[str] = (),
    path: Path | None = None,
) -> _Source:
    head, stream, packing = looked_at(stream)
    kind = sniff(head, name)
    if kind in ("empty", "binary", "text") and CRAWL_NAME.search(name.lower()):
        first, stream = peeked(stream, 1)
        if first:  # its first bytes are damaged, so only the name tells
            kind, packing = "warc", packing or packing_by_name(name)
    return _Source(head, stream, packing, kind, label, parts, above, path)


def _open(source: _Source, given: Given, tally: Tally) -> Iterator[Item]:
    """The items of one stream of a known kind."""
    kind, label, parts = source.kind, source.label, source.parts
    if kind == "warc":
        return read_warc(source.stream, source.packing, label, given, tally)
    if kind in ("wacz", "parquet"):
        if source.path is None or source.packing:
            return iter([Failure(label, "read", "no-file", _NO_FILE)])
        if kind == "wacz":
            return read_wacz(source.path, label, given, tally)
        return read_parquet(source.path, label, given, parts, tally)
    stream = unpacked(source.stream, source.packing, tally)
    if kind == "html":
        return read_html(stream, label, given, parts, source.above)
    if kind == "mhtml":
        return read_mhtml(stream, label, given, parts)
    if kind == "text":
        return read_text(stream, label, given, parts)
    if kind == "feed":
        return read_feed(stream, label, given, tally)
    if kind in ("jsonl", "json", "table", "addresses"):
        rows = recoded(stream) if is_utf16(source.head) else stream
        if kind == "addresses":
            return read_addresses(rows, label, tally)
        if kind == "table":
            delimiter = likeliest_delimiter(unmarked(source.head).decode("utf-8", "replace"))
            return read_table(rows, delimiter, label, given, parts, tally)
        return (read_jsonl if kind == "jsonl" else read_json)(rows, label, given, parts, tally)
    return iter([_unread(label, source.head, kind)])


def _unread(label: str, head: bytes, kind: str) -> Failure:
    if kind == "empty":
        return Failure(label, "read", "empty", "nothing in it")
    return Failure(label, "read", "binary", f"{named(head)}, not read")


def _refuse(spec: str, head: bytes, kind: str) -> None:
    """Raise for a whole input of which nothing can be read."""
    if kind == "binary":
        failure = _unread(spec, head, kind)
        hint = "Pages, texts, rows and crawls are read: see docs/inputs.md"
        raise ReadError(failure.message, subject=spec, hint=hint, code=failure.error)


def _stream(stream: BinaryIO, spec: str, name: str, given: Given) -> Reading:
    """An input that can be read once."""
    source = _source(stream, spec, name, (name,))
    _refuse(spec, source.head, source.kind)
    _require_one(source.kind, given, spec)
    return Reading(
        spec, f"stdin-{source.kind}", lambda tally: _open(source, given, tally), lambda: None
    )


def _file(path: Path, spec: str, given: Given) -> Reading:
    # The folders above may be a mirror's; where the mirror itself lies is nobody's business.
    above = path.parent.parts
    parts = (_plain(path.name),)
    try:
        with path.open("rb") as stream:
            first = _source(stream, spec, path.name, parts, above, path)
    except OSError as error:
        raise _unreadable(spec, error) from error
    _refuse(spec, first.head, first.kind)
    _require_one(first.kind, given, spec)

    def items(tally: Tally) -> Iterator[Item]:
        try:
            with path.open("rb") as raw:
                source = _source(raw, spec, path.name, parts, above, path)
                yield from _open(source, given, tally)
        except OSError as error:
            yield Failure(spec, "read", "unreadable", _why(error))

    return Reading(spec, first.kind, items, lambda: _content_digest(path))


def _plain(name: str) -> str:
    return re.sub(r"\.(?:gz|zst)$", "", name, flags=re.IGNORECASE)


def _folder(root: Path, given: Given, tally: Tally) -> Iterator[Item]:
    above = root.parts
    for entry in walk(root):
        label = legible(str(entry.path))
        if entry.error:
            yield Failure(label, "read", entry.error, entry.message)
        elif not is_passed_over(entry.path.name):
            parts = (*entry.parts[:-1], _plain(entry.parts[-1]))
            yield from _member(entry.path, label, parts, above, given, tally)


def _member(
    path: Path,
    label: str,
    parts: Sequence[str],
    above: Sequence[str],
    given: Given,
    tally: Tally,
) -> Iterator[Item]:
    """One file of a folder. What promises no page by name and holds none is passed over."""
    name = path.name
    suffix = Path(_plain(name).lower()).suffix
    try:
        with path.open("rb") as raw:
            source = _source(raw, label, name, parts, above, path)
            kind = source.kind
            promised = is_page_name(name) or suffix in TEXT_SUFFIXES
            if not promised and kind in ("empty", "binary", "mhtml"):
                return
            if kind == "text" and suffix not in TEXT_SUFFIXES and not is_page_name(name):
                return
            rows = _open(source, given, tally)
            if promised or kind in ("html", *_CRAWLS):
                yield from rows
            else:
                # Rows of other purposes lie about in mirrors, as do feeds that list its own
                # pages: only what has texts counts.
                yield from (row for row in rows if not isinstance(row, Failure | Address))
    except OSError as error:
        yield Failure(label, "read", "unreadable", _why(error))
    except ProvenanceError:
        raise
    except Exception as error:
        tally.truncated = True
        yield crashed(label, error)


def _why(error: OSError) -> str:
    return f"cannot be read ({error.strerror or type(error).__name__})"


def _unreadable(spec: str, error: OSError) -> ReadError:
    return ReadError(_why(error), subject=spec, hint="Check its permissions", code="unreadable")


def _missing(spec: str) -> ReadError:
    """Nothing is there: what may have been meant, an address or a file."""
    file = _FILE_NAME.search(spec)
    address = _BARE_URL.match(spec) and (not file or is_page_name(spec))
    if is_url(spec):
        hint = "This is an address, to be fetched, not a file"
    elif not (folder := _folder_of(spec)):
        hint = f"There is no folder {Path(spec).parent}" if file else "Check the name"
        if address:
            hint = f"To fetch it, write https://{spec}"
    elif near := _nearest(folder, Path(spec).name):
        hint = f"Did you mean {near}?"
    else:
        hint = f"To fetch it, write https://{spec}" if address and not file else "Check the name"
    return ReadError("no such file or folder", subject=spec, hint=hint, code="missing")


def _folder_of(spec: str) -> Path | None:
    """The folder that a name is in; None where there is none."""
    try:
        return folder if (folder := Path(spec).parent).is_dir() else None
    except (OSError, ValueError):
        return None


def _nearest(folder: Path, name: str) -> Path | None:
    """The file in a folder whose name is most like this one; of a large one, some are looked at."""
    try:
        names = [path.name for path in islice(folder.iterdir(), _SIBLINGS)]
    except (OSError, ValueError):
        return None
    names = [one for one in names if ".db" not in one]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.7)
    return folder / near[0] if near else None


def _content_digest(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    except OSError:
        return None
    return digest.hexdigest()


def _listing(path: Path) -> str | None:
    try:
        return listing_digest(path)
    except OSError:
        return None
