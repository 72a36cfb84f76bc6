from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpd import Server, dripped, redirect, response

from provenance import fetch as fetch_module
from provenance.config import LIMITS
from provenance.errors import FetchError
from provenance.fetch import fetch, is_public, now
from provenance.models import Capture

PAGE = b"<html><body><p>The bridge was closed on Tuesday.</p></body></html>"
QUICK = replace(LIMITS, connect_timeout=1.0, read_timeout=1.0, total_timeout=1.5, max_body=100_000)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({"/": response(PAGE)}) as running:
        yield running


def get(url: str, **changes: object) -> Capture:
    limits = replace(QUICK, **changes)  # type: ignore[arg-type]
    return fetch(url, limits=limits, allow_private=True)


def failure(url: str, **changes: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(url, **changes)
    assert caught.value.subject
    assert caught.value.message
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_page_comes_with_all_that_is_known_of_it(server: Server) -> None:
    before = now()
    capture = get(server.url("/#part"))
    assert capture.body == PAGE
    assert capture.url == server.url("/#part")
    assert capture.final_url == server.url("/")
    assert capture.status == 200
    assert capture.content_type == "text/html"
    assert capture.redirects == ()
    assert capture.observed is not None
    assert before <= capture.observed <= now()
    assert capture.observed.endswith("Z")


def test_we_say_who_we_are_and_nothing_else(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login reader password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    get(server.url())
    request = server.requests[0].decode()
    assert "User-Agent: provenance/" in request
    assert "Accept-Encoding: gzip, deflate\r\n" in request
    assert "authorization" not in request.lower()
    assert "cookie" not in request.lower()


def test_bytes_stay_as_the_server_sent_them(server: Server) -> None:
    body = "<html><body>Мост закрыли во вторник</body></html>".encode("windows-1251")
    server.pages["/ru"] = response(body, kind="text/html; charset=windows-1251")
    assert get(server.url("/ru")).body == body


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(PAGE, mtime=0)),
        ("x-gzip", gzip.compress(PAGE, mtime=0)),
        ("GZIP", gzip.compress(PAGE[:20], mtime=0) + gzip.compress(PAGE[20:], mtime=0)),
        ("gzip", gzip.compress(PAGE, mtime=0) + b"\0\0\0"),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)[2:-4]),
        ("identity", PAGE),
    ],
)
def test_content_encodings_are_undone(server: Server, encoding: str, packed: bytes) -> None:
    server.pages["/"] = response(packed, headers={"Content-Encoding": encoding})
    assert get(server.url()).body == PAGE


def test_a_chunked_page_is_put_together(server: Server) -> None:
    server.pages["/"] = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\n<html\r\n6;x=y\r\n> hi</\r\n5\r\nhtml>\r\n0\r\n\r\n"
    )
    assert get(server.url()).body == b"<html> hi</html>"


@pytest.mark.parametrize(
    "kind",
    [
        "text/html", "application/xhtml+xml", "text/plain", "text/xml", "application/xml",
        "application/rss+xml", "application/atom+xml", "application/feed+json", "application/json",
        "TEXT/HTML; charset=x", None,
    ],
)  # fmt: skip
def test_texts_and_feeds_are_taken(server: Server, kind: str | None) -> None:
    server.pages["/"] = response(PAGE, kind=kind)
    assert get(server.url()).body == PAGE


@pytest.mark.parametrize(
    "kind",
    ["image/png", "application/pdf", "video/mp4", "application/octet-stream", "image/svg+xml"],
)
def test_other_content_types_are_refused(server: Server, kind: str) -> None:
    server.pages["/"] = response(PAGE, kind=kind)
    error = failure(server.url())
    assert error.code == "content-type"
    assert kind in error.message


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        ("401 Unauthorized", "--url URL"), ("402 Payment Required", "--url URL"),
        ("403 Forbidden", "--url URL"), ("451 Unavailable", "--url URL"),
        ("404 Not Found", "Check the address"), ("500 Oops", "later"), ("304 Not Modified", ""),
        ("302 Found", ""), ("599 \x1b[31mred", "later"),
    ],
)  # fmt: skip
def test_a_status_that_is_no_success(server: Server, status: str, hint: str) -> None:
    server.pages["/"] = response(b"an error page", status=status)
    error = failure(server.url())
    assert error.code == "status"
    assert status[:3] in error.message
    assert "\x1b" not in str(error)
    assert hint in error.hint


