"""The connections of one fetch: made by us, to the very address that was checked, and cut by us."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from provenance.config import Limits
from provenance.errors import FetchError
from provenance.fetch import addresses
from provenance.fetch.addresses import is_public

SAVE = "Save the page in your browser and check the file with --url URL"
_PRIVATE = "Private addresses are fetched only with --allow-private"


class Guard:
    """Makes every connection of one fetch, and can cut them all."""

    def __init__(self, limits: Limits, allow_private: bool) -> None:
        self.limits = limits
        self.allow_private = allow_private
        self.deadline = time.monotonic() + limits.total_timeout
        self.connections = 0
        self._lock = threading.Lock()
        self._cut = False
        self._open: list[socket.socket] = []

    def remaining(self) -> float:
        """Seconds left, more than 0. Raises FetchError ``timeout`` when there are none."""
        left = self.deadline - time.monotonic()
        if self._cut or left <= 0:
            raise self.late()
        return left

    def late(self) -> FetchError:
        """The error that says that the time is up."""
        return FetchError(
            f"not finished within {self.limits.total_timeout:g} s",
            hint=f"The server is slow or stalls on purpose. {SAVE}",
            code="timeout",
        )

    def connect(self, host: str, port: int) -> socket.socket:
        """Resolve, check each address, connect to the very address that was checked."""
        name = host.strip("[]")
        try:
            found = socket.getaddrinfo(name, port, 0, socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise FetchError(
                f"the host name {name} cannot be resolved",
                hint="Check the spelling and your connection",
                code="dns",
            ) from error
        except (UnicodeError, ValueError, OverflowError) as error:
            raise FetchError("the host name is not valid", code="bad-url") from error
        if not self.allow_private:
            found = [entry for entry in found if is_public(str(entry[4][0]))]
        if not found:
            raise self._refusal(name)
        if port not in addresses.PORTS and not self.allow_private:
            raise FetchError(
                f"port {port} is not one of the web's (80, 443)",
                hint="Other ports are fetched only with --allow-private",
                code="port",
            )
        problem: OSError | None = None
        for family, kind, protocol, _, address in found:
            wait = min(self.limits.connect_timeout, self.remaining())
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(wait)
                connection.connect(address)
                self._require_public(str(connection.getpeername()[0]), name)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                # A duplicate, because TLS detaches the original from its descriptor.
                handle = connection.dup()
            except FetchError:
                connection.close()
                raise
            except OSError as error:
                connection.close()
                problem = error
                continue
            with self._lock:
                self._open.append(handle)
                self.connections += 1
            if self._cut:  # while we were connecting
                self.cut()
            return connection
        if isinstance(problem, ConnectionRefusedError):
            raise FetchError("the connection was refused", code="refused") from problem
        if isinstance(problem, TimeoutError):
            message = f"no connection within {self.limits.connect_timeout:g} s"
            raise FetchError(message, code="timeout") from problem
        raise FetchError("the host cannot be reached", code="network") from problem

    def _refusal(self, name: str) -> FetchError:
        message = f"{name} is a private or reserved address"
        return FetchError(message, hint=_PRIVATE, code="private")

    def _require_public(self, peer: str, name: str) -> None:
        """Once more, of the socket itself: what it is connected to."""
        if not self.allow_private and not is_public(peer):
            raise self._refusal(name)

    def cut(self) -> None:
        """End every connection at once; whoever reads from one sees its end."""
        with self._lock:
            self._cut = True
            for handle in self._open:
                with suppress(OSError):
                    handle.shutdown(socket.SHUT_RDWR)
                handle.close()
            self._open.clear()


class _Lines:
    """A stream of which only so many bytes are read as lines, and none without saying how many.

    Lines are all that is no body: status lines, those of interim answers (RFC 9110 §15.2) too,
    headers, sizes of chunks, trailers. http.client bounds each, and not how many there are.
    """

    def __init__(self, stream: Any, allowed: int) -> None:
        self._stream = stream
        self._left = allowed
        #: Within headers, where the end of the stream is no end of theirs.
        self.within = False

    def readline(self, limit: int = -1) -> bytes:
        line: bytes = self._stream.readline(limit)
        self._left -= len(line)
        if self._left < 0:
            raise FetchError("the server sends headers without end", hint=SAVE, code="headers")
        if self.within and not line.endswith(b"\n") and not 0 <= limit <= len(line):
            raise http.client.IncompleteRead(line)
        return line

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:  # a chunk of such a size: http.client would read on for ever
            raise http.client.IncompleteRead(b"")
        piece: bytes = self._stream.read(size)
        return piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Answer(http.client.HTTPResponse):
    """An answer of which the lines are bounded, and all interim answers passed over."""

    allowed = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fp: Any = _Lines(self.fp, self.allowed)

    def begin(self) -> None:
        super().begin()
        if self.fp is not None:
            self.fp.within = False

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            self.fp.within = False  # the end of the stream here is an answer that never came
            version, status, reason = super()._read_status()  # type: ignore[misc]
            self.fp.within = True
            # 101 is no interim answer, but the end of HTTP.
            if not 100 <= status < 200 or status == 101:
                return version, status, reason
            while self.fp.readline(65537).strip():
                pass


class Adapter(HTTPAdapter):
    """requests' adapter with connections made by the guard."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        guard = self._guard

        class Answer(_Answer):
            allowed = guard.limits.max_headers

        class Plain(HTTPConnection):
            response_class = Answer

            def _new_conn(self) -> socket.socket:
                return guard.connect(self._dns_host, self.port)

        class Secure(HTTPSConnection):
            response_class = Answer

            def _new_conn(self) -> socket.socket:
                return guard.connect(self._dns_host, self.port)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        # Of the manager, not of its class, where urllib3 keeps the table.
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


class Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: with a target, requests reads the whole body of the redirect, however long."""
        return None
