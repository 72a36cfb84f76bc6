"""One fetch over its redirects: what is asked, what is taken for an answer, what went wrong."""

from __future__ import annotations

import http
import http.client
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urldefrag, urljoin

import requests
from urllib3.exceptions import HTTPError, LocationParseError, ReadTimeoutError

from provenance import __version__
from provenance.config import Limits
from provenance.errors import FetchError
from provenance.fetch.addresses import checked, shown
from provenance.fetch.decoding import body_of, head_of
from provenance.fetch.guard import SAVE, Adapter, Guard, Session
from provenance.models import Capture

USER_AGENT = f"provenance/{__version__} (news article provenance checker)"
#: Beside the server's headers: what its robots.txt says of the page. No server can send it.
ROBOTS_HEADER = "X-Crawler-Robots"
_PAGES = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TEXTUAL = re.compile(
    r"^(?:text/(?:html|plain|markdown|xml)|application/(?:xml|json|[\w.-]+\+(?:xml|json)))$"
)
# Cookies that are kept over the redirects of one fetch; more are a flood, and all are dropped.
_COOKIES = 100
# Validators are sent back as they came; what is no plain header value is not.
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,512}")


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier answer is known by (RFC 9110 §8.8), so that it need not be sent again.

    ``url`` is the address that gave it, after redirects; only there is it asked.
    """

    url: str
    etag: str = ""
    modified: str = ""

    def headers(self) -> dict[str, str]:
        """The conditions of a request (RFC 9110 §13.1)."""
        pairs = (("If-None-Match", self.etag), ("If-Modified-Since", self.modified))
        return {name: value for name, value in pairs if _VALIDATOR.fullmatch(value)}


@dataclass(slots=True)
class Errand:
    """What one fetch is to do, and the addresses that it has asked for, in order."""

    url: str
    known: Known | None = None
    #: Told every address before it is asked for; raises FetchError for what may not be.
    permit: Callable[[str], None] | None = None
    visited: list[str] = field(default_factory=list)


def now() -> str:
    """This moment in UTC, ISO 8601 to the second, with ``Z``."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _require_text(response: requests.Response) -> None:
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind and not _TEXTUAL.match(kind):
        raise FetchError(f"the address gives {shown(kind)}, which is no page", code="content-type")


def require_success(response: requests.Response) -> None:
    status = response.status_code
    if 200 <= status < 300:
        return
    try:
        phrase = f" {http.HTTPStatus(status).phrase}"
    except ValueError:
        phrase = ""
    hint = ""
    if status in (401, 402, 403, 407, 429, 451):
        hint = SAVE
    elif status in (404, 410):
        hint = "Check the address, or give the page's address in a web archive"
    elif status >= 500:
        hint = "Try again later"
    code = "unavailable" if status == 429 or 500 <= status < 600 else "status"
    error = FetchError(f"the server answered {status}{phrase}", hint=hint, code=code)
    error.status = status
    error.wait = _wait(response.headers.get("Retry-After", ""))
    raise error


def _wait(value: str) -> float | None:
    """Seconds of a Retry-After (RFC 9110 §10.2.3): a number or a date; None for neither."""
    value = value.strip()
    if value.isdecimal() and value.isascii():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def location(response: requests.Response, base: str) -> str | None:
    target = response.headers.get("Location")
    if response.status_code not in _REDIRECTS or not target:
        return None
    with suppress(UnicodeError):  # http.client reads headers as Latin-1; servers send UTF-8
        target = target.encode("latin-1").decode("utf-8")
    try:
        return urldefrag(urljoin(base, target.strip().replace(" ", "%20"))).url
    except ValueError as error:
        raise FetchError("redirects to what is no URL", code="bad-url") from error


@contextmanager
def session(guard: Guard, accept: str = _PAGES) -> Iterator[Session]:
    """A session whose every connection the guard makes."""
    with Session() as made:
        # No .netrc, whose passwords any host could ask for; no proxies from the environment,
        # behind which we could not see the address that is connected to.
        made.trust_env = False
        made.mount("http://", Adapter(guard))
        made.mount("https://", Adapter(guard))
        made.headers.clear()
        made.headers.update(
            {
                "User-Agent": USER_AGENT,
                "Accept": accept,
                "Accept-Encoding": "gzip, deflate",
                "Connection": "close",
            }
        )
        yield made


