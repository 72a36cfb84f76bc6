"""What a scan on other machines found, brought into the database as if it had been found here.

Inputs are taken in their order, and the pages of each in theirs, by ``runs.run_over``, which reads
a crawl, too: so the rows are those of a scan in one process, and an import that was stopped goes
on, or says that it was done.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from provenance import pipeline, within
from provenance.config import LIMITS
from provenance.engines import parquet, plain
from provenance.engines.spark import Outcome
from provenance.engines.walk import ITEM_BITS, Account, Held, Stored
from provenance.errors import ReadError, StoreError
from provenance.intake import Given, Opened
from provenance.models import Article, Failure, InputAccount, Match
from provenance.runs import Item, Opening, Progress, Tally, Told, Way, run_over, silent
from provenance.store import Store
from provenance.study import Studied


@dataclasses.dataclass(frozen=True, slots=True)
class Brought(Studied):
    """A page that was read and judged elsewhere."""

    sha256: str = ""


@dataclasses.dataclass(slots=True)
class Imported:
    """What an import did."""

    tally: Tally
    #: What came of comparing, where that was left to the import: of a crawl against itself, too.
    compared: Tally | None = None
    #: Matches whose original is no longer in the database.
    gone: int = 0
    #: Originals came or went since the index was exported: these pages will be scanned again.
    outdated: bool = False


def read_outcome(folder: Path) -> Outcome:
    """What a finished scan says of itself. Raises ReadError for none."""
    place = folder / "about"
    if not (place / "_SUCCESS").is_file():
        raise ReadError(
            "there is no finished scan here",
            subject=str(folder),
            hint="Name the folder that `provenance scan --engine spark -o` wrote, copied here",
            code="missing",
        )
    ((text,),) = parquet.read(place, ["about"])
    return Outcome.of_text(text)


def import_matches(
    store: Store, folder: Path, progress: Progress = silent, *, jobs: int = 0
) -> Imported:
    """Store all that a scan on a cluster read and found; of ``scan --within``, compare what was
    read, by ``jobs`` as in ``within.scan_within``.

    Raises ReadError for a folder that holds none, StoreError (``parameters``) for a scan against
    another database.
    """
    outcome = read_outcome(folder)
    about = outcome.about
    if about.parameters != store.parameters:
        raise StoreError(
            "the scan was made against the originals of another database",
            subject=str(folder),
            hint="Name the database that its index was exported from, with --db",
            code="parameters",
        )
    done = Imported(Tally())
    opening = _opening(store, outcome, folder, done)

    def captured(one: Studied) -> int | None:
        kept = one.page.capture
        if kept is None or not isinstance(one, Brought):
            return None
        return store.add_capture(
            kept, file=kept.path, offset=kept.offset, length=kept.length, sha256=one.sha256
        )

    way = Way(_as_it_is, _never, (), 0, LIMITS)
    if outcome.within:
        come_by = within.Elsewhere(way, opening, captured)
        done.tally, done.compared = within.scan_within(
            store, outcome.inputs, Given(), progress, jobs=jobs, elsewhere=come_by
        )
        return done
    done.outdated = about.generation != store.generation
    made_with = dict(about.judged_with)
    if done.outdated:
        # Said of the run, so that its inputs don't count as scanned against what is there now.
        made_with["index_generation"] = about.generation

    def write(one: Studied, run: int, input_id: int | None) -> bool:
        return pipeline.record(store, one, run, input_id, captured(one))

    done.tally = run_over(
        store,
        "scan",
        list(outcome.inputs),
        Given(),
        way,
        write,
        Told(progress),
        made_with,
        opening,
        capped=outcome.capped,
    )
    return done


def _opening(store: Store, outcome: Outcome, folder: Path, done: Imported) -> Opening:
    """How an input of a scan is opened: its pages, with their matches, in place of itself."""
    numbers = {spec: number for number, spec in enumerate(outcome.inputs)}
    # Of a large crawl there are as many files as inputs: each is opened for those that it holds.
    files = {name: parquet.spans(folder / name, "page") for name in ("pages", "matches")}

    @lru_cache(maxsize=1000)
    def original(name: str) -> Article | None:
        return store.articles([name]).get(name)

    def opening(spec: str, _: Given) -> Opened:
        first = numbers[spec] << ITEM_BITS
        last = first | ((1 << ITEM_BITS) - 1)
        here = {
            name: [file for file, least, most in spans if least <= last and most >= first]
            for name, spans in files.items()
        }
        return _opened(here, (first, last), original, done)

    return opening


def _as_it_is(item: Any, _: str) -> Studied | Failure:
    """The study of what was studied already."""
    one: Studied | Failure = item
    return one


def _never() -> Any:  # no worker studies what was studied already
    raise NotImplementedError


def _opened(
    files: Mapping[str, list[Path]], span: tuple[int, int], original: Any, done: Imported
) -> Opened:
    ends = list(
        parquet.read(
            files["pages"],
            ["kind", "body"],
            "page BETWEEN ? AND ? AND kind IN ('read', 'unopened')",
            span,
        )
    )
    if len(ends) != 1:
        raise ReadError("the scan has no account of it", code="bad-scan")
    kind, body = ends[0]
    end = plain.loads(Account, body)
    if kind == "unopened":
        raise ReadError(end.message, subject=end.path, hint=end.hint, code=end.error)
    account = end.account or InputAccount(end.path, end.kind)
    items: Iterator[Any] = _items(files, span, original, done)
    return Opened(end.path, end.kind, items, lambda: account, end.digest)


def _items(
    files: Mapping[str, list[Path]], span: tuple[int, int], original: Any, done: Imported
) -> Iterator[Item | Brought]:
    """What was read of an input, in order, each page with its matches."""
    pages = parquet.read(
        files["pages"],
        ["page", "kind", "body"],
        "page BETWEEN ? AND ? AND kind IN ('page', 'failure', 'broken') ORDER BY page",
        span,
    )
    matches = parquet.read(
        files["matches"],
        ["page", "kind", "match"],
        "page BETWEEN ? AND ? ORDER BY page, position",
        span,
    )
    ahead = next(matches, None)
    for number, kind, body in pages:
        if kind != "page":
            failure = plain.loads(Failure, body)
            if kind == "broken":
                raise ReadError(failure.message, subject=failure.input, code=failure.error)
            yield failure
            continue
        one = plain.loads(Stored, body)
        kept: list[Match] = []
        trouble = one.trouble
        while ahead is not None and ahead[0] == number:
            if ahead[1] == "failure":
                trouble = plain.loads(Failure, ahead[2])
            else:
                held = plain.loads(Held, ahead[2])
                source = original(held.source_id)
                if source is None:
                    done.gone += 1
                else:
                    kept.append(_match(held, source, one))
            ahead = next(matches, None)
        yield Brought(
            one.page,
            one.fingerprint,
            one.words,
            kept=tuple(kept),
            trouble=trouble,
            sha256=one.sha256,
        )


def _match(held: Held, source: Article, one: Stored) -> Match:
    return Match(
        held.id,
        source,
        one.page.article,
        held.comparison,
        held.verdict,
        one.page.traces,
        held.channels,  # type: ignore[arg-type]  # as they were written
    )
