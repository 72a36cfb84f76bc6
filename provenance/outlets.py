"""Which sites are one house, which are everybody's, and whether a name is a site's. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from provenance import houses, urls
from provenance.markup import squash

# First labels that many unrelated houses begin with.
_COMMON = frozenset(
    {"news", "daily", "times", "post", "world", "global", "press", "radio", "live", "media"}
)
_FILLER = re.compile(
    r"\b(the|news|online|com|org|net|website|magazine|newspaper|tv|english)\b|\.(com|org|net|co|uk)\b",
    re.IGNORECASE,
)


def label(site: str) -> str:
    """The first label of a registered domain, plain: ``the-post.co.uk`` gives ``post``."""
    first = squash(site.split(".")[0])
    return first.removeprefix("the") if len(first) > 6 else first


@lru_cache(maxsize=8192)
def same_outlet(one: str, other: str) -> bool:
    """True when two sites belong to one house, as far as their names tell.

    ``one`` and ``other`` are registered domains (or series names). Equal first labels, a label
    that begins with the other, or a known house.
    """
    if one == other:
        return True
    a, b = label(one), label(other)
    if not a or not b:
        return False
    if a == b:
        return True
    short, long = sorted((a, b), key=len)
    if len(short) >= 4 and long.startswith(short) and short not in _COMMON:
        return True
    raw = {one.split(".")[0], other.split(".")[0]}
    return any(raw <= house for house in houses.HOUSES)


@lru_cache(maxsize=8192)
def _generic_host(host: str) -> bool:
    site = urls.site_of_host(host)
    return (
        host in houses.GENERIC_SITES
        or site in houses.GENERIC_SITES
        or site.split(".")[0] in ("google", "amazon", "blogspot", "wikipedia")
        or bool(houses.GENERIC_SUFFIX.search(host))
    )


def is_front_page(url: str) -> bool:
    """True when a URL names a site and no page of it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return not parts.path.strip("/") and not parts.query


def is_generic(url: str) -> bool:
    """True for sites that are linked from everywhere, and for front pages of agencies."""
    host = urls.host(url)
    if _generic_host(host):
        return True
    first = urls.site_of_host(host).split(".")[0]
    return first in houses.AGENCY_SITES and is_front_page(url)


def is_cdn(url: str) -> bool:
    """True when the host serves files for many sites, or its own name is one of a file server."""
    host = urls.host(url)
    # The suffix list makes each customer of a CDN a site: look at what stands behind, too.
    parts = host.split(".")
    above = {".".join(parts[i:]) for i in range(len(parts) - 1)}
    return bool(
        above & houses.CDN_SITES
        or _generic_host(host)
        or houses.ASSET_HOST.search(urls.site_of_host(host))
    )


@lru_cache(maxsize=8192)
def same_name(name: str, own: str) -> bool:
    """True when a name, as written, may be an outlet's own (its name or its domain label).

    Generous: letters of the shorter one must occur in order in the longer one, from its first
    letter on, as in "The Example Times" and ``extimes``.
    """
    a, b = (squash(_FILLER.sub(" ", text)) or squash(text) for text in (name, own))
    if not a or not b:
        return False
    if a == b or squash(name) == squash(own):
        return True
    for word, text in ((name, own), (own, name)):
        # "RT World News" is rt.com's.
        if squash(word) in text.lower().split() and len(squash(word)) >= 2:
            return True
    for text, plain in ((name, squash(own)), (own, squash(name))):
        initials = "".join(word[0] for word in re.findall(r"\w+", text)).lower()
        for start in (squash(text), initials):
            # "AP" and "Associated Press" are apnews.com's.
            if len(start) >= 2 and plain in (start, f"{start}news", f"{start}net", f"{start}tv"):
                return True
    short, long = sorted((a, b), key=len)
    if len(short) < 3:
        return False
    if short in long and len(short) >= 4:
        return True
    letters = iter(long)
    return short[0] == long[0] and all(letter in letters for letter in short)


def is_outlet(name: str) -> bool:
    """True when a name is an agency's, a well-known outlet's, or ends like an outlet's."""
    return 2 <= len(name) <= 60 and bool(
        name.lower() in houses.AGENCIES
        or houses.KNOWN_OUTLET.match(name)
        or (houses.OUTLET_NAME.search(name) and name[:1].isupper() and len(name.split()) > 1)
    )


@lru_cache(maxsize=1024)
def own_reporting(text: str, site: str) -> str | None:
    """The words by which a text calls itself reported by this site; None when there are none.

    "… told the Port Ellery Post" in a text says that portellerypost's people asked. Only names
    that an outlet has, or that spell the site's label, count.
    """
    own = label(site)
    if len(own) < 4:
        return None
    for found in houses.OWN_REPORTING.finditer(text):
        name = found.group("after") or found.group("before")
        name = re.sub(r"(?:['’]s|[.,])$|^[Tt]he ", "", name)
        if squash(name) == own or (is_outlet(name) and same_name(name, own)):
            return found.group()
    return None
