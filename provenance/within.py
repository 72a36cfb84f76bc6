"""``scan --within``: a crawl held against the originals, and against its own earlier pages.

Three steps, each of which goes on where it was killed: every page is read and stored; boilerplate
is learned from all of them; every page is compared, in the order of time, with the originals and
with the pages before it (see ``store.within``). What comes out depends on the pages alone: not
on the order of the inputs, nor on the number of workers.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from provenance import learning, matching, study
from provenance.boilerplate import Boilerplate
from provenance.config import Parameters
from provenance.errors import ProvenanceError, StoreError
from provenance.intake import Given, Opened, item_name
from provenance.matching import Page
from provenance.models import Capture, Failure, InputAccount, Match, Record
from provenance.runs import (
    Opening,
    Progress,
    Tally,
    Told,
    Way,
    judged_with,
    known_boilerplate,
    run_over,
    silent,
)
from provenance.store import Crawl, Member, Store, signature
from provenance.study import LetGo, Studied, Study
from provenance.visits import keep_capture

#: What the pages of a crawl are called as an input of their comparison.
NAME = "(the crawl itself)"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Pages that were read elsewhere: how they are come by, and the row of their capture."""

    way: Way
    opening: Opening
    captured: Callable[[Studied], int | None]


def scan_within(
    store: Store,
    specs: Sequence[str],
    given: Given,
    progress: Progress = silent,
    found: Callable[[Match], None] = silent,
    was_read: Callable[[Tally, dict[str, int] | None], None] = lambda _, __: None,
    *,
    jobs: int = 0,
    elsewhere: Elsewhere | None = None,
) -> tuple[Tally, Tally]:
    """Read a crawl, and hold each page against the originals and the pages before it; what came of
    the reading, and of the comparison. ``jobs`` and ``found`` as in ``pipeline.scan``;
    ``was_read`` is told between the two, with what was learned, if anything was. ``elsewhere``:
    where the pages come from, if they were read already."""
    store.catch_up()
    parts = (store.parameters,)
    # What was learned before is no part of the reading, or it would depend on the order.
    way = Way(for_reading(*parts), for_reading, parts, jobs, given.limits)
    if elsewhere is not None:
        way = elsewhere.way

    def keep(one: Studied, _: int, input_id: int | None) -> bool:
        article = one.page.article
        if gate := store.gate_of(article.id):
            article = dataclasses.replace(article, gate=gate)
        new = store.add_article(
            article,
            "crawled",
            one.fingerprint,
            one.page.traces,
            input_id=input_id,
            capture_id=elsewhere.captured(one)
            if elsewhere
            else keep_capture(store, one.page.capture),
        )
        store.keep_within(article, one.fingerprint)
        return new

    told = Told(progress)
    opening = elsewhere.opening if elsewhere else None
    made_with = judged_with()
    read = run_over(store, "scan", specs, given, way, keep, told, made_with, opening, within=True)
    learned = None
    if store.article_count() != store.learned_from():
        learned = learning.learn(store)
    was_read(read, learned)
    members = store.members()
    while True:
        compared = _compare(store, members, given, Told(progress, found), jobs)
        now = store.members()
        if signature(now) == signature(members):
            return read, compared
        # Another program has read more of it meanwhile.
        members = now


def _compare(store: Store, members: Sequence[Member], given: Given, told: Told, jobs: int) -> Tally:
    known, threshold = known_boilerplate(store), store.threshold
    made_with = judged_with(known, threshold)
    account = InputAccount(NAME, "within", len(members))
    name = signature(members)
    with contextlib.ExitStack() as stack:

        def items() -> Iterator[Record]:
            for rank, one in enumerate(members):
                yield Record("", url=one.id, path=NAME, line=rank + 1)

        folder = store.path
        if not store.is_finished("scan within", NAME, name, made_with):
            store.unfinish_others(NAME, name)
            folder = stack.enter_context(_indexed(store, members, name))
        parts = (store.path, folder, known, threshold)
        opened: list[Study] = []

        def in_this_process(item: Capture | Record, harm: str) -> Studied | LetGo | Failure:
            if not opened:
                opened.append(for_pages(*parts))
            return opened[0](item, harm)

        way = Way(in_this_process, for_pages, parts, jobs, given.limits)

        def write(one: Studied, run: int, _: int | None) -> bool:
            store.add_article(one.page.article, "crawled", one.fingerprint, one.page.traces)
            for match in one.kept:
                store.add_match(match, run)
            store.drop_matches(one.page.article.id, {match.id for match in one.kept})
            return False

        whole = Opened(NAME, "within", items(), lambda: account, name)
        return run_over(store, "scan", [whole], given, way, write, told, made_with, within=True)


@contextlib.contextmanager
def _indexed(store: Store, members: Sequence[Member], name: str) -> Iterator[Path]:
    """The index of the crawl in a folder beside the database, which is gone afterwards. One that a
    killed run left is taken over if it is of the same crawl, else removed."""
    folder = Path(f"{store.path}-within-{os.getpid()}")
    mark = folder / name
    for other in store.path.absolute().parent.glob(f"{store.path.name}-within-*"):
        number = other.name.rsplit("-", 1)[1]
        if not number.isdecimal() or _alive(int(number)):
            continue
        if (other / name).exists() and not folder.exists():
            other.rename(folder)
        else:
            shutil.rmtree(other, ignore_errors=True)
    try:
        if not mark.exists():
            folder.mkdir(exist_ok=True)
            store.index_crawl(folder, members)
            mark.touch()
        yield folder
    except OSError as error:
        raise StoreError(
            f"the index of the crawl cannot be made ({error.strerror or error})",
            subject=str(folder),
            hint="Free some space beside the database, then run the same command again.",
            code="full",
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


# --- in a worker --------------------------------------------------------------------------------


def for_reading(parameters: Parameters) -> Study:
    """The study of a page that is only read and fingerprinted."""

    def judge(page: Page) -> Studied:
        article = page.article
        return Studied(page, matching.fingerprint_of(article, parameters), article.words)

    return study.studying(judge)


def for_pages(database: Path, folder: Path, known: Boilerplate, threshold: float | None) -> Study:
    """The study of the stored pages of a crawl, each named by its id and rank."""
    store = Store.open(database, create=False, read_only=True)
    crawl = Crawl(folder, store.parameters.seed)

    def compare(item: Record) -> Studied:
        article = store.articles([item.url])[item.url]
        original = bool(store.find_articles(article.id, "original"))
        if article.gate == "boilerplate":  # as was learned then; we know better
            article = dataclasses.replace(article, gate=None)
        page = Page(article, store.traces_of(article.id))
        earlier = None if original else crawl.before((item.line or 1) - 1)
        one = study.judged(page, store, known, threshold, earlier)
        if earlier is not None:
            one = dataclasses.replace(one, capped=earlier.capped + Counter(one.capped))
        return one

    def work(item: Capture | Record, harm: str) -> Studied | Failure:
        if harm or not isinstance(item, Record):
            return study.crashed(item, "compare", study.costly(harm))
        try:
            return compare(item)
        except StoreError:
            raise
        except ProvenanceError as error:
            return study.failure(error, item_name(item), "compare")
        except Exception as error:
            return study.crashed(item, "compare", f"{type(error).__name__} while comparing it")

    return work
