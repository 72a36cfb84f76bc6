"""What the screen of a scan lets through that it need not, and what it loses.

    python -m benchmarks.screening DATA DATABASE [--pages 500] [--pairs N] [--rates] [--write]

DATABASE holds originals (``benchmarks.pouring.original``, ``--size`` of them where it is missing)
and the sources of the graded pairs. Pages are real ones with their running text exchanged: for
texts that stem from no original, real and made, for graded rewrites and edited copies, for whole
copies, and for excerpts of sources within articles that were held out. Each page that the screen
lets go is read in full, as a scan without it would: it is a loss if that finds reuse of its source.
Of pages without a source it is told, too, in how many the full way finds something worth a row:
they share passages, or lines of a site, with an original, and a screen must not let them go.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.dataset import Pair, load_pairs
from benchmarks.evaluate import write_tables
from benchmarks.pouring import articles, original, page_of, unrelated_text
from benchmarks.scale import PARAMETERS, load
from provenance import extract, matching
from provenance.errors import ProvenanceError
from provenance.fingerprint import fingerprint
from provenance.models import Article, Capture
from provenance.normalize import tokenize
from provenance.screen import Screen, skim
from provenance.store import Store

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
_SEED = 5
#: Shares of an article that excerpts are made of.
SHARES = (0.5, 0.25, 0.1, 0.05)
#: Words of a copy that are replaced, to make an edited one.
_EDITED = 0.1


@dataclass(frozen=True, slots=True)
class Case:
    """A page that stems from a source, and what it is called in the table."""

    kind: str
    id: str
    text: str
    source: str


def sources(pairs: Sequence[Pair]) -> list[str]:
    """The source texts of the pairs, once each."""
    return list(dict.fromkeys(pair.source for pair in pairs if pair.derived))


def collection(path: Path, data: Path, size: int, pairs: Sequence[Pair], jobs: int = 2) -> None:
    """Make the database if it is missing: so many originals, and the sources of the pairs."""
    with Store.open(path, parameters=PARAMETERS) as store, ProcessPoolExecutor(jobs) as pool:
        made = pool.map(partial(original, data=data), range(store.size(), size), chunksize=100)
        if store.size() < size:
            load(store, made, lambda done: print(f"{done:,} …", flush=True))
        if store.size() > size:
            return
        with store.transaction():
            for number, text in enumerate(sources(pairs)):
                tokens = tokenize(text)
                of = fingerprint(tokens, PARAMETERS)
                url = f"https://source{number % 89}.example/{number}"
                digest = of.digest if of else ""
                article = Article(
                    f"source-{number:06}", url, url, f"source{number % 89}.example", "", text,
                    digest, tokens.count,
                )  # fmt: skip
                store.add_article(article, "original", of, ())
        store.fold()


def cases(data: Path, pairs: Sequence[Pair], most: int | None) -> Iterator[Case]:
    """The pages that stem from a source."""
    chance = random.Random(_SEED)
    derived = [pair for pair in pairs if pair.derived and pair.set != "pan13"]
    news = [pair for pair in derived if pair.set in ("llmfake", "wmt")]
    picked = chance.sample(derived, min(most or len(derived), len(derived)))
    for pair in picked:
        yield Case(f"{pair.set} {pair.label}", pair.id, pair.suspect, pair.source)
    hosts = articles(data, held_out=True)
    words = [word for text in hosts[:200] for word in text.split()]
    for number, pair in enumerate(chance.sample(news, min(most or 300, 300, len(news)))):
        yield Case("whole copy", pair.id, pair.source, pair.source)
        edited = [
            chance.choice(words) if chance.random() < _EDITED else word
            for word in pair.source.split()
        ]
        yield Case("edited copy", pair.id, " ".join(edited), pair.source)
        given = pair.source.split()
        if len(given) < 200:
            continue
        host = hosts[number % len(hosts)].split()
        for share in SHARES:
            count = round(share * len(given))
            first = chance.randint(0, len(given) - count)
            at = chance.randint(0, len(host))
            text = " ".join([*host[:at], *given[first : first + count], *host[at:]])
            yield Case(f"excerpt, {share:.0%}", pair.id, text, pair.source)


def capture(text: str, number: int, data: Path) -> Capture:
    """A page that shows the text, as a crawl has it."""
    page, url = page_of(text, number, data)
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return Capture(
        url=url,
        final_url=url,
        body=page.encode(),
        status=200,
        headers=headers,
        path="crawl.warc.gz",
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one page: what the screen says of it, and what the full way finds."""

    wanted: bool
    why: str
    #: Whether an original was to be compared; seconds of processor time for the first look
    #: (parser and index) and for the comparisons.
    compared: bool
    look: float
    rest: float
    #: Whether the full way finds reuse of the source that was poured in, and anything at all.
    source: bool = False
    anything: bool = False


_OPEN: dict[Path, tuple[Store, Screen]] = {}


