"""A run over inputs: read, study, write; the owner of order, transactions and counts.

Items are read here and studied here or by workers; what came of them is written here, in the order
of the items, so that the rows don't depend on who studied them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from provenance import __version__, matching, workers
from provenance.background import documents
from provenance.boilerplate import Boilerplate, snapshot
from provenance.config import LIMITS, Limits
from provenance.errors import ProvenanceError, ReadError
from provenance.intake import Given, Opened, open_input
from provenance.models import Capture, Failure, InputAccount, Match, Record, States
from provenance.store import Store
from provenance.study import LetGo, Studied, Study, costly, crashed, failure
from provenance.urls import is_url
from provenance.verdict import model, shipped_threshold
from provenance.visits import visiting

# Pages, or seconds, that one transaction gathers: enough that commits don't cost, few enough to
# lose on a kill, and short enough for another process to get its turn. The seconds count from the
# start of the run, so that the first page is written at once, however long the start took.
_BATCH = 50
_BATCH_SECONDS = 0.5
# Failures that a summary tells one by one.
_SHOWN_FAILURES = 20
# The failure that sums up what a list of addresses holds; it is no record itself.
_LIST = "not-fetched"
# Failures of reading that may be gone the next time: their input is not called finished.
_PASSING = frozenset(
    {"unreadable", "no-pages", "not-fetched", "no-parquet"}
    | {"dns", "host-down", "network", "refused", "robots-unread", "timeout", "unavailable"}
    # with --allow-private these can be read
    | {"private", "port"}
)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that was not read again, and what an earlier run could not read of it."""

    path: str
    states: States = field(default_factory=States)
    bytes_skipped: int = 0
    truncated: bool = False

    @property
    def whole(self) -> bool:
        """Whether all of it was read."""
        return not (self.states.failed or self.bytes_skipped or self.truncated)


