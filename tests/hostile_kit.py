"""What a hostile case is: bytes or a recipe, the way it goes, and what is expected of it.

Each file under ``tests/hostile/`` holds one ``CASE``; ``test_hostile.py`` walks them. Whatever a
case expects, its answer came within its bounds of time and memory, without a traceback, with
the right exit code, and all that was stored before is still there.
"""

from __future__ import annotations

import gzip
import importlib.util
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from conftest import OTHER, SOURCE, SOURCE_PARAGRAPHS, page

Content = bytes | str | Callable[[], bytes | str]
CATALOGUE = Path(__file__).parent / "hostile"
ARTICLE = "".join(f"<p>{one}</p>\n" for one in SOURCE_PARAGRAPHS)
PAGE = page(SOURCE)


@dataclass(frozen=True)
class Page:
    """One page through ``check``.

    ``expected`` is a relation (``verbatim`` …; several with ``|``), ``no-match``, ``too-short``,
    ``gated``, or ``unreadable:`` with its code. ``rough`` says whether the extractor gave up.
    """

    content: Content
    expected: str
    rough: bool | None = None
    name: str = "page.html"
    code: int = 0
    seconds: float = 4.0
    megabytes: int = 400


@dataclass(frozen=True)
class Crawl:
    """Files through ``scan``: how many pages came out, which failures, how many matched.

    ``files`` maps names to contents, written into a folder; ``spec`` names the one that is
    scanned, "" the folder.
    """

    files: Mapping[str, Content]
    spec: str
    read: int
    matched: int = 0
    failures: tuple[str, ...] = ()
    passed: Mapping[str, int] = field(default_factory=dict)
    damaged: bool = False
    code: int = 0
    seconds: float = 6.0
    megabytes: int = 500


@dataclass(frozen=True)
class Handed:
    """A database that somebody handed over. ``make`` gets the path of a sound one, to spoil.

    ``error`` is the code of the refusal, "" where it can be used; then ``matched`` says whether
    a copy of its original is found in it. A refused file stays as it was, byte for byte.
    """

    make: Callable[[Path], None]
    error: str = ""
    said: str = ""
    matched: bool = True
    #: False for damage that only shows where it is read.
    untouched: bool = True
    seconds: float = 6.0
    megabytes: int = 400


@dataclass(frozen=True)
class Told:
    """Hostile words in a page's text, title or address that pass through every way of telling.

    ``never`` are pieces that the terminal may not be told, ``table`` that CSV may not hold,
    ``markup`` that no page of a report may hold.
    """

    title: str = "Canal drained at Tarrow Basin"
    text: str = SOURCE
    url: str = "https://copy.example/told"
    byline: str = ""
    never: tuple[str, ...] = ()
    table: tuple[str, ...] = ()
    markup: tuple[str, ...] = ()
    seconds: float = 10.0
    megabytes: int = 400


@dataclass(frozen=True)
class Pair:
    """Two texts through ``compare --pairs``: the relation that comes of it."""

    suspect: str | Callable[[], str]
    source: str | Callable[[], str]
    expected: str
    seconds: float = 5.0
    megabytes: int = 400


Case = Page | Crawl | Handed | Told | Pair


def content(given: Content) -> bytes:
    made = given() if callable(given) else given
    return made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made


def wrapped(body: str, head: str = "") -> str:
    """A page with a body as it is."""
    return f"<!DOCTYPE html><html><head><title>T</title>{head}</head><body>{body}</body></html>"


def within(before: str, after: str = "", head: str = "") -> str:
    """A page with the source's whole text between two pieces of markup."""
    return wrapped(f"{before}<article><h1>Canal drained</h1>{ARTICLE}</article>{after}", head)


def row(text: str = SOURCE, **fields: Any) -> str:
    return json.dumps({"text": text, "url": "https://copy.example/row", **fields})


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, body in members.items():
            archive.writestr(zipfile.ZipInfo(name), body, method)
    return held.getvalue()


def record(
    body: bytes | str = PAGE,
    url: str = "https://copy.example/page",
    http: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n",
    length: int | None = None,
    kind: str = "response",
    extra: bytes = b"",
) -> bytes:
    """One WARC record, with lies where they are asked for."""
    block = http + (body.encode() if isinstance(body, str) else body)
    return (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: 2021-02-05T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{zlib.crc32(url.encode()):012}>\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block) if length is None else length}\r\n".encode()
        + extra + b"\r\n" + block + b"\r\n\r\n"
    )  # fmt: skip


def packed(data: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        data = gzip.compress(data, 6, mtime=0)
    return data


def feed(items: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{head}<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>F</title>'
        f"<link>https://copy.example/</link>{items}</channel></rss>"
    )


def entry(text: str = ARTICLE, link: str = "https://copy.example/entry", more: str = "") -> str:
    return (
        f"<item><title>Canal drained</title><link>{link}</link>{more}"
        f"<content:encoded><![CDATA[{text}]]></content:encoded></item>"
    )


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"hostile_{path.parent.name}_{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def catalogue() -> dict[str, Case]:
    """Every case by its name: the folder and the file."""
    found = {}
    for path in sorted(CATALOGUE.glob("*/*.py")):
        found[f"{path.parent.name}/{path.stem}"] = _module(path).CASE
    return found


__all__ = [
    "ARTICLE", "CATALOGUE", "OTHER", "PAGE", "SOURCE", "SOURCE_PARAGRAPHS", "Case", "Content",
    "Crawl", "Handed", "Page", "Pair", "Told", "catalogue", "content", "entry", "feed", "packed",
    "page", "record", "row", "within", "wrapped", "zipped",
]  # fmt: skip
