"""Which addresses are fetched: judged from what stands in a URL, and of each IP address. Pure."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from provenance.errors import FetchError

#: Of http and https; others are one's own servers, or somebody's database.
PORTS = frozenset({80, 443})
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\]")

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


def checked(url: str) -> str:
    """The URL, if it is one that we fetch. Raises FetchError ``bad-url``."""
    if _UNSAFE.search(url):  # before any parser, because some drop them in silence
        raise FetchError("the URL holds a backslash or control character", code="bad-url")
    try:
        parts = urlsplit(url)
        port = parts.port
        parsed = parse_url(url)
    except (ValueError, LocationParseError) as error:
        raise FetchError("not a valid URL", code="bad-url") from error
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https"):
        raise FetchError(
            "only http and https addresses are fetched",
            hint="" if scheme else f"Write https://{shown(url)}",
            code="bad-url",
        )
    if "@" in parts.netloc or parsed.auth:
        raise FetchError(
            "the URL holds a user name or password, which is never sent",
            hint="Write the address without the part before the @",
            code="bad-url",
        )
    if port == 0:  # which libraries take for no port at all
        raise FetchError("port 0 is no port", code="bad-url")
    if not parts.hostname or not parsed.host or "%" in parts.netloc:
        raise FetchError("the URL names no host that we can read", code="bad-url")
    return url


def shown(text: str, length: int = 60) -> str:
    """What a server sent, safe to print."""
    return "".join(c for c in text[:length] if c.isprintable())