@pytest.mark.parametrize("body", [b"", b" \r\n\t "])
def test_an_empty_page_is_no_page(server: Server, body: bytes) -> None:
    server.pages["/"] = response(body)
    assert failure(server.url()).code == "empty"


# Redirects


def test_redirects_are_followed_and_kept(server: Server) -> None:
    server.pages["/a"] = redirect("/b?x=1#there")
    server.pages["/b?x=1"] = redirect(server.url("/c d"))
    server.pages["/c%20d"] = response(PAGE)
    capture = get(server.url("/a"))
    assert capture.final_url == server.url("/c%20d")
    assert capture.redirects == (server.url("/a"), server.url("/b?x=1"))
    assert capture.url == server.url("/a")


def test_a_redirect_in_utf8_is_read_as_utf8(server: Server) -> None:
    server.pages["/"] = redirect("/мост")
    server.pages["/%D0%BC%D0%BE%D1%81%D1%82"] = response(PAGE)
    assert get(server.url()).body == PAGE


def test_a_circle_of_redirects(server: Server) -> None:
    server.pages["/a"] = redirect("/b")
    server.pages["/b"] = redirect("/a")
    error = failure(server.url("/a"))
    assert error.code == "redirect-loop"
    assert error.subject == server.url("/a")
    assert server.paths == ["/a", "/b"]


def test_a_redirect_to_itself_that_sets_a_cookie_is_no_circle(server: Server) -> None:
    def gate(request: bytes) -> Iterable[bytes]:
        if b"Cookie: seen=1" in request:
            yield response(PAGE)
        else:
            yield redirect("/gate", **{"Set-Cookie": "seen=1"})

    server.pages["/gate"] = gate
    assert get(server.url("/gate")).body == PAGE


def test_redirects_without_end(server: Server) -> None:
    for i in range(20):
        server.pages[f"/{i}"] = redirect(f"/{i + 1}")
    server.pages["/3"] = response(PAGE)
    assert get(server.url("/0"), max_redirects=3).body == PAGE
    server.pages["/3"] = redirect("/4")
    error = failure(server.url("/0"), max_redirects=3)
    assert error.code == "too-many-redirects"
    assert "/4" not in server.paths


def test_the_body_of_a_redirect_is_not_read(server: Server) -> None:
    def flood(_request: bytes) -> Iterable[bytes]:
        yield b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 1000000000\r\n\r\n"
        for _ in range(1000):
            yield b"x" * 1_000_000

    server.pages["/bomb"] = flood
    assert get(server.url("/bomb")).body == PAGE
    assert server.sent["/bomb"] < 100_000_000


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("file:///etc/passwd", "bad-url"), ("ftp://site.example/a", "bad-url"),
        ("gopher://site.example/", "bad-url"), ("http://user:secret@site.example/", "bad-url"),
        ("http://[::1/", "bad-url"), ("javascript:alert(1)", "bad-url"), ("//[::1/", "bad-url"),
        ("data:text/html,hello", "bad-url"), ("http://a\\@b/", "bad-url"),
    ],
)  # fmt: skip
def test_each_hop_is_checked(server: Server, target: str, code: str) -> None:
    server.pages["/"] = redirect(target)
    error = failure(server.url())
    assert error.code == code
    assert "secret" not in str(error)
    assert len(server.requests) == 1


