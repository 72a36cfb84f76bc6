"""Crawls in every packing, made by hand, so that their damage is known to the byte."""

from __future__ import annotations

import gzip
from collections.abc import Sequence

import zstandard


def page(number: int, size: int = 300) -> bytes:
    """A page of which each has its own words."""
    words = " ".join(f"word{number}x{i * i}" for i in range(size // 10))
    return f"<!DOCTYPE html><html><body><p>Page {number}. {words}</p></body></html>".encode()


def http(body: bytes, status: str = "200 OK", *headers: str, kind: str = "text/html") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def record(block: bytes, url: str, kind: str = "response", *headers: str) -> bytes:
    content = {"response": "application/http; msgtype=response", "conversion": "text/plain"}
    lines = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: {url}",
        "WARC-Date: 2025-07-03T19:40:00Z",
        f"Content-Type: {content.get(kind, 'text/html')}",
        *headers,
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def url(number: int) -> str:
    return f"https://post.example/{number}"


def records(count: int, size: int = 300) -> list[bytes]:
    """A warcinfo record, then pages 0, 1, …"""
    first = record(b"software: us\r\n", "urn:x", "warcinfo")
    return [first, *(record(http(page(i, size)), url(i)) for i in range(count))]


def arc_records(count: int) -> list[bytes]:
    block = b"1 0 Us\nURL IP-address Archive-date Content-type Archive-length\n"
    first = b"filedesc://x.arc 0.0.0.0 20250703194000 text/plain %d\n" % len(block) + block + b"\n"
    blocks = [http(page(i)) for i in range(count)]
    return [
        first,
        *(
            b"%s 192.0.2.1 20250703194000 text/html %d\n" % (url(i).encode(), len(b)) + b + b"\n"
            for i, b in enumerate(blocks)
        ),
    ]


def packed(parts: Sequence[bytes], packing: str) -> list[bytes]:
    """The parts of a file: ``plain``, ``gzip`` and ``zstd`` one a record; ``-whole`` in one."""
    if packing.endswith("-whole"):
        parts = [b"".join(parts)]
    if packing.startswith("gzip"):
        return [gzip.compress(part, mtime=0) for part in parts]
    if packing.startswith("zstd"):
        compressor = zstandard.ZstdCompressor(write_checksum=True)
        return [compressor.compress(part) for part in parts]
    return list(parts)
