"""Servers that behave as badly as HTTP lets them, each fetched: bounded in time and memory.

    python -m benchmarks.badhttp [--seconds 3] [--write]

Each server is a raw socket on loopback. Time is by the clock; memory is how far the process's
resident memory rose while it fetched, the server's own share included (Linux alone tells).
"""

# A table with a server a line is read more easily than one with its lines broken.
# ruff: noqa: E501

from __future__ import annotations

import argparse
import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path

from benchmarks.evaluate import write_tables
from provenance.config import LIMITS
from provenance.errors import FetchError
from provenance.fetch import fetch

DOCS = Path(__file__).parent.parent / "docs" / "security.md"
PAGE = b"<html><body><p>The bridge was closed on Tuesday.</p></body></html>"
#: In the place of bytes: the connection is reset.
RESET = b"\0RESET"
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_PAUSE = 0.1

Script = Callable[[str], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Case:
    """One bad server: what it does, and by which codes a fetch of it may end ("": a page)."""

    kind: str
    name: str
    script: Script
    codes: frozenset[str]
    scheme: str = "http"


def _whole(body: bytes, *headers: bytes) -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return _OK + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _sent(*pieces: bytes) -> Script:
    return lambda _: pieces


def _dripped(first: bytes, slow: bytes) -> Script:
    def script(path: str) -> Iterator[bytes]:
        yield first
        for i in range(len(slow)):
            time.sleep(_PAUSE)
            yield slow[i : i + 1]

    return script


def _endless(first: bytes, again: bytes, pause: float = 0.0) -> Script:
    def script(_: str) -> Iterator[bytes]:
        yield first
        while True:
            yield again
            time.sleep(pause)

    return script


def _silent(path: str) -> Iterator[bytes]:
    for _ in range(600):
        time.sleep(0.1)
        yield b""


@cache
def _bomb(way: str) -> bytes:
    """Nothing at all, packed: 1 GB of it, of brotli 64 MB."""
    megabyte = bytes(1 << 20)
    if way == "zstd":
        import zstandard

        return zstandard.ZstdCompressor().compress(megabyte * 64) * 16
    if way == "brotli":
        import brotli

        return bytes(brotli.compress(megabyte * 64, quality=1))
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if way == "gzip" else 15)
    first, again = (packer.compress(megabyte) + packer.flush(zlib.Z_FULL_FLUSH) for _ in "ab")
    return first + again * 1023 + packer.flush()


def _packed(way: str, encoding: str | None = None) -> Script:
    return lambda _: [_whole(_bomb(way), b"Content-Encoding: " + (encoding or way).encode())]


def _gzipped(body: Callable[[], bytes], encoding: bytes = b"gzip") -> Script:
    return lambda _: [_whole(body(), b"Content-Encoding: " + encoding)]


def _redirected(
    where: Callable[[int], str], *, body: Iterable[bytes] = (), pause: float = 0.0
) -> Script:
    def script(path: str) -> Iterator[bytes]:
        time.sleep(pause)
        hop = int(path.partition("?")[2] or 0)
        target = where(hop).replace("{path}", path.partition("?")[0])
        yield b"HTTP/1.1 302 Found\r\nLocation: %s\r\n\r\n" % target.encode()
        yield from body

    return script


def _cookies(path: str) -> Iterator[bytes]:
    hop = int(path.partition("?")[2] or 0)
    jar = b"".join(b"Set-Cookie: c%d-%d=%s\r\n" % (hop, n, b"x" * 4000) for n in range(90))
    target = f"{path.partition('?')[0]}?{hop + 1}".encode()
    yield b"HTTP/1.1 302 Found\r\n" + jar + b"Location: " + target + b"\r\n\r\n"


def _codes(words: str) -> frozenset[str]:
    return frozenset("" if word == "page" else word for word in words.split())


