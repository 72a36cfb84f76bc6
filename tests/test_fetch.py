"""Fetching: pages, what they are, redirects, web archives."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from fetching import failure, get
from httpd import PAGE, Server, redirect, response

from provenance.fetch import guard as guard_module
from provenance.fetch import now


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
    assert error.code == ("unavailable" if status.startswith("5") else "status")
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
    # The server's own thread writes down what it sent once it has noticed that nobody listens.
    deadline = time.monotonic() + 10
    while "/bomb" not in server.sent and time.monotonic() < deadline:
        time.sleep(0.02)
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


# Web archives


def test_a_page_from_a_web_archive_is_the_original(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        guard_module.socket,
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
