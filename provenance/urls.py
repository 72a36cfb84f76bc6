"""URLs: identity, site, image names. Pure; never opens a connection."""

from __future__ import annotations

import ipaddress
import posixpath
import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

# Parameters that say how a reader came to the page, never which page it is.
_TRACKING = re.compile(
    r"^(utm_\w+|at_\w+|mc_[ce]id|fbclid|gclid|dclid|msclkid|yclid|igshid|igsh|_ga|_gl|ref|ref_src"
    r"|source|src|cmpid|cmp|ocid|ncid|sr_share|smid|smtyp|partner|traffic_source|feature|spm"
    r"|share|amp|amp_js_v|outputtype|guccounter|guce_\w+|wt_mc|xtor|cid|taid|s_cid|__twitter_impression)$",
    re.IGNORECASE,
)
# Parameters whose value lets the bearer in: neither stored nor shown.
_SECRET = re.compile(
    r"(?i)^(token|access_token|auth|api_?key|key|sig|signature|password|passwd|pwd|session(id)?|sid"
    r"|x-amz-\w+|jwt|code)$"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_WAYBACK = re.compile(
    r"^https?://web\.archive\.org/web/(\d{4,14})(?:[a-z]{2}_)?/(.+)$", re.IGNORECASE
)
_ARCHIVE_TODAY = re.compile(
    r"^https?://archive\.(?:today|is|ph|li|md|vn|fo)/(?:o/\w+|(\d{14}))/(https?://.+)$",
    re.IGNORECASE,
)
# Sizes and edits that content systems append to an uploaded file's name.
_IMAGE_SUFFIX = re.compile(
    r"(?:-\d{2,5}x\d{2,5}|-scaled|-rotated|-e\d{10,13}|@\dx|_\d{2,4}x\d{2,4})$"
)


def is_url(text: str) -> bool:
    """True for an absolute http or https URL with a host."""
    try:
        parts = urlsplit(text.strip())
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def host(url: str) -> str:
    """The host of a URL, lower case, without port; "" when there is none."""
    try:
        return (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


@lru_cache(maxsize=16384)
def site_of_host(name: str) -> str:
    """The registered domain of a host (Public Suffix List, private part included).

    Hosts under no listed suffix (reserved and intranet names) fall back to their last two
    labels; an address is its own site.
    """
    if not name:
        return ""
    try:
        ipaddress.ip_address(name.strip("[]"))
        return name
    except ValueError:
        pass
    from tld import get_fld

    found = get_fld(f"http://{name}", fail_silently=True, search_private=True)
    return str(found) if found else ".".join(name.split(".")[-2:])


def site(url: str) -> str:
    """The registered domain of a URL; "" when it has no host."""
    return site_of_host(host(url))


def canonical_url(url: str) -> str:
    """One spelling for one page, for identity and look-ups; not always fetchable.

    https for http, lower-case host without ``www.``, no default port, no credentials, no
    fragment, tracking parameters dropped, the others sorted, percent-encoding made uniform, no
    trailing slash or ``index.html``. A string that is no http URL comes back stripped, as it is.
    """
    url = url.strip()
    if not is_url(url):
        return url
    parts = urlsplit(url)
    name = host(url).removeprefix("www.")
    if ":" in name:
        name = f"[{name}]"
    try:
        port = parts.port
    except ValueError:
        port = None
    if port and port != _DEFAULT_PORTS[parts.scheme.lower()]:
        name = f"{name}:{port}"
    path = quote(unquote(parts.path), safe="/:@!$&'()*+,;=~-._")
    path = re.sub(r"/(?:index\.(?:html?|php)|amp/?)$", "/", path).rstrip("/")
    query = urlencode(
        sorted(
            (key, value)
            for key, value in parse_qsl(parts.query, keep_blank_values=True)
            if not _TRACKING.match(key)
        )
    )
    return urlunsplit(("https", name, path, query, ""))


def redact(url: str) -> str:
    """The URL without credentials and without the values of known secret parameters."""
    try:
        parts = urlsplit(url)
        has_login = "@" in parts.netloc
    except ValueError:
        return url
    query = parts.query
    if any(_SECRET.match(key) for key, _ in parse_qsl(query, keep_blank_values=True)):
        query = urlencode(
            [
                (key, "REDACTED" if _SECRET.match(key) else value)
                for key, value in parse_qsl(query, keep_blank_values=True)
            ]
        )
    if not has_login and query == parts.query:
        return url
    return urlunsplit(
        (parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, parts.fragment)
    )


def absolute(base: str, href: str) -> str | None:
    """``href`` resolved against ``base``; None when the result is no http URL."""
    try:
        joined = urljoin(base, href.strip())
    except ValueError:
        return None
    return joined if is_url(joined) else None


def image_stem(url: str) -> str:
    """The name of an image file without folder, extension, size suffix or query.

    ``…/2025/07/AFP__a-1751569992-770x513.jpg?w=9`` gives ``afp__a-1751569992``. Stems that are
    too short or too common to name one file (``logo``, ``image1``) give "".
    """
    try:
        name = posixpath.basename(unquote(urlsplit(url).path))
    except ValueError:
        return ""
    stem = name.rsplit(".", 1)[0] if "." in name else name
    while (shorter := _IMAGE_SUFFIX.sub("", stem)) != stem:
        stem = shorter
    stem = stem.lower()
    letters = re.sub(r"[\W\d_]+", "", stem)
    digits = re.sub(r"\D", "", stem)
    generic = re.match(
        r"^(logo|icon|image|img|photo|picture|default|placeholder|header|banner|avatar|author|share"
        r"|og|thumb|thumbnail|featured|favicon|sprite|pixel|spacer|blank|screenshot)[\W\d_]*$",
        stem,
    )
    if generic and len(digits) < 8:
        return ""
    return stem if len(stem) >= 10 and (len(digits) >= 5 or len(letters) >= 12) else ""


def unwrap_archive(url: str) -> tuple[str, str | None]:
    """The original URL behind a web-archive URL, and the capture time if the URL tells it.

    Returns ``(url, None)`` unchanged for any other URL. The time is ISO 8601 in UTC.
    """
    for pattern in (_WAYBACK, _ARCHIVE_TODAY):
        if found := pattern.match(url):
            stamp, original = found.group(1), found.group(2)
            if not original.startswith("http"):
                original = "http://" + original
            observed = None
            if stamp and len(stamp) == 14:
                observed = (
                    f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"
                    f"T{stamp[8:10]}:{stamp[10:12]}:{stamp[12:14]}Z"
                )
            return original, observed
    return url, None