def _table() -> list[tuple[str, str, Script, str]]:
    protocol, interim, headers = "status line", "interim answers", "headers"
    lengths, chunks, packing = "lengths", "chunks", "encodings"
    jumps, types, ends = "redirects", "content", "connection"
    many = b"".join(b"X-%d: y\r\n" % n for n in range(10_000))
    return [
        (protocol, "nothing, and the end", _sent(), "network"),
        (protocol, "silence", _silent, "timeout"),
        (protocol, "a byte every 0.1 s", _dripped(b"", _whole(PAGE)), "timeout"),
        (protocol, "no status line: HTTP/0.9", _sent(PAGE), "network"),
        (protocol, "another protocol", _sent(b"SSH-2.0-OpenSSH_9.6\r\n"), "network"),
        (protocol, "version 9.9", _sent(b"HTTP/9.9 200 OK\r\n\r\n" + PAGE), "network"),
        (protocol, "status of letters", _sent(b"HTTP/1.1 abc OK\r\n\r\n" + PAGE), "network"),
        (protocol, "status 1000", _sent(b"HTTP/1.1 1000 OK\r\n\r\n" + PAGE), "network"),
        (protocol, "NULs before it", _sent(bytes(5000) + _whole(PAGE)), "network"),
        (protocol, "without end", _endless(b"HTTP/1.1 200 ", b"O" * 4096), "headers"),
        (protocol, "a flood of bytes", _endless(b"", bytes(range(11, 256)) * 200), "headers network"),
        (interim, "100 for ever", _endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99), "headers timeout"),
        (interim, "100 for ever, slowly", _endless(b"", b"HTTP/1.1 100 C\r\n\r\n", 0.1), "timeout"),
        (interim, "103 for ever, with headers",
         _endless(b"", b"HTTP/1.1 103 H\r\nLink: " + b"x" * 999 + b"\r\n\r\n"), "headers timeout"),
        (interim, "103, then the page", _sent(b"HTTP/1.1 103 H\r\nA: b\r\n\r\n", _whole(PAGE)), "page"),
        (interim, "101, another protocol", _sent(b"HTTP/1.1 101 Switch\r\n\r\nxx"), "status"),
        (headers, "a byte every 0.1 s", _dripped(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 99), "timeout"),
        (headers, "10,000", _sent(b"HTTP/1.1 200 OK\r\n" + many + b"\r\n" + PAGE), "headers"),
        (headers, "one without end", _endless(_OK + b"X: ", b"y" * 4096), "headers"),
        (headers, "without end", _endless(_OK, b"X: y\r\n"), "headers"),
        (headers, "one of 200 kB", _sent(_OK + b"X: " + b"y" * 200_000 + b"\r\n\r\n"), "headers"),
        (headers, "a line break in a value",
         _sent(_whole(PAGE, b"X: a\nLocation: http://127.0.0.1/\rSet-Cookie: b=c")), "page network"),
        (headers, "NULs and controls", _sent(_whole(PAGE, b"X\0Y: a\0b\x1b[2J")), "page network"),
        (headers, "no colon", _sent(_OK + b"nonsense\r\n\r\n" + PAGE), "page network"),
        (headers, "a type of 60 kB", _sent(_whole(PAGE, b"Content-Type: " + b"x" * 60_000)), "page content-type"),
        (lengths, "longer than the body", _sent(_whole(PAGE)[:-20]), "network"),
        (lengths, "shorter than the body", _sent(_whole(PAGE) + b"x" * 100_000), "page"),
        (lengths, "10 to the 18", _sent(_OK + b"Content-Length: %d\r\n\r\n" % 10**18), "oversize"),
        (lengths, "negative", _sent(_OK + b"Content-Length: -5\r\n\r\n" + PAGE), "page network"),
        (lengths, "no number", _sent(_OK + b"Content-Length: many\r\n\r\n" + PAGE), "page network"),
        (lengths, "two that differ",
         _sent(_whole(PAGE, b"Content-Length: 5")), "page network"),
        (lengths, "a length, and chunks",
         _sent(_CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\n") + b"4\r\nabcd\r\n0\r\n\r\n"), "page"),
        (lengths, "none, and no end", _endless(_OK + b"\r\n", b"x" * 65536), "oversize"),
        (lengths, "a body of a byte every 0.1 s", _dripped(_OK + b"\r\n", PAGE * 9), "timeout"),
        (chunks, "without end", _endless(_CHUNKED, b"8000\r\n" + b"x" * 32768 + b"\r\n"), "oversize"),
        (chunks, "of one byte, without end", _endless(_CHUNKED, b"1\r\nx\r\n" * 999), "headers timeout"),
        (chunks, "a size that is no number", _sent(_CHUNKED + b"ZZ\r\nx\r\n"), "network"),
        (chunks, "a negative size", _endless(_CHUNKED + b"-5\r\n", b"x" * 65536), "network"),
        (chunks, "size -1", _endless(_CHUNKED + b"-1\r\n", b"x" * 65536), "network"),
        (chunks, "the largest size", _endless(_CHUNKED + b"7fffffffffffffff\r\n", b"x" * 65536), "oversize"),
        (chunks, "a size without end", _endless(_CHUNKED, b"0" * 4096), "headers network"),
        (chunks, "an extension without end", _endless(_CHUNKED + b"1;", b"x" * 4096), "headers network"),
        (chunks, "no last one", _sent(_CHUNKED + b"4\r\nabcd\r\n"), "network"),
        (chunks, "trailers without end", _endless(_CHUNKED + b"4\r\nabcd\r\n0\r\n", b"X: y\r\n" * 99), "headers"),
        (packing, "gzip: 1 GB", _packed("gzip"), "oversize"),
        (packing, "deflate: 1 GB", _packed("deflate"), "oversize"),
        (packing, "brotli: 64 MB", _packed("brotli", "br"), "network"),
        (packing, "zstd: 1 GB", _packed("zstd"), "network"),
        (packing, "gzip in gzip, said once", _gzipped(lambda: gzip.compress(_bomb("gzip"))), "page"),
        (packing, "gzip in gzip, said twice",
         _gzipped(lambda: gzip.compress(_bomb("gzip")), b"gzip, gzip"), "network"),
        (packing, "a thousand encodings", _gzipped(lambda: PAGE, b"gzip, " * 999), "network"),
        (packing, "half a million empty gzips", _gzipped(lambda: gzip.compress(b"", mtime=0) * 480_000), "empty timeout"),
        (packing, "a file name of gzip without end",
         _endless(_OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08" + bytes(6), b"n" * 65536), "oversize"),
        (packing, "said gzip, sent plain", _gzipped(lambda: PAGE), "network"),
        (packing, "gzip, cut", _gzipped(lambda: gzip.compress(PAGE)[:-12]), "network"),
        (jumps, "to itself", _redirected(lambda _: "{path}"), "redirect-loop"),
        (jumps, "to one another", _redirected(lambda hop: f"{{path}}?{1 - hop}"), "redirect-loop"),
        (jumps, "ever on", _redirected(lambda hop: f"{{path}}?{hop + 1}"), "too-many-redirects"),
        (jumps, "ever on, slowly", _redirected(lambda hop: f"{{path}}?{hop + 1}", pause=0.5), "timeout too-many-redirects"),
        (jumps, "each with a body without end",
         _redirected(lambda hop: f"{{path}}?{hop + 1}", body=(b"x" * 65536 for _ in count())), "too-many-redirects"),
        (jumps, "to a script", _redirected(lambda _: "javascript:alert(1)"), "bad-url"),
        (jumps, "to a file", _redirected(lambda _: "file:///etc/passwd"), "bad-url"),
        (jumps, "to an address of 1 MB", _redirected(lambda _: "/" + "x" * 1_000_000), "headers"),
        (jumps, "with 360 kB of cookies each", _cookies, "too-many-redirects"),
        (types, "a picture", _sent(_whole(PAGE).replace(b"text/html", b"image/png")), "content-type"),
        (types, "a charset that is none",
         _sent(_whole(PAGE).replace(b"text/html", b"text/html; charset=\0\xff;;=")), "page"),
        (types, "nothing in it", _sent(_whole(b"")), "empty"),
        (types, "blanks alone", _sent(_whole(b" \r\n" * 9999)), "empty"),
        (types, "NULs alone", _sent(_whole(bytes(100_000))), "page"),
        (types, "status 200, and an error page of 11 MB", _sent(_whole(b"x" * 11_000_000)), "oversize"),
        (ends, "reset before the answer", _sent(RESET), "network"),
        (ends, "reset within the headers", _sent(_OK, RESET), "network"),
        (ends, "reset within the body", _sent(_whole(PAGE)[:-20], RESET), "network"),
        (ends, "closed within the headers", _sent(_OK[:-5]), "network"),
    ]  # fmt: skip


def cases() -> list[Case]:
    """All bad servers, in the order of the table."""
    found = [Case(kind, name, script, _codes(codes)) for kind, name, script, codes in _table()]
    return [
        *found,
        Case("TLS", "a plain answer", _sent(_whole(PAGE)), _codes("tls"), "https"),
        Case("TLS", "silence", _silent, _codes("timeout"), "https"),
        Case(
            "TLS", "noise without end", _endless(b"", b"\x16\x03\x01" * 999), _codes("tls"), "https"
        ),
    ]


class Server:
    """Serves the script whose number is the path, whatever it is asked; a context manager."""

    def __init__(self, served: list[Case]) -> None:
        self.cases = served
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._open = True

    def __enter__(self) -> Server:
        for way in ("gzip", "deflate", "brotli", "zstd"):
            _bomb(way)  # made before anything is measured
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._listener.close()

    def url(self, number: int) -> str:
        return f"{self.cases[number].scheme}://127.0.0.1:{self.port}/{number}"

    def _accept(self) -> None:
        while self._open:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            request = connection.recv(65536)
            if request.startswith(b"\x16"):  # TLS, of which the path can't be read
                path, case = "/", self.cases[self.secure]
            else:
                while b"\r\n\r\n" not in request:
                    request += connection.recv(1 << 20) or b"\r\n\r\n"
                path = request.split(b" ")[1].decode("latin-1")
                case = self.cases[int(path.strip("/").partition("?")[0])]
            for piece in case.script(path):
                if not self._open:
                    return
                if piece == RESET:
                    time.sleep(0.05)  # so that what was sent before arrives
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    return
                connection.sendall(piece)

    #: Which case a TLS handshake is answered with.
    secure = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one fetch ended: the code ("" for a page), its message, seconds, and bytes of memory."""

    code: str
    message: str
    seconds: float
    memory: int
    size: int = 0


def _resident(field: str) -> int:
    """``VmRSS`` or ``VmHWM`` (its highest) of this process in bytes; 0 where nobody says."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
            if line.startswith(field):
                return int(line.split()[1]) * 1024
    return 0


def attempt(server: Server, number: int, seconds: float) -> Outcome:
    """Fetch one bad server, under today's limits but for the time."""
    limits = replace(
        LIMITS, total_timeout=seconds, read_timeout=seconds * 0.6, connect_timeout=seconds
    )
    server.secure = number
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # the highest begins anew
    before, began = _resident("VmRSS"), time.monotonic()
    code, message, size = "", "", 0
    try:
        size = len(fetch(server.url(number), limits=limits, allow_private=True).body)
    except FetchError as error:
        code, message = error.code, str(error)
    took = time.monotonic() - began
    return Outcome(code, message, took, max(0, _resident("VmHWM") - before), size)


def table(seconds: float) -> list[str]:
    """The lines of docs/security.md."""
    every = cases()
    lines = ["| server | what it does | the fetch ends with | s | MB |", "|---|---|---|---|---|"]
    worst_time = worst_memory = 0.0
    wrong = 0
    with Server(every) as server:
        for number, case in enumerate(every):
            outcome = attempt(server, number, seconds)
            worst_time = max(worst_time, outcome.seconds)
            worst_memory = max(worst_memory, outcome.memory / 1e6)
            if outcome.code not in case.codes:
                wrong += 1
                print(f"unexpected: {case.kind}, {case.name}: {outcome}")
            said = f"`{outcome.code}`" if outcome.code else "a page"
            lines.append(
                f"| {case.kind} | {case.name} | {said} | {outcome.seconds:.1f} "
                f"| {outcome.memory / 1e6:.0f} |"
            )
    summary = (
        f"{len(every)} servers, {wrong} with an unexpected end; a fetch was given {seconds:g} s. "
        f"The longest took {worst_time:.1f} s, the largest {worst_memory:.0f} MB."
    )
    return [summary, "", *lines]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="for one fetch (default: 3)")
    parser.add_argument("--write", action="store_true", help=f"put the table into {DOCS.name}")
    arguments = parser.parse_args()
    lines = table(arguments.seconds)
    print("\n".join(lines))
    if arguments.write:
        write_tables({"bad-http": lines}, DOCS)


if __name__ == "__main__":
    main()
