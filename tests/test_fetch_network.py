"""Fetching: limits of size and time, and the errors of the network."""

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
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from fetching import failure, get
from httpd import PAGE, Server, dripped, response
from timing import ends_within

from provenance.fetch import guard as guard_module

# Size and time


def no_thread_is_left() -> None:
    """Waits until every thread that fetched has ended."""
    while any(thread.name == "provenance-fetch" for thread in threading.enumerate()):
        time.sleep(0.02)


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
    with ends_within(8):
        error = failure(server.url(), total_timeout=0.8)
    assert error.code in ("timeout", "network", "headers")
    with ends_within(15):
        no_thread_is_left()


def test_a_dripping_page_is_called_a_timeout(server: Server) -> None:
    server.pages["/"] = dripped(response(PAGE), 0.2)
    error = failure(server.url(), total_timeout=0.5)
    assert error.code == "timeout"
    assert "0.5 s" in error.message


def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def stuck(*_args: object) -> object:
        released.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "late")

    monkeypatch.setattr(guard_module.socket, "getaddrinfo", stuck)
    with ends_within(8):
        assert failure("http://site.example/", total_timeout=0.3).code == "timeout"
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

    monkeypatch.setattr(guard_module.socket, "getaddrinfo", unknown)
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
    real = guard_module.requests.Session.__init__

    def trusting(session: Any) -> None:
        real(session)
        session.verify = str(certificate)

    monkeypatch.setattr(guard_module.requests.Session, "__init__", trusting)
    with tls_server(certificate, response(PAGE)) as url:
        assert get(url).body == PAGE
    with tls_server(certificate, response(PAGE * 30), pause=0.3) as url, ends_within(8):
        assert failure(url, total_timeout=0.6).code == "timeout"
    with ends_within(15):
        no_thread_is_left()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", id="another protocol"),
        pytest.param(response(PAGE)[:-10], id="cut body"),
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


@pytest.mark.parametrize("lines", [b"X: y\r\n" * 500, b"X: " + b"y" * 100_000 + b"\r\n"])
def test_headers_without_end_are_called_so(server: Server, lines: bytes) -> None:
    server.pages["/"] = b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n"
    assert failure(server.url()).code == "headers"