@dataclass(slots=True)
class Tally:
    """What a run did. ``failed`` and ``damaged`` say what it could not read."""

    read: int = 0
    stored: int = 0
    known: int = 0
    matched: int = 0
    reposts: int = 0
    skipped_inputs: list[Skipped] = field(default_factory=list)
    #: Inputs that hold something else than when they were read before.
    changed_inputs: list[str] = field(default_factory=list)
    #: Pages that could not be read, and inputs that could not be opened, or not to their end.
    failed: int = 0
    unopened: int = 0
    #: Those of them that were read, and whose pages are listed by address and not fetched.
    unfetched: int = 0
    #: The first of them, for the summary; all are rows of the table.
    failures: list[Failure] = field(default_factory=list)
    damaged: list[InputAccount] = field(default_factory=list)
    #: Records that are no page of an article, by reason.
    passed_over: Counter[str] = field(default_factory=Counter)
    gated: int = 0
    too_short: int = 0
    #: Pages that the screen let go: no channel wanted them, so they were not extracted.
    screened: int = 0
    #: Pages that defeated the extractor and were read roughly, each with a row of ``failures``.
    rough: int = 0
    #: Items of an input that an earlier run of the same scan had written.
    resumed: int = 0
    #: Keys that were passed over because too many hold them, by channel.
    capped: Counter[str] = field(default_factory=Counter)
    #: The row of the run.
    run: int | None = None

    def fail(self, failure: Failure) -> None:
        """Count a page that could not be read, and keep it for the summary while there are few."""
        self.failed += 1
        self._show(failure)

    def refuse(self, failure: Failure) -> None:
        """The same for an input that could not be opened or not be read on, or that names pages."""
        self.unopened += 1
        self.unfetched += failure.error == _LIST
        self._show(failure)

    def _show(self, failure: Failure) -> None:
        if len(self.failures) < _SHOWN_FAILURES:
            self.failures.append(failure)

    @property
    def nothing(self) -> bool:
        """Whether no page was read, by this run or by the earlier ones that it relies on."""
        before = any(
            one.whole or one.states.matched or one.states.unmatched for one in self.skipped_inputs
        )
        return not (self.stored or self.known or before)

    @property
    def states(self) -> States:
        """What became of all records of the inputs that were read; ``read`` are those that are not
        skipped, and what an earlier run had written is."""
        return States(
            self.matched,
            self.stored + self.known - self.matched + self.screened,
            self.passed_over.total() + self.resumed,
            self.failed,
        )

    def counts(self) -> dict[str, int]:
        """The numbers alone, for the row of the run."""
        return {
            "records": self.states.records,
            "unmatched": self.states.unmatched,
            "skipped": self.states.skipped,
            "failed": self.failed,
            "unopened_inputs": self.unopened,
            "read": self.read,
            "stored": self.stored,
            "known": self.known,
            "matched": self.matched,
            "reposts": self.reposts,
            "gated": self.gated,
            "rough": self.rough,
            "resumed": self.resumed,
            "too_short": self.too_short,
            "screened": self.screened,
            "skipped_inputs": len(self.skipped_inputs),
            "failures": self.failed + self.unopened,
            "damaged": len(self.damaged),
            "passed_over": self.passed_over.total(),
        } | {f"capped_{channel}": count for channel, count in self.capped.items()}


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
        self.waiting: list[Outcome] = []
        self.began = time.monotonic()
        #: Items of the present input that are written, from its start on, and their states.
        self.done = 0
        self.states = States()

    def take(self, one: Outcome, input_id: int) -> None:
        """Take what came of one item; write when enough are waiting."""
        self.waiting.append(one)
        if len(self.waiting) >= _BATCH or time.monotonic() - self.began > _BATCH_SECONDS:
            self.flush(input_id)

    def flush(self, input_id: int | None) -> None:
        """Write what is waiting, then count and tell it."""
        new: list[bool] = []
        states = _reckoned(self.states, self.waiting)
        with self.store.transaction():
            for one in self.waiting:
                if isinstance(one, LetGo):
                    self._let_go(one, input_id)
                    new.append(False)
                    continue
                trouble = one if isinstance(one, Failure) else one.trouble
                if trouble:
                    self.store.add_failure(self.run, trouble, input_id)
                new.append(not isinstance(one, Failure) and self.write(one, self.run, input_id))
            self.done += len(self.waiting)
            if input_id is not None:
                self.store.note_progress(input_id, self.done)
                self.store.note_states(input_id, states)
        self.states = states
        done, self.waiting, self.began = self.waiting, [], time.monotonic()
        for one, is_new in zip(done, new, strict=True):
            if isinstance(one, Failure) and one.error == _LIST:
                self.tally.refuse(one)
                continue
            self.tally.read += 1
            if isinstance(one, Failure):
                self.tally.fail(one)
            elif isinstance(one, LetGo):
                self.tally.screened += 1
            else:
                self._count(one, is_new)
                if one.kept:
                    self.told.found(one.kept[0])
            self.told.progress(self.tally)

    def _let_go(self, one: LetGo, input_id: int | None) -> None:
        capture = one.capture
        kept = self.store.add_capture(
            capture,
            file=capture.path,
            offset=capture.offset,
            length=capture.length,
            sha256=one.sha256,
        )
        self.store.add_screened(kept, one.why, input_id=input_id)

    def _count(self, one: Studied, is_new: bool) -> None:
        tally, article = self.tally, one.page.article
        tally.capped.update(one.capped)
        tally.rough += one.trouble is not None
        tally.stored += is_new
        tally.known += not is_new
        tally.matched += bool(one.kept)
        tally.reposts += any(match.verdict.is_repost for match in one.kept)
        if not one.kept:
            tally.gated += bool(article.gate)
            tally.too_short += one.words < LIMITS.min_words and not article.gate


def _reckoned(states: States, more: Iterable[Outcome]) -> States:
    """The states, with those of some more records."""
    found = Counter[str]()
    for one in more:
        if isinstance(one, LetGo):
            found["unmatched"] += 1
        elif isinstance(one, Studied):
            found["matched" if one.kept else "unmatched"] += 1
        elif one.error != _LIST:
            found["failed"] += 1
    return dataclasses.replace(
        states, **{name: getattr(states, name) + count for name, count in found.items()}
    )


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
    #: Whether workers are forks of this process (see ``workers.Pool``).
    forked: bool = False

    @contextlib.contextmanager
    def opened(self) -> Iterator[Callable[[Iterable[Item]], Iterator[Outcome]]]:
        """A function from items to what came of them, in order."""
        if not self.jobs:
            yield lambda items: (
                item if isinstance(item, Failure) else self.here(item, "") for item in items
            )
            return
        with workers.Pool[Item, "Outcome"](
            _made,
            (self.make, self.arguments),
            jobs=self.jobs,
            limits=self.limits,
            forked=self.forked,
            weigh=_weight,
        ) as pool:
            yield lambda items: _mapped(pool, items)


