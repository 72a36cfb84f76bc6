"""The corridor: the verbs, each one function, as walks through the rooms.

Effects live here, in ``runs`` and at the two ends (intake, store); everything between takes a
value and returns a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from provenance import matching, study
from provenance.errors import (
    ExtractError,
    FetchError,
    ProvenanceError,
    ReadError,
    StoreError,
    UsageError,
)
from provenance.intake import Given, read_one
from provenance.matching import NamedSource, Page
from provenance.models import Article, Failure, InputAccount, Match, Status, Trace
from provenance.runs import (
    Item,
    Progress,
    Tally,
    Told,
    Way,
    judged_with,
    known_boilerplate,
    run_over,
    silent,
)
from provenance.screen import VERSION as SCREEN
from provenance.store import Store
from provenance.study import Studied, failure, judged
from provenance.urls import is_url, redact
from provenance.visits import keep_capture

__all__ = [
    "Checked",
    "Given",
    "Tally",
    "add",
    "check",
    "compare_two",
    "demo_corpus",
    "judged_with",
    "known_boilerplate",
    "scan",
]

# Sources that one page may have us fetch.
_FOLLOWED = 3


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
    #: Why the page was read in the rough way, if it defeated the other.
    trouble: Failure | None = None


# --- the verbs ---------------------------------------------------------------------------------


def add(
    store: Store,
    specs: Sequence[str],
    given: Given,
    progress: Progress = silent,
    *,
    jobs: int = 0,
) -> Tally:
    """Register known originals. ``jobs``: worker processes, each page under limits; 0 works in
    this process. The rows are the same."""
    known = known_boilerplate(store)
    parts = (known, store.parameters)
    way = Way(study.for_add(*parts), study.for_add, parts, jobs, given.limits)

    def write(one: Studied, _: int, input_id: int | None) -> bool:
        return store.add_article(
            one.page.article,
            "original",
            one.fingerprint,
            one.page.traces,
            input_id=input_id,
            capture_id=keep_capture(store, one.page.capture),
        )

    made_with = judged_with(known, store.threshold)
    tally = run_over(store, "add", specs, given, way, write, Told(progress), made_with)
    store.catch_up()
    return tally


def scan(
    store: Store,
    specs: Sequence[str],
    given: Given,
    progress: Progress = silent,
    found: Callable[[Match], None] = silent,
    *,
    jobs: int = 0,
    screen: bool = False,
) -> Tally:
    """Hold a crawl against the originals; every match becomes rows. ``jobs`` as in ``add``.

    ``screen``: look at each page of a crawl quickly first, and read in full only what a channel
    wants; the others leave a row of ``screened``, and no article.

    ``found`` is told the best match of each page once it is stored; nothing is kept in memory.
    """
    # Workers only read: what waits to be indexed is indexed before they look.
    store.catch_up()
    # All as they are now, for the whole run.
    parts = known_boilerplate(store), store.threshold
    look = study.looking(store, parts[0]) if screen and not jobs else None
    here = study.studying(lambda page: judged(page, store, *parts), look)
    made_with = judged_with(*parts) | ({"screen": SCREEN} if screen else {})

    def write(one: Studied, run: int, input_id: int | None) -> bool:
        return record(store, one, run, input_id, keep_capture(store, one.page.capture))

    with _sieve(store, shared=jobs > 0) if screen else nullcontext() as sieve:
        way = Way(here, study.for_scan, (store.path, *parts, screen, sieve), jobs, given.limits)
        return run_over(store, "scan", specs, given, way, write, Told(progress, found), made_with)


@contextmanager
def _sieve(store: Store, *, shared: bool) -> Iterator[Path | None]:
    """The keys of the index sifted: in the store itself, or once for all workers, as a folder of
    which each maps the same memory. A worker that takes another's place has it at once, too."""
    sifted = store.sift()
    with ExitStack() as stack:
        folder = None
        if sifted and shared:
            # Where there is no room for it, workers look every key up: slower, the same rows.
            with suppress(OSError):
                name = stack.enter_context(TemporaryDirectory(prefix="provenance-"))
                store.save_sieve(Path(name))
                folder = Path(name)
        try:
            yield folder
        finally:
            # It knows nothing of what is added from here on.
            store.sieve = None


def record(
    store: Store, one: Studied, run: int, input_id: int | None, capture_id: int | None
) -> bool:
    """Store a page with its matches, in place of what was said of it before; True for a new one."""
    if capture_id is not None:
        store.drop_screened(capture_id)
    new = store.add_article(
        one.page.article,
        "crawled",
        one.fingerprint,
        one.page.traces,
        input_id=input_id,
        capture_id=capture_id,
    )
    for match in one.kept:
        store.add_match(match, run)
    kept = {match.id for match in one.kept}
    store.drop_matches(one.page.article.id, kept, crawled=False)
    return new


