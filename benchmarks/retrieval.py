"""Measure candidates: is the true source among those proposed, and what does asking cost?

    python -m benchmarks.retrieval DATA_FOLDER [--limit N] [--write]

Hides the source of every derived pair among all articles of the folder, asks for the candidates
of every suspect, and prints recall at 10 and at 50, per label and per channel, with the median
and 95th percentile of the look-up in milliseconds. An article that equals a source is taken out
of the haystack first.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.dataset import Pair, load_pairs, rows
from benchmarks.evaluate import write_tables
from provenance import candidates
from provenance.config import Parameters
from provenance.extract import article_from_record
from provenance.matching import fingerprint_of
from provenance.models import Article, Fingerprint, Record
from provenance.store import Store

#: A fixed seed, so that two runs ask the same index.
PARAMETERS = Parameters(seed=20250703)


def read(record: Record) -> tuple[Article, Fingerprint | None]:
    """One text as the pipeline would store it."""
    article = article_from_record(record)
    return article, fingerprint_of(article, PARAMETERS)


def haystack(folder: Path, pairs: list[Pair], limit: int | None) -> list[Record]:
    """Every article and every source, each text once."""
    texts: dict[str, str] = {}
    for number, pair in enumerate(pairs):
        texts.setdefault(pair.source, f"https://source.example/{number}")
    for number, row in enumerate(rows(folder / "articles.jsonl.gz")):
        if limit is not None and number >= limit:
            break
        texts.setdefault(row["text"], f"https://other.example/{number}")
    return [Record(text=text, url=url) for text, url in texts.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, help="only so many articles as haystack")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the table into docs/quality.md")
    arguments = parser.parse_args()
    pairs = [pair for pair in load_pairs(arguments.data) if pair.derived]
    records = haystack(arguments.data, pairs, arguments.limit)
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(arguments.jobs) as pool,
        Store.open(Path(folder) / "retrieval.db", parameters=PARAMETERS) as store,
    ):
        began = time.perf_counter()
        ids: dict[str, str] = {}
        with store.transaction():
            for record, (article, made) in zip(
                records, pool.map(read, records, chunksize=64), strict=True
            ):
                store.add_article(article, "original", made, ())
                ids[record.text] = article.id
        stored = f"{len(records)} originals"
        print(f"{stored} in {time.perf_counter() - began:.0f} s")
        suspects = pool.map(
            read, [Record(text=pair.suspect, url="") for pair in pairs], chunksize=16
        )
        lines = report(store, pairs, ids, [made for _, made in suspects])
        lines[-1] = f"{stored}; {lines[-1]}"
        print("\n".join(lines))
        if arguments.write:
            write_tables({"retrieval": lines})


def report(
    store: Store, pairs: list[Pair], ids: dict[str, str], made: list[Fingerprint | None]
) -> list[str]:
    """Ask for every suspect; the lines of the table."""
    find = partial(candidates.find, index=store, parameters=PARAMETERS)
    ranks: dict[tuple[str, str], list[int | None]] = defaultdict(list)
    channels: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    took: list[float] = []
    for pair, fingerprint in zip(pairs, made, strict=True):
        began = time.perf_counter()
        found = find(fingerprint)
        took.append(1000 * (time.perf_counter() - began))
        wanted = ids[pair.source]
        place = next((i for i, one in enumerate(found) if one.source_id == wanted), None)
        key = (pair.set, pair.label)
        ranks[key].append(place)
        if place is not None:
            channels[key].update(found[place].channels)
    lines = [
        "| set | label | suspects | recall@10 | recall@50 | minhash | fragments | terms |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for (name, label), places in ranks.items():
        n = len(places)
        ten = sum(place is not None and place < 10 for place in places) / n
        fifty = sum(place is not None and place < 50 for place in places) / n
        by = [channels[name, label][c] / n for c in ("minhash", "fragments", "terms")]
        cells = " | ".join(f"{value:.3f}" for value in (ten, fifty, *by))
        lines.append(f"| {name} | {label} | {n} | {cells} |")
    took.sort()
    lines.append("")
    lines.append(
        f"look-up {statistics.median(took):.1f} ms in the median, "
        f"{took[int(0.95 * len(took))]:.1f} ms at 95 %"
    )
    return lines


if __name__ == "__main__":
    main()
