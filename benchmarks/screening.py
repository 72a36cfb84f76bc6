"""What the screen of a scan lets through that it need not, and what it loses.

    python -m benchmarks.screening DATA DATABASE [--pages 500] [--pairs N] [--rates] [--write]

DATABASE holds originals (``benchmarks.pouring.original``, ``--size`` of them where it is missing)
and the sources of the graded pairs. Pages are real ones with their running text exchanged: for
texts that stem from no original, real and made, for graded rewrites and edited copies, for whole
copies, and for excerpts of sources within articles that were held out. A page that the screen lets
go is read in full and held against its source: it is a loss if that calls it reuse.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.dataset import Pair, load_pairs
from benchmarks.evaluate import write_tables
from benchmarks.pouring import articles, original, page_of, unrelated_text
from benchmarks.scale import PARAMETERS, load
from provenance import matching
from provenance.errors import ProvenanceError
from provenance.fingerprint import fingerprint
from provenance.models import Article, Capture
from provenance.normalize import tokenize
from provenance.screen import Screen
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


def found_in_full(page: Capture, source: str) -> bool:
    """Whether the full way calls the page reuse of the source."""
    url = "https://source.example/1"
    try:
        target = matching.prepare(page)
    except ProvenanceError:
        return False
    article = Article("source", url, url, "source.example", "", source, "", len(source.split()))
    if target.article.gate:
        return False
    return matching.hold(matching.Page(article, ()), target).verdict.is_reuse


def pass_rate(store: Store, data: Path, count: int) -> list[str]:
    """How many pages without a source are wanted, and what wants them."""
    real = articles(data, held_out=True)
    made = [unrelated_text(number, data) for number in range(count)]
    store.sift()
    screen = Screen(store, PARAMETERS)
    lines = []
    for name, texts in (("real, held out", real[:count]), ("made", made)):
        why: Counter[str] = Counter()
        for number, text in enumerate(texts):
            page = capture(text, number, data)
            decision = matching.screened(page, screen, store)
            why[decision.why] += decision.wanted
        told = ", ".join(f"{reason} {n}" for reason, n in why.most_common() if n)
        lines.append(
            f"| {store.size():,} | {name} | {len(texts):,} | {why.total() / len(texts):.1%} "
            f"| {told} |"
        )
        print(lines[-1], flush=True)
    return lines


def losses(store: Store, data: Path, given: Sequence[Case]) -> list[str]:
    """What the screen lets go of the pages that stem from a source."""
    screen = Screen(store, PARAMETERS)
    total: Counter[str] = Counter()
    let_go: Counter[str] = Counter()
    lost: dict[str, list[str]] = {}
    for number, case in enumerate(given):
        page = capture(case.text, number, data)
        total[case.kind] += 1
        if matching.screened(page, screen, store).wanted:
            continue
        let_go[case.kind] += 1
        if found_in_full(page, case.source):
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
    parser.add_argument("--rates", action="store_true", help="what is wanted only, no losses")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    arguments = parser.parse_args()
    pairs = load_pairs(arguments.data)
    rates = [
        "| originals | texts | pages | wanted | why |",
        "|---:|---|---:|---:|---|",
    ]
    lost = [
        "| pages | how many | let go | lost | which |",
        "|---|---:|---:|---:|---|",
    ]
    for number, path in enumerate(arguments.database):
        collection(path, arguments.data, arguments.size, pairs)
        with Store.open(path, read_only=True) as store:
            rates += pass_rate(store, arguments.data, arguments.pages)
            if not number and not arguments.rates:
                given = list(cases(arguments.data, pairs, arguments.pairs))
                lost += losses(store, arguments.data, given)
    if arguments.write:
        tables = {"screen-rate": rates}
        write_tables(tables if arguments.rates else tables | {"screen-loss": lost}, PAGE)


if __name__ == "__main__":
    main()
