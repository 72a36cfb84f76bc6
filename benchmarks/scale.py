"""Measure the index as it grows: load, size, opening, look-up, a whole `check`, a flood.

    python -m benchmarks.scale DATA_FOLDER [--size N …] [--flood N] [--keep FILE] [--write]

Makes originals of the folder's articles, distinct ones, as many as asked for, and registers them
through the store, as `add` does. At each size it tells what a second loads, what an original takes
on the disk, how long the database takes to open, how long a look-up takes for texts that copy an
original and for those that don't, and what `provenance check` takes as a whole process, with its
memory; and how each grows with the size (the slope of the logarithms: 0 is not at all, 1 is in
proportion). All is asked twice, and timed the second time: what is read is in the system's cache.
``--flood`` registers so many near-equal pages and as many ordinary ones in turns, each kind into a
database of its own, and gives the ratio of processor times. ``--keep`` names a folder that a
database of each size is left in; one that is there is measured as it is, and how fast it was loaded
is read from beside it.

How a text is made: as many sentences as some article has, each drawn from all articles; then half
of the words that are not among the 2,000 most frequent are replaced, by words drawn from all
articles as they come, and one in twenty of them by a word that was never seen. So lengths, and how
often words are met, stay near those of articles, and new words and new pairs of them go on coming
as a collection grows. What a look-up finds of pages that share a subject can't be measured so.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from benchmarks.dataset import rows
from benchmarks.evaluate import write_tables
from provenance import candidates
from provenance.config import Parameters
from provenance.fingerprint import fingerprint
from provenance.models import Article, Fingerprint
from provenance.normalize import tokenize
from provenance.store import Store

PARAMETERS = Parameters(seed=20250703)
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
_COMMON = 2000
_REPLACED = 0.5
_UNSEEN = 0.05
_BATCH = 1000
_SYLLABLES = [c + v for c in "bcdfghjklmnprstvwz" for v in "aeiou"]

# The memory of a child as its parent is told it counts the parent's own, before the exec.
_CHECK = """
import sys
from provenance.cli import main
try:
    main()
finally:
    status = open("/proc/self/status").read()
    print(*status.split("VmHWM:")[1].split()[:2], file=sys.stderr)
