"""Fetching: addresses that are refused before any connection."""

from __future__ import annotations

import socket

import pytest
from fetching import QUICK, failure, get
from httpd import PAGE, Server, redirect

from provenance.errors import FetchError
from provenance.fetch import addresses, fetch, is_public
from provenance.fetch import guard as guard_module


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

    monkeypatch.setattr(guard_module.socket, "getaddrinfo", resolve)


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

    monkeypatch.setattr(guard_module.socket, "getaddrinfo", resolve)
    assert get(f"http://site.example:{server.port}/").body == PAGE
    assert asked == ["site.example"]
    assert f"Host: site.example:{server.port}".encode() in server.requests[0]


def test_a_redirect_to_a_private_address(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first host passes for a public one; the second is refused as what it is.
    server.pages["/"] = redirect("http://169.254.169.254/latest/meta-data/")
    here = f"http://front.example:{server.port}/"
    real = socket.getaddrinfo

    def resolve(name: str, *rest: object) -> object:
        return real("127.0.0.1" if name == "front.example" else name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(guard_module.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(addresses, "PORTS", {server.port})
    monkeypatch.setattr(
        guard_module, "is_public", lambda address: address == "127.0.0.1" or is_public(address)
    )
    with pytest.raises(FetchError) as caught:
        fetch(here, limits=QUICK)
    assert caught.value.code == "private"
    assert caught.value.subject == here
    assert "169.254.169.254" in caught.value.message
    assert len(server.requests) == 1