def test_a_redirect_to_a_private_address(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first host passes for a public one; the second is refused as what it is.
    server.pages["/"] = redirect("http://169.254.169.254/latest/meta-data/")
    here = f"http://front.example:{server.port}/"
    real = socket.getaddrinfo

    def resolve(name: str, *rest: object) -> object:
        return real("127.0.0.1" if name == "front.example" else name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(fetch_module.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(
        fetch_module, "is_public", lambda address: address == "127.0.0.1" or is_public(address)
    )
    with pytest.raises(FetchError) as caught:
        fetch(here, limits=QUICK)
    assert caught.value.code == "private"
    assert caught.value.subject == here
    assert "169.254.169.254" in caught.value.message
    assert len(server.requests) == 1


# Size and time


def test_a_page_over_the_limit_by_its_own_word(server: Server) -> None:
    server.pages["/"] = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100001\r\n\r\n"
    )
    assert failure(server.url()).code == "oversize"


def test_a_page_over_the_limit_without_a_word(server: Server) -> None:
    server.pages["/"] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + b"x" * 200_000
    assert failure(server.url()).code == "oversize"
    server.pages["/"] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + b"x" * 100_000
    assert len(get(server.url()).body) == 100_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_stopped_before_it_unfolds(server: Server, encoding: str) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(90)) + packer.flush()
    assert len(bomb) < 100_000
    server.pages["/"] = response(bomb, headers={"Content-Encoding": encoding})
    tracemalloc.start()
    assert failure(server.url()).code == "oversize"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(dripped(response(PAGE), 0.2), id="status line and headers"),
        pytest.param(dripped(b"HTTP/1.1 200 OK\r\nX: ", 0.0, b"x"), id="one endless header"),
        pytest.param(
            lambda r: (
                p
                for part in ([response(b"x" * 90_000)[:-90_000]], dripped(b"x" * 90_000, 0.2)(r))
                for p in part
            ),
            id="body",
        ),
        pytest.param(
            dripped(b"", 0.1, b"HTTP/1.1 100 Continue\r\n\r\n"), id="interim answers for ever"
        ),
        pytest.param(
            dripped(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n",
                0.0,
                b"1;" + b"x" * 50,
            ),
            id="an endless chunk size",
        ),
    ],
)
def test_what_drips_ends_at_the_deadline(server: Server, script: object) -> None:
    server.pages["/"] = script  # type: ignore[assignment]
    start = time.monotonic()
    error = failure(server.url(), total_timeout=0.8)
    assert time.monotonic() - start < 1.3
    assert error.code in ("timeout", "network")
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and any(
        thread.name == "provenance-fetch" for thread in threading.enumerate()
    ):
        time.sleep(0.02)
    assert not [t for t in threading.enumerate() if t.name == "provenance-fetch"]


def test_a_dripping_page_is_called_a_timeout(server: Server) -> None:
    server.pages["/"] = dripped(response(PAGE), 0.2)
    error = failure(server.url(), total_timeout=0.5)
    assert error.code == "timeout"
    assert "0.5 s" in error.message


def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def stuck(*_args: object) -> object:
        released.wait(10)
        raise socket.gaierror(socket.EAI_AGAIN, "late")

    monkeypatch.setattr(fetch_module.socket, "getaddrinfo", stuck)
    start = time.monotonic()
    assert failure("http://site.example/", total_timeout=0.3).code == "timeout"
    assert time.monotonic() - start < 1
    released.set()


def test_silence_is_a_timeout(server: Server) -> None:
    server.pages["/"] = dripped(b"", 5.0, b"x")
    server.pages["/mute"] = lambda _request: (time.sleep(0.6) or b"" for _ in range(5))
    error = failure(server.url("/mute"), read_timeout=0.2)
    assert error.code == "timeout"
    assert "0.2 s" in error.message


# Errors of the network


def test_a_port_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert failure(f"http://127.0.0.1:{port}/").code == "refused"


def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(fetch_module.socket, "getaddrinfo", unknown)
    error = failure("http://nowhere.example/")
    assert error.code == "dns"
    assert "nowhere.example" in error.message


def test_a_server_without_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(response(PAGE))

        threading.Thread(target=answer, daemon=True).start()
        port = listener.getsockname()[1]
        assert failure(f"https://127.0.0.1:{port}/").code == "tls"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("needs the openssl command")
    pem = tmp_path_factory.mktemp("tls") / "both.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(pem), "-out", f"{pem}.crt"]
    subprocess.run(command, check=True, capture_output=True)
    with pem.open("a") as file:
        file.write(Path(f"{pem}.crt").read_text())
    return pem