@contextmanager
def _arrival(errand: Errand, guard: Guard) -> Iterator[requests.Response]:
    """The first answer that is no redirect, its body not yet read."""
    url, visited = errand.url, errand.visited
    seen: set[tuple[str, str]] = set()
    limits = guard.limits
    with session(guard) as opened:
        while True:
            visited.append(url)
            request = requests.Request("GET", checked(url))
            if errand.permit:
                errand.permit(url)
            if errand.known and errand.known.url == url:
                request.headers = errand.known.headers()
            prepared = opened.prepare_request(request)
            # The cookies belong to it: a site may set one and send the reader to the same address.
            state = (str(prepared.url), prepared.headers.get("Cookie", ""))
            if state in seen:
                raise FetchError("redirects in a circle", hint=SAVE, code="redirect-loop")
            seen.add(state)
            left = guard.remaining()
            response = opened.send(
                prepared,
                stream=True,
                allow_redirects=False,
                timeout=(min(limits.connect_timeout, left), min(limits.read_timeout, left)),
            )
            try:
                if not guard.connections:  # another urllib3 may not know our door: say so, stop
                    raise FetchError("the address could not be checked", code="private")
                target = location(response, url)
                if target is None:
                    yield response
                    return
                if len(visited) > limits.max_redirects:
                    message = f"more than {limits.max_redirects} redirects"
                    raise FetchError(message, code="too-many-redirects")
                if len(opened.cookies) > _COOKIES:
                    opened.cookies.clear()
                url = target
            finally:
                response.close()


def travel(errand: Errand, guard: Guard) -> Capture:
    """Follow the redirects and read the page at their end.

    With ``known``, a page that is the same gives status 304 and no body.
    """
    with _arrival(errand, guard) as response:
        visited = errand.visited
        unchanged = response.status_code == 304 and errand.known is not None
        if not unchanged:
            require_success(response)
            _require_text(response)
        body = b"" if unchanged else body_of(response, guard)
        if not unchanged and not body.strip():
            raise FetchError("the page is empty", code="empty")
        return Capture(
            url=visited[0],
            body=body,
            final_url=urldefrag(visited[-1]).url,
            status=response.status_code,
            headers=tuple(
                (str(name), str(value))
                for name, value in response.raw.headers.items()
                if name.lower() != ROBOTS_HEADER.lower()
            ),
            observed=now(),
            redirects=tuple(visited[:-1]),
        )


def glance(errand: Errand, guard: Guard, most: int) -> tuple[int, bytes]:
    """Status and the first ``most`` bytes of whatever is there, for robots.txt."""
    with _arrival(errand, guard) as response:
        success = 200 <= response.status_code < 300
        return response.status_code, head_of(response, guard, most) if success else b""


def explain(error: Exception, limits: Limits) -> FetchError:
    """What a lower library raised, as one of ours."""
    if isinstance(error, FetchError):
        return error
    if isinstance(error, (requests.Timeout, ReadTimeoutError, TimeoutError)):
        message = f"the server sent nothing for {limits.read_timeout:g} s"
        return FetchError(message, hint="Try again later", code="timeout")
    if isinstance(error, requests.exceptions.SSLError):
        return FetchError("the server's certificate or TLS is not valid", hint=SAVE, code="tls")
    invalid = (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, UnicodeError)
    if isinstance(error, (*invalid, requests.exceptions.InvalidSchema, LocationParseError)):
        return FetchError("not a valid URL", code="bad-url")
    if isinstance(error, zlib.error):
        return FetchError("the page cannot be decompressed", hint=SAVE, code="network")
    if isinstance(
        error, (requests.RequestException, HTTPError, OSError, http.client.HTTPException)
    ):
        return _broken(error)
    return FetchError(f"the answer cannot be read ({type(error).__name__})", code="network")


def _broken(error: BaseException) -> FetchError:
    """What was wrong with an answer, from the innermost error that says it."""
    for cause in _causes(error):
        if isinstance(cause, http.client.IncompleteRead):
            message = "the page breaks off before its end"
            return FetchError(message, hint="Try again", code="network")
        if isinstance(cause, http.client.RemoteDisconnected):
            message = "the server closed the connection without an answer"
            return FetchError(message, hint="Try again", code="network")
        if isinstance(cause, http.client.LineTooLong) or "headers" in str(cause)[:40]:
            return FetchError("the server's headers are too long", hint=SAVE, code="headers")
        if isinstance(cause, (http.client.BadStatusLine, http.client.UnknownProtocol)):
            return FetchError("the server's answer is not HTTP", hint=SAVE, code="network")
    return FetchError("the connection broke off", hint="Try again", code="network")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The errors that an error was made of, innermost last; libraries keep them as arguments."""
    queue: list[BaseException] = [error]
    for _ in range(20):
        if not queue:
            return
        one = queue.pop(0)
        yield one
        queue += [
            inner
            for inner in (*one.args, one.__cause__, one.__context__)
            if isinstance(inner, BaseException)
        ]
