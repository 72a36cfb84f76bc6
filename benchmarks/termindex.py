"""Measure where rare words are best looked up: our own index, SQLite FTS5, tantivy.

    python -m benchmarks.termindex DATA_FOLDER [--size N …] [--write]

Hides the sources of the derived pairs among all articles of the folder (and, with ``--size
100000``, among so many, see benchmarks/haystack.py), gives each engine the same rare words of each,
and prints, per engine: recall at 10 and 50, originals indexed a second, bytes an original on the
disk, and what a look-up takes. FTS5 and tantivy are asked for any of the rarest words of the whole
text (counted in the collection, which is given to them free) by BM25; also by segments, where the
best segment counts. Cold: a new connection, with the file out of the system's cache.
tantivy is no dependency of ours: ``pip install tantivy``; without it its rows are left out.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.dataset import load_pairs
from benchmarks.evaluate import write_tables
from benchmarks.haystack import donors, resampled
from benchmarks.retrieval import PARAMETERS, haystack
from provenance import candidates
from provenance.fingerprint import rare_terms
from provenance.models import Article, Fingerprint
from provenance.normalize import Tokens, tokenize
from provenance.store import Store

tantivy: Any = importlib.import_module("tantivy") if find_spec("tantivy") else None

Terms = tuple[str, ...]
Suspect = tuple[str, str, Terms, int]
#: What the other engines are asked for.
WAYS = ("20 rarest words", "40 rarest words", "12 rarest words of each segment")
#: Every so many suspects of the two large sets are asked for; of the others all.
_THIN = {"llmfake": 4, "wmt": 4}
_MOST = 50
_COLD = 25
PAGE = Path(__file__).parent.parent / "docs" / "retrieval.md"


class Ours:
    """The terms channel as it is: our table in SQLite, asked by segments."""

    name = "packed postings, SQLite"
    ways = ("words and pairs, by segments",)

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ours.db"

    def build(self, texts: Sequence[Terms]) -> int:
        with Store.open(self.path, parameters=PARAMETERS) as store:
            store.conn.execute("PRAGMA cache_size = -2000000")
            for first in range(0, len(texts), 1000):
                with store.transaction():
                    for number, terms in enumerate(texts[first : first + 1000], first):
                        made = Fingerprint("", b"", (), (), terms)
                        page = Article(f"{number:07}", f"{number}", f"{number}", "", "", "", "", 0)
                        store.add_article(page, "original", made, ())
            store.fold()
            sql = "SELECT sum(pgsize) FROM dbstat WHERE name = 'postings'"
            return int(store.conn.execute(sql).fetchone()[0])

    def open(self) -> None:
        self.store = Store.open(self.path, parameters=PARAMETERS)

    def close(self) -> None:
        self.store.close()

    def ask(self, terms: Terms, way: str, frequency: Counter[str]) -> list[int]:
        return [int(one) for one in candidates.by_terms(terms, self.store, PARAMETERS.segment)]


class FullText:
    """SQLite FTS5 without content, the rarest words joined by OR, bm25."""

    name = "SQLite FTS5"
    ways = WAYS

    def __init__(self, folder: Path) -> None:
        self.path = folder / "fts.db"

    def build(self, texts: Sequence[Terms]) -> int:
        self.open()
        self.conn.execute("CREATE VIRTUAL TABLE words USING fts5(terms, content='')")
        with self.conn:
            rows = ((number, " ".join(terms)) for number, terms in enumerate(texts))
            self.conn.executemany("INSERT INTO words(rowid, terms) VALUES (?, ?)", rows)
        self.close()
        return self.path.stat().st_size

    def open(self) -> None:
        self.conn = sqlite3.connect(self.path)

    def close(self) -> None:
        self.conn.close()

    def ask(self, terms: Terms, way: str, frequency: Counter[str]) -> list[int]:
        best: dict[int, float] = {}
        sql = "SELECT rowid, bm25(words) FROM words WHERE words MATCH ? ORDER BY 2 LIMIT ?"
        for chosen in parts(terms, way, frequency):
            asked = " OR ".join('"' + term.replace('"', "") + '"' for term in chosen)
            for number, score in self.conn.execute(sql, (asked, _MOST)):
                best[number] = min(score, best.get(number, 0.0))
        return sorted(best, key=lambda number: (best[number], number))[:_MOST]


class Tantivy:
    """tantivy, split at spaces, BM25: the rarest words of the whole, or the best segment."""

    name = "tantivy"
    ways = WAYS

    def __init__(self, folder: Path) -> None:
        self.path = folder / "tantivy"

    def build(self, texts: Sequence[Terms]) -> int:
        self.path.mkdir()
        made = tantivy.SchemaBuilder()
        made.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
        made.add_integer_field("number", fast=True)
        writer = tantivy.Index(made.build(), path=str(self.path)).writer(200_000_000, 1)
        for number, terms in enumerate(texts):
            writer.add_document(tantivy.Document(terms=" ".join(terms), number=number))
        writer.commit()
        writer.wait_merging_threads()
        return sum(file.stat().st_size for file in self.path.iterdir())

    def open(self) -> None:
        self.index = tantivy.Index.open(str(self.path))
        self.searcher = self.index.searcher()

    def close(self) -> None:
        del self.searcher, self.index

    def _any(self, terms: Sequence[str]) -> Any:
        query, should = tantivy.Query, tantivy.Occur.Should
        schema = self.index.schema
        return query.boolean_query(
            [(should, query.term_query(schema, "terms", term, "freq")) for term in terms]
        )

    def ask(self, terms: Terms, way: str, frequency: Counter[str]) -> list[int]:
        asked = [self._any(chosen) for chosen in parts(terms, way, frequency)]
        if not asked:
            return []
        hits = self.searcher.search(tantivy.Query.disjunction_max_query(asked), _MOST).hits
        return list(self.searcher.fast_field_values("number", [at for _, at in hits]))


def parts(terms: Terms, way: str, frequency: Counter[str]) -> list[list[str]]:
    """The words to ask for together: the rarest of the whole, or of each segment."""
    step = PARAMETERS.segment if way == WAYS[-1] else max(1, len(terms))
    cut = [terms[i : i + step] for i in range(0, len(terms), step)]
    chosen = [rarest(part, frequency, int(way.split()[0])) for part in cut]
    return [part for part in chosen if part]


def rarest(terms: Sequence[str], frequency: Counter[str], count: int) -> list[str]:
    """The terms that are rarest in the collection, among those that it holds."""
    known = [term for term in dict.fromkeys(terms) if frequency[term]]
    return sorted(known, key=lambda term: frequency[term])[:count]


def _terms(text: str | Tokens) -> Terms:
    return rare_terms((tokenize(text) if isinstance(text, str) else text).words)


def forget(path: Path) -> None:
    """Ask the system to drop a file, or the files of a folder, from its cache."""
    for file in path.iterdir() if path.is_dir() else [path]:
        handle = os.open(file, os.O_RDONLY)
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def cost(engine: Any, way: str, asked: Sequence[Terms], frequency: Counter[str]) -> list[float]:
    """Milliseconds of each look-up, each with a new connection and a file that is not in memory."""
    took = []
    for terms in asked:
        forget(engine.path)
        began = time.perf_counter()
        engine.open()
        engine.ask(terms, way, frequency)
        took.append(1000 * (time.perf_counter() - began))
        engine.close()
    return took


def measure(texts: Sequence[Terms], suspects: Sequence[Suspect], folder: Path) -> list[str]:
    """The lines of the table for one collection; ``suspects`` are set, label, terms, source."""
    frequency = Counter(term for terms in texts for term in set(terms))
    labels = list(dict.fromkeys((name, label) for name, label, _, _ in suspects))
    lines = [
        f"{len(texts):,} originals. Recall at 10 and at 50:",
        "",
        "| index | asked for | " + " | ".join(f"{name} {label}" for name, label in labels) + " |",
        "|---|---|" + "---:|" * len(labels),
    ]
    costs = [
        "",
        "| index | asked for | originals a second | bytes each | warm, median | 95 % | cold |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    engines: list[Any] = [Ours(folder), FullText(folder)]
    for engine in [*engines, Tantivy(folder)] if tantivy else engines:
        began = time.perf_counter()
        size = engine.build(texts)
        rate = len(texts) / (time.perf_counter() - began)
        for way in engine.ways:
            engine.open()
            places: dict[tuple[str, str], list[int]] = defaultdict(list)
            took = []
            for name, label, terms, source in suspects:
                began = time.perf_counter()
                found = engine.ask(terms, way, frequency)
                took.append(1000 * (time.perf_counter() - began))
                places[name, label].append(found.index(source) if source in found else _MOST)
            engine.close()
            cells = [
                ", ".join(
                    f"{sum(p < most for p in places[one]) / len(places[one]):.3f}"
                    for most in (10, _MOST)
                )
                for one in labels
            ]
            lines.append(f"| {engine.name} | {way} | {' | '.join(cells)} |")
            every = [terms for _, _, terms, _ in suspects]
            cold = cost(engine, way, every[:: max(1, len(every) // _COLD)], frequency)
            took.sort()
            costs.append(
                f"| {engine.name} | {way} | {rate:,.0f} | {size / len(texts):,.0f} "
                f"| {statistics.median(took):.1f} ms | {took[int(0.95 * len(took))]:.1f} ms "
                f"| {statistics.median(cold):.1f} ms |"
            )
            print(lines[-1], costs[-1], sep="\n", flush=True)
    return [*lines, *costs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--size", type=int, action="append", help="fill up to so many originals")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--write", action="store_true", help="put the tables into docs/retrieval.md"
    )
    arguments = parser.parse_args()
    if tantivy is None:
        print("tantivy is not installed, so it is left out: pip install tantivy", file=sys.stderr)
    pairs = [pair for pair in load_pairs(arguments.data) if pair.derived]
    records = haystack(arguments.data, pairs)
    places = {record.text: number for number, record in enumerate(records)}
    asked = [pair for number, pair in enumerate(pairs) if number % _THIN.get(pair.set, 1) == 0]
    lines: list[str] = []
    with ProcessPoolExecutor(arguments.jobs) as pool:
        texts = list(pool.map(_terms, [record.text for record in records], chunksize=64))
        found = pool.map(_terms, [pair.suspect for pair in asked], chunksize=16)
        suspects = [
            (pair.set, pair.label, terms, places[pair.source])
            for pair, terms in zip(asked, found, strict=True)
        ]
        for size in sorted({len(texts), *(arguments.size or ())}):
            if size > len(texts):
                articles = [record.text for record in records if "other.example" in record.url]
                made = resampled(donors(articles, pairs), size - len(texts))
                texts += pool.map(_terms, made, chunksize=64)
            with tempfile.TemporaryDirectory() as folder:
                lines += [*measure(texts, suspects, Path(folder)), ""]
    if arguments.write:
        write_tables({"term-index": lines[:-1]}, PAGE)


if __name__ == "__main__":
    main()