def check(store: Store, spec: str, given: Given, *, follow: bool = False, jobs: int = 0) -> Checked:
    """Hold one page against the originals, and store what was found.

    ``follow``: fetch the pages that its traces name as its source and that are no originals yet
    (at most three), register them, and hold the page against them, too. ``jobs``: 1 for a process
    of its own, under limits, in which the page is parsed and compared; 0 for this one.
    """
    arguments = {"inputs": [spec], "url": given.url}
    parts = known_boilerplate(store), store.threshold
    made_with = judged_with(*parts)

    def judge(page: Page) -> Studied:
        return judged(page, store, *parts, nearest=True)

    here = study.studying(judge, raising=True)
    way = Way(here, study.for_check, (store.path, *parts), jobs, given.limits, forked=True)
    try:
        item, account = read_one(spec, given)
        # A worker only reads: what waits to be indexed is indexed before it looks. Where the
        # database is locked just now, it is read as it lies.
        with suppress(StoreError):
            store.catch_up()
        (one,) = _studied(way, [item], spec)
    except (UsageError, FetchError, ReadError, ExtractError) as error:
        with store.transaction():
            run = store.begin_run("check", arguments, made_with)
            store.add_failure(run, failure(error, spec, "fetch" if is_url(spec) else "read"))
            # What was opened and holds no article is a page that was read.
            read = int(isinstance(error, ExtractError))
            store.end_run(run, {"read": read, "failed": read, "failures": 1})
        return Checked("unreadable", None, error=error)
    followed = _follow(store, one.page, given, jobs) if follow else ()
    if any(failure is None for _, failure in followed):
        one = replace(judge(one.page), trouble=one.trouble)
    page = one.page
    with store.transaction():
        run = store.begin_run("check", arguments, made_with)
        record(store, one, run, None, keep_capture(store, page.capture))
        if one.trouble:
            store.add_failure(run, one.trouble)
        reposts = sum(match.verdict.is_repost for match in one.kept)
        counts = {"read": 1, "matched": int(bool(one.kept)), "reposts": reposts}
        counts["rough"] = int(one.trouble is not None)
        capped = {f"capped_{kind}": n for kind, n in one.capped.items()}
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
        trouble=one.trouble,
    )


def _studied(way: Way, items: Sequence[Item], spec: str) -> list[Studied]:
    """What came of each page. Raises ExtractError (``crashed``) for one of which no text could be
    had, the rough way included."""
    found = []
    with way.opened() as studied:
        for one in studied(items):
            if isinstance(one, Failure):
                raise ExtractError(
                    one.message,
                    subject=redact(spec),
                    hint="If you know its text, give that as a .txt file.",
                    code=one.error,
                )
            if isinstance(one, Studied):  # nothing is let go where no screen was asked for
                found.append(one)
    return found


def _follow(
    store: Store, page: Page, given: Given, jobs: int
) -> tuple[tuple[str, Failure | None], ...]:
    """Register the pages that traces name, surest first; each with why it could not be."""
    wanted = [
        source.named.url
        for source in matching.named_sources(page, store)
        if source.named.url and not source.original and source.named.strength == "strong"
    ]
    # Named by the page, not by the person: there robots.txt counts.
    plain = Given(allow_private=given.allow_private, limits=given.limits, robots="obeyed")
    followed: list[tuple[str, Failure | None]] = []
    for url in dict.fromkeys(wanted[:_FOLLOWED]):
        tally = add(store, [url], plain, jobs=jobs)
        followed.append((url, tally.failures[0] if tally.failures else None))
    return tuple(followed)


def compare_two(target: str, source: str, given: Given, *, jobs: int = 0) -> Match:
    """Compare two inputs without a database. Raises ExtractError (``gated``) for a wall.

    ``jobs``: 1 for a process of its own, under limits, in which they are parsed; 0 for this one.
    """
    plain = Given(allow_private=given.allow_private, limits=given.limits, robots="unasked")
    given = replace(given, robots="unasked")
    items = [read_one(target, given)[0], read_one(source, plain)[0]]
    way = Way(study.reading(), study.reading, (), jobs, given.limits, forked=True)
    pages = []
    for item, spec in zip(items, (target, source), strict=True):
        page = _studied(way, [item], spec)[0].page
        pages.append(page)
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
