"""The corridor: the only place that walks through the rooms, and the owner of order.

Effects live here and at the two ends (intake, store); everything between takes a value and
returns a value. Each verb of the command line is one function.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from provenance import __version__, matching
from provenance.background import documents
from provenance.boilerplate import Boilerplate, snapshot
from provenance.config import LIMITS
from provenance.errors import ExtractError, ProvenanceError, ReadError, StoreError
from provenance.intake import Given, Opened, item_name, open_input, read_one
from provenance.matching import NamedSource, Page
from provenance.models import (
    Article,
    Capture,
    Failure,
    Fingerprint,
    InputAccount,
    Match,
    Record,
    Status,
    Trace,
)
from provenance.store import Store
from provenance.urls import is_url, redact
from provenance.verdict import model

__all__ = ["Checked", "Given", "Tally", "add", "check", "compare_two", "demo_corpus", "scan"]

# Pages, or seconds, that one transaction gathers: enough that commits don't cost, few enough to
# lose on a kill, and short enough for another process to get its turn.
_BATCH = 50
_BATCH_SECONDS = 2.0
# Sources that one page may have us fetch.
_FOLLOWED = 3
# Failures that a summary tells one by one.
_SHOWN_FAILURES = 20
# Failures of reading that may be gone the next time: their input is not called finished.
_PASSING = frozenset({"unreadable", "no-pages", "not-fetched", "no-parquet"})

Stage = Literal["fetch", "read", "extract", "fingerprint", "compare"]


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
    #: Records that are no page of an article, by reason.
    passed_over: Counter[str] = field(default_factory=Counter)
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
            "passed_over": self.passed_over.total(),
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
    #: What was damaged of the input that the page came from, if anything.
    damaged: InputAccount | None = None
    #: Whom the page's traces name, originals or not.
    named: tuple[NamedSource, ...] = ()
    #: Sources that were fetched because the page names them; None where that went well.
    followed: tuple[tuple[str, Failure | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Studied:
    """One page, read and judged, not yet stored."""

    page: Page
    fingerprint: Fingerprint | None
    #: Words that are not boilerplate.
    words: int
    #: All that was compared, best first, and what of it is worth a row.
    every: tuple[Match, ...] = ()
    kept: tuple[Match, ...] = ()


Study = Callable[[Page], Studied]
Write = Callable[[Studied, int, int | None], bool]
Progress = Callable[[Tally], None]


def _silent(_: object) -> None:
    return None


def judged_with(known: Boilerplate = matching.NOTHING) -> dict[str, Any]:
    """What verdicts were made with, beside the parameters of the fingerprints."""
    return {
        "provenance": __version__,
        "model": model()["version"],
        "threshold": model()["thresholds"]["repost"],
        "background_documents": documents(),
        "boilerplate": known.name,
    }


def known_boilerplate(store: Store) -> Boilerplate:
    """The snapshot of boilerplate, as a run takes it when it starts."""
    return snapshot(store.boilerplate_hashes())


def _failure(error: ProvenanceError, name: str, stage: Stage) -> Failure:
    kind: Stage = "extract" if isinstance(error, ExtractError) else stage
    return Failure(redact(name), kind, error.code, error.message)


def _keep_capture(store: Store, capture: Capture | None) -> int | None:
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


class _Batch:
    """Studies pages outside of any transaction, and writes them in short ones.

    What is counted and told was committed first; what was studied when the run is stopped is
    written before it ends.
    """

    def __init__(
        self, store: Store, run: int, study: Study, write: Write, tally: Tally, told: _Told
    ) -> None:
        self.store, self.run, self.study, self.write = store, run, study, write
        self.tally, self.told = tally, told
        self.waiting: list[Studied | Failure] = []
        self.began = time.monotonic()

    def take(self, item: Capture | Record | Failure, input_id: int) -> None:
        """Study one item; write when enough are waiting."""
        self.waiting.append(item if isinstance(item, Failure) else self._studied(item))
        if len(self.waiting) >= _BATCH or time.monotonic() - self.began > _BATCH_SECONDS:
            self.flush(input_id)

    def _studied(self, item: Capture | Record) -> Studied | Failure:
        stage: Stage = "extract"
        try:
            page = matching.prepare(item)
            stage = "compare"
            return self.study(page)
        except StoreError:
            raise
        except ProvenanceError as error:
            return _failure(error, item_name(item), stage)
        except Exception as error:
            # A page that defeats a parser costs that page alone, and says so.
            name = redact(item_name(item))
            return Failure(name, stage, "crashed", f"{type(error).__name__} while reading it")

    def flush(self, input_id: int | None) -> None:
        """Write what is waiting, then count and tell it."""
        new: list[bool] = []
        with self.store.transaction():
            for one in self.waiting:
                if isinstance(one, Failure):
                    self.store.add_failure(self.run, one, input_id)
                    new.append(False)
                else:
                    new.append(self.write(one, self.run, input_id))
        done, self.waiting, self.began = self.waiting, [], time.monotonic()
        for one, is_new in zip(done, new, strict=True):
            self.tally.read += 1
            if isinstance(one, Failure):
                self.tally.fail(one)
            else:
                self._count(one, is_new)
                if one.kept:
                    self.told.found(one.kept[0])
            self.told.progress(self.tally)

    def _count(self, one: Studied, is_new: bool) -> None:
        tally, article = self.tally, one.page.article
        tally.stored += is_new
        tally.known += not is_new
        tally.matched += bool(one.kept)
        tally.reposts += any(match.verdict.is_repost for match in one.kept)
        if not one.kept:
            tally.gated += bool(article.gate)
            tally.too_short += one.words < LIMITS.min_words and not article.gate


@dataclass(frozen=True, slots=True)
class _Told:
    """Who is told what while a run goes on."""

    progress: Progress = _silent
    found: Callable[[Match], None] = _silent


def _run(
    store: Store,
    verb: str,
    specs: Sequence[str],
    given: Given,
    study: Study,
    write: Write,
    told: _Told,
    known: Boilerplate,
) -> Tally:
    """Read every input, page by page; what was done is kept, however the run ends."""
    tally = Tally()
    with store.transaction():
        arguments = {"inputs": list(specs), "url": given.url}
        run = store.begin_run(verb, arguments, judged_with(known))
    batch = _Batch(store, run, study, write, tally, told)
    try:
        for spec in specs:
            _run_input(store, run, verb, spec, given, batch)
    finally:
        counts = tally.counts() | {f"capped_{kind}": n for kind, n in store.capped.items()}
        with store.transaction():
            store.end_run(run, counts)
    return tally


def _run_input(store: Store, run: int, verb: str, spec: str, given: Given, batch: _Batch) -> None:
    tally = batch.tally
    try:
        opened = open_input(spec, given)
    except ProvenanceError as error:
        failure = _failure(error, spec, "fetch" if is_url(spec) else "read")
        with store.transaction():
            store.add_failure(run, failure)
        hint = f". {error.hint}" if error.hint else ""
        tally.read += 1
        tally.fail(Failure(failure.input, failure.stage, failure.error, error.message + hint))
        return
    digest = opened.digest
    if verb == "scan" and digest and store.finished_input(opened.path, digest):
        tally.skipped_inputs.append(opened.path)
        return
    with store.transaction():
        input_id = store.add_input(run, opened.account(), digest=digest)
    try:
        whole = _read_through(opened, input_id, batch)
    finally:
        # Also after Ctrl-C: what was studied is written.
        batch.flush(input_id)
    account = opened.account()
    tally.passed_over.update(dict(account.passed_over))
    damaged = account.truncated or account.bytes_skipped > 0
    if damaged:
        tally.damaged.append(account)
    with store.transaction():
        store.finish_input(input_id, account, finished=whole and not damaged)


def _read_through(opened: Opened, input_id: int, batch: _Batch) -> bool:
    """Take every item of an input; False when some of it may be readable another time."""
    whole = True
    try:
        for item in opened.items:
            if isinstance(item, Failure) and item.error in _PASSING:
                whole = False
            batch.take(item, input_id)
    except ReadError as error:
        batch.take(_failure(error, opened.path, "read"), input_id)
        return False
    return whole


# --- the verbs ---------------------------------------------------------------------------------


def add(store: Store, specs: Sequence[str], given: Given, progress: Progress = _silent) -> Tally:
    """Register known originals."""
    known = known_boilerplate(store)

    def study(page: Page) -> Studied:
        page, words = matching.admit(page, known)
        if page.article.gate == "boilerplate":
            raise ExtractError("its text stands on many pages, so it is no article", code="gated")
        if page.article.gate:
            raise ExtractError(f"a {page.article.gate} wall, no article", code="gated")
        return Studied(page, matching.fingerprint_of(page.article, store.parameters), words)

    def write(one: Studied, _: int, input_id: int | None) -> bool:
        return store.add_article(
            one.page.article,
            "original",
            one.fingerprint,
            one.page.traces,
            input_id=input_id,
            capture_id=_keep_capture(store, one.page.capture),
        )

    tally = _run(store, "add", specs, given, study, write, _Told(progress), known)
    store.catch_up()
    return tally


def scan(
    store: Store,
    specs: Sequence[str],
    given: Given,
    progress: Progress = _silent,
    found: Callable[[Match], None] = _silent,
) -> Tally:
    """Hold a crawl against the originals; every match becomes rows.

    ``found`` is told the best match of each page once it is stored; nothing is kept in memory.
    """
    known = known_boilerplate(store)

    def study(page: Page) -> Studied:
        return _judged(store, page, known)

    def write(one: Studied, run: int, input_id: int | None) -> bool:
        return _record(store, one, run, input_id)

    return _run(store, "scan", specs, given, study, write, _Told(progress, found), known)


def _judged(store: Store, page: Page, known: Boilerplate) -> Studied:
    """A page held against the originals. Reads the store, writes nothing."""
    page, words = matching.admit(page, known)
    made = matching.fingerprint_of(page.article, store.parameters)
    every = matching.find_matches(page, made, store, store.parameters, known)
    return Studied(page, made, words, tuple(every), tuple(matching.worth_a_row(words, every)))


def _record(store: Store, one: Studied, run: int, input_id: int | None) -> bool:
    """Store a page with its matches, in place of what was said of it before."""
    new = store.add_article(
        one.page.article,
        "crawled",
        one.fingerprint,
        one.page.traces,
        input_id=input_id,
        capture_id=_keep_capture(store, one.page.capture),
    )
    for match in one.kept:
        store.add_match(match, run)
    store.drop_matches(one.page.article.id, {match.id for match in one.kept})
    return new


def check(store: Store, spec: str, given: Given, *, follow: bool = False) -> Checked:
    """Hold one page against the originals, and store what was found.

    ``follow``: fetch the pages that its traces name as its source and that are no originals yet
    (at most three), register them, and hold the page against them, too.
    """
    arguments = {"inputs": [spec], "url": given.url}
    known = known_boilerplate(store)
    try:
        page, account = read_one(spec, given)
    except ProvenanceError as error:
        with store.transaction():
            run = store.begin_run("check", arguments, judged_with(known))
            store.add_failure(run, _failure(error, spec, "fetch" if is_url(spec) else "read"))
            store.end_run(run, {"read": 1, "failures": 1})
        return Checked("unreadable", None, error=error)
    one = _judged(store, page, known)
    followed = _follow(store, one.page, given) if follow else ()
    if any(failure is None for _, failure in followed):
        one = _judged(store, page, known)
    page = one.page
    with store.transaction():
        run = store.begin_run("check", arguments, judged_with(known))
        _record(store, one, run, None)
        reposts = sum(match.verdict.is_repost for match in one.kept)
        counts = {"read": 1, "matched": int(bool(one.kept)), "reposts": reposts}
        capped = {f"capped_{kind}": n for kind, n in store.capped.items()}
        store.end_run(run, counts | capped)
    return Checked(
        status=matching.status(page.article, one.words, one.kept, store.size()),
        target=page.article,
        traces=page.traces,
        matches=one.kept,
        nearest=one.every[0] if one.every and not one.kept else None,
        is_original=bool(store.find_articles(page.article.id, "original")),
        damaged=account if account.truncated or account.bytes_skipped else None,
        named=matching.named_sources(page, store),
        followed=followed,
    )


def _follow(store: Store, page: Page, given: Given) -> tuple[tuple[str, Failure | None], ...]:
    """Register the pages that traces name, surest first; each with why it could not be."""
    wanted = [
        source.named.url
        for source in matching.named_sources(page, store)
        if source.named.url and not source.original and source.named.strength == "strong"
    ]
    plain = Given(allow_private=given.allow_private, limits=given.limits)
    followed: list[tuple[str, Failure | None]] = []
    for url in dict.fromkeys(wanted[:_FOLLOWED]):
        tally = add(store, [url], plain)
        followed.append((url, tally.failures[0] if tally.failures else None))
    return tuple(followed)


def compare_two(target: str, source: str, given: Given) -> Match:
    """Compare two inputs without a database. Raises ExtractError (``gated``) for a wall."""
    plain = Given(allow_private=given.allow_private, limits=given.limits)
    pages = [read_one(target, given)[0], read_one(source, plain)[0]]
    for page, spec in zip(pages, (target, source), strict=True):
        if page.article.gate:
            raise ExtractError(
                f"the page shows a {page.article.gate} wall, no article",
                subject=redact(spec),
                hint="Save it from a browser that is past the wall",
                code="gated",
            )
    return matching.hold(pages[1], pages[0])


def demo_corpus() -> Path:
    """The demonstration corpus: beside the package in a checkout, inside it when installed.

    Raises ReadError (``missing``) when neither is there.
    """
    here = Path(__file__).parent
    for place in (here / "_corpus", here.parent / "corpus"):
        if (place / "labels.jsonl").is_file():
            return place
    raise ReadError("the demonstration corpus is not installed", subject="demo", code="missing")
