"""A run over inputs: read, study, write; the owner of order, transactions and counts.

Items are read here and studied here or by workers; what came of them is written here, in the order
of the items, so that the rows don't depend on who studied them.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from provenance import __version__, matching, workers
from provenance.background import documents
from provenance.boilerplate import Boilerplate, snapshot
from provenance.config import LIMITS, Limits
from provenance.errors import ProvenanceError, ReadError
from provenance.intake import Given, Opened, open_input
from provenance.models import Capture, Failure, InputAccount, Match, Record
from provenance.store import Store
from provenance.study import Studied, Study, costly, crashed, failure
from provenance.urls import is_url
from provenance.verdict import model, shipped_threshold
from provenance.visits import visiting

# Pages, or seconds, that one transaction gathers: enough that commits don't cost, few enough to
# lose on a kill, and short enough for another process to get its turn.
_BATCH = 50
_BATCH_SECONDS = 2.0
# Failures that a summary tells one by one.
_SHOWN_FAILURES = 20
# Failures of reading that may be gone the next time: their input is not called finished.
_PASSING = frozenset(
    {"unreadable", "no-pages", "not-fetched", "no-parquet"}
    | {"dns", "host-down", "network", "refused", "robots-unread", "timeout", "unavailable"}
)


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
    #: Pages that defeated the extractor and were read roughly, each with a row of ``failures``.
    rough: int = 0
    #: Items of an input that an earlier run of the same scan had written.
    resumed: int = 0

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
            "rough": self.rough,
            "resumed": self.resumed,
            "too_short": self.too_short,
            "skipped_inputs": len(self.skipped_inputs),
            "failures": self.failed,
            "damaged": len(self.damaged),
            "passed_over": self.passed_over.total(),
        }


Write = Callable[[Studied, int, int | None], bool]
Progress = Callable[[Tally], None]


def silent(_: object) -> None:
    return None


def judged_with(
    known: Boilerplate = matching.NOTHING, threshold: float | None = None
) -> dict[str, Any]:
    """What verdicts were made with, beside the parameters of the fingerprints.

    ``threshold`` is the one that was set for the database, if one was.
    """
    return {
        "provenance": __version__,
        "model": model()["version"],
        "threshold": shipped_threshold() if threshold is None else threshold,
        "background_documents": documents(),
        "boilerplate": known.name,
    }


def known_boilerplate(store: Store) -> Boilerplate:
    """The snapshot of boilerplate, as a run takes it when it starts."""
    return snapshot(store.boilerplate_hashes())


class _Batch:
    """Takes pages that were studied outside of any transaction, and writes them in short ones.

    What is counted and told was committed first; what was studied when the run is stopped is
    written before it ends.
    """

    def __init__(self, store: Store, run: int, write: Write, tally: Tally, told: Told) -> None:
        self.store, self.run, self.write = store, run, write
        self.tally, self.told = tally, told
        self.waiting: list[Studied | Failure] = []
        self.began = time.monotonic()
        #: Items of the present input that are written, from its start on.
        self.done = 0

    def take(self, one: Studied | Failure, input_id: int) -> None:
        """Take what came of one item; write when enough are waiting."""
        self.waiting.append(one)
        if len(self.waiting) >= _BATCH or time.monotonic() - self.began > _BATCH_SECONDS:
            self.flush(input_id)

    def flush(self, input_id: int | None) -> None:
        """Write what is waiting, then count and tell it."""
        new: list[bool] = []
        with self.store.transaction():
            for one in self.waiting:
                trouble = one if isinstance(one, Failure) else one.trouble
                if trouble:
                    self.store.add_failure(self.run, trouble, input_id)
                new.append(not isinstance(one, Failure) and self.write(one, self.run, input_id))
            self.done += len(self.waiting)
            if input_id is not None:
                self.store.note_progress(input_id, self.done)
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
        tally.rough += one.trouble is not None
        tally.stored += is_new
        tally.known += not is_new
        tally.matched += bool(one.kept)
        tally.reposts += any(match.verdict.is_repost for match in one.kept)
        if not one.kept:
            tally.gated += bool(article.gate)
            tally.too_short += one.words < LIMITS.min_words and not article.gate


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told what while a run goes on."""

    progress: Progress = silent
    found: Callable[[Match], None] = silent