def seen(job: tuple[str, str, int], database: Path, data: Path, *, always: bool) -> Seen:
    """One page, by the screen, and in full where it was let go (``always``: in any case)."""
    text, source, number = job
    if database not in _OPEN:
        store = Store.open(database, read_only=True)
        store.sift()
        _OPEN[database] = store, Screen(store, PARAMETERS)
    store, screen = _OPEN[database]
    page = capture(text, number, data)
    compared, look = False, 0.0
    if always:
        began = time.process_time()
        first = screen.decide(skim(extract.markup_of(page)[0]), page.url)
        look = time.process_time() - began
        compared = bool(first.copied or first.retold)
    began = time.process_time()
    decision = matching.screened(page, screen, store)
    # That looked once more.
    rest = max(0.0, time.process_time() - began - look)
    told = Seen(decision.wanted, decision.why, compared, look, rest)
    if decision.wanted and not always:
        return told
    try:
        target = matching.prepare(page)
    except ProvenanceError:
        return told
    made = matching.fingerprint_of(target.article, PARAMETERS)
    found = matching.find_matches(target, made, store, PARAMETERS)
    of_source = any(one.verdict.is_reuse and one.source.text == source for one in found)
    return replace(
        told,
        source=of_source,
        anything=bool(matching.worth_a_row(target.article.words, found)),
    )


def pass_rate(pool: Executor, database: Path, data: Path, count: int) -> list[str]:
    """How many pages without a source are wanted, and what wants them."""
    with Store.open(database, read_only=True) as store:
        size = store.size()
    real = articles(data, held_out=True)[:count]
    made = [unrelated_text(number, data) for number in range(count)]
    lines = []
    for name, texts in (("real, held out", real), ("made", made)):
        jobs = [(text, "", number) for number, text in enumerate(texts)]
        found = list(
            pool.map(partial(seen, database=database, data=data, always=True), jobs, chunksize=4)
        )
        total = len(found)
        why = Counter(one.why for one in found if one.wanted)
        told = ", ".join(f"{reason} {n}" for reason, n in why.most_common())
        full = [one for one in found if one.anything]
        compared = [one for one in found if one.compared]
        lines.append(
            f"| {size:,} | {name} | {total:,} | {len(compared) / total:.1%} "
            f"| {why.total() / total:.1%} | {told} | {len(full) / total:.1%} "
            f"| {sum(not one.wanted for one in full)} "
            f"| {1000 * statistics.median(one.look for one in found):.1f} ms "
            f"| {1000 * statistics.mean(one.rest for one in compared or found):.1f} ms |"
        )
        print(lines[-1], flush=True)
    return lines


def losses(pool: Executor, database: Path, data: Path, given: Sequence[Case]) -> list[str]:
    """What the screen lets go of the pages that stem from a source."""
    total: Counter[str] = Counter()
    let_go: Counter[str] = Counter()
    lost: dict[str, list[str]] = {}
    jobs = [(case.text, case.source, number) for number, case in enumerate(given)]
    found = pool.map(partial(seen, database=database, data=data, always=False), jobs, chunksize=8)
    for case, one in zip(given, found, strict=True):
        total[case.kind] += 1
        let_go[case.kind] += not one.wanted
        if one.source and not one.wanted:
            lost.setdefault(case.kind, []).append(case.id)
    lines = []
    for kind, count in total.items():
        named = lost.get(kind, [])
        ids = ", ".join(named) if len(named) <= 20 else f"{len(named)}, not listed"
        lines.append(f"| {kind} | {count:,} | {let_go[kind]} | {len(named) / count:.1%} | {ids} |")
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("database", type=Path, nargs="+", help="kept; the first tells the losses")
    parser.add_argument("--size", type=int, default=10_000, help="originals of a missing one")
    parser.add_argument("--pages", type=int, default=500, help="without a source, of each kind")
    parser.add_argument("--pairs", type=int, help="graded pairs to pour (default: all)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rates", action="store_true", help="what is wanted only, no losses")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    arguments = parser.parse_args()
    pairs = load_pairs(arguments.data)
    heads: tuple[str, ...]
    heads = ("originals", "texts", "pages", "compared", "wanted", "why", "anything in full")
    heads += ("of that let go", "first look, median", "comparing, mean of those compared")
    rates = [f"| {' | '.join(heads)} |", "|---:|---|---:|---:|---:|---|---:|---:|---:|---:|"]
    lost = [
        "| pages | how many | let go | lost | which |",
        "|---|---:|---:|---:|---|",
    ]
    for number, path in enumerate(arguments.database):
        collection(path, arguments.data, arguments.size, pairs)
        with ProcessPoolExecutor(arguments.jobs) as pool:
            rates += pass_rate(pool, path, arguments.data, arguments.pages)
            if not number and not arguments.rates:
                given = list(cases(arguments.data, pairs, arguments.pairs))
                lost += losses(pool, path, arguments.data, given)
    if arguments.write:
        tables = {"screen-rate": rates}
        write_tables(tables if arguments.rates else tables | {"screen-loss": lost}, PAGE)


if __name__ == "__main__":
    main()
