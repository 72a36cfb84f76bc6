"""robots.txt: what is allowed, what an absent or broken one means, and what it may cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fetching import QUICK
from httpd import Server, dripped, redirect, response
from timing import cost

from provenance.errors import FetchError
from provenance.fetch import Robots, recorded

RULES = b"""\
User-agent: another
Disallow: /

User-agent: *
Disallow: /for-nobody

User-agent: Provenance/2.0
User-agent: third
Crawl-delay: 4
Disallow: /archive/
Allow: /archive/open
Disallow: /*.pdf$
"""


def robots(**changes: object) -> Robots:
    return Robots(replace(QUICK, **changes), allow_private=True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True), ("/news/1", True), ("/for-nobody", True), ("/archive/1", False),
        ("/archive/open/1", True), ("/a.pdf", False), ("/a.pdf?x=1", True), ("/%61rchive/1", False),
        ("/robots.txt", True),
    ],
)  # fmt: skip
def test_the_rules_of_our_own_group_count(server: Server, path: str, allowed: bool) -> None:
    server.pages["/robots.txt"] = response(RULES, kind="text/plain")
    ruling = robots().ask(server.url(path))
    assert (ruling.allowed, ruling.delay) == (allowed, 4.0)
    assert ruling.said == ("allowed" if allowed else "disallowed")


def test_the_rules_for_all_count_where_we_are_not_named(server: Server) -> None:
    server.pages["/robots.txt"] = response(
        b"User-agent: provenancebot\nDisallow:\n\nuser agent : *\nDisallow: /secret", kind=None
    )
    asked = robots()
    assert asked.ask(server.url("/open")).allowed
    assert not asked.ask(server.url("/secret")).allowed
    assert server.paths == ["/robots.txt"]  # once


@pytest.mark.parametrize(
    ("answer", "allowed", "said"),
    [
        (response(b"", status="404 Not Found"), True, "none (404)"),
        (response(b"", status="403 Forbidden"), True, "none (403)"),
        (response(b"", status="429 Too Many Requests"), False, "unread (429)"),
        (response(b"", status="500 Oops"), False, "unread (500)"),
        (response(b"", status="503 Busy"), False, "unread (503)"),
        (response(b"", kind="text/plain"), True, "allowed"),
        (response(b"<html>not here</html>"), True, "allowed"),
        (response(b"\xff\xfe\x00\x00User-agent: *"), True, "allowed"),
        (redirect("/robots.txt"), True, "none (redirect-loop)"),
        (dripped(b"User-agent", 0.3), False, "unread (timeout)"),
        (b"nonsense\r\n\r\n", False, "unread (network)"),
    ],
)
def test_what_an_answer_means(server: Server, answer: bytes, allowed: bool, said: str) -> None:
    server.pages["/robots.txt"] = answer
    asked = robots()
    ruling = asked.ask(server.url("/a"))
    assert (ruling.allowed, ruling.said) == (allowed, said)
    if not allowed:
        with pytest.raises(FetchError) as caught:
            asked.permit(server.url("/a"))
        assert caught.value.code == "robots-unread"
        assert said in caught.value.message


def test_redirects_are_followed(server: Server) -> None:
    server.pages["/robots.txt"] = redirect("/rules")
    server.pages["/rules"] = response(b"User-agent: *\nDisallow: /", kind="text/plain")
    with pytest.raises(FetchError) as caught:
        robots().permit(server.url("/a"))
    assert caught.value.code == "robots"


def test_a_host_that_is_not_there_is_told_as_such() -> None:
    with pytest.raises(FetchError) as caught:
        robots().permit("http://127.0.0.1:1/a")
    assert caught.value.code == "refused"
    assert recorded(robots(), "http://127.0.0.1:1/a") == "unread (refused)"


def test_a_private_host_is_not_asked(server: Server) -> None:
    with pytest.raises(FetchError) as caught:
        Robots(QUICK).permit(server.url("/a").replace(f":{server.port}", ""))
    assert caught.value.code == "private"
    assert server.requests == []


def test_a_file_without_end_is_read_in_part(server: Server) -> None:
    def flood(_request: bytes) -> object:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\nDisallow: /no\n"
        for _ in range(1000):
            yield b"Disallow: /x\n" * 1000

    server.pages["/robots.txt"] = flood  # type: ignore[assignment]
    asked = robots(total_timeout=5.0)
    assert not asked.ask(server.url("/no")).allowed
    assert asked.ask(server.url("/yes")).allowed
    assert server.sent["/robots.txt"] < 6_000_000


def test_thousands_of_names_and_rules_cost_their_sum_and_not_their_product(server: Server) -> None:
    names = b"".join(b"User-agent: n%d\n" % n for n in range(15_000))
    rules = b"".join(b"Disallow: /a%d\n" % n for n in range(15_000))
    server.pages["/robots.txt"] = response(names + b"User-agent: *\n" + rules)

    def ask() -> None:
        asked = robots(total_timeout=20.0)
        assert not asked.ask(server.url("/a77")).allowed
        assert asked.ask(server.url("/b")).allowed

    assert cost(ask) < 5
