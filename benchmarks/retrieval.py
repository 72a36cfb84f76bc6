"""Measure candidates: is the true source among those proposed, and what does asking cost?

    python -m benchmarks.retrieval DATA_FOLDER [--size N …] [--write]

Hides the source of every derived pair among all articles of the folder, asks for the candidates
of every suspect, and prints recall at 10, 20 and 50, per label and per channel, with what the
look-up takes and how many it proposes. An article that equals a source is taken out of the
haystack first. ``--size 100000`` does the same among so many, the rest of them resampled (see
benchmarks/haystack.py), and says what that does to document frequencies.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.dataset import Pair, load_pairs, rows
from benchmarks.evaluate import write_tables
from benchmarks.haystack import donors, resampled
from provenance import candidates
from provenance.background import term_keys
from provenance.config import Parameters
from provenance.extract import article_from_record
from provenance.fingerprint import fingerprint
from provenance.matching import fingerprint_of
from provenance.models import Article, Fingerprint, Record
from provenance.store import Store

#: A fixed seed, so that two runs ask the same index.
PARAMETERS = Parameters(seed=20250703)
CHANNELS = ("minhash", "fragments", "terms")
PLACES = (10, 20, 50)
#: Where each channel looks.
_FIELD = {"minhash": "bands", "fragments": "fragments", "terms": "terms"}
_BATCH = 1000


def read(record: Record) -> tuple[Article, Fingerprint | None]:
    """One text as the pipeline would store it."""
    article = article_from_record(record)
    return article, fingerprint_of(article, PARAMETERS)


def haystack(folder: Path, pairs: Sequence[Pair]) -> list[Record]:
    """Every source and every article, each text once, sources first."""
    texts: dict[str, str] = {}
    for number, pair in enumerate(pairs):
        texts.setdefault(pair.source, f"https://source.example/{number}")
    for number, row in enumerate(rows(folder / "articles.jsonl.gz")):
        texts.setdefault(row["text"], f"https://other.example/{number}")
    return [Record(text=text, url=url) for text, url in texts.items()]


def made_up(
    articles: Sequence[str], pairs: Sequence[Pair], count: int, pool: ProcessPoolExecutor
) -> Iterator[tuple[Article, Fingerprint | None]]:
    """So many resampled articles with their fingerprints; their text is not kept."""
    texts = resampled(donors(articles, pairs), count)
    fingerprints = pool.map(partial(fingerprint, parameters=PARAMETERS), texts, chunksize=64)
    for number, made in enumerate(fingerprints):
        url = f"https://made.example/{number}"
        digest = made.digest if made else ""
        yield Article(f"made-{number}", url, url, "made.example", "", "", digest, 0), made


def fill(store: Store, items: Iterable[tuple[Article, Fingerprint | None]]) -> None:
    """Add originals, a thousand a transaction."""
    batch: list[tuple[Article, Fingerprint | None]] = []

    def flush() -> None:
        with store.transaction():
            for article, made in batch:
                store.add_article(article, "original", made, ())
        batch.clear()

    for item in items:
        batch.append(item)
        if len(batch) == _BATCH:
            flush()
    flush()
    store.fold()


def measure(
    store: Store,
    pairs: Sequence[Pair],
    ids: dict[str, str],
    made: Sequence[Fingerprint | None],
    strangers: Sequence[Fingerprint | None],
) -> list[str]:
    """Ask for every suspect, and for texts that derive from none; the lines of the table."""
    find = partial(candidates.find, index=store, parameters=PARAMETERS)
    places: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    took: dict[str, list[float]] = defaultdict(list)
    proposed: list[int] = []
    compared: list[int] = []
    met: Counter[tuple[str, str]] = Counter()
    for pair, whole in zip(pairs, made, strict=True):
        # The processor's time, for the machine may be busy; what is read lies in memory.
        began = time.process_time()
        all_found = find(whole)
        took[pair.set].append(1000 * (time.process_time() - began))
        found = [one.source_id for one in all_found]
        proposed.append(len(found))
        kept = {one.source_id for one in all_found if not one.slight}
        compared.append(len(kept))
        lists = {"all": found}
        for channel in CHANNELS if whole else ():
            others = {field: () for name, field in _FIELD.items() if name != channel}
            alone = dataclasses.replace(whole, **others)  # type: ignore[type-var]
            lists[channel] = [one.source_id for one in find(alone)]
        wanted = ids[pair.source]
        met[pair.set, pair.label] += wanted in kept
        for name, listed in lists.items():
            place = listed.index(wanted) if wanted in listed else len(listed) + max(PLACES)
            places[pair.set, pair.label][name].append(place)
    lines = [
        "| set | label | suspects | recall@10 | @20 | @50 | compared | "
        + " | ".join(f"{channel}: @10, @20, @50" for channel in CHANNELS)
        + " |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for (name, label), by in places.items():
        n = len(by["all"])
        shares = {
            one: [f"{sum(place < most for place in by[one]) / n:.3f}" for most in PLACES]
            for one in by
        }
        shares["all"].append(f"{met[name, label] / n:.3f}")
        cells = [*shares["all"], *(", ".join(shares[channel]) for channel in CHANNELS)]
        lines.append(f"| {name} | {label} | {n} | {' | '.join(cells)} |")
    every = sorted(value for values in took.values() for value in values)
    longest = sorted(took["pan13"])
    of_none = [find(one) for one in strangers]
    none = statistics.fmean(map(len, of_none))
    held = statistics.fmean(sum(not one.slight for one in found) for found in of_none)
    told = (
        f"{store.size():,} originals; look-up {statistics.median(every):.1f} ms of the processor "
        "in the median, "
        f"{every[int(0.95 * len(every))]:.1f} ms at 95 % (`pan13` alone: "
        f"{statistics.median(longest):.1f} and {longest[int(0.95 * len(longest))]:.1f} ms); "
        f"{statistics.fmean(proposed):.0f} originals proposed in the mean, {none:.0f} to a text "
        f"that derives from none of them; {statistics.fmean(compared):.1f} and {held:.1f} of them "
        "compared"
    )
    lines += ["", told]
    return lines


class Spectrum:
    """Document frequencies of keys that are asked for, counted while originals are added."""

    def __init__(self, asked: Sequence[Fingerprint | None]) -> None:
        keys = {key for one in asked for key in (term_keys(one.terms) if one else ())}
        self.counts = dict.fromkeys(keys, 0)

    def counted(
        self, items: Iterable[tuple[Article, Fingerprint | None]]
    ) -> Iterator[tuple[Article, Fingerprint | None]]:
        """The items as they are, counted."""
        for article, made in items:
            for key in set(term_keys(made.terms)) if made else ():
                if key in self.counts:
                    self.counts[key] += 1
            yield article, made

    def medians(self) -> dict[str, float]:
        """The median frequency of the words, and of the pairs, that any original holds."""
        held = {"words": [0], "pairs": [0]}
        for key, count in self.counts.items():
            if count:
                held["pairs" if " " in key else "words"].append(count)
        return {f"median df of {kind}": statistics.median(n) for kind, n in held.items()}


def index_bytes(store: Store) -> str:
    """Bytes an original of each inverted table, as they lie on the disk."""
    sizes = dict(
        store.conn.execute(
            "SELECT name, sum(pgsize) FROM dbstat"
            " WHERE name IN ('postings', 'fingerprints') GROUP BY name"
        ).fetchall()
    )
    return ", ".join(f"{name} {size / store.size():,.0f}" for name, size in sorted(sizes.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "--size", type=int, action="append", help="fill up to so many originals; may be repeated"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/quality.md")
    arguments = parser.parse_args()
    graded = load_pairs(arguments.data)
    pairs = [pair for pair in graded if pair.derived]
    others = sorted({pair.suspect for pair in graded} - {pair.suspect for pair in pairs})
    records = haystack(arguments.data, pairs)
    articles = [record.text for record in records if "other.example" in record.url]
    lines: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(arguments.jobs) as pool,
        Store.open(Path(folder) / "retrieval.db", parameters=PARAMETERS) as store,
    ):
        # The pages that are written to are all over the tables; let them wait in memory.
        store.conn.execute("PRAGMA cache_size = -2000000")
        real = list(pool.map(read, records, chunksize=64))
        asked = [Record(text=text, url="") for text in [*(p.suspect for p in pairs), *others]]
        all_made = [one for _, one in pool.map(read, asked, chunksize=16)]
        made, strangers = all_made[: len(pairs)], all_made[len(pairs) :]
        frequencies = Spectrum(made[::10])
        fill(store, frequencies.counted(real))
        ids = {record.text: article.id for record, (article, _) in zip(records, real, strict=True)}
        lines += measure(store, pairs, ids, made, strangers)
        print("\n".join(lines), flush=True)
        print("bytes an original:", index_bytes(store), flush=True)
        for size in sorted(arguments.size or ()):
            before = frequencies.medians()
            start, began = store.size(), time.perf_counter()
            fill(store, frequencies.counted(made_up(articles, pairs, size - start, pool)))
            print(f"{size - start} added in {time.perf_counter() - began:.0f} s", flush=True)
            after = frequencies.medians()
            told = "; ".join(f"{name} {before[name]:,.0f} → {after[name]:,.0f}" for name in after)
            added = [
                "",
                *measure(store, pairs, ids, made, strangers),
                "",
                f"From {start:,} to {size:,}: {told}.",
            ]
            print("\n".join(added), flush=True)
            print("bytes an original:", index_bytes(store), flush=True)
            lines += added
        if arguments.write:
            write_tables({"retrieval": lines})


if __name__ == "__main__":
    main()
