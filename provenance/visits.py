"""Visits the pages that lists and feeds name: obeying robots.txt, host by host, to be gone on with.

Every page is kept beside the database as soon as it is here, and read from there: what a run that
was stopped had fetched is not fetched again, and what is judged is what is kept.
"""

from __future__ import annotations

import dataclasses
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from provenance import fetch
from provenance.config import Limits
from provenance.errors import FetchError, StoreError
from provenance.intake import Given, Opened
from provenance.models import Capture, Failure, InputAccount, Record
from provenance.readers import Address
from provenance.store import Store
from provenance.urls import host, is_url, redact

# Addresses that are looked ahead in a list, so that many hosts are asked at once.
_WINDOW = 64
# Errors that may be gone after a moment, and those by which a host shows that it is not there.
_RETRIED = frozenset({"network", "timeout", "unavailable"})
_OF_HOSTS = _RETRIED | {"dns", "refused", "robots-unread"}
# Seconds before the first new attempt; each further one waits twice as long.
_BACKOFF = 2.0


def keep_capture(store: Store, capture: Capture | None) -> int | None:
    """The row of a capture. What was fetched is kept as WARC beside the database; crawl bytes
    stay where they were read."""
    if capture is None:
        return None
    if capture.path is None and is_url(capture.url):
        from provenance.store import archive

        file = store.path.with_suffix(".warc.gz")
        if (known := store.known_capture(capture, file.name)) is not None:
            return known
        offset, length = archive.append(file, capture)
        return store.add_capture(capture, file=file.name, offset=offset, length=length)
    return store.add_capture(
        capture, file=capture.path, offset=capture.offset, length=capture.length
    )


def visiting(opened: Opened, store: Store, given: Given, verb: str) -> Opened:
    """The input with the pages that it names in the place of their addresses, where those are to
    be fetched: with ``--fetch``, and for a feed whose own address is given to ``add``."""
    wanted = given.fetch or (verb == "add" and opened.kind == "url-feed")
    if opened.named is None or not wanted:
        return opened
    rounds = _Rounds(opened, store, given)
    return dataclasses.replace(opened, items=rounds.items(), account=rounds.account)


@dataclass(slots=True)
class _Trip:
    """One address, however often the list names it, until its page is here or given up."""

    url: str
    host: str
    tries: int = 0
    #: Not before this moment of the monotonic clock.
    due: float = 0.0
    #: What the list gives in its place: the row of a page, or why there is none.
    page: int | None = None
    failure: Failure | None = None
    #: The row of the page as it was fetched before, and what that is known by.
    before: int | None = None
    known: fetch.Known | None = None

    @property
    def done(self) -> bool:
        return self.page is not None or self.failure is not None


@dataclass(slots=True)
class _Host:
    """How a host is to be treated."""

    busy: bool = False
    free: float = 0.0
    failures: int = 0


@dataclass(slots=True)
class _Answer:
    """What a thread brings back."""

    trip: _Trip
    got: Capture | FetchError
    delay: float = 0.0


