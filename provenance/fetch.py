"""URL to Capture. The only module that talks to the network, and the only importer of requests.

Everything on the other side is taken for hostile. requests by itself bounds neither the time of
a dripping answer nor the size of a decoded body, reads the bodies of redirects, hands the
passwords of ``.netrc`` to whoever asks, and connects to private addresses. So here: redirects are
followed by us, bodies are read in pieces and decoded under a cap, every address is checked on
the way to the socket, and the whole runs in a thread that the caller outlives.
"""

from __future__ import annotations

import http
import ipaddress
import re
import socket
import threading
import time
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, LocationParseError, ReadTimeoutError
from urllib3.util import parse_url

from provenance import __version__
from provenance.config import LIMITS, Limits
from provenance.errors import FetchError
from provenance.models import Capture
from provenance.urls import redact, unwrap_archive

USER_AGENT = f"provenance/{__version__} (news article provenance checker)"
_SAVE = "Save the page in your browser and check the file with --url URL"
_PRIVATE = "Private addresses are fetched only with --allow-private"
_CHUNK = 65536
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TEXTUAL = re.compile(
    r"^(?:text/(?:html|plain|markdown|xml)|application/(?:xml|json|[\w.-]+\+(?:xml|json)))$"
)

# What `is_global` lets through, in some Python or in all, and nobody publishes news on.
_DENIED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # the control address of one cloud, inside a public range
        "192.0.0.0/24",  # IETF protocol assignments; older Pythons know a part of it only
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "2001::/23",  # Teredo, ORCHID and the like
        "3fff::/20",  # documentation, RFC 9637
    )
)
_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# The middle of an ISATAP interface identifier, RFC 5214; the IPv4 address follows it.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


def now() -> str:
    """This moment in UTC, ISO 8601 to the second, with ``Z``."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def is_public(address: str) -> bool:
    """True for an address that belongs to the public Internet.

    The IANA special-purpose registries as :mod:`ipaddress` has them, less multicast and a short
    list of ours. An IPv6 address that carries an IPv4 address (mapped RFC 4291, NAT64 RFC 6052,
    6to4 RFC 3056, ISATAP RFC 5214) is as public as the address in it.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        last = str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if ip.ipv4_mapped or ip in _NAT64:
            return is_public(last)
        if ip not in _UNICAST:  # with it go fec0::/10 and the old ways to write an IPv4 address
            return False
        if ip.sixtofour:
            return is_public(str(ip.sixtofour))
        if (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP and not is_public(last):
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _DENIED)


class _Guard:
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
            hint=f"The server is slow or stalls on purpose. {_SAVE}",
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
            raise FetchError(
                f"{name} is a private or reserved address", hint=_PRIVATE, code="private"
            )
        problem: OSError | None = None
        for family, kind, protocol, _, address in found:
            wait = min(self.limits.connect_timeout, self.remaining())
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(wait)
                connection.connect(address)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                # A duplicate, because TLS detaches the original from its descriptor.
                handle = connection.dup()
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

    def cut(self) -> None:
        """End every connection at once; whoever reads from one sees its end."""
        with self._lock:
            self._cut = True
            for handle in self._open:
                with suppress(OSError):
                    handle.shutdown(socket.SHUT_RDWR)
                handle.close()
            self._open.clear()


