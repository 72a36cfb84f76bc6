"""A fetch from its start to its end: bounded in time from outside, secrets taken out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TypeVar

from provenance.config import LIMITS, Limits
from provenance.errors import FetchError
from provenance.fetch.addresses import shown
from provenance.fetch.exchange import (
    Errand,
    Known,
    explain,
    glance,
    travel,
)
from provenance.fetch.guard import Guard
from provenance.models import Capture
from provenance.urls import redact, unwrap_archive

T = TypeVar("T")


def _memento(capture: Capture) -> str | None:
    """When a web archive says that it captured the page (Memento-Datetime, RFC 7089 §2.1.1)."""
    for name, value in capture.headers:
        if name.lower() == "memento-datetime":
            with suppress(ValueError, TypeError):
                moment = parsedate_to_datetime(value).astimezone(UTC)
                return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return None


def _unwrapped(capture: Capture) -> Capture:
    """A page read from a web archive, under the address and time of the original."""
    asked, asked_at = unwrap_archive(capture.url)
    given, given_at = unwrap_archive(capture.final_url)
    if asked == capture.url and given == capture.final_url:
        return capture
    if given == capture.final_url:
        given = asked
    return replace(
        capture,
        url=given if asked == capture.url else asked,
        final_url=given,
        # Our clock says when we looked into the archive, not when the page was there.
        observed=given_at or _memento(capture) or asked_at,
        redirects=(*capture.redirects, capture.final_url),
    )


def _without_secrets(capture: Capture) -> Capture:
    """What leaves this room names no password and no token: neither to be stored nor shown."""
    return replace(
        capture,
        url=redact(capture.url),
        final_url=redact(capture.final_url),
        redirects=tuple(redact(url) for url in capture.redirects),
    )


def bounded(errand: Errand, guard: Guard, work: Callable[[], T]) -> T:
    """What ``work`` gives, within the guard's time. Raises FetchError."""
    outcome: list[T | FetchError] = []

    def run() -> None:
        try:
            outcome.append(work())
        except Exception as error:
            outcome.append(explain(error, guard.limits))

    # In a thread, because no timeout of a socket bounds an answer that drips: a header a byte at
    # a time, interim answers (RFC 9110 §15.2) for ever, a name server that doesn't answer. At the
    # end the connections are cut, on which the thread ends too.
    thread = threading.Thread(target=run, name="provenance-fetch", daemon=True)
    thread.start()
    try:
        thread.join(guard.limits.total_timeout)
        result = outcome[0] if outcome else guard.late()
    finally:
        guard.cut()
    if not isinstance(result, FetchError):
        return result
    where = ""
    if len(errand.visited) > 1:
        where = f"redirected to {shown(redact(errand.visited[-1]), 200)}: "
    error = FetchError(
        where + result.message, subject=redact(errand.url), hint=result.hint, code=result.code
    )
    error.status, error.wait = result.status, result.wait
    raise error from result.__cause__


def fetch(
    url: str,
    *,
    limits: Limits = LIMITS,
    allow_private: bool = False,
    known: Known | None = None,
    permit: Callable[[str], None] | None = None,
) -> Capture:
    """The page at ``url``, its bytes as served with only the Content-Encoding undone.

    ``redirects`` of the result names the addresses gone through, in order; ``observed`` is the
    time of reading, UTC. An address of a web archive gives the original's URL and the archive's
    capture time (None if it tells none), and its own address ends ``redirects``. No address in it
    holds a secret. Nothing outlasts ``limits.total_timeout`` seconds, nor takes more memory than a
    few times ``limits.max_body``.

    ``known``: what an earlier answer is known by; a page that is still the same comes with status
    304 and no body. ``permit`` is told every address before it is asked for, and may raise
    FetchError.

    Raises FetchError with ``code`` one of bad-url, port, dns, refused, private, timeout,
    redirect-loop, too-many-redirects, status, unavailable (429 and 5xx), headers, oversize,
    content-type, tls, network, empty, and those of ``permit``.
    """
    guard = Guard(limits, allow_private)
    errand = Errand(url.strip().replace(" ", "%20"), known, permit)
    return _without_secrets(_unwrapped(bounded(errand, guard, lambda: travel(errand, guard))))


def peek(
    url: str, most: int, *, limits: Limits = LIMITS, allow_private: bool = False
) -> tuple[int, bytes]:
    """The status at ``url``, after redirects, and up to ``most`` bytes of what a success holds.

    Raises FetchError as ``fetch`` does, but not for a status.
    """
    guard = Guard(limits, allow_private)
    errand = Errand(url)
    return bounded(errand, guard, lambda: glance(errand, guard, most))