@contextmanager
def tls_server(certificate: Path, raw: bytes, pause: float = 0.0) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            plain, _ = listener.accept()
            with suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(65536)
                for i in range(0, len(raw), 20):
                    connection.sendall(raw[i : i + 20])
                    time.sleep(pause)

        threading.Thread(target=answer, daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/"


def test_a_certificate_that_nobody_vouches_for(certificate: Path) -> None:
    with tls_server(certificate, response(PAGE)) as url:
        assert failure(url).code == "tls"


def test_tls_pages_are_read_and_their_drip_is_cut(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fetch_module.requests.Session.__init__

    def trusting(session: Any) -> None:
        real(session)
        session.verify = str(certificate)

    monkeypatch.setattr(fetch_module.requests.Session, "__init__", trusting)
    with tls_server(certificate, response(PAGE)) as url:
        assert get(url).body == PAGE
    with tls_server(certificate, response(PAGE), pause=0.3) as url:
        start = time.monotonic()
        assert failure(url, total_timeout=0.6).code == "timeout"
        assert time.monotonic() - start < 1.2
    while any(thread.name == "provenance-fetch" for thread in threading.enumerate()):
        assert time.monotonic() - start < 4
        time.sleep(0.02)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", id="another protocol"),
        pytest.param(response(PAGE)[:-10], id="cut body"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", id="500 headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", id="long header"),
        pytest.param(
            response(b"no gzip at all", headers={"Content-Encoding": "gzip"}), id="no gzip"
        ),
        pytest.param(
            response(gzip.compress(PAGE, mtime=0)[:-12], headers={"Content-Encoding": "gzip"}),
            id="cut gzip",
        ),
        pytest.param(response(PAGE, headers={"Content-Encoding": "br"}), id="brotli"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n0\r\n\r\n",
            id="bad chunk size",
        ),
    ],
)
def test_a_broken_answer_is_a_network_error(server: Server, raw: bytes) -> None:
    server.pages["/"] = raw
    assert failure(server.url()).code == "network"


@pytest.mark.parametrize(
    "url",
    [
        "", "site.example/a", "ftp://site.example/", "file:///etc/passwd", "http://", "http:///a",
        "http://user@site.example/", "http://user:pw@site.example/", "http://[::1", "http://a:b/",
        "http://site.example:99999/", "http://site.example\\@other.example/", "http://a b.example/",
        "http://site.example/\r\nX: y", "http://site.example/\x00", "mailto:a@b.example", "//a/b",
        "http://127.0.0.1%2f@site.example/", "http://.example/",
        "http://" + "a" * 300 + ".example/",
    ],
)  # fmt: skip
def test_what_is_no_fetchable_url(url: str, no_connection: None) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(url, limits=QUICK)
    assert caught.value.code == "bad-url"
    assert "pw" not in str(caught.value)


def test_secrets_in_an_address_are_not_shown(server: Server) -> None:
    error = failure(server.url("/missing?token=topsecret&a=1"))
    assert "topsecret" not in str(error)
    assert "a=1" in error.subject


# Web archives


def test_a_page_from_a_web_archive_is_the_original(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        fetch_module.socket,
        "getaddrinfo",
        lambda name, port, *rest: real("127.0.0.1", server.port, *rest),
    )
    server.pages["/web/2025/https://site.example/a"] = redirect(
        "/web/20250708101530/https://site.example/a"
    )
    server.pages["/web/20250708101530/https://site.example/a"] = response(PAGE)
    capture = get("http://web.archive.org/web/2025/https://site.example/a")
    assert capture.url == capture.final_url == "https://site.example/a"
    assert capture.observed == "2025-07-08T10:15:30Z"
    assert capture.body == PAGE
    assert (
        capture.redirects[-1] == "http://web.archive.org/web/20250708101530/https://site.example/a"
    )

    server.pages["/web/2024/https://site.example/b"] = response(
        PAGE, headers={"Memento-Datetime": "Tue, 05 Mar 2024 08:00:00 GMT"}
    )
    capture = get("http://web.archive.org/web/2024/https://site.example/b")
    assert capture.observed == "2024-03-05T08:00:00Z"


# Private addresses

REFUSED = [
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/",
    "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://017700000001/",
    "http://127.255.255.254/", "http://0/", "http://0.0.0.0/",
    "http://10.0.0.1/", "http://172.16.0.1/",
    "http://172.31.255.255/", "http://192.168.1.1/", "http://169.254.169.254/",
    "http://0xa9fea9fe/", "http://2852039166/", "http://100.64.0.1/", "http://100.100.100.200/",
    "http://168.63.129.16/", "http://192.0.0.192/", "http://192.0.0.1/", "http://192.88.99.1/",
    "http://198.18.0.1/", "http://192.0.2.1/", "http://224.0.0.1/", "http://239.255.255.250/",
    "http://240.0.0.1/", "http://255.255.255.255/", "http://[::1]/", "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::ffff:169.254.169.254]/", "http://[::127.0.0.1]/", "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/", "http://[64:ff9b::a00:1]/", "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/", "http://[2002:c0a8:101::1]/", "http://[2001::1]/",
    "http://[2001:db8::1]/", "http://[fe80::1]/", "http://[fec0::1]/", "http://[fc00::1]/",
    "http://[fd00:ec2::254]/", "http://[ff02::1]/", "http://[3fff::1]/",
    "http://[2a00:1450::5efe:7f00:1]/", "http://localhost/", "https://127.0.0.1/",
    "http://rebind.example/", "http://both.example/", "http://v6.example/",
]  # fmt: skip
# Which of the checks says no depends on the resolver.
REFUSED_SOMEHOW = [
    "http://127.0.0.1./", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://[::1%25lo]/",
    "http://127.0.0.1%00.site.example/", "http://[127.0.0.1]/", "http://0x7f.0x0.0x0.0x1./",
    "http://00000177.1/", "http://127.0.0.1:80:80/", "http://%31%32%37.0.0.1/",
]  # fmt: skip
NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "rebind.example": ["10.1.2.3"],
    "both.example": ["192.168.0.9", "fd00::9"],
    "v6.example": ["::ffff:10.0.0.1"],
}


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: socket.socket, address: object) -> None:
        pytest.fail(f"connected to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    real = socket.getaddrinfo

    def resolve(name: str, *rest: object) -> list[object]:
        found: list[object] = []
        for address in NAMES.get(name, [name]):
            found += real(address, *rest)  # type: ignore[arg-type]
        return found

    monkeypatch.setattr(fetch_module.socket, "getaddrinfo", resolve)


@pytest.mark.parametrize("url", REFUSED)
def test_private_addresses_are_refused_before_any_connection(url: str, no_connection: None) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(url, limits=QUICK)
    assert caught.value.code == "private"


@pytest.mark.parametrize("url", REFUSED_SOMEHOW)
def test_disguised_addresses_are_refused_before_any_connection(
    url: str, no_connection: None
) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(url, limits=QUICK)
    assert caught.value.code in ("private", "bad-url", "dns")


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34", "8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001:830::200e",
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
    ],
)  # fmt: skip
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["", "site.example", "fe80::1%eth0", "1.2.3"])
def test_what_is_no_public_address(address: str) -> None:
    assert not is_public(address)


def test_the_address_that_was_checked_is_the_one_connected_to(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A name that answers differently the second time is asked once only.
    asked = []
    real = socket.getaddrinfo

    def resolve(name: str, *rest: object) -> object:
        asked.append(name)
        return real("127.0.0.1", *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(fetch_module.socket, "getaddrinfo", resolve)
    assert get(f"http://site.example:{server.port}/").body == PAGE
    assert asked == ["site.example"]
    assert f"Host: site.example:{server.port}".encode() in server.requests[0]
