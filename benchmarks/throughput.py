"""Pages a second of a whole scan, WARC in, rows out, beside what one would build without us.

    python -m benchmarks.throughput DATA DATABASE [--pages 20000] [--peers 600] [--write]

DATABASE is one that ``benchmarks.screening`` made. The crawl is of real pages with their running
text exchanged, each for another; one in a hundred holds an original, whole. ``scan`` runs as a
whole process on a copy of the database, imports included, with and without the screen, by one job
and by two; without it, as the others, on a crawl of ``--peers`` pages. The others run in one
process each, imports left out: trafilatura alone, and trafilatura with datasketch, a MinHash of
word 3-shingles (128 permutations) asked of a MinHashLSH of as many originals as ``--held`` says,
the making of which is not timed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.crawl import write_warc
from benchmarks.evaluate import write_tables
from benchmarks.pouring import original_text, page_of, unrelated_text
from provenance.models import Capture
from provenance.readers import open_input
from provenance.store import Store

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
_ONE_IN = 100


def pages(data: Path, count: int, originals: int) -> Iterator[str]:
    """The pages of the crawl; one in a hundred holds an original."""
    for number in range(count):
        if number % _ONE_IN == _ONE_IN // 2:
            text = original_text(number * 7919 % originals, data)
        else:
            text = unrelated_text(number, data)
        yield page_of(text, number, data)[0]


def bodies(source: Path, count: int) -> Iterator[bytes]:
    for item in islice(open_input(str(source)), count):
        if isinstance(item, Capture):
            yield item.body


def scanned(database: Path, source: Path, *words: str) -> tuple[float, str]:
    """Seconds of one scan, whole process, and what it said last."""
    with tempfile.TemporaryDirectory(dir=database.parent) as place:
        copy = Path(place) / "scan.db"
        shutil.copyfile(database, copy)
        command = [sys.executable, "-m", "provenance", "scan", str(source), "--db", str(copy)]
        began = time.perf_counter()
        done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
        took = time.perf_counter() - began
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr)
    return took, done.stderr.strip().splitlines()[-1]


def hashed(text: str) -> Any:
    from datasketch import MinHash

    words = text.lower().split()
    made = MinHash(num_perm=128)
    for i in range(len(words) - 2):
        made.update(" ".join(words[i : i + 3]).encode())
    return made


def peers(source: Path, data: Path, count: int, held: int) -> dict[str, float]:
    """Pages a second of others."""
    from datasketch import MinHashLSH
    from trafilatura import extract

    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    for number in range(held):
        lsh.insert(number, hashed(original_text(number, data)))

    def asked(body: bytes) -> None:
        lsh.query(hashed(extract(body) or ""))

    ways: dict[str, Callable[[bytes], object]] = {
        "trafilatura alone, fast": lambda body: extract(body, fast=True),
        "trafilatura alone, default": extract,
        "trafilatura, default, and datasketch": asked,
    }
    found = {}
    for name, way in ways.items():
        began = time.perf_counter()
        done = 0
        for body in bodies(source, count):
            way(body)
            done += 1
        found[name] = done / (time.perf_counter() - began)
        print(f"{name}: {found[name]:.1f} pages/s", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("database", type=Path)
    parser.add_argument("--pages", type=int, default=20_000, help="of the crawl")
    parser.add_argument("--peers", type=int, default=600, help="pages that others are timed on")
    parser.add_argument("--held", type=int, default=2_000, help="originals that datasketch holds")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    arguments = parser.parse_args()
    with Store.open(arguments.database, read_only=True) as store:
        size = store.size()
    with tempfile.TemporaryDirectory(dir=arguments.database.parent) as place:
        source, few = Path(place) / "crawl.warc.gz", Path(place) / "few.warc.gz"
        write_warc(source, pages(arguments.data, arguments.pages, size - 1000))
        write_warc(few, pages(arguments.data, arguments.peers, size - 1000))
        rates = peers(few, arguments.data, arguments.peers, arguments.held)
        told = {}
        for screen in ("--screen", "--no-screen"):
            for jobs in (1, 2):
                crawl, count = source, arguments.pages
                if screen == "--no-screen":
                    crawl, count = few, arguments.peers
                took, said = scanned(arguments.database, crawl, screen, "--jobs", str(jobs))
                name = f"`scan {screen}`, {jobs} {'job' if jobs == 1 else 'jobs'}, {count:,} pages"
                rates[name] = count / took
                told[name] = said
                print(f"{name}: {rates[name]:.1f} pages/s; {said}", flush=True)
    base = rates["trafilatura, default, and datasketch"]
    lines = [
        f"Against {size:,} originals; 1 % of the pages hold one.",
        "",
        "| way | pages/s | times trafilatura and datasketch |",
        "|---|---:|---:|",
    ]
    lines += [f"| {name} | {rate:.1f} | {rate / base:.2f} |" for name, rate in rates.items()]
    if arguments.write:
        write_tables({"throughput": lines}, PAGE)


if __name__ == "__main__":
    main()
