"""The steps that pages take on a cluster, as functions from rows to rows. No Spark in here.

::

    inputs ─ read ─> pages, with what each asks ─ (join) ─ seek ─> originals wanted
                                                           (join) ─ judge ─> matches

Each page is read and judged in a worker under limits (``workers``), as on one machine: a page that
crashes, hangs or bloats costs itself. A screen before the extraction would stand in ``asking``,
in front of ``matching.prepare``, as in ``study``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance import matching, workers
from provenance.config import LIMITS
from provenance.engines import plain
from provenance.engines.index import About, Notebook, Original
from provenance.errors import ProvenanceError, ReadError, UsageError
from provenance.intake import Given, Opened, open_input
from provenance.matching import Page
from provenance.models import (
    Capture,
    Comparison,
    Failure,
    Fingerprint,
    InputAccount,
    Match,
    Record,
    Verdict,
)
from provenance.runs import Outcome, Way
from provenance.store import rows
from provenance.study import Studied, Study, costly, failure, studying
from provenance.urls import is_url, redact

#: Numbers of an input and of an item in it, as one: items of one input stand together, in order.
ITEM_BITS = 32

Read = tuple[int, str, str, str, list[int], list[str]]
#: The ids that hold each key or name that was asked, as a notebook takes them.
Answers = tuple[Mapping[int, Sequence[str]], Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Asked(Studied):
    """A page that was read, with what it asks of the originals, before any answer."""

    keys: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    #: Of the page's bytes, which stay where they were read.
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept of a page, as JSON: all that its rows in the database need but the matches."""

    page: Page
    fingerprint: Fingerprint | None
    words: int
    trouble: Failure | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of a match, as JSON: all but its two articles."""

    id: str
    source_id: str
    comparison: Comparison
    verdict: Verdict
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """What became of an input: read to its end, or why it could not be opened."""

    path: str
    kind: str = ""
    digest: str | None = None
    account: InputAccount | None = None
    error: str = ""
    message: str = ""
    hint: str = ""


def _matches(page: Page, made: Fingerprint | None, notes: Notebook, about: About) -> list[Match]:
    """The walk of ``check``, with the answers in the notebook in place of a database."""
    return matching.find_matches(
        page, made, notes, about.parameters, about.boilerplate, about.threshold
    )


# --- reading -----------------------------------------------------------------------------------


def asking(about: About) -> Study:
    """The study of a page up to its questions."""

    def ask(page: Page) -> Studied:
        page, words = matching.admit(_without_secrets(page), about.boilerplate)
        made = matching.fingerprint_of(page.article, about.parameters)
        notes = Notebook(about)
        _matches(page, made, notes, about)
        page, sha256 = _without_bytes(page)
        return Asked(
            page,
            made,
            words,
            keys=tuple(notes.asked),
            names=tuple(notes.asked_names),
            sha256=sha256,
        )

    return studying(ask)


def keeping(about: About) -> Study:
    """The study of a page of a crawl that is compared with itself once all of it is read."""

    def keep(page: Page) -> Studied:
        made = matching.fingerprint_of(page.article, about.parameters)
        page, sha256 = _without_bytes(_without_secrets(page))
        return Asked(page, made, page.article.words, sha256=sha256)

    return studying(keep)


def _without_secrets(page: Page) -> Page:
    """The page with addresses and headers as a database keeps them: nothing that lets one in is
    written where a cluster keeps its results."""
    article = dataclasses.replace(
        page.article,
        links=tuple(redact(url) for url in page.article.links),
        images=tuple(redact(url) for url in page.article.images),
    )
    capture = page.capture
    if capture is not None:
        capture = dataclasses.replace(
            capture,
            url=redact(capture.url),
            final_url=redact(capture.final_url),
            redirects=tuple(redact(url) for url in capture.redirects),
            headers=tuple(rows.safe_headers(capture)),
        )
    return dataclasses.replace(page, article=article, capture=capture)


def _without_bytes(page: Page) -> tuple[Page, str]:
    """The page without the bytes of its capture, and their digest."""
    capture = page.capture
    if capture is None:
        return page, ""
    sha256 = hashlib.sha256(capture.body).hexdigest()
    return dataclasses.replace(page, capture=dataclasses.replace(capture, body=b"")), sha256


def read(
    inputs: Iterable[tuple[int, str, bytes | None]],
    about: About,
    *,
    jobs: int = 1,
    within: bool = False,
) -> Iterator[Read]:
    """The rows of some inputs: ``(page, input, kind, body, keys, names)``.

    An input is its number, its name, and its bytes where no file system of this machine has them.
    ``kind`` is ``page`` (body: ``Stored``), ``failure`` (``Failure``), ``broken`` (the same, where
    reading ended early), ``read`` (``Account``, the last row of an input) or ``unopened``.
    ``within``: nothing is asked, for the crawl is to be compared with itself.
    """
    study = keeping if within else asking
    way = Way(study(about), study, (about,), jobs, LIMITS)
    with way.opened() as studied:
        for number, spec, content in inputs:
            with contextlib.ExitStack() as stack:
                first = number << ITEM_BITS
                try:
                    opened = _open(spec, content, stack)
                except ProvenanceError as error:
                    told = Account(spec, error=error.code, message=error.message, hint=error.hint)
                    yield first, spec, "unopened", plain.dumps(told), [], []
                    continue
                last = first
                for last, row in enumerate(_rows(opened, studied), first):
                    yield last, spec, *row
                told = Account(opened.path, opened.kind, opened.digest, opened.account())
                yield first | ((1 << ITEM_BITS) - 1), spec, "read", plain.dumps(told), [], []


def _rows(
    opened: Opened, study: Callable[[Iterable[Any]], Iterator[Outcome]]
) -> Iterator[tuple[str, str, list[int], list[str]]]:
    broken: list[Failure] = []

    def items() -> Iterator[Capture | Record | Failure]:
        try:
            yield from opened.items
        except ReadError as error:
            broken.append(failure(error, opened.path, "read"))

    for one in study(items()):
        if isinstance(one, Asked):
            kept = Stored(one.page, one.fingerprint, one.words, one.trouble, one.sha256)
            yield "page", plain.dumps(kept), list(one.keys), list(one.names)
        elif isinstance(one, Failure):
            yield "failure", plain.dumps(one), [], []
    for one in broken:
        yield "broken", plain.dumps(one), [], []


def _open(spec: str, content: bytes | None, stack: contextlib.ExitStack) -> Opened:
    if content is None:
        if is_url(spec) or spec == "-":
            raise UsageError(
                "only files and folders are read on a cluster",
                hint="Use `provenance scan` without --engine for addresses and standard input",
            )
        return open_input(spec, Given())
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    file = folder / (spec.rstrip("/").rpartition("/")[2] or "input")
    file.write_bytes(content)
    opened = open_input(str(file), Given())

    def named(item: Any) -> Any:
        """The same, as if it had been read where the input says it lies."""
        if isinstance(item, Failure):
            return dataclasses.replace(item, input=item.input.replace(str(file), spec))
        return dataclasses.replace(item, path=spec) if item.path == str(file) else item

    return Opened(
        spec,
        opened.kind,
        map(named, opened.items),
        lambda: dataclasses.replace(opened.account(), path=spec),
        opened.digest,
    )


# --- judging -----------------------------------------------------------------------------------


def seek(stored: str, answers: Answers, about: About) -> tuple[list[str], dict[str, int]]:
    """The ids of the originals that a page is to be held against, best first, and how many keys
    were passed over because too many hold them, by channel."""
    one = plain.loads(Stored, stored)
    notes = Notebook(about, *answers)
    with contextlib.suppress(Exception):  # judging meets it again, and says so
        _matches(one.page, one.fingerprint, notes, about)
    return list(notes.wanted), dict(notes.capped)


def judge(stored: str, answers: Answers, originals: Sequence[str], about: About) -> list[Match]:
    """The matches of a page that are worth a row, best first."""
    one = plain.loads(Stored, stored)
    sources = [plain.loads(Original, original) for original in originals]
    notes = Notebook(about, *answers, originals=sources)
    every = _matches(one.page, one.fingerprint, notes, about)
    return matching.worth_a_row(one.words, every)


#: What is found of a page, a row each: page, position, kind (``match`` or ``failure``), what a
#: person asks first of a match, and the body (``Held`` or ``Failure``).
Found = tuple[int, int, str, str, str, str, str, bool, float, str, str, str]
Asking = tuple[int, str, Answers, list[str]]


def judging(about: About) -> Callable[[Asking, str], list[Found]]:
    """In a worker: from a page with its answers and originals to its matches, or its failure."""

    def work(item: Asking, harm: str) -> list[Found]:
        page, stored, answers, originals = item
        if harm:
            return _failed(item, costly(harm))
        try:
            found = judge(stored, answers, originals, about)
        except Exception as error:
            return _failed(item, f"{type(error).__name__} while comparing it")
        return [_found(page, position, match) for position, match in enumerate(found)]

    return work


def _found(page: int, position: int, match: Match) -> Found:
    verdict = match.verdict
    held = Held(match.id, match.source.id, match.comparison, verdict, match.channels)
    return (
        page,
        position,
        "match",
        match.id,
        match.source.id,
        match.target.id,
        verdict.relation,
        verdict.is_repost,
        float(verdict.probability),
        verdict.direction.value,
        verdict.attribution,
        plain.dumps(held),
    )


def _failed(item: Asking, why: str) -> list[Found]:
    """The failure of a page that was read, but could not be compared."""
    article = plain.loads(Stored, item[1]).page.article
    told = plain.dumps(Failure(article.url, "compare", "crashed", why))
    return [(item[0], 0, "failure", "", "", article.id, "", False, 0.0, "", "", told)]


def judged(items: Iterable[Asking], about: About, *, jobs: int = 1) -> Iterator[Found]:
    """What came of each page, in order.

    ``jobs``: worker processes; 0 works in this process, without limits.
    """
    if not jobs:
        work = judging(about)
        for item in items:
            yield from work(item, "")
        return
    waiting: deque[Asking] = deque()

    def noted() -> Iterator[Asking]:
        for item in items:
            waiting.append(item)
            yield item

    with workers.Pool[Asking, list[Found]](judging, (about,), jobs=jobs, limits=LIMITS) as pool:
        for one in pool.map(noted()):
            item = waiting.popleft()
            yield from _failed(item, costly(one.why)) if isinstance(one, workers.Lost) else one