@dataclass
class _Rounds:
    """The visits of one list. All but the fetching itself happens in the caller's thread."""

    opened: Opened
    store: Store
    given: Given
    pages: int = 0
    running: int = 0
    hosts: dict[str, _Host] = field(default_factory=dict)
    waiting: list[_Trip] = field(default_factory=list)
    answers: queue.SimpleQueue[_Answer] = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        self.limits: Limits = self.given.limits
        self.robots = fetch.Robots(self.limits, allow_private=self.given.allow_private)

    def account(self) -> InputAccount:
        """What was read of the list, its pages among the records."""
        account = self.opened.account()
        return dataclasses.replace(account, records_read=account.records_read + self.pages)

    def items(self) -> Iterator[Capture | Record | Failure]:
        """The items of the input in its order, pages in the place of their addresses."""
        source = self.opened.named() if self.opened.named else self.opened.items
        places: deque[Capture | Record | Failure | _Trip] = deque()
        underway: dict[str, _Trip] = {}
        named: Counter[str] = Counter()
        ended = False
        while True:
            while not ended and len(places) < _WINDOW:
                item = next(source, None)
                if item is None:
                    ended = True
                elif isinstance(item, Address):
                    trip = underway.get(item.url) or self._begin(item.url)
                    underway[item.url] = trip
                    named[item.url] += 1
                    places.append(trip)
                else:
                    places.append(item)
            self._start()
            if not places:
                return
            first = places[0]
            if isinstance(first, _Trip) and not first.done:
                self._wait()
                continue
            places.popleft()
            if not isinstance(first, _Trip):
                yield first
                continue
            named[first.url] -= 1
            if not named[first.url]:
                del underway[first.url], named[first.url]
            yield self._result(first)

    # -- one address -------------------------------------------------------------------------

    def _begin(self, url: str) -> _Trip:
        """A trip, ended already where a stopped run has made it."""
        trip = _Trip(url, host(url))
        if visit := self.store.visit(self.opened.path, url):
            if visit.capture_id is None:
                trip.failure = self._failed(url, visit.error, visit.message)
                return trip
            if self._readable(visit.capture_id) is not None:
                trip.page = visit.capture_id
                return trip
        trip.before = self.store.last_capture(url)
        if trip.before is not None:
            if capture := self._readable(trip.before):
                trip.known = _known(capture)
            else:
                trip.before = None
        self.waiting.append(trip)
        return trip

    def _readable(self, capture_id: int) -> Capture | None:
        try:
            return self.store.kept(capture_id)
        except StoreError:
            return None  # the archive was moved or cut: it is fetched again

    def _result(self, trip: _Trip) -> Capture | Failure:
        if trip.page is None:
            return trip.failure or self._failed(trip.url, "network", "nothing came of it")
        try:
            capture = self.store.kept(trip.page)
        except StoreError as error:
            return self._failed(trip.url, error.code, error.message)
        self.pages += 1
        return dataclasses.replace(capture, site=self.given.site)

    def _failed(self, url: str, code: str, message: str) -> Failure:
        return Failure(redact(url), "fetch", code, message)

    # -- the rounds --------------------------------------------------------------------------

    def _start(self) -> None:
        """Send out whom nothing holds back, in the order of the list."""
        now = time.monotonic()
        left: list[_Trip] = []
        for trip in self.waiting:
            server = self.hosts.setdefault(trip.host, _Host())
            if server.failures >= self.limits.host_failures:
                message = f"not tried: {server.failures} pages of its host failed one after another"
                self._give_up(trip, self._failed(trip.url, "host-down", message))
            elif self.running >= self.limits.fetchers or server.busy or self._when(trip) > now:
                left.append(trip)
            else:
                server.busy = True
                self.running += 1
                threading.Thread(
                    target=self._go, args=(trip,), name="provenance-visit", daemon=True
                ).start()
        self.waiting = left

    def _when(self, trip: _Trip) -> float:
        return max(trip.due, self.hosts[trip.host].free)

    def _go(self, trip: _Trip) -> None:
        """In a thread: ask the rules, fetch the page."""
        got: Capture | FetchError
        delay, said = 0.0, ""
        try:
            ruling = self.robots.ask(trip.url)
            delay, said = ruling.delay, ruling.said
            self.robots.permit(trip.url)
            got = fetch.fetch(
                trip.url,
                limits=self.limits,
                allow_private=self.given.allow_private,
                known=trip.known,
                permit=self.robots.permit,
            )
            got = dataclasses.replace(got, headers=(*got.headers, (fetch.ROBOTS_HEADER, said)))
        except FetchError as error:
            got = error
        except Exception as error:
            got = FetchError(f"the page cannot be fetched ({type(error).__name__})", code="network")
        self.answers.put(_Answer(trip, got, delay))

    def _wait(self) -> None:
        """Until somebody is back, or somebody may go."""
        patience = 1.0
        if self.running < self.limits.fetchers:
            free = [self._when(t) for t in self.waiting if not self.hosts[t.host].busy]
            patience = min([patience, *(when - time.monotonic() for when in free)])
        try:
            self._back(self.answers.get(timeout=max(patience, 0.001)))
            while True:
                self._back(self.answers.get_nowait())
        except queue.Empty:
            return

    def _back(self, answer: _Answer) -> None:
        """Keep what was brought back, or decide what becomes of the address."""
        trip, got = answer.trip, answer.got
        server = self.hosts[trip.host]
        pause = max(self.limits.host_delay, min(answer.delay, self.limits.max_crawl_delay))
        server.busy, server.free = False, time.monotonic() + pause
        self.running -= 1
        if isinstance(got, Capture):
            server.failures = 0
            self._arrived(trip, got)
            return
        server.failures = server.failures + 1 if got.code in _OF_HOSTS else 0
        asked = got.wait or 0.0
        if got.code in _RETRIED and trip.tries < self.limits.retries:
            if asked <= self.limits.max_wait:
                wait = max(asked, _BACKOFF * 2**trip.tries * min(self.limits.host_delay, 1.0))
                trip.tries += 1
                trip.due = time.monotonic() + wait
                server.free = max(server.free, trip.due) if asked else server.free
                self.waiting.insert(0, trip)
                return
            got.message += f", and asks to wait {asked:,.0f} s"
        self._give_up(trip, self._failed(trip.url, got.code, got.message))

    def _arrived(self, trip: _Trip, capture: Capture) -> None:
        if capture.status == 304 and trip.before is not None:
            page: int | None = trip.before
        else:
            with self.store.transaction():
                page = keep_capture(self.store, capture)
                if page is not None and self._readable(page) is None:
                    # Known, but its bytes are gone from the archive.
                    self.store.keep_again(page, capture)
        self.store.note_visit(self.opened.path, trip.url, page)
        trip.page = page

    def _give_up(self, trip: _Trip, failure: Failure) -> None:
        self.store.note_visit(self.opened.path, trip.url, None, failure)
        trip.failure = failure


def _known(capture: Capture) -> fetch.Known | None:
    """What a page that was kept is known by; None where the server gave it nothing."""
    found = {name.lower(): value for name, value in capture.headers}
    known = fetch.Known(capture.final_url, found.get("etag", ""), found.get("last-modified", ""))
    return known if known.etag or known.modified else None
