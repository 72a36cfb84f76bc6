"""URLs: identity, site, image names. Pure; never opens a connection."""

from __future__ import annotations

import ipaddress
import posixpath
import re
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from provenance.redaction import redact

__all__ = [
    "absolute", "canonical_url", "day_in_path", "host", "image_stem", "is_url", "redact", "site",
    "site_named", "site_of_host", "slug", "unwrap_archive",
]  # fmt: skip

# Parameters that say how a reader came to the page, never which page it is.
_TRACKING = re.compile(
    r"^(utm_\w+|at_\w+|mc_[ce]id|fbclid|gclid|dclid|msclkid|yclid|igshid|igsh|_ga|_gl|ref|ref_src"
    r"|source|src|cmpid|cmp|ocid|ncid|sr_share|smid|smtyp|partner|traffic_source|feature|spm"
    r"|share|amp|amp_js_v|outputtype|guccounter|guce_\w+|wt_mc|xtor|cid|taid|s_cid|__twitter_impression)$",
    re.IGNORECASE,
)
_DEFAULT_PORTS = (80, 443)
# A domain or host as people type it, and an address of IPv4.
_DOMAIN = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}|(?:\d{1,3}\.){3}\d{1,3}")
# Endings of a path that lead to the same page as without them.
_ENDINGS = ("/", "/index.html", "/index.htm", "/index.php", "/amp")
# Characters of a file's name or of an address's last part: what is longer names nothing.
_MAX_NAME = 500
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

# A day that an article is filed under: /2025/07/03/…, /2025/7/3/…, /2025-07-03-…
_FILED = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/_-]|$)")


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


def site_named(text: str) -> str | None:
    """The registered domain that a typed domain, host, address or URL names; None for what names
    none."""
    text = text.strip().rstrip("/").lower()
    if is_url(text):
        return site(text) or None
    return site_of_host(text) if _DOMAIN.fullmatch(text) else None


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
    if port and port not in _DEFAULT_PORTS:
        name = f"{name}:{port}"
    path = quote(unquote(parts.path), safe="/:@!$&'()*+,;=~-._", errors="replace")
    path = _without_endings(path)
    query = urlencode(
        sorted(
            (key, value)
            for key, value in parse_qsl(parts.query, keep_blank_values=True)
            if not _TRACKING.match(key)
        ),
        errors="replace",
    )
    return urlunsplit(("https", name, path, query, ""))


def _without_endings(path: str) -> str:
    """The path without the endings that name no other page; linear, as no ``+$`` is."""
    end = len(path)
    while cut := next((len(one) for one in _ENDINGS if path.endswith(one, 0, end)), 0):
        end -= cut
    return path[:end]


def day_in_path(url: str) -> str | None:
    """The day that a path is filed under (``/2025/07/03/``, ``/2025-07-03-``), as ISO 8601.

    None when it tells none. Such an address stays when a page is dated anew.
    """
    try:
        found = _FILED.search(urlsplit(url).path)
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


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
    if len(stem) > _MAX_NAME:
        return ""
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


def slug(url: str) -> str:
    """The words of an address's last part, by which copies often go, too; "" for too few of them.

    ``/2025/07/grain-pier-shut-after-cracks-4711.html`` gives ``grain-pier-shut-after-cracks``. At
    least four words and 20 characters: less names many articles.
    """
    try:
        name = posixpath.basename(unquote(urlsplit(url).path).rstrip("/")).lower()
    except ValueError:
        return ""
    if len(name) > _MAX_NAME:
        return ""
    name = re.sub(r"\.[a-z]{2,5}$", "", name).replace("_", "-")
    name = re.sub(r"^\d+-|-[0-9a-f]{0,12}\d{4,}[0-9a-f]*$", "", name)
    return name if len(name) >= 20 and len(re.findall(r"[^\W\d_]{2,}", name)) >= 4 else ""


def _stamped(stamp: str | None) -> str | None:
    """A 14-digit time stamp as ISO 8601 in UTC; None when it names no moment."""
    try:
        moment = datetime.strptime(stamp or "", "%Y%m%d%H%M%S")
    except ValueError:
        return None
    return moment.isoformat() + "Z" if len(stamp or "") == 14 else None


def unwrap_archive(url: str) -> tuple[str, str | None]:
    """The original URL behind a web-archive URL, and the capture time if the URL tells it.

    Returns ``(url, None)`` unchanged for any other URL. The time is ISO 8601 in UTC.
    """
    for pattern in (_WAYBACK, _ARCHIVE_TODAY):
        if found := pattern.match(url):
            stamp, original = found.group(1), found.group(2)
            if not original.startswith(("http://", "https://")):
                original = "http://" + original
            observed = _stamped(stamp)
            return original, observed
    return url, None
