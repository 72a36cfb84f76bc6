"""The body of an answer: its Content-Encoding undone, bounded as sent and as decoded."""

from __future__ import annotations

import zlib

import requests

from provenance.errors import FetchError
from provenance.fetch.addresses import shown
from provenance.fetch.guard import SAVE, Guard

_CHUNK = 65536


class _Inflate:
    """Undoes one Content-Encoding (RFC 9110 §8.4.1), never giving more than was asked for."""

    def __init__(self, encoding: str) -> None:
        self._gzip = encoding in ("gzip", "x-gzip")
        self._decoder = zlib.decompressobj(31 if self._gzip else 15)
        self._first = True

    def feed(self, data: bytes, limit: int) -> bytes:
        """Up to ``limit`` bytes decoded of ``data``. Raises zlib.error."""
        out = b""
        while data and len(out) < limit:
            try:
                out += self._decoder.decompress(data, limit - len(out))
            except zlib.error:
                if self._gzip or not self._first:
                    raise
                # Many servers send raw deflate under this name.
                self._decoder = zlib.decompressobj(-15)
                out += self._decoder.decompress(data, limit - len(out))
            self._first = False
            data = self._decoder.unconsumed_tail
            if self._decoder.eof:
                data = self._decoder.unused_data
                if not self._gzip or not data.startswith(b"\x1f\x8b"):
                    break  # what follows the last member is padding
                self._decoder = zlib.decompressobj(31)
        return out

    @property
    def finished(self) -> bool:
        return self._first or self._decoder.eof


def _decoder(response: requests.Response) -> _Inflate | None:
    """What undoes the encoding of an answer; None for none."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding not in ("gzip", "x-gzip", "deflate"):
        message = f"sent as {shown(encoding)}, an encoding that was not asked for"
        raise FetchError(message, hint=SAVE, code="network")
    return _Inflate(encoding)


def body_of(response: requests.Response, guard: Guard) -> bytes:
    """The body, its Content-Encoding undone; both sizes bounded, time checked between reads."""
    cap = guard.limits.max_body
    oversize = FetchError(f"the page is larger than {cap:,} bytes", hint=SAVE, code="oversize")
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared[:19]) > cap:
        raise oversize
    inflate = _decoder(response)
    body = bytearray()
    sent = 0
    while chunk := response.raw.read(_CHUNK, decode_content=False):
        guard.remaining()
        sent += len(chunk)
        if sent > cap:
            raise oversize
        body += inflate.feed(chunk, cap + 1 - len(body)) if inflate else chunk
        if len(body) > cap:
            raise oversize
    if inflate and not inflate.finished:
        raise FetchError("the page breaks off before its end", hint="Try again", code="network")
    return bytes(body)


def head_of(response: requests.Response, guard: Guard, most: int) -> bytes:
    """The first ``most`` bytes of the body, as decoded; the rest is left."""
    inflate = _decoder(response)
    body = bytearray()
    sent = 0
    while len(body) < most and sent <= most:
        chunk = response.raw.read(_CHUNK, decode_content=False)
        if not chunk:
            break
        guard.remaining()
        sent += len(chunk)
        body += inflate.feed(chunk, most - len(body)) if inflate else chunk
    return bytes(body[:most])
