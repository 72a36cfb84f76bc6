"""An HTTP response as crawlers keep it: status line, headers, body (RFC 9112, RFC 9110)."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})\b")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,8})[^\n]{0,1000}\n")
#: Content codings laid over one another that are undone.
_CODINGS = 3


class Oversize(Exception):
    """The body is larger, or would be once decoded, than is read."""


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers in order, and the body as it was before it was packed for the wire; None
    for a body that is larger than is read."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None

    def header(self, name: str) -> str:
        """The first header of this name, or ""."""
        return next((value for key, value in self.headers if key.lower() == name), "")


def parse(block: bytes, limit: int) -> Response | None:
    """The response in these bytes; None when they hold none.

    Crawlers keep headers of codings that they have undone: a coding that the body doesn't show is
    passed over. A body that was cut gives what is there.
    """
    found = _STATUS.match(block)
    if found is None:
        return None
    ended = re.search(rb"\r?\n\r?\n", block[:1_000_000])
    head, body = (block, b"") if ended is None else (block[: ended.start()], block[ended.end() :])
    headers: list[tuple[str, str]] = []
    for line in head.split(b"\n")[1:]:
        text = line.decode("utf-8", "replace").strip()
        if line[:1] in (b" ", b"\t") and headers:  # folded, as RFC 9112 §5.2 no longer allows
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {text}")
            continue
        name, colon, value = text.partition(":")
        if colon and name:
            headers.append((name.strip(), value.strip()))
    response = Response(int(found.group(1)), tuple(headers), None)
    if "chunked" in response.header("transfer-encoding").lower():
        body = dechunked(body)
    codings = [c.strip() for c in response.header("content-encoding").lower().split(",")]
    try:
        for coding in reversed(codings[-_CODINGS:]):
            body = decoded(body, coding, limit)
    except Oversize:
        return response
    if len(body) > limit:
        return response
    return Response(response.status, response.headers, body)


def dechunked(body: bytes) -> bytes:
    """A chunked body put together (RFC 9112 §7.1); as it is when it is not chunked."""
    parts: list[bytes] = []
    pos = 0
    while found := _CHUNK_SIZE.match(body, pos):
        size = int(found.group(1), 16)
        pos = found.end()
        if not size:
            break
        parts.append(body[pos : pos + size])
        pos += size
        if body[pos : pos + 2] == b"\r\n":
            pos += 2
        elif body[pos : pos + 1] == b"\n":
            pos += 1
        elif pos < len(body):
            return body  # no end of a chunk: it only looked so
    return b"".join(parts) if parts or pos else body


def decoded(body: bytes, coding: str, limit: int) -> bytes:
    """The body with one content coding undone: gzip, deflate, br, zstd. Raises Oversize."""
    if coding in ("gzip", "x-gzip") and body.startswith(b"\x1f\x8b"):
        return _inflated(body, 31, limit) or body
    if coding == "deflate":  # zlib's wrapper, or bare, as some servers send
        return _inflated(body, 15, limit) or _inflated(body, -15, limit) or body
    if coding == "br" and b"<html" not in body[:4096].lower():
        return _unbrotli(body, limit) or body
    if coding == "zstd" and body.startswith(b"\x28\xb5\x2f\xfd"):
        return _unzstd(body, limit) or body
    return body


def _inflated(body: bytes, window: int, limit: int) -> bytes:
    decoder = zlib.decompressobj(window)
    out = bytearray()
    try:
        while body and not decoder.eof:
            out += decoder.decompress(body, 65536)
            body = decoder.unconsumed_tail
            if len(out) > limit:
                raise Oversize
    except zlib.error:
        pass
    return bytes(out)


def _unbrotli(body: bytes, limit: int) -> bytes:
    import brotli

    decoder = brotli.Decompressor()
    out = bytearray()
    try:
        feed = body
        while not decoder.is_finished():
            piece = decoder.process(feed, output_buffer_limit=65536)
            feed = b""
            out += piece
            if len(out) > limit:
                raise Oversize
            if not piece and decoder.can_accept_more_data():
                break
    except brotli.error:
        pass
    return bytes(out)


def _unzstd(body: bytes, limit: int) -> bytes:
    from provenance.readers.packed import frames

    out = bytearray()
    for event in frames(io.BytesIO(body), "zstd"):
        if isinstance(event, bytes):
            out += event
            if len(out) > limit:
                raise Oversize
    return bytes(out)
