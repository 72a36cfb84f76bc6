"""What a site lets programs fetch: robots.txt (RFC 9309). The only importer of protego."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from provenance.config import LIMITS, Limits
from provenance.errors import FetchError
from provenance.fetch.bounded import peek

if TYPE_CHECKING:
    from protego import Protego

#: The product token by which robots.txt names us (RFC 9309 §2.2.1).
PRODUCT = "provenance"
# Bytes that are read; RFC 9309 §2.5 wants at least 500 kibibytes.
_MOST = 512 * 1024
# Seconds that one robots.txt may take, and after which one that could not be read is asked again.
_PATIENCE, _AGAIN = 10.0, 60.0
# Sites whose rules are kept in memory.
_KEPT = 500
_AGENT_LINE = re.compile(r"^\s*user(?:-|\s*)agent(?=[\s:])\s*:?\s*(.*)", re.IGNORECASE)
# Errors that a page of the host would meet, too, and that say more than robots.txt could.
_OF_THE_HOST = frozenset({"bad-url", "dns", "port", "private", "refused", "tls"})
# Errors by which a robots.txt counts as not there (RFC 9309 §2.3.1.2).
_ABSENT = frozenset({"redirect-loop", "too-many-redirects"})


@dataclass(frozen=True, slots=True)
class Ruling:
    """What robots.txt says of one address."""

    allowed: bool
    #: In words, for the record: ``allowed``, ``disallowed``, ``none (404)``, ``unread (timeout)``.
    said: str
    #: Seconds that the site wants between two requests (Crawl-delay).
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class _Rules:
    said: str
    parsed: Protego | None = None
    #: Why it could not be read: then nothing may be fetched (RFC 9309 §2.3.1.4).
    error: FetchError | None = None
    read: float = 0.0

    @property
    def stale(self) -> bool:
        return self.error is not None and time.monotonic() - self.read > _AGAIN


def _for_us(text: str) -> str:
    """The file with the groups of other programs under one name.

    Each rule is kept once for every name of its group: a file of thousands of names and rules
    would be kept as their product.
    """
    lines = []
    for line in text.splitlines():
        if found := _AGENT_LINE.match(line.split("#", 1)[0]):
            name = found.group(1).strip().lower()
            product = name.replace("*", "").split("/")[0].strip()
            group = PRODUCT if product == PRODUCT else "*" if name == "*" else "another"
            line = f"User-agent: {group}"
        lines.append(line)
    return "\n".join(lines)


class Robots:
    """The rules of many sites, each asked for once. May be shared between threads."""

    def __init__(self, limits: Limits = LIMITS, *, allow_private: bool = False) -> None:
        self._limits = replace(limits, total_timeout=min(_PATIENCE, limits.total_timeout))
        self._allow_private = allow_private
        self._sites: OrderedDict[str, _Rules] = OrderedDict()
        self._asking: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def ask(self, url: str) -> Ruling:
        """What the site's robots.txt says of ``url``; it is read when it was not yet.

        Raises FetchError where nothing of the host can be fetched: bad-url, dns, port, private,
        refused, tls.
        """
        parts = urlsplit(url)
        rules = self._rules(f"{parts.scheme.lower()}://{parts.netloc.lower()}")
        if rules.error:
            if rules.error.code in _OF_THE_HOST:
                raise FetchError(rules.error.message, hint=rules.error.hint, code=rules.error.code)
            return Ruling(False, rules.said)
        if rules.parsed is None:
            return Ruling(True, rules.said)
        return _ruling(rules.parsed, url)

    def permit(self, url: str) -> None:
        """Raises FetchError ``robots`` for an address that may not be fetched, ``robots-unread``
        where the rules could not be read."""
        ruling = self.ask(url)
        if ruling.allowed:
            return
        if ruling.said == "disallowed":
            raise FetchError(
                "the site's robots.txt asks programs not to fetch this page",
                hint="Save the page in your browser and read the file with --url URL",
                code="robots",
            )
        raise FetchError(
            f"the site's robots.txt is {ruling.said}, so none of its pages is fetched",
            hint="Try again later",
            code="robots-unread",
        )

    def _rules(self, origin: str) -> _Rules:
        with self._lock:
            found = self._sites.get(origin)
            if found and not found.stale:
                self._sites.move_to_end(origin)
                return found
            asking = self._asking.setdefault(origin, threading.Lock())
        with asking:
            with self._lock:
                found = self._sites.get(origin)
            if not found or found.stale:  # nobody else has asked while we waited
                found = self._read(origin)
                with self._lock:
                    self._sites[origin] = found
                    while len(self._sites) > _KEPT:
                        self._sites.popitem(last=False)
        with self._lock:
            self._asking.pop(origin, None)
        return found

    def _read(self, origin: str) -> _Rules:
        try:
            status, body = peek(
                f"{origin}/robots.txt",
                _MOST,
                limits=self._limits,
                allow_private=self._allow_private,
            )
        except FetchError as error:
            if error.code in _ABSENT:
                return _Rules(f"none ({error.code})")
            return _Rules(f"unread ({error.code})", None, error, time.monotonic())
        if 200 <= status < 300:
            return _Rules("", _parsed(body))
        # 429 is no leave to go on, though RFC 9309 would count it among the absent ones.
        if status == 429 or status >= 500:
            problem = FetchError(f"the server answered {status}", code="unavailable")
            return _Rules(f"unread ({status})", None, problem, time.monotonic())
        return _Rules(f"none ({status})")


def _parsed(body: bytes) -> Protego:
    from protego import Protego

    return Protego.parse(_for_us(body.decode("utf-8-sig", "replace").replace("\0", "")))


def _ruling(rules: Protego, url: str) -> Ruling:
    try:
        allowed: Any = rules.can_fetch(url, PRODUCT)
        delay = rules.crawl_delay(PRODUCT)
    except Exception:
        # Rules or an address that the parser stumbles on: then rather not.
        allowed, delay = False, None
    return Ruling(bool(allowed), "allowed" if allowed else "disallowed", float(delay or 0.0))


def recorded(robots: Robots, url: str) -> str:
    """What robots.txt says of an address, in words, whatever happens."""
    try:
        return robots.ask(url).said
    except FetchError as error:
        return f"unread ({error.code})"
