"""Addresses that must never be reached, each fetched, with servers that record any touch.

    python -m benchmarks.ssrf [--write]

Names are resolved by a real name server on loopback, which may answer otherwise every time it is
asked. Of the Internet only three addresses exist here: connections to them are led to a web server
on loopback, which serves pages and redirects. Every other connection is a touch, and so is every
request that another server on loopback, the one to be protected, receives.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import socket
import struct
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import unquote

from benchmarks.evaluate import write_tables
from provenance.config import LIMITS
from provenance.errors import FetchError
from provenance.fetch import fetch

DOCS = Path(__file__).parent.parent / "docs" / "security.md"
INTERNET = ("93.184.216.34", "8.8.8.8", "2606:4700::1111")
PUBLIC, OTHER_PUBLIC, PUBLIC_6 = INTERNET
#: What may be said of an address that is refused. ``dns``: no resolver knows it as an address.
REFUSALS = frozenset({"bad-url", "dns", "port", "private"})
_LIMITS = replace(LIMITS, connect_timeout=2.0, read_timeout=2.0, total_timeout=4.0)

#: Answers of the name server, by turns; a name that is not here does not exist.
NAMES: dict[str, list[list[str]]] = {
    "good.example": [[PUBLIC]],
    "www.good.example": [[OTHER_PUBLIC, PUBLIC]],
    "six.example": [[PUBLIC_6]],
    "xn--bcher-kva.example": [[PUBLIC]],
    "a-name-with-many-words-in-it.good.example": [[PUBLIC]],
    # public, and private beside it: only the public one may be used
    "mixed.example": [["10.0.0.7", PUBLIC]],
    # each time another answer
    "rebind.example": [[PUBLIC], ["127.0.0.1"]],
    "rebind6.example": [[PUBLIC], ["::1"]],
    "rebind-link.example": [[PUBLIC], ["169.254.169.254"]],
    "flip.example": [["127.0.0.1"], [PUBLIC]],
    # names of private places
    "localhost": [["127.0.0.1", "::1"]],
    "localhost.localdomain": [["127.0.0.1"]],
    "router.example": [["192.168.1.1"]],
    "intranet.example": [["10.1.2.3"]],
    "both.example": [["172.16.0.9", "fd00::9"]],
    "mapped.example": [["::ffff:10.0.0.1"]],
    "metadata.google.internal": [["169.254.169.254"]],
    "cloud.example": [["168.63.129.16"]],
    "shared.example": [["100.64.0.1"]],
    "nowhere.example": [["0.0.0.0"]],
    "every.example": [["::"]],
    "nat64.example": [["64:ff9b::7f00:1"]],
    "sixtofour.example": [["2002:7f00:1::1"]],
    "many.example": [["127.0.0.1", "10.0.0.1", "192.168.0.1", "::1", "fe80::1"]],
}

# {p} is the port of the server that is to be protected, written out where a port is.
_HOSTS: dict[str, str] = {
    "IPv4, in every spelling": """
        127.0.0.1 127.0.0.2 127.1 127.0.1 127.255.255.254 2130706433 0x7f000001 0x7f.0.0.1
        0x7f.0x0.0x0.0x1 0177.0.0.1 0177.0.0.01 00000177.0.0.1 017700000001 0X7F.1 127.0x1
        0 0.0.0.0 0x0 00 127.0.0.1. 2130706433. 3232235777 0xc0a80101 0300.0250.1.1 10.1
        0xa9fea9fe 2852039166 169.254.43518""",
    "IPv4, reserved": """
        10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.254 192.168.0.1 192.168.255.255 0.1.2.3
        100.64.0.1 100.127.255.254 169.254.0.1 192.0.0.1 192.0.0.8 192.0.2.1 192.88.99.1
        198.18.0.1 198.19.255.254 198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.250 240.0.0.1
        255.255.255.255""",
    "services of clouds": """
        169.254.169.254 169.254.170.2 169.254.169.123 100.100.100.200 168.63.129.16 192.0.0.192
        [fd00:ec2::254] [fd20:ce::254] [::ffff:169.254.169.254] [64:ff9b::a9fe:a9fe]
        metadata.google.internal cloud.example""",
    "IPv6": """
        [::1] [::] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [fe80::1] [febf::1]
        [fec0::1] [fc00::1] [fd12:3456:789a::1] [ff02::1] [ff0e::1] [2001:db8::1] [3fff::1]
        [100::1] [5f00::1] [4000::1] [2001::1] [2001:10::1] [2001:20::1]""",
    "IPv4 within IPv6": """
        [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:0:127.0.0.1] [::127.0.0.1]
        [::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b::a00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::]
        [2002:a00:1::1] [2002:c0a8:101::1] [2001:0:4136:e378:8000:63bf:807f:fffe]
        [2a00:1450::5efe:7f00:1] [2a00:1450::200:5efe:a00:1]""",
    "names": """
        localhost LOCALHOST localhost. localhost.localdomain router.example intranet.example
        both.example mapped.example shared.example nowhere.example every.example nat64.example
        sixtofour.example many.example flip.example""",
    "letters that look like others": """
        ①②⑦.⓪.⓪.① １２７.０.０.１ 127。0。0。1 127．0．0．1 127｡0｡0｡1 ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ｌｏｃａｌｈｏｓｔ
        lo\u00adcalhost loc\u200balhost 𝟭𝟮𝟳.𝟬.𝟬.𝟭 127.0.0.1\u3002 [::１] ℓocalhost""",
}
_WHOLE: dict[str, str] = {
    "user names and parsers that disagree": """
        http://good.example@127.0.0.1:{p}/ http://127.0.0.1:{p}@good.example/
        http://good.example:80@127.0.0.1:{p}/ http://a:b@localhost:{p}/
        http://good.example%40127.0.0.1:{p}/ http://127.0.0.1:{p}\\@good.example/
        http://good.example\\@127.0.0.1:{p}/ http://127.0.0.1%2f@good.example/
        http://127.0.0.1%00.good.example:{p}/ http://127.0.0.1%23.good.example:{p}/
        http://127.0.0.1:80:{p}/ http://[127.0.0.1]:{p}/ http://[::1%25lo]:{p}/ http://[::1]a:{p}/
        http://%31%32%37.0.0.1:{p}/ http://127.0.0.1&@good.example/ http:///127.0.0.1:{p}/
        http://good.example@@127.0.0.1:{p}/ http:127.0.0.1:{p}/ http://[::ffff:127.0.0.1%25]:{p}/""",
    "other ports": """
        http://good.example:22/ http://good.example:25/ http://good.example:3306/
        http://good.example:6379/ http://good.example:8080/ https://good.example:8443/
        http://good.example:0/ http://good.example:99999/""",
    "other schemes": """
        ftp://127.0.0.1:{p}/ file:///etc/passwd gopher://127.0.0.1:{p}/_x dict://127.0.0.1:{p}/
        ldap://127.0.0.1:{p}/ jar:http://127.0.0.1:{p}/!/ data:text/html,x javascript:x
        http+unix://%2Ftmp%2Fs/ //127.0.0.1:{p}/ view-source:http://127.0.0.1:{p}/""",
}
_REDIRECTS = """
    http://127.0.0.1:{p}/ http://[::1]:{p}/ http://localhost:{p}/ http://2130706433:{p}/
    http://0177.0.0.1:{p}/ http://0:{p}/ http://10.0.0.1:{p}/ http://192.168.1.1:{p}/
    http://169.254.169.254/latest/meta-data/ http://100.64.0.1/ http://168.63.129.16/
    http://[::ffff:127.0.0.1]:{p}/ http://[64:ff9b::7f00:1]:{p}/ http://[2002:7f00:1::]:{p}/
    http://[fe80::1]:{p}/ http://[fd00:ec2::254]/ http://intranet.example/ http://mapped.example/
    http://good.example@127.0.0.1:{p}/ //127.0.0.1:{p}/ \\\\127.0.0.1:{p}/ file:///etc/passwd
    ftp://127.0.0.1:{p}/ gopher://127.0.0.1:{p}/ javascript:x http://good.example:6379/
    http://①②⑦.⓪.⓪.①:{p}/ https://127.0.0.1:{p}/ http://127.1:{p}/"""