@dataclass(frozen=True, slots=True)
class Way:
    """How the items of a run are studied: here, or by so many workers."""

    here: Study
    make: Callable[..., Study]
    arguments: tuple[Any, ...]
    jobs: int
    limits: Limits

    @contextlib.contextmanager
    def opened(self) -> Iterator[Callable[[Iterable[Item]], Iterator[Studied | Failure]]]:
        """A function from items to what came of them, in order."""
        if not self.jobs:
            yield lambda items: (
                item if isinstance(item, Failure) else self.here(item, "") for item in items
            )
            return
        with workers.Pool[Item, "Studied | Failure"](
            _made, (self.make, self.arguments), jobs=self.jobs, limits=self.limits
        ) as pool:
            yield lambda items: _mapped(pool, items)


Item = Capture | Record | Failure
Opening = Callable[[str, Given], Opened]


def _made(make: Callable[..., Study], arguments: tuple[Any, ...]) -> Any:
    """In a worker: its study. A failure of reading passes through, to keep its place."""
    study = make(*arguments)

    def work(item: Item, harm: str) -> Studied | Failure:
        return item if isinstance(item, Failure) else study(item, harm)

    return work


def _mapped(
    pool: workers.Pool[Item, Studied | Failure], items: Iterable[Item]
) -> Iterator[Studied | Failure]:
    """What came of each item; a page that cost a worker is said to have, rough text or not."""
    held: deque[Item] = deque()

    def noted() -> Iterator[Item]:
        for item in items:
            held.append(item)
            yield item

    for one in pool.map(noted()):
        item = held.popleft()
        if isinstance(item, Failure):
            yield item
        elif isinstance(one, workers.Lost):
            yield crashed(item, "extract", costly(one.why))
        else:
            yield one


def run_over(
    store: Store,
    verb: str,
    specs: Sequence[str],
    given: Given,
    way: Way,
    write: Write,
    told: Told,
    made_with: Mapping[str, Any],
    opening: Opening = open_input,
) -> Tally:
    """Read every input, page by page; what was done is kept, however the run ends.

    ``made_with``: what the pages are judged with. ``opening``: how an input is opened, where its
    pages come from elsewhere than itself.
    """
    tally = Tally()
    with store.transaction():
        arguments = {"inputs": list(specs), "url": given.url}
        run = store.begin_run(verb, arguments, made_with)
    batch = _Batch(store, run, write, tally, told)
    try:
        with way.opened() as study:
            for spec in specs:
                _run_input(store, run, verb, spec, given, batch, study, opening)
    finally:
        counts = tally.counts() | {f"capped_{kind}": n for kind, n in store.capped.items()}
        with store.transaction():
            store.end_run(run, counts)
    return tally


def _run_input(
    store: Store,
    run: int,
    verb: str,
    spec: str,
    given: Given,
    batch: _Batch,
    study: Callable[[Iterable[Item]], Iterator[Studied | Failure]],
    opening: Opening,
) -> None:
    tally = batch.tally
    try:
        opened = visiting(opening(spec, given), store, given, verb)
    except ProvenanceError as error:
        failed = failure(error, spec, "fetch" if is_url(spec) else "read")
        with store.transaction():
            store.add_failure(run, failed)
        hint = f". {error.hint}" if error.hint else ""
        tally.read += 1
        tally.fail(Failure(failed.input, failed.stage, failed.error, error.message + hint))
        return
    digest = opened.digest
    batch.done = 0
    if verb == "scan" and digest:
        if store.finished_input(opened.path, digest):
            tally.skipped_inputs.append(opened.path)
            return
        batch.done = store.begun_input(opened.path, digest)
        tally.resumed += batch.done
    with store.transaction():
        input_id = store.add_input(run, opened.account(), digest=digest)
        store.note_progress(input_id, batch.done)
    try:
        whole = _read_through(opened, input_id, batch, study)
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
        store.end_visits(opened.path, whole=whole)


def _read_through(
    opened: Opened,
    input_id: int,
    batch: _Batch,
    study: Callable[[Iterable[Item]], Iterator[Studied | Failure]],
) -> bool:
    """Take every item of an input that is not written yet; False when some of it may be readable
    another time."""
    whole = True

    def items() -> Iterator[Item]:
        nonlocal whole
        for number, item in enumerate(opened.items):
            if isinstance(item, Failure) and item.error in _PASSING:
                whole = False
            if number >= begun:
                yield item

    begun = batch.done
    try:
        for one in study(items()):
            batch.take(one, input_id)
    except ReadError as error:
        batch.take(failure(error, opened.path, "read"), input_id)
        return False
    return whole
