"""A server on 127.0.0.1 that sends exactly the bytes a test scripts, as slowly as it says."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType

PAGE = b"<html><body><p>The bridge was closed on Tuesday.</p></body></html>"

Script = bytes | Callable[[bytes], Iterable[bytes]]


def response(
    body: bytes = b"",
    *,
    status: str = "200 OK",
    kind: str | None = "text/html; charset=utf-8",
    headers: dict[str, str] | None = None,
) -> bytes:
    """A whole raw response with the right Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    if kind is not None:
        lines.append(f"Content-Type: {kind}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


def redirect(target: str, body: bytes = b"", **headers: str) -> bytes:
    """A 302 to ``target``."""
    return response(body, status="302 Found", headers={"Location": target, **headers})


def dripped(whole: bytes, pause: float, forever: bytes = b"") -> Callable[[bytes], Iterable[bytes]]:
    """Send ``whole`` a byte at a time, then ``forever`` again and again."""

    def pieces(_request: bytes) -> Iterable[bytes]:
        for i in range(len(whole)):
            yield whole[i : i + 1]
            time.sleep(pause)
        while forever:
            yield forever
            time.sleep(pause)

    return pieces


class Server:
    """``with Server({"/path": script}) as server``; a script is raw bytes, or a function of the
    raw request that yields them. ``requests`` holds every request received."""

    def __init__(self, pages: dict[str, Script] | None = None) -> None:
        self.pages: dict[str, Script] = dict(pages or {})
        self.requests: list[bytes] = []
        self.sent: dict[str, int] = {}
        self._stopping = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [request.split(b" ")[1].decode() for request in self.requests]

    def __enter__(self) -> Server:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._stopping = True
        self._listener.close()

    def _accept(self) -> None:
        while not self._stopping:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                request = b""
                while b"\r\n\r\n" not in request:
                    if not (more := connection.recv(65536)):
                        return
                    request += more
                told = re.search(rb"(?i)\r\ncontent-length: *(\d+)", request)
                whole = request.index(b"\r\n\r\n") + 4 + int(told.group(1) if told else 0)
                while len(request) < whole:
                    if not (more := connection.recv(65536)):
                        return
                    request += more
                self.requests.append(request)
                path = request.split(b" ")[1].decode()
                script = self.pages.get(path, response(b"nothing here", status="404 Not Found"))
                pieces = [script] if isinstance(script, bytes) else script(request)
                for piece in pieces:
                    if self._stopping:
                        return
                    connection.sendall(piece)
                    self.sent[path] = self.sent.get(path, 0) + len(piece)
            except OSError:
                return