"""

Made = tuple[Article, Fingerprint | None]


class Stock(NamedTuple):
    """What texts are made of."""

    lengths: list[int]
    sentences: list[list[str]]
    rare: list[str]
    common: frozenset[str]


def stock_of(texts: Iterable[str]) -> Stock:
    """The sentences and words of some texts."""
    lengths, sentences = [], []
    for text in texts:
        tokens = tokenize(text)
        if len(tokens.sentences) < 3:
            continue
        lengths.append(len(tokens.sentences))
        for first, last in tokens.sentences:
            words = text[tokens.starts[first] : tokens.ends[last - 1]].split()
            if words:
                sentences.append(words)
    counts = Counter(word.lower() for words in sentences for word in words)
    common = frozenset(word for word, _ in counts.most_common(_COMMON))
    rare = [word for words in sentences for word in words if word.lower() not in common]
    return Stock(lengths, sentences, rare, common)


@cache
def stock(folder: Path) -> Stock:
    """The same of all articles."""
    return stock_of(row["text"] for row in rows(folder / "articles.jsonl.gz"))


def text_of(number: int, of: Stock) -> str:
    """The text with this number, the same in every run."""
    generator = random.Random(number)
    pick, chance = generator.choice, generator.random
    made = []
    for _ in range(pick(of.lengths)):
        words = list(pick(of.sentences))
        for i, word in enumerate(words):
            if word.lower() not in of.common and chance() < _REPLACED:
                words[i] = (
                    "".join(pick(_SYLLABLES) for _ in range(3)).title()
                    if chance() < _UNSEEN
                    else pick(of.rare)
                )
        made.append(" ".join(words) + ".")
    return " ".join(made)


def original(number: int, folder: Path) -> Made:
    """An original, made."""
    return _made(number, text_of(number, stock(folder)))


def near_equal(number: int, folder: Path) -> Made:
    """One page of a flood: the same text, but for its last two words."""
    return _made(number, f"{text_of(0, stock(folder))} Page {number}.")


def _made(number: int, text: str) -> Made:
    tokens = tokenize(text)
    of = fingerprint(tokens, PARAMETERS)
    url = f"https://made.example/{number}"
    digest = of.digest if of else ""
    return Article(
        f"made-{number:08}", url, url, "made.example", "", text, digest, tokens.count
    ), of


def register(store: Store, batch: Iterable[Made]) -> None:
    """Originals in one transaction; they wait for the index."""
    with store.transaction():
        for article, of in batch:
            store.add_article(article, "original", of, ())


def load(store: Store, items: Iterator[Made], told: Callable[[int], None] = print) -> float:
    """Register originals, a thousand a transaction, and index them; seconds that the store took."""
    took, done = 0.0, 0
    while batch := list(islice(items, _BATCH)):
        began = time.perf_counter()
        register(store, batch)
        took += time.perf_counter() - began
        done += len(batch)
        if done % 20_000 == 0:
            told(done)
    began = time.perf_counter()
    store.fold()
    return took + time.perf_counter() - began


def grow(store: Store, size: int, folder: Path, pool: ProcessPoolExecutor) -> tuple[float, int]:
    """Fill up to so many originals; seconds that the store took for how many."""
    first = store.size()
    made = pool.map(partial(original, folder=folder), range(first, size), chunksize=100)
    return load(store, made, lambda done: print(f"{first + done:,} …", flush=True)), size - first


# --- what is measured at each size -------------------------------------------------------------


def sizes(store: Store) -> dict[str, float]:
    """Bytes an original: of the file, and of its largest parts."""
    parts = {
        "postings": ("postings",),
        "fingerprints": ("fingerprints", "sqlite_autoindex_fingerprints_1"),
        "texts": ("texts", "sqlite_autoindex_texts_1"),
        "full text": ("articles_fts_data", "articles_fts_idx", "articles_fts_docsize"),
    }
    total = store.size()
    found = {}
    for name, tables in parts.items():
        marks = ", ".join("?" * len(tables))
        (size,) = store.conn.execute(
            f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({marks})", tables
        ).fetchone()
        found[name] = (size or 0) / total
    (used,) = store.conn.execute(
        "SELECT (page_count - freelist_count) * page_size"
        " FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
    ).fetchone()
    return {"all": used / total, **found}


def look_ups(path: Path, folder: Path) -> tuple[list[float], list[float], float]:
    """Milliseconds to open, and of each look-up; the share of the copied originals found."""
    opened = []
    for _ in range(21):
        began = time.perf_counter()
        with Store.open(path, read_only=True) as store:
            store.size()
            opened.append(1000 * (time.perf_counter() - began))
    with Store.open(path, read_only=True) as store:
        total = store.size()
        copied = [total * i // 100 for i in range(100)]
        asked = [(number, original(number, folder)[1]) for number in copied]
        asked += [(-1, original(10_000_000 + i, folder)[1]) for i in range(100)]
        asked *= 2
        took, found = [], 0
        for number, of in asked:
            began = time.perf_counter()
            names = [one.source_id for one in candidates.find(of, store, PARAMETERS)]
            took.append(1000 * (time.perf_counter() - began))
            found += f"made-{number:08}" in names
    # The first round warms the cache.
    return opened[1:], took[len(took) // 2 :], found / 2 / len(copied)


def whole_check(path: Path, folder: Path) -> tuple[list[float], float]:
    """Seconds of `provenance check FILE` as a process, and the most memory of one, in MB.

    Each page is checked twice, and the second time counts.
    """
    took, most = [], 0.0
    with tempfile.TemporaryDirectory() as place:
        for number in [n for n in range(8) for _ in range(2)]:
            page = Path(place) / f"{number}.txt"
            page.write_text(text_of(20_000_000 + number, stock(folder)))
            # Half are copies, with a sentence of their own.
            if number % 2:
                page.write_text(f"{text_of(number, stock(folder))} It was put here {number}.")
            began = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", _CHECK, "check", str(page), "--db", str(path)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                check=True,
            )
            took.append(time.perf_counter() - began)
            most = max(most, int(done.stderr.split()[-2]) / 1024)
    return took[1::2], most


def flood(count: int, folder: Path, pool: ProcessPoolExecutor) -> list[str]:
    """Near-equal pages against as many ordinary ones: to register, and to look up.

    Both kinds take turns, a thousand pages or one look-up at a time, and what counts is this
    process's processor time, so that whatever else the machine does falls on both alike.
    """
    lines = [
        "| pages | registered | look-up, median | 95 % | bytes each of postings | keys capped |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    kinds = {"ordinary": original, "near-equal": near_equal}
    spent = dict.fromkeys(kinds, 0.0)
    looked: dict[str, list[float]] = {name: [] for name in kinds}
    stock(folder)  # once, before the pool's processes are made of this one
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        stores = {
            name: stack.enter_context(Store.open(Path(place) / f"{name}.db", parameters=PARAMETERS))
            for name in kinds
        }
        for first in range(0, count, _BATCH):
            for name, make in kinds.items():
                numbers = range(first, min(first + _BATCH, count))
                batch = list(pool.map(partial(make, folder=folder), numbers, chunksize=50))
                began = time.process_time()
                register(stores[name], batch)
                spent[name] += time.process_time() - began
            if (first + _BATCH) % 10_000 == 0:
                print(f"{first + _BATCH:,} of each …", flush=True)
        for name, store in stores.items():
            began = time.process_time()
            store.fold()
            spent[name] += time.process_time() - began
        for number in range(count, count + 100):
            for name, make in kinds.items():
                _, of = make(number, folder)
                began = time.process_time()
                candidates.find(of, stores[name], PARAMETERS)
                looked[name].append(1000 * (time.process_time() - began))
        usual = statistics.median(looked["ordinary"])
        for name, store in stores.items():
            took = sorted(looked[name])
            (capped,) = store.conn.execute("SELECT count(*) FROM capped").fetchone()
            lines.append(
                f"| {count:,} {name} | {spent[name] / spent['ordinary']:.2f} × "
                f"| {statistics.median(took) / usual:.2f} × | {took[94] / usual:.2f} × "
                f"| {sizes(store)['postings']:,.0f} | {capped:,} |"
            )
            print(f"{lines[-1]} {spent[name]:.0f} s", flush=True)
    return lines


def slope(points: Sequence[tuple[int, float]]) -> str:
    """The slope of the logarithms, by least squares."""
    if len(points) < 2:
        return ""
    xs = [math.log(size) for size, _ in points]
    ys = [math.log(value) for _, value in points]
    fit = statistics.linear_regression(xs, ys)
    return f"{fit.slope:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--size", type=int, action="append", help="originals; may be repeated")
    parser.add_argument("--flood", type=int, help="near-equal pages to register")
    parser.add_argument("--keep", type=Path, help="folder to leave the databases in, or take from")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--write", action="store_true", help="put the tables into docs/performance.md"
    )
    arguments = parser.parse_args()
    heads: tuple[str, ...]
    heads = ("originals", "loaded a second", "MB in all", "bytes each: postings", "fingerprints")
    heads += ("texts", "full text", "open", "look-up, median", "95 %", "copied originals found")
    heads += ("`check`, whole process", "most memory")
    lines = [f"| {' | '.join(heads)} |", "|" + "---:|" * len(heads)]
    grown: list[tuple[int, float, float, float]] = []
    tables = {}
    with tempfile.TemporaryDirectory() as place, ProcessPoolExecutor(arguments.jobs) as pool:
        growing = Path(place) / "scale.db"
        for size in sorted(arguments.size or ()):
            kept = arguments.keep and arguments.keep / f"{size}.db"
            path = kept if kept and kept.exists() else growing
            with Store.open(path, parameters=PARAMETERS) as store:
                if path == growing:
                    seconds, count = grow(store, size, arguments.data, pool)
                    rate = count / seconds
                else:
                    rate = float(kept.with_suffix(".rate").read_text())
            if kept and path == growing:
                shutil.copyfile(growing, kept)
                kept.with_suffix(".rate").write_text(f"{rate}")
            opened, took, found = look_ups(path, arguments.data)
            whole, memory = whole_check(path, arguments.data)
            # Last, for it reads the whole file, and so turns the system's cache over.
            with Store.open(path, read_only=True) as store:
                each = sizes(store)
            took.sort()
            middle, opens = statistics.median(took), statistics.median(opened)
            lines.append(
                f"| {size:,} | {rate:,.0f} | {each['all'] * size / 1e6:,.0f} "
                f"| {each['postings']:,.0f} | {each['fingerprints']:,.0f} | {each['texts']:,.0f} "
                f"| {each['full text']:,.0f} | {opens:.1f} ms | {middle:.1f} ms "
                f"| {took[int(0.95 * len(took))]:.1f} ms | {found:.3f} "
                f"| {statistics.median(whole):.2f} s | {memory:,.0f} MB |"
            )
            print(lines[-1], flush=True)
            grown.append((size, opens, middle, statistics.median(whole)))
        names = ("open", "look-up", "`check`")
        slopes = [slope([(row[0], row[i + 1]) for row in grown]) for i in range(3)]
        told = ", ".join(f"{n} {s}" for n, s in zip(names, slopes, strict=True))
        if len(grown) > 1:
            lines += ["", f"Slope of the logarithms against the size: {told}."]
            print(lines[-1], flush=True)
        if grown:
            tables["scale"] = lines
        if arguments.flood:
            tables["flood"] = flood(arguments.flood, arguments.data, pool)
    if arguments.write:
        write_tables(tables, PAGE)


if __name__ == "__main__":
    main()