class _Adapter(HTTPAdapter):
    """requests' adapter with connections made by the guard."""

    def __init__(self, guard: _Guard) -> None:
        self._guard = guard
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        guard = self._guard

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return guard.connect(self._dns_host, self.port)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return guard.connect(self._dns_host, self.port)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        # Of the manager, not of its class, where urllib3 keeps the table.
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: with a target, requests reads the whole body of the redirect, however long."""
        return None


def _checked(url: str) -> str:
    """The URL, if it is one that we fetch. Raises FetchError ``bad-url``."""
    if _UNSAFE.search(url):  # before any parser, because some drop them in silence
        raise FetchError("the URL holds a backslash or control character", code="bad-url")
    try:
        parts = urlsplit(url)
        _ = parts.port
        parsed = parse_url(url)
    except (ValueError, LocationParseError) as error:
        raise FetchError("not a valid URL", code="bad-url") from error
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https"):
        raise FetchError(
            "only http and https addresses are fetched",
            hint="" if scheme else f"Write https://{_shown(url)}",
            code="bad-url",
        )
    if "@" in parts.netloc or parsed.auth:
        raise FetchError(
            "the URL holds a user name or password, which is never sent",
            hint="Write the address without the part before the @",
            code="bad-url",
        )
    if not parts.hostname or not parsed.host or "%" in parts.netloc:
        raise FetchError("the URL names no host that we can read", code="bad-url")
    return url


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


def _body(response: requests.Response, guard: _Guard) -> bytes:
    """The body, its Content-Encoding undone; both sizes bounded, time checked between reads."""
    cap = guard.limits.max_body
    oversize = FetchError(f"the page is larger than {cap:,} bytes", hint=_SAVE, code="oversize")
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared[:19]) > cap:
        raise oversize
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    inflate = None
    if encoding not in ("", "identity"):
        if encoding not in ("gzip", "x-gzip", "deflate"):
            message = f"sent as {_shown(encoding)}, an encoding that was not asked for"
            raise FetchError(message, hint=_SAVE, code="network")
        inflate = _Inflate(encoding)
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


def _shown(text: str, length: int = 60) -> str:
    """What a server sent, safe to print."""
    return "".join(c for c in text[:length] if c.isprintable())


def _require_text(response: requests.Response) -> None:
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind and not _TEXTUAL.match(kind):
        raise FetchError(f"the address gives {_shown(kind)}, which is no page", code="content-type")


def _require_success(response: requests.Response) -> None:
    status = response.status_code
    if 200 <= status < 300:
        return
    try:
        phrase = f" {http.HTTPStatus(status).phrase}"
    except ValueError:
        phrase = ""
    hint = ""
    if status in (401, 402, 403, 407, 429, 451):
        hint = _SAVE
    elif status in (404, 410):
        hint = "Check the address, or give the page's address in a web archive"
    elif status >= 500:
        hint = "Try again later"
    raise FetchError(f"the server answered {status}{phrase}", hint=hint, code="status")


def _location(response: requests.Response, base: str) -> str | None:
    target = response.headers.get("Location")
    if response.status_code not in _REDIRECTS or not target:
        return None
    with suppress(UnicodeError):  # http.client reads headers as Latin-1; servers send UTF-8
        target = target.encode("latin-1").decode("utf-8")
    try:
        return urldefrag(urljoin(base, target.strip().replace(" ", "%20"))).url
    except ValueError as error:
        raise FetchError("redirects to what is no URL", code="bad-url") from error


def _travel(url: str, guard: _Guard, visited: list[str]) -> Capture:
    """Follow the redirects from ``url`` and read the page at their end.

    ``visited`` gains every address that was asked for, so that a caller can tell where it broke.
    """
    seen: set[tuple[str, str]] = set()
    with _Session() as session:
        # No .netrc, whose passwords any host could ask for; no proxies from the environment,
        # behind which we could not see the address that is connected to.
        session.trust_env = False
        session.mount("http://", _Adapter(guard))
        session.mount("https://", _Adapter(guard))
        session.headers.clear()
        session.headers.update(
            {
                "User-Agent": USER_AGENT,
                "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
                "Accept-Encoding": "gzip, deflate",
                "Connection": "close",
            }
        )
        while True:
            visited.append(url)
            request = session.prepare_request(requests.Request("GET", _checked(url)))
            # The cookies belong to it: a site may set one and send the reader to the same address.
            state = (str(request.url), request.headers.get("Cookie", ""))
            if state in seen:
                raise FetchError("redirects in a circle", hint=_SAVE, code="redirect-loop")
            seen.add(state)
            left = guard.remaining()
            limits = guard.limits
            response = session.send(
                request,
                stream=True,
                allow_redirects=False,
                timeout=(min(limits.connect_timeout, left), min(limits.read_timeout, left)),
            )
            try:
                if not guard.connections:  # another urllib3 may not know our door: say so, stop
                    raise FetchError("the address could not be checked", code="private")
                if target := _location(response, url):
                    if len(visited) > limits.max_redirects:
                        message = f"more than {limits.max_redirects} redirects"
                        raise FetchError(message, code="too-many-redirects")
                    url = target
                    continue
                _require_success(response)
                _require_text(response)
                body = _body(response, guard)
                if not body.strip():
                    raise FetchError("the page is empty", code="empty")
                headers = tuple((str(k), str(v)) for k, v in response.raw.headers.items())
                return Capture(
                    url=visited[0],
                    body=body,
                    final_url=urldefrag(url).url,
                    status=response.status_code,
                    headers=headers,
                    observed=now(),
                    redirects=tuple(visited[:-1]),
                )
            finally:
                response.close()


def _explain(error: Exception, limits: Limits) -> FetchError:
    """What a lower library raised, as one of ours."""
    if isinstance(error, FetchError):
        return error
    if isinstance(error, (requests.Timeout, ReadTimeoutError, TimeoutError)):
        message = f"the server sent nothing for {limits.read_timeout:g} s"
        return FetchError(message, hint="Try again later", code="timeout")
    if isinstance(error, requests.exceptions.SSLError):
        return FetchError("the server's certificate or TLS is not valid", hint=_SAVE, code="tls")
    invalid = (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, UnicodeError)
    if isinstance(error, (*invalid, requests.exceptions.InvalidSchema, LocationParseError)):
        return FetchError("not a valid URL", code="bad-url")
    if isinstance(error, zlib.error):
        return FetchError("the page cannot be decompressed", hint=_SAVE, code="network")
    if isinstance(error, (requests.RequestException, HTTPError, OSError)):
        return FetchError("the connection broke off", hint="Try again", code="network")
    return FetchError(f"the answer cannot be read ({type(error).__name__})", code="network")


def _memento(capture: Capture) -> str | None:
    """When a web archive says that it captured the page (Memento-Datetime, RFC 7089 §2.1.1)."""
    for name, value in capture.headers:
        if name.lower() == "memento-datetime":
            with suppress(ValueError, TypeError):
                moment = parsedate_to_datetime(value).astimezone(UTC)
                return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return None


def _unwrapped(capture: Capture) -> Capture:
    """A page read from a web archive, under the address and time of the original."""
    asked, asked_at = unwrap_archive(capture.url)
    given, given_at = unwrap_archive(capture.final_url)
    if asked == capture.url and given == capture.final_url:
        return capture
    if given == capture.final_url:
        given = asked
    return Capture(
        url=given if asked == capture.url else asked,
        final_url=given,
        body=capture.body,
        status=capture.status,
        headers=capture.headers,
        # Our clock says when we looked into the archive, not when the page was there.
        observed=given_at or _memento(capture) or asked_at,
        redirects=(*capture.redirects, capture.final_url),
    )


def fetch(url: str, *, limits: Limits = LIMITS, allow_private: bool = False) -> Capture:
    """The page at ``url``, its bytes as served with only the Content-Encoding undone.

    ``redirects`` of the result names the addresses gone through, in order; ``observed`` is the
    time of reading, UTC. An address of a web archive gives the original's URL and the archive's
    capture time (None if it tells none), and its own address ends ``redirects``.
    Nothing outlasts ``limits.total_timeout`` seconds, nor takes more memory than a few times
    ``limits.max_body``.

    Raises FetchError with ``code`` one of bad-url, dns, refused, private, timeout,
    redirect-loop, too-many-redirects, status, oversize, content-type, tls, network, empty.
    """
    url = url.strip().replace(" ", "%20")
    guard = _Guard(limits, allow_private)
    visited: list[str] = []
    outcome: list[Capture | FetchError] = []

    def work() -> None:
        try:
            outcome.append(_travel(url, guard, visited))
        except Exception as error:
            outcome.append(_explain(error, limits))

    # In a thread, because no timeout of a socket bounds an answer that drips: a header a byte at
    # a time, interim answers (RFC 9110 §15.2) for ever, a name server that doesn't answer. At the
    # end the connections are cut, on which the thread ends too.
    thread = threading.Thread(target=work, name="provenance-fetch", daemon=True)
    thread.start()
    try:
        thread.join(limits.total_timeout)
        result = outcome[0] if outcome else guard.late()
    finally:
        guard.cut()
    if isinstance(result, Capture):
        return _unwrapped(result)
    where = ""
    if len(visited) > 1:
        where = f"redirected to {_shown(redact(visited[-1]), 200)}: "
    raise FetchError(
        where + result.message, subject=redact(url), hint=result.hint, code=result.code
    ) from result.__cause__