_GOOD = """
    http://good.example/ http://GOOD.example/a?b=c#d http://good.example:80/ http://good.example./
    http://www.good.example/ http://six.example/ http://bücher.example/ http://93.184.216.34/
    http://[2606:4700::1111]/ http://8.8.8.8/a http://mixed.example/ http://good.example/ä?ö=%20
    http://a-name-with-many-words-in-it.good.example/ http://good.example/to?http://six.example/
    http://good.example/@127.0.0.1 http://good.example/?u=http://127.0.0.1/ http://134744072/"""
GOOD = _GOOD.split()


@dataclass(frozen=True, slots=True)
class Vector:
    """One address that must not be reached, and how it is come by."""

    kind: str
    url: str
    #: What the environment holds while it is fetched, with {p} as in the URL.
    environment: tuple[tuple[str, str], ...] = ()


def vectors() -> list[Vector]:
    """All that must be refused; {p} in a URL stands for the protected server's port."""
    found = [
        Vector(kind, f"http://{host}:{{p}}/")
        for kind, hosts in _HOSTS.items()
        for host in hosts.split()
    ]
    found += [Vector(kind, url) for kind, urls in _WHOLE.items() for url in urls.split()]
    found += [Vector("redirects", f"http://good.example/to?{url}") for url in _REDIRECTS.split()]
    found += [
        Vector("names that change", f"http://{name}/to?http://{name}/")
        for name in ("rebind.example", "rebind6.example", "rebind-link.example")
    ]
    proxy = "http://127.0.0.1:{p}"
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        found.append(Vector("the environment", "http://good.example/", ((name, proxy),)))
    found.append(Vector("the environment", "http://good.example/", (("NETRC", "{netrc}"),)))
    return found


