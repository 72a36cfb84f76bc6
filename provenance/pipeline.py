"""The corridor: the only place that walks through the rooms, and the owner of order.

Effects live here and at the two ends (fetch and readers, store); everything between takes a
value and returns a value. Each verb of the command line is one function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from provenance import matching
from provenance.config import LIMITS, Limits
from provenance.errors import ExtractError, ProvenanceError, ReadError
from provenance.matching import Page
from provenance.models import (
    Article,
    Capture,
    Failure,
    InputAccount,
    Match,
    Record,
    Status,
    Trace,
)
from provenance.store import Store
from provenance.urls import is_url, redact

# Pages written in one transaction: enough that commits don't cost, few enough to lose on a kill.
_BATCH = 50
# Failures that a summary tells one by one.
_SHOWN_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says of an input, and allows."""

    url: str | None = None
    published: str | None = None
    site: str | None = None
    allow_private: bool = False
    limits: Limits = field(default=LIMITS)


@dataclass(slots=True)
class Tally:
    """What a run did. ``failed`` and ``damaged`` say what it could not read."""

    read: int = 0
    stored: int = 0
    known: int = 0
    matched: int = 0
    reposts: int = 0
    skipped_inputs: list[str] = field(default_factory=list)
    failed: int = 0
    #: The first of them, for the summary; all are rows of the table.
    failures: list[Failure] = field(default_factory=list)
    damaged: list[InputAccount] = field(default_factory=list)
    gated: int = 0
    too_short: int = 0

    def fail(self, failure: Failure) -> None:
        """Count a failure, and keep it for the summary while there are few."""
        self.failed += 1
        if len(self.failures) < _SHOWN_FAILURES:
            self.failures.append(failure)

    def counts(self) -> dict[str, int]:
        """The numbers alone, for the row of the run."""
        return {
            "read": self.read,
            "stored": self.stored,
            "known": self.known,
            "matched": self.matched,
            "reposts": self.reposts,
            "gated": self.gated,
            "too_short": self.too_short,
            "skipped_inputs": len(self.skipped_inputs),
            "failures": self.failed,
            "damaged": len(self.damaged),
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to ``check``: a status, the target, and the matches, best first."""

    status: Status
    target: Article | None
    traces: tuple[Trace, ...] = ()
    matches: tuple[Match, ...] = ()
    #: The most similar original when nothing matched; shown, not stored.
    nearest: Match | None = None
    #: The target is itself a registered original.
    is_original: bool = False
    error: ProvenanceError | None = None


# --- reading -----------------------------------------------------------------------------------


def _failure(error: ProvenanceError, name: str, stage: str) -> Failure:
    kind = "extract" if isinstance(error, ExtractError) else stage
    return Failure(redact(name), kind, error.code, error.message)  # type: ignore[arg-type]


def _name(item: Capture | Record) -> str:
    if isinstance(item, Record):
        place = item.path or "-"
        return f"{place}:{item.line}" if item.line else place
    return item.path or item.url


@dataclass(slots=True)
class Opened:
    """One input that is open for reading."""

    path: str
    kind: str
    items: Iterator[Capture | Record | Failure]
    account: Callable[[], InputAccount]
    digest: Callable[[], str | None]


def open_input(spec: str, given: Given) -> Opened:
    """Open a URL, file, folder or ``-``. Raises FetchError, ReadError or UsageError."""
    if is_url(spec):
        from provenance import fetch

        capture = fetch.fetch(spec, limits=given.limits, allow_private=given.allow_private)
        if given.published or given.site:
            from dataclasses import replace

            capture = replace(capture, published=given.published, site=given.site)
        return Opened(
            capture.url, "url", iter([capture]), lambda: InputAccount(capture.url, "url", 1), _none
        )
    from provenance import readers

    reading = readers.open_input(
        spec, url=given.url, published=given.published, site=given.site, limits=given.limits
    )
    return Opened(reading.path, reading.kind, iter(reading), reading.account, reading.digest)


def _none() -> None:
    return None


def read_one(spec: str, given: Given) -> Page:
    """The one page of an input. Raises ReadError when it holds none or several."""
    opened = open_input(spec, given)
    found: list[Capture | Record] = []
    for item in opened.items:
        if isinstance(item, Failure):
            raise ReadError(item.message, subject=item.input, code=item.error)
        found.append(item)
        if len(found) > 1:
            raise ReadError(
                "this holds more than one page",
                subject=spec,
                hint="Use `provenance scan` for many pages",
                code="many",
            )
    if not found:
        raise ReadError("there is nothing to read in it", subject=spec, code="empty")
    return matching.prepare(found[0])


# --- the verbs ---------------------------------------------------------------------------------

Progress = Callable[[Tally], None]


def _silent(_: Tally) -> None:
    return None


def _keep_capture(store: Store, capture: Capture | None) -> int | None:
    """The row of a capture. What was fetched is kept as WARC beside the database; crawl bytes
    stay where they were read."""
    if capture is None:
        return None
    if capture.path is None and is_url(capture.url):
        from provenance.store import archive

        file = store.path.with_suffix(".warc.gz")
        offset, length = archive.append(file, capture)
        return store.add_capture(capture, file=file.name, offset=offset, length=length)
    return store.add_capture(
        capture, file=capture.path, offset=capture.offset, length=capture.length
    )


def _run(
    store: Store,
    verb: str,
    specs: Sequence[str],
    given: Given,
    each: Callable[[Page, int, int, Tally], None],
    progress: Progress,
) -> Tally:
    """Read every input, page by page; commit in batches, so that what was done is kept."""
    tally = Tally()
    with store.transaction():
        run = store.begin_run(verb, {"inputs": list(specs), "url": given.url})
    try:
        for spec in specs:
            _run_input(store, run, spec, given, each, progress, tally)
    finally:
        # Also after Ctrl-C: the committed batches stay, and the run says how far it came.
        with store.transaction():
            store.end_run(run, tally.counts())
    return tally


def _run_input(
    store: Store,
    run: int,
    spec: str,
    given: Given,
    each: Callable[[Page, int, int, Tally], None],
    progress: Progress,
    tally: Tally,
) -> None:
    try:
        opened = open_input(spec, given)
        digest = opened.digest()
    except ProvenanceError as error:
        failure = _failure(error, spec, "fetch" if is_url(spec) else "read")
        tally.fail(Failure(failure.input, failure.stage, failure.error, _told(error)))
        with store.transaction():
            store.add_failure(run, failure)
        return
    if digest and store.finished_input(opened.path, digest):
        tally.skipped_inputs.append(opened.path)
        return
    with store.transaction():
        input_id = store.add_input(run, opened.account(), digest=digest)
    exhausted = False
    while not exhausted:
        with store.transaction():
            exhausted = not _batch(store, run, input_id, opened, each, tally, progress)
    account = opened.account()
    with store.transaction():
        store.finish_input(input_id, account)
    if account.truncated or account.bytes_skipped:
        tally.damaged.append(account)


def _told(error: ProvenanceError) -> str:
    return f"{error.message}. {error.hint}" if error.hint else error.message


def _batch(
    store: Store,
    run: int,
    input_id: int,
    opened: Opened,
    each: Callable[[Page, int, int, Tally], None],
    tally: Tally,
    progress: Progress,
) -> bool:
    """Read up to one batch; False when the input is at its end."""
    for _ in range(_BATCH):
        failure: Failure | None = None
        try:
            item = next(opened.items, None)
            if item is None:
                return False
            tally.read += 1
            if isinstance(item, Failure):
                failure = item
            else:
                name = _name(item)
                try:
                    each(matching.prepare(item), run, input_id, tally)
                except ExtractError as error:
                    failure = _failure(error, name, "extract")
        except ReadError as error:
            failure = _failure(error, opened.path, "read")
            store.add_failure(run, failure, input_id)
            tally.fail(failure)
            return False
        if failure:
            store.add_failure(run, failure, input_id)
            tally.fail(failure)
        progress(tally)
    return True


def add(store: Store, specs: Sequence[str], given: Given, progress: Progress = _silent) -> Tally:
    """Register known originals."""

    def each(page: Page, run: int, input_id: int, tally: Tally) -> None:
        article = page.article
        if article.gate:
            tally.gated += 1
            failure = Failure(article.url, "extract", "gated", f"a {article.gate} wall, no article")
            store.add_failure(run, failure, input_id)
            tally.fail(failure)
            return
        new = store.add_article(
            article,
            "original",
            matching.fingerprint_of(article, store.parameters),
            page.traces,
            input_id=input_id,
            capture_id=_keep_capture(store, page.capture),
        )
        tally.stored += new
        tally.known += not new

    return _run(store, "add", specs, given, each, progress)


def scan(
    store: Store,
    specs: Sequence[str],
    given: Given,
    progress: Progress = _silent,
    found: Callable[[Match], None] | None = None,
) -> Tally:
    """Hold a crawl against the originals; every match becomes rows.

    ``found`` is told the best match of each page as it is found; nothing is kept in memory.
    """

    def each(page: Page, run: int, input_id: int, tally: Tally) -> None:
        matches = _record(store, page, run, input_id)[1]
        tally.gated += bool(page.article.gate)
        tally.too_short += page.article.words < LIMITS.min_words and not page.article.gate
        tally.stored += 1
        tally.matched += bool(matches)
        tally.reposts += any(match.verdict.is_repost for match in matches)
        if matches and found:
            found(matches[0])

    return _run(store, "scan", specs, given, each, progress)


def _record(
    store: Store, page: Page, run: int, input_id: int | None
) -> tuple[list[Match], list[Match]]:
    """Judge a page and store it with its matches: ``(all that was compared, what was kept)``."""
    fingerprint = matching.fingerprint_of(page.article, store.parameters)
    every = matching.find_matches(page, fingerprint, store, store.parameters)
    kept = matching.worth_a_row(page.article, every)
    store.add_article(
        page.article,
        "crawled",
        fingerprint,
        page.traces,
        input_id=input_id,
        capture_id=_keep_capture(store, page.capture),
    )
    for match in kept:
        store.add_match(match, run)
    return every, kept


def check(store: Store, spec: str, given: Given) -> Checked:
    """Hold one page against the originals, and store what was found."""
    try:
        page = read_one(spec, given)
    except ProvenanceError as error:
        stage = "fetch" if is_url(spec) else "read"
        with store.transaction():
            run = store.begin_run("check", {"inputs": [spec], "url": given.url})
            store.add_failure(run, _failure(error, spec, stage))
            store.end_run(run, {"read": 1, "failures": 1})
        return Checked("unreadable", None, error=error)
    with store.transaction():
        run = store.begin_run("check", {"inputs": [spec], "url": given.url})
        every, kept = _record(store, page, run, None)
        store.end_run(
            run,
            {
                "read": 1,
                "matched": int(bool(kept)),
                "reposts": int(any(match.verdict.is_repost for match in kept)),
            },
        )
    known = store.find_articles(page.article.id, "original")
    return Checked(
        status=matching.status(page.article, kept, store.size()),
        target=page.article,
        traces=page.traces,
        matches=tuple(kept),
        nearest=every[0] if every and not kept else None,
        is_original=bool(known),
    )


def compare_two(target: str, source: str, given: Given) -> Match:
    """Compare two inputs without a database."""
    page = read_one(target, given)
    other = read_one(source, Given(allow_private=given.allow_private, limits=given.limits))
    return matching.hold(other, page)


def demo_corpus() -> Path:
    """The demonstration corpus: beside the package in a checkout, inside it when installed.

    Raises ReadError (``missing``) when neither is there.
    """
    here = Path(__file__).parent
    for place in (here / "_corpus", here.parent / "corpus"):
        if (place / "labels.jsonl").is_file():
            return place
    raise ReadError("the demonstration corpus is not installed", subject="demo", code="missing")
