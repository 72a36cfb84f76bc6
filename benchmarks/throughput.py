"""Pages a second of a whole scan, WARC in, rows out, beside what one would build without us.

    python -m benchmarks.throughput DATA DATABASE [--pages 20000] [--peers 600] [--write]

DATABASE is one that ``benchmarks.screening`` made. The crawl is of real pages with their running
text exchanged, each for another; one in a hundred holds an original, whole. ``scan`` runs as a
whole process on a copy of the database, imports included, with and without the screen, by one job
and by two. Boilerplate is learned before, as any earlier scan would have left it (``--unlearned``:
it is not). Without the screen, as the others, it runs on ``--peers`` pages drawn at random from the
crawl. The others run in one process each, imports left out, on those pages in turns: trafilatura
alone, and trafilatura with datasketch, a MinHash of word 3-shingles (128 permutations) asked of a
MinHashLSH of as many originals as ``--held`` says, the making of which is not timed. Processor time
of all processes is told beside the clock: it says what a page costs when others use the machine,
too.

``--keep`` names a folder for the two crawls, which are taken from there if they are there;
``--make`` makes them, no more.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.crawl import write_warc
from benchmarks.evaluate import write_tables
from benchmarks.jobs import Ran, watched
from benchmarks.pouring import original_text, page_of, unrelated_text
from provenance import extract, matching, pipeline, runs
from provenance.errors import ProvenanceError
from provenance.models import Capture
from provenance.readers import open_input
from provenance.screen import Screen, skim
from provenance.store import Store
from provenance.study import judged

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
_ONE_IN = 100
_SEED = 11
#: Pages that one way of the others takes before the next has its turn.
_TURN = 25


def page(number: int, data: Path, originals: int) -> str:
    """A page of the crawl; one in a hundred holds an original."""
    if number % _ONE_IN == _ONE_IN // 2:
        text = original_text(number * 7919 % originals, data)
    else:
        text = unrelated_text(number, data)
    return page_of(text, number, data)[0]


def crawls(
    folder: Path, data: Path, pages: int, few: int, originals: int
) -> tuple[Path, Path, list[int]]:
    """The crawl, and some of it drawn at random; and which those are."""
    drawn = sorted(random.Random(_SEED).sample(range(pages), min(few, pages)))
    paths = folder / f"crawl-{pages}.warc.gz", folder / f"few-{pages}-{len(drawn)}.warc.gz"
    for path, numbers in zip(paths, (range(pages), drawn), strict=True):
        if not path.exists():
            made = path.with_suffix(".part")
            write_warc(made, (page(number, data, originals) for number in numbers))
            made.rename(path)
    return *paths, drawn


def bodies(source: Path) -> Iterator[bytes]:
    for item in open_input(str(source)):
        if isinstance(item, Capture):
            yield item.body


def scanned(database: Path, source: Path, *words: str, weigh: bool = False) -> tuple[Ran, str]:
    """One scan, whole process, on a copy of the database; and what it said last."""
    with tempfile.TemporaryDirectory(dir=database.parent) as place:
        copy = Path(place) / "scan.db"
        shutil.copyfile(database, copy)
        command = [sys.executable, "-m", "provenance", "scan", str(source), "--db", str(copy)]
        ran = watched([*command, *words], weigh=weigh)
    return ran, ran.told.strip().splitlines()[-1]


def hashed(text: str) -> Any:
    from datasketch import MinHash

    words = text.lower().split()
    made = MinHash(num_perm=128)
    for i in range(len(words) - 2):
        made.update(" ".join(words[i : i + 3]).encode())
    return made


def peers(source: Path, data: Path, held: int) -> dict[str, tuple[float, float]]:
    """Seconds a page of others, by the clock and of the processor."""
    from datasketch import MinHashLSH
    from trafilatura import extract as extracted

    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    for number in range(held):
        lsh.insert(number, hashed(original_text(number, data)))

    def asked(body: bytes) -> None:
        lsh.query(hashed(extracted(body) or ""))

    ways: dict[str, Callable[[bytes], object]] = {
        "trafilatura alone, fast": lambda body: extracted(body, fast=True),
        "trafilatura alone, default": extracted,
        "trafilatura, default, and datasketch": asked,
    }
    every = list(bodies(source))
    clock: defaultdict[str, float] = defaultdict(float)
    processor: defaultdict[str, float] = defaultdict(float)
    for first in range(0, len(every), _TURN):
        for name, way in ways.items():
            began = time.perf_counter(), time.process_time()
            for body in every[first : first + _TURN]:
                way(body)
            clock[name] += time.perf_counter() - began[0]
            processor[name] += time.process_time() - began[1]
    # Reading the crawl is part of every way.
    began = time.perf_counter(), time.process_time()
    count = sum(1 for _ in bodies(source))
    reading = time.perf_counter() - began[0], time.process_time() - began[1]
    return {
        name: ((clock[name] + reading[0]) / count, (processor[name] + reading[1]) / count)
        for name in ways
    }


def _extracted(body: bytes) -> None:
    from trafilatura import extract as extracted

    extracted(body)


def doubled(source: Path) -> float:
    """How many times as fast two processes of trafilatura alone are as one: what the machine's two
    cores can give at all."""
    every = list(bodies(source))
    took = []
    for jobs in (1, 2):
        with ProcessPoolExecutor(jobs) as pool:
            list(pool.map(_extracted, every[:_TURN]))  # started, and imported
            began = time.perf_counter()
            for _ in pool.map(_extracted, every, chunksize=4):
                pass
            took.append(time.perf_counter() - began)
    return took[0] / took[1]


def stages(database: Path, source: Path) -> list[str]:
    """Where the processor's time goes in one process: milliseconds of each stage, for the pages
    that come to it, and for each page of the crawl."""
    took: defaultdict[str, float] = defaultdict(float)
    came: defaultdict[str, int] = defaultdict(int)

    def timed(name: str, step: Callable[[], Any]) -> Any:
        began = time.process_time()
        try:
            return step()
        finally:
            took[name] += time.process_time() - began
            came[name] += 1

    with tempfile.TemporaryDirectory(dir=database.parent) as place:
        copy = Path(place) / "stages.db"
        shutil.copyfile(database, copy)
        with Store.open(copy) as store:
            known = runs.known_boilerplate(store)
            store.sift()
            screen = Screen(store, store.parameters)
            items = iter(open_input(str(source)))
            with store.transaction():
                run = store.begin_run("scan", {}, {})
                while (item := timed("read the record", partial(next, items, None))) is not None:
                    if not isinstance(item, Capture):
                        continue
                    seen = timed("decode, parse, take words", partial(_skimmed, item))
                    first = timed("ask the index", partial(screen.decide, seen, item.final_url))
                    decision = first
                    if first.copied or first.retold:
                        decision = timed(
                            "compare rough text (and look once more)",
                            partial(matching.screened, item, screen, store, known),
                        )
                    if not decision.wanted:
                        continue
                    try:
                        read = timed("extract, traces", partial(matching.prepare, item))
                    except ProvenanceError:
                        continue
                    one = timed("look up and compare in full", partial(judged, read, store, known))
                    timed(
                        "write rows",
                        partial(pipeline.record, store, one, run, None, None),
                    )
    count = came["decode, parse, take words"]
    lines = [
        f"{count:,} pages of the crawl, one process.",
        "",
        "| stage | pages | ms each | ms a page of the crawl |",
        "|---|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {came[name]:,} | {1000 * seconds / came[name]:.1f} "
        f"| {1000 * seconds / count:.1f} |"
        for name, seconds in took.items()
    ]
    return lines


def _skimmed(item: Capture) -> Any:
    try:
        return skim(extract.markup_of(item)[0])
    except ProvenanceError:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("database", type=Path)
    parser.add_argument("--pages", type=int, default=20_000, help="of the crawl")
    parser.add_argument("--peers", type=int, default=600, help="pages that others are timed on")
    parser.add_argument("--held", type=int, default=2_000, help="originals that datasketch holds")
    parser.add_argument("--keep", type=Path, help="folder of the crawls")
    parser.add_argument("--unlearned", action="store_true", help="learn no boilerplate before")
    parser.add_argument("--make", action="store_true", help="make the crawls in --keep, no more")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    arguments = parser.parse_args()
    with Store.open(arguments.database, read_only=True) as store:
        size, learned = store.size(), store.learned_from()
    kept = arguments.keep
    with (
        nullcontext(kept)
        if kept
        else tempfile.TemporaryDirectory(dir=arguments.database.parent) as place
    ):
        source, few, drawn = crawls(
            Path(place), arguments.data, arguments.pages, arguments.peers, size - 1000
        )
        if arguments.make:
            return
        if not learned and arguments.unlearned:
            # Or each scan would learn at its end.
            with Store.open(arguments.database) as store:
                store.replace_learned([], store.article_count(), None)
        elif not learned:
            learn = [sys.executable, "-m", "provenance", "boilerplate", "learn"]
            subprocess.run(
                [*learn, "--db", str(arguments.database)], check=True, capture_output=True
            )
        costs = {
            name: (*cost, cost[1], len(drawn))
            for name, cost in peers(few, arguments.data, arguments.held).items()
        }
        for crawl, count, screen in (
            (few, len(drawn), "--no-screen"),
            (source, arguments.pages, "--screen"),
        ):
            for jobs in (1, 2):
                # Once a second all processes are weighed, which costs some milliseconds.
                words = (screen, "--jobs", str(jobs))
                ran, said = scanned(arguments.database, crawl, *words, weigh=True)
                name = f"`scan {screen}`, {jobs} {'job' if jobs == 1 else 'jobs'}"
                costs[name] = ran.seconds / count, ran.processor / count, ran.own / count, count
                print(f"{name}: {1000 * ran.processor / count:.1f} ms; {said}", flush=True)
        twice = doubled(few)
        where = stages(arguments.database, few)
    known = "No boilerplate was learned. " if arguments.unlearned else ""
    what = (
        f"Against {size:,} originals; 1 % of the pages hold one. {known}The crawl has "
        f"{arguments.pages:,} pages; smaller numbers are drawn from it at random."
    )
    heads: tuple[str, ...] = ("way", "pages", "pages/s", "times trafilatura and datasketch")
    heads += ("processor, ms a page", "of it the command's own", "times less than theirs")
    base = costs["trafilatura, default, and datasketch"]
    lines = [
        what,
        "",
        f"| {' | '.join(heads)} |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {count:,} | {1 / clock:.1f} | {base[0] / clock:.2f} | {1000 * processor:.1f} "
        f"| {1000 * own:.1f} | {base[1] / processor:.2f} |"
        for name, (clock, processor, own, count) in costs.items()
    ]
    # Of the last run, that with the screen and two jobs.
    early, half = (max(ran.memory[: len(ran.memory) // part], default=0) for part in (10, 2))
    weight = (
        f"Memory of `scan --screen` with 2 jobs (PSS of all processes): {early / 1e6:.0f} MB at "
        f"most in the first tenth of its time, {half / 1e6:.0f} MB in the first half, "
        f"{ran.peak / 1e6:.0f} MB in all ({ran.peak / max(half, 1):.2f} times the first half)."
    )
    gain = f"Two processes of trafilatura alone are {twice:.2f} times as fast as one here."
    lines += ["", f"{weight} {gain}"]
    print("\n".join([*lines, "", *where]))
    if arguments.write:
        write_tables({"throughput": lines, "stages": where}, PAGE)


if __name__ == "__main__":
    main()