# --- the servers --------------------------------------------------------------------------------


class NameServer:
    """A name server on 127.0.0.1 (RFC 1035, UDP): A and AAAA of ``NAMES``, by turns."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self._turn: Counter[str] = Counter()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._socket.getsockname()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                query, sender = self._socket.recvfrom(4096)
                self._socket.sendto(self._answer(query), sender)
            except OSError:
                return

    def _answer(self, query: bytes) -> bytes:
        labels, at = [], 12
        while length := query[at]:
            labels.append(query[at + 1 : at + 1 + length].decode("ascii", "replace"))
            at += 1 + length
        kind = struct.unpack("!H", query[at + 1 : at + 3])[0]
        name = ".".join(labels).lower()
        turns = NAMES.get(name)
        answers: list[bytes] = []
        if turns:
            turn = turns[min(self._turn[name], len(turns) - 1)]
            if kind == 28:  # AAAA is asked last, and ends the turn
                self._turn[name] += 1
            for text in turn:
                packed = ipaddress.ip_address(text).packed
                if len(packed) == (16 if kind == 28 else 4):
                    # a pointer to the name, the type, class IN, no time to live, the address
                    answers.append(struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(packed)) + packed)
        self.asked[name] += 1
        header = query[:2] + struct.pack(
            "!HHHHH", 0x8180 if turns else 0x8183, 1, len(answers), 0, 0
        )
        return header + query[12 : at + 5] + b"".join(answers)

    def again(self) -> None:
        """Begin with the first answers."""
        self._turn.clear()


def _ask(server: tuple[str, int], name: str, kind: int) -> list[str]:
    """The addresses that the name server gives for a name; gaierror when it knows none."""
    labels = name.encode("idna").rstrip(b".").split(b".")
    question = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    query = struct.pack("!HHHHHH", 77, 0x0100, 1, 0, 0, 0) + question + struct.pack("!HH", kind, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(2)
        asking.sendto(query, server)
        answer = asking.recv(4096)
    if answer[3] & 15:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    found, at = [], 12 + len(question) + 4
    for _ in range(struct.unpack("!H", answer[6:8])[0]):
        size = struct.unpack("!H", answer[at + 10 : at + 12])[0]
        found.append(str(ipaddress.ip_address(answer[at + 12 : at + 12 + size])))
        at += 12 + size
    return found


class WebServer:
    """A web server on loopback that keeps every request, serves a page, and redirects ``/to?``."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family)
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError):
                connection.settimeout(2)
                request = connection.recv(65536)
                self.requests.append(request)
                target = request.split(b" ")[1].decode("latin-1") if b" " in request else "/"
                if target.startswith("/to?"):
                    place = unquote(target[4:])
                    head = f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n"
                    connection.sendall(head.encode("utf-8"))
                else:
                    body = b"<html><body><p>A page.</p></body></html>"
                    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n"
                    connection.sendall(f"{head}Content-Type: text/html\r\n\r\n".encode() + body)


@dataclass(slots=True)
class Place:
    """The little Internet: its name server, its web server, and the server to be protected."""

    names: NameServer
    web: WebServer
    protected: list[WebServer]
    netrc: Path
    #: Connections to anything but the Internet's addresses.
    touched: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.protected[0].port

    @property
    def touches(self) -> int:
        return len(self.touched) + sum(server.connections for server in self.protected)