Item = Capture | Record | Failure
Opening = Callable[[str, Given], Opened]
#: What came of an item.
Outcome = Studied | LetGo | Failure


def _made(make: Callable[..., Study], arguments: tuple[Any, ...]) -> Any:
    """In a worker: its study. A failure of reading passes through, to keep its place."""
    study = make(*arguments)

    def work(item: Item, harm: str) -> Outcome:
        return item if isinstance(item, Failure) else study(item, harm)

    return work


def _weight(item: Item) -> int:
    """Bytes of an item, about."""
    match item:
        case Capture():
            return len(item.body)
        case Record():
            return len(item.text)
        case Failure():
            return 0


def _mapped(pool: workers.Pool[Item, Outcome], items: Iterable[Item]) -> Iterator[Outcome]:
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
    specs: Sequence[str | Opened],
    given: Given,
    way: Way,
    write: Write,
    told: Told,
    made_with: Mapping[str, Any],
    opening: Opening | None = None,
    *,
    within: bool = False,
    capped: Mapping[str, int] | None = None,
) -> Tally:
    """Read every input, page by page; what was done is kept, however the run ends.

    ``made_with``: what the pages are judged with. ``opening``: how an input is opened, where its
    pages come from elsewhere than itself. ``capped``: keys that were passed over there, by channel.
    """
    tally = Tally(capped=Counter(capped or {}))
    with store.transaction():
        inputs = [spec if isinstance(spec, str) else spec.path for spec in specs]
        arguments = {"inputs": inputs, "url": given.url, **({"within": True} if within else {})}
        run = tally.run = store.begin_run(verb, arguments, made_with)
    batch = _Batch(store, run, write, tally, told)
    by_default = partial(open_input, known=store.known_digest)
    try:
        with way.opened() as study:
            for spec in specs:
                _run_input(store, run, verb, spec, given, batch, study, opening or by_default)
    finally:
        with store.transaction():
            store.end_run(run, tally.counts())
    return tally


def _run_input(
    store: Store,
    run: int,
    verb: str,
    spec: str | Opened,
    given: Given,
    batch: _Batch,
    study: Callable[[Iterable[Item]], Iterator[Outcome]],
    opening: Opening,
) -> None:
    tally = batch.tally
    try:
        opened = spec if isinstance(spec, Opened) else opening(spec, given)
        opened = visiting(opened, store, given, verb)
    except ProvenanceError as error:
        name = str(spec)
        _refuse(batch, failure(error, name, "fetch" if is_url(name) else "read"), error.hint)
        return
    digest = opened.digest
    batch.done, batch.states = 0, States()
    if digest:
        finished = verb == "scan" and store.finished_input(opened.path, digest)
        if finished or store.settled_input(opened.path, digest):
            states = store.states_of(opened.path, digest)
            damage = store.damage_of(opened.path, digest)
            tally.skipped_inputs.append(Skipped(opened.path, states, *damage))
            return
        if verb == "scan" and (begun := store.begun_input(opened.path, digest)):
            batch.done, batch.states = begun, store.states_of(opened.path, digest)
            tally.resumed += begun
        elif isinstance(spec, str) and store.changed_input(opened.path, digest):
            tally.changed_inputs.append(opened.path)
    with store.transaction():
        input_id = store.add_input(run, opened.account(), digest=digest)
        store.note_stamp(input_id, opened.stamp)
        store.note_progress(input_id, batch.done)
        store.note_states(input_id, batch.states)
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
    passed = sum(count for _, count in account.passed_over)
    with store.transaction():
        store.note_states(input_id, dataclasses.replace(batch.states, skipped=passed))
        store.finish_input(input_id, account, finished=whole and not damaged)
        store.end_visits(opened.path, whole=whole)


def _refuse(batch: _Batch, failed: Failure, hint: str, input_id: int | None = None) -> None:
    """Record that an input could not be opened, or not be read on; no page is counted."""
    with batch.store.transaction():
        batch.store.add_failure(batch.run, failed, input_id)
    said = f"{failed.message}. {hint}" if hint else failed.message
    batch.tally.refuse(dataclasses.replace(failed, message=said))


def _read_through(
    opened: Opened,
    input_id: int,
    batch: _Batch,
    study: Callable[[Iterable[Item]], Iterator[Outcome]],
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
        _refuse(batch, failure(error, opened.path, "read"), error.hint, input_id)
        return False
    return whole
