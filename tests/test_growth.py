"""Time that grows with the length, not with its square: every cheap room on repetitions.

At these lengths what takes squares takes many times the bound; what is linear, a tenth of it.
"""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable

import pytest

from provenance import borrowed, extract, normalize, outlets, redaction, urls
from provenance.errors import ExtractError
from provenance.extract import charset, gates
from provenance.models import Capture
from provenance.readers import http, mirror
from provenance.readers.feed import read_feed
from provenance.readers.jsonl import read_jsonl
from provenance.readers.reading import Given, Tally
from provenance.readers.sniff import sniff
from provenance.screen.skim import skim
from provenance.traces import catalogue

LENGTH = 60_000
SECONDS = 1.5
UNITS = [
    " ", "\n", "a", "A.", "A-", "A ", "a.", "1", "-1", "/", "/amp/", "/index.html", "-10x10", "..",
    "&", "&#", "?a=b", "token=", "%", "@", ":", ";", "#", "{a|", "“", "(", "<", ">", "<!--",
    "<!-- a -->", "-->", "<script ", "<script>", "</script", "<style>", "<a href=", "<a b=\"",
    "<div>", "<ul><li>", "<a><div>", "<b>x</p>",
    "<?xml ",
    "<![CDATA[", "<title>", "told Ab ", "the ", "we ", "subscribe to ", "eyJ", "bot1", "reset/", "http://",
    "漢", "\u200b", "é", "\x00", "{", "[", "\\", "1\r\n", "a: b\r\n", "WARC/1.0\r\n",
]  # fmt: skip


def _page(text: str) -> Capture:
    body = text.encode("utf-8", "surrogatepass")
    return Capture(url="https://a.example/1", final_url="https://a.example/1", body=body)


def _addresses(text: str) -> None:
    for url in (f"https://a.example/{text}x", f"https://a.example/?q={text}", f"https://{text}x"):
        urls.canonical_url(url), urls.redact(url), urls.site(url), urls.image_stem(url)
        urls.unwrap_archive(url), urls.slug(url), urls.day_in_path(url)
        urls.absolute("https://a.example/b/", url)


def _words(text: str) -> None:
    text = text[-30_000:]
    gates.gate(text, text[:2000])
    outlets.own_reporting(text, "canalpost.example")
    list(borrowed.borrowed(text)), normalize.tokenize(text), redaction.redact_within(text)
    for pattern in (catalogue.TOLD, catalogue.REPORTING_FROM, catalogue.MODEL_RESIDUE):
        list(pattern.finditer(text))


def _markup(text: str) -> None:
    extract.bare_record(_page(text))
    extract.markup_of(_page(f"{text}<html>"))
    skim(text)


def _bytes(text: str) -> None:
    body = text.encode("utf-8", "surrogatepass")
    charset.decode(b"\xe9\xff " + body, "")
    sniff(body[:65536], "x.csv"), mirror.origin(body, ("x.html",))
    http.parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body, 10_000_000)


def _rows(text: str) -> None:
    list(read_jsonl(io.BytesIO(text.encode("utf-8", "replace")), "x", Given(), (), Tally()))


def _feed(text: str) -> None:
    inner = text[:20_000].replace("]]>", "")
    entry = f"<item><link>https://a.example/</link><description><![CDATA[{'word ' * 90}{inner}]]>"
    body = f'<rss version="2.0"><channel>{entry}</description></item></channel></rss>'
    list(read_feed(io.BytesIO(body.encode("utf-8", "replace")), "x", Given(), Tally()))


ROOMS: list[Callable[[str], None]] = [_addresses, _words, _markup, _bytes, _rows, _feed]


@pytest.mark.parametrize("room", ROOMS)
def test_repetitions_cost_no_squares(room: Callable[[str], None]) -> None:
    room("a")  # what is made once
    slow = {}
    for unit in UNITS:
        for end in ("", "\x01!"):
            given = unit * (LENGTH // len(unit)) + end
            began = time.process_time()
            with contextlib.suppress(ExtractError):
                room(given)
            took = time.process_time() - began
            if took > SECONDS:
                slow[unit, end] = round(took, 1)
    assert not slow