@contextmanager
def place() -> Iterator[Place]:
    """The servers, with resolution and connections led to them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        netrc = folder / "netrc"
        netrc.write_text("machine good.example login somebody password secret\n")
        netrc.chmod(0o600)
        first = WebServer()
        protected = [first]
        with suppress(OSError):  # a machine without IPv6
            protected.append(WebServer("::1", first.port))
        here = Place(NameServer(), WebServer(), protected, netrc)
        stack.callback(here.names.close)
        for server in (here.web, *protected):
            stack.callback(server.close)
        real_resolve, real_socket = socket.getaddrinfo, socket.socket

        def resolve(name: Any, port: Any, *rest: Any, **more: Any) -> list[Any]:
            text = name.decode() if isinstance(name, bytes) else str(name)
            try:  # an address in any spelling that the C library knows
                return real_resolve(text, port, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
            except socket.gaierror:
                found = [*_ask(here.names.address, text, 1), *_ask(here.names.address, text, 28)]
            return [
                entry
                for address in found
                for entry in real_resolve(address, port, 0, socket.SOCK_STREAM)
            ]

        class Routed(real_socket):  # type: ignore[valid-type,misc]
            """Leads to the web server what goes to the Internet, and records what does not."""

            def __init__(self, family: int = -1, *rest: Any, **more: Any) -> None:
                # The web server has one address, of IPv4; what goes to IPv6 is led there, too.
                wanted = socket.AF_INET if family == socket.AF_INET6 else family
                super().__init__(wanted, *rest, **more)
                self.led: Any = None

            def connect(self, address: Any) -> None:
                if address[0] in INTERNET:
                    self.led = address
                    super().connect(("127.0.0.1", here.web.port))
                else:
                    here.touched.append(tuple(address))
                    super().connect(address)

            def getpeername(self) -> Any:
                return self.led or super().getpeername()

        stack.enter_context(mock.patch("socket.getaddrinfo", resolve))
        stack.enter_context(mock.patch("socket.socket", Routed))
        yield here


# --- the fetches --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one fetch: the code of its refusal or "", and touches of what is protected."""

    code: str
    touches: int
    #: What the web server of the Internet was sent.
    requests: tuple[bytes, ...] = ()

    def blocked(self, vector: Vector) -> bool:
        """Nothing was touched; the fetch was refused, or, where only the environment is hostile,
        went on as if that were empty."""
        if self.touches:
            return False
        if vector.environment:
            sent = b"".join(self.requests).lower()
            return self.code == "" and b"authorization" not in sent and b"http://" not in sent
        return self.code in REFUSALS


def attempt(here: Place, url: str, environment: tuple[tuple[str, str], ...] = ()) -> Outcome:
    """Fetch one address in this place."""
    here.names.again()
    touches, seen = here.touches, len(here.web.requests)

    def filled(text: str) -> str:
        return text.replace("{p}", str(here.port)).replace("{netrc}", str(here.netrc))

    with mock.patch.dict(os.environ, {name: filled(value) for name, value in environment}):
        try:
            fetch(filled(url), limits=_LIMITS)
            code = ""
        except FetchError as error:
            code = error.code
    return Outcome(code, here.touches - touches, tuple(here.web.requests[seen:]))


def table() -> list[str]:
    """The lines of docs/security.md. Every vector once as it is, and once on port 80."""
    tried: Counter[str] = Counter()
    blocked: Counter[str] = Counter()
    with place() as here:
        for vector in vectors():
            tried[vector.kind] += 1
            for url in dict.fromkeys((vector.url, vector.url.replace(":{p}", ""))):
                outcome = attempt(here, url, vector.environment)
                if not outcome.blocked(vector):
                    print(f"not blocked: {url} {outcome}")
                    break
            else:
                blocked[vector.kind] += 1
        passed = sum(attempt(here, url).code == "" for url in GOOD)
        touches = here.touches
    lines = ["| addresses | tried | blocked |", "|---|---|---|"]
    lines += [f"| {kind} | {count} | {blocked[kind]} |" for kind, count in tried.items()]
    lines.append(f"| **all** | **{tried.total()}** | **{blocked.total()}** |")
    return [
        *lines,
        "",
        f"{passed} of {len(GOOD)} good addresses passed. Touches of what is protected: {touches}.",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"put the table into {DOCS.name}")
    arguments = parser.parse_args()
    lines = table()
    print("\n".join(lines))
    if arguments.write:
        write_tables({"ssrf": lines}, DOCS)


if __name__ == "__main__":
    main()
