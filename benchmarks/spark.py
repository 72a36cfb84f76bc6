"""The scan as a Spark job beside one process: the same rows, a killed executor, and growth.

    python -m benchmarks.spark [--pages 20000] [--sizes 5000,20000,80000] [--write]
    python -m benchmarks.spark --ways killed --sizes '' --sent ''   # one piece of it
    python -m benchmarks.spark --ways '' --sizes 5000 --sent ''     # another
    python -m benchmarks.spark --tables --write               # run nothing
    python -m benchmarks.spark --cost DATA                    # what a page costs, too
    python -m benchmarks.spark --calculate PAGES CORES MILLISECONDS

Whole runs of the command line, and of spark-submit on a standalone master with two workers, all on
127.0.0.1, over a made crawl (``sparkcrawl``). What each run came to is kept in the folder --work
under a name of the code that ran, so the pieces may be run one at a time, in any order, and one
that was stopped costs itself alone; --write takes what is there. Shuffled bytes, failed tasks and
lost executors are those of Spark's log of events.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import math
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import crawl, sparkcluster, sparkcrawl
from benchmarks.evaluate import write_tables
from benchmarks.sparkcluster import CLUSTER, ROOT, Events, ran
from provenance.engines import importing, index, parquet, walk

PAGE = ROOT / "docs" / "spark.md"
FILES = 16
#: The share of pages that repeat the template, where they are alike.
ALIKE = 0.3
#: Pages of each kind whose cost is measured.
COSTED = 60
#: What is compared, with its name in the table; all else is compared with the first.
WAYS = {
    "one": "one process",
    "jobs": "`--jobs 2`",
    "local": "`local[2]`",
    "cluster": f"`{CLUSTER}`",
    "workers": "two workers",
    "killed": "two workers, one executor killed",
}
_CLOCKS = {"started", "ended", "found", "stamp"}
# Copies of what other tables hold, for searching: where their rows lie is no result.
_COPIES = ("articles_fts", "sqlite_", "postings", "levels", "unindexed")


@dataclass(frozen=True, slots=True)
class Result:
    """What one run came to."""

    way: str
    pages: int
    alike: float
    #: Seconds of the scan, and of the import after it.
    scanned: float
    imported: float = 0.0
    #: Digests of rows, sorted, by table; of a run whose rows were read.
    rows: dict[str, list[str]] = field(default_factory=dict)
    events: Events = field(default_factory=Events)
    #: Keys that were passed over because too many originals hold them, by channel.
    capped: dict[str, int] = field(default_factory=dict)
    #: Of the machine, before the run: programs that waited for its cores.
    load: float = 0.0

    def write(self, path: Path) -> None:
        """As JSON, whole or not at all."""
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(dataclasses.asdict(self)), "utf-8")
        unfinished.rename(path)

    @classmethod
    def of_file(cls, path: Path) -> Result:
        """What ``write`` wrote."""
        told = json.loads(path.read_text("utf-8"))
        return cls(**told | {"events": Events(**told["events"])})


def words(*given: object) -> list[str]:
    """The command line that says this."""
    return [sys.executable, "-m", "provenance", *map(str, given)]


def code() -> str:
    """A name of the code that is measured: results of other code are not mixed with its."""
    found = hashlib.sha256()
    for path in sorted([*(ROOT / "provenance").rglob("*.py"), Path(sparkcrawl.__file__)]):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def tables(path: Path) -> dict[str, list[str]]:
    """Digests of all rows but for clocks, sorted, by table."""
    conn = sqlite3.connect(path)
    found = {}
    for (name,) in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        if not name.startswith(_COPIES):
            cursor = conn.execute(f"SELECT * FROM {name}")
            kept = [i for i, c in enumerate(cursor.description) if c[0] not in _CLOCKS]
            found[name] = sorted(
                hashlib.blake2b(repr([row[i] for i in kept]).encode(), digest_size=12).hexdigest()
                for row in cursor
            )
    conn.close()
    return found


def exported(folder: Path, originals: Path) -> Path:
    """The folder, in which originals are now registered (``originals.db``) and exported
    (``index``)."""
    database = folder / "originals.db"
    ran(words("add", originals, "--db", database), folder / "add.log")
    ran(words("export-index", "-o", folder / "index", "--db", database), folder / "export.log")
    return folder


class Bench:
    """The folder of the work: what is made once, and what each run came to."""

    def __init__(self, work: Path, originals: int) -> None:
        self.folder = work.resolve() / f"{code()}-{originals}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.originals = originals

    # --- made once ---

    def known(self) -> Path:
        """The folder of the originals: ``originals.db`` and ``index``."""
        place = self.folder / "originals"
        if not place.exists():
            new = self._new("originals")
            sparkcrawl.write_originals(new / "originals.jsonl", sparkcrawl.Made(self.originals))
            _whole(exported(new, new / "originals.jsonl"), place)
        return place

    def crawl(self, pages: int, alike: float) -> list[Path]:
        """The WARCs of a crawl."""
        place = self.folder / f"crawl-{pages}-{alike}"
        if not place.exists():
            new = self._new(place.name)
            sparkcrawl.write_crawl(new, sparkcrawl.Made(self.originals, alike), pages, FILES)
            _whole(new, place)
        return sorted(place.iterdir())

    def wheel(self) -> Path:
        """What is sent to executors."""
        place = self.folder / "wheel"
        if not place.exists():
            new = self._new("wheel")
            build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(new), str(ROOT)]
            ran(build, self.folder / "build.log")
            _whole(new, place)
        (found,) = place.glob("*.whl")
        return found

    def _new(self, name: str) -> Path:
        new = self.folder / f"{name}.unfinished-{os.getpid()}"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        return new

    # --- runs ---

    def result(self, way: str, pages: int, alike: float = 0.0) -> Result | None:
        """What such a run came to, if it was done."""
        path = self._path(way, pages, alike)
        return Result.of_file(path) if path.exists() else None

    def grown(self, alike: float, way: str = "local") -> list[Result]:
        """What the crawls of every size came to on ``local[2]``, the smallest first."""
        paths = self.folder.glob(f"{way}-*-{alike}.json")
        return sorted(map(Result.of_file, paths), key=lambda one: one.pages)

    def _path(self, way: str, pages: int, alike: float) -> Path:
        return self.folder / f"{way}-{pages}-{alike}.json"

    def run(self, way: str, pages: int, alike: float = 0.0, *, rows: bool = True) -> None:
        """Scan a crawl in a way, unless that was done. ``rows``: read them from a database."""
        done = self.result(way, pages, alike)
        if done and (done.rows or not rows):
            return
        known, source = self.known(), self.crawl(pages, alike)
        folder = self._new(f"run-{way}-{pages}-{alike}")
        load = os.getloadavg()[0]
        database = Path(shutil.copy(known / "originals.db", folder / "found.db"))
        events, capped, imported = Events(), {}, 0.0
        if way in ("one", "jobs"):
            jobs = ("--jobs", 2 if way == "jobs" else 0)
            scanned = ran(words("scan", *source, "--db", database, *jobs), folder / "scan.log")
        else:
            scanned = self._by_spark(way, folder, known / "index", source)
            events = sparkcluster.events(folder / "events")
            capped = importing.read_outcome(folder / "out").capped
            if rows:
                found = words("import-matches", folder / "out", "--db", database)
                imported = ran(found, folder / "import.log")
        kept = tables(database) if rows else {}
        result = Result(way, pages, alike, scanned, imported, kept, events, capped, load)
        result.write(self._path(way, pages, alike))
        print(_told(result), file=sys.stderr, flush=True)
        shutil.rmtree(folder)

    def _by_spark(self, way: str, folder: Path, known: Path, source: Sequence[Path]) -> float:
        log = folder / "events"
        if way in ("workers", "killed"):
            wheel, kill = self.wheel(), way == "killed"
            return sparkcluster.submitted(folder, log, wheel, known, source, kill=kill)
        master = CLUSTER if way == "cluster" else "local[2]"
        settings = sparkcluster.logged(log)
        if way == "sent":
            settings["spark.sql.autoBroadcastJoinThreshold"] = "-1"
        conf = " ".join(f"--conf {key}={value}" for key, value in settings.items())
        command = words("scan", "--engine", "spark", "--master", master, "--index", known)
        return ran(
            [*command, "-o", str(folder / "out"), *map(str, source)],
            folder / "scan.log",
            {"PYSPARK_SUBMIT_ARGS": f"{conf} pyspark-shell"},
        )


def _whole(new: Path, place: Path) -> None:
    """Give what is made its name, unless another piece that runs now made it meanwhile."""
    try:
        new.rename(place)
    except OSError:
        if not place.exists():
            raise
        shutil.rmtree(new)


def _told(one: Result) -> str:
    return (
        f"{one.way}, {one.pages} pages, {one.alike:.0%} alike: {one.scanned:.0f} s, import "
        f"{one.imported:.0f} s, {sum(map(len, one.rows.values()))} rows, {one.events}, load "
        f"{one.load:.1f}"
    )


# --- the tables --------------------------------------------------------------------------------


def parity(bench: Bench, pages: int) -> list[str]:
    """The ways on one crawl, and what differs from the rows of one process."""
    first = bench.result("one", pages)
    if first is None:
        return []
    lines = [
        "| way | pages/s | rows | rows that differ | tasks | of them failed | executors lost |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    missing, loads = [], []
    for way, name in WAYS.items():
        one = bench.result(way, pages)
        if one is None:
            missing.append(name)
            continue
        loads.append(one.load)
        differ = {
            table: _differing(first.rows.get(table, []), one.rows.get(table, []))
            for table in first.rows.keys() | one.rows.keys()
        }
        where = ", ".join(f"{table} {count}" for table, count in sorted(differ.items()) if count)
        tried = one.events.tasks + one.events.failed
        spark = (tried, one.events.failed, one.events.lost) if tried else ("", "", "")
        lines.append(
            f"| {name} | {pages / (one.scanned + one.imported):.0f} | "
            f"{sum(map(len, one.rows.values())):,} | {where or 0} | "
            + " | ".join(map(str, spark))
            + " |"
        )
    size = sum(path.stat().st_size for path in bench.crawl(pages, 0.0)) / 1e6
    said = (
        f"{pages:,} pages in {FILES} files ({size:.0f} MB) against {bench.originals:,} originals. "
        f"Of the rows {len(first.rows['matches']):,} are matches and "
        f"{len(first.rows['failures']):,} failures. Whole runs, import included; {_busy(loads)}."
    )
    if missing:
        said += f" Not run: {', '.join(missing)}."
    return [said, "", *lines]


def _differing(one: Sequence[str], other: Sequence[str]) -> int:
    mine, theirs = Counter(one), Counter(other)
    return (mine - theirs).total() + (theirs - mine).total()


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _busy(loads: Sequence[float]) -> str:
    least, most = f"{min(loads):.1f}", f"{max(loads):.1f}"
    return f"{_cores()} cores, load before {least if least == most else f'{least} to {most}'}"


def growth(bench: Bench) -> list[str]:
    """Pages a second and shuffled bytes a page at the sizes that were run, without and with a
    template."""
    lines = [
        "| pages | which | seconds | pages/s | shuffled bytes a page | keys passed over, a page |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    loads: list[float] = []
    seconds, shuffled = [], []
    for way, alike in (("local", 0.0), ("local", ALIKE), ("sent", 0.0)):
        every = bench.grown(alike, way)
        name = f"{alike:.0%} alike" + (", nothing broadcast" if way == "sent" else "")
        for one in every:
            loads.append(one.load)
            lines.append(
                f"| {one.pages:,} | {name} | {one.scanned:.0f} | "
                f"{one.pages / one.scanned:.0f} | {one.events.shuffled / one.pages:,.0f} | "
                f"{sum(one.capped.values()) / one.pages:.2f} |"
            )
        if len(every) > 1:
            small, big = every[0], every[-1]
            times = _slope(small, big, small.scanned, big.scanned)
            seconds.append(f"{times:.2f} with {name}")
            sent = _slope(small, big, small.events.shuffled, big.events.shuffled)
            shuffled.append(f"{sent:.2f} with {name}")
    if not loads:
        return []
    said = f"`local[2]`, {bench.originals:,} originals; the session's start included; "
    lines = [said + f"{_busy(loads)}.", "", *lines]
    if shuffled:
        told = f"Slope of the logarithms of shuffled bytes against pages: {', '.join(shuffled)}."
        if max(loads) < _cores():
            told += f" Of seconds: {', '.join(seconds)}."
        else:
            told += " The machine was too busy for a slope of seconds to mean anything."
        lines += ["", told]
    return lines


def _slope(small: Result, big: Result, least: float, most: float) -> float:
    return math.log(most / least) / math.log(big.pages / small.pages)


def cost(bench: Bench, data: Path, count: int) -> list[str]:
    """Processor time of a page, and what a month of CC-NEWS comes to."""
    lines = ["| pages | read and asked | sought and judged | together |", "|---|---:|---:|---:|"]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (plain,) = sparkcrawl.write_crawl(folder, sparkcrawl.Made(bench.originals), count, 1)
        crawl.write_originals(folder / "originals.jsonl", data, bench.originals)
        real = folder / "real.warc.gz"
        crawl.write_warc(real, crawl.pages(data, count))
        known = {"made": (plain, bench.known() / "index")}
        known["real templates"] = (real, exported(folder, folder / "originals.jsonl") / "index")
        for kind, (source, against) in known.items():
            read, judged = costs(source, against, count)
            lines.append(f"| {kind} | {read:.1f} ms | {judged:.1f} ms | {read + judged:.1f} ms |")
    first = (
        f"Processor time of a page, in one process: {count} pages of each kind, "
        f"{bench.originals:,} originals; {_busy([os.getloadavg()[0]])}."
    )
    month = calculated(11_500_000, 64, read + judged)
    return [first, "", *lines, "", f"A month of CC-NEWS, on paper: {month}."]


def costs(source: Path, place: Path, count: int) -> tuple[float, float]:
    """Milliseconds of a page of a WARC: until it has asked, and after it is answered."""
    about = index.read_about(place)
    keys = dict(parquet.read(place / "postings.parquet", ["key", "originals"]))
    texts = dict(parquet.read(place / "originals.parquet", ["id", "original"]))
    list(walk.read([(0, str(ROOT / "README.md"), None)], about, jobs=0))  # imports and tables
    began = time.process_time()
    rows = list(walk.read([(0, str(source), None)], about, jobs=0))
    read = time.process_time()
    for _, _, kind, body, asked, _ in rows:
        if kind != "page":
            continue
        answers: walk.Answers = ({key: keys[key] for key in asked if key in keys}, {})
        if wanted := walk.seek(body, answers, about)[0]:
            walk.judge(body, answers, [texts[name] for name in wanted], about)
    judged = time.process_time()
    return (read - began) / count * 1000, (judged - read) / count * 1000


def calculated(pages: int, cores: int, each: float) -> str:
    """How long a crawl takes, as a sentence. ``each``: milliseconds of a core for a page."""
    hours = pages * each / 1000 / 3600
    return (
        f"{pages:,} pages at {each:.1f} ms of a core are {hours:,.0f} core hours, "
        f"{hours / cores:,.1f} hours on {cores} cores"
    )


def _several(text: str) -> list[str]:
    return [one for one in text.split(",") if one]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=20_000, help="of the crawl in every way")
    parser.add_argument("--ways", default=",".join(WAYS), help="that are tried, of %(default)s")
    parser.add_argument("--sizes", default="5000,20000,80000", help="crawls that grow")
    parser.add_argument("--alike", default=f"0,{ALIKE}", help="shares of pages with a template")
    parser.add_argument("--sent", default="5000", help="sizes without any broadcast")
    parser.add_argument("--originals", type=int, default=500, help="registered (default: 500)")
    parser.add_argument("--cost", type=Path, metavar="DATA", help="pages of this folder, too")
    parser.add_argument("--calculate", nargs=3, type=float, metavar=("PAGES", "CORES", "MS"))
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "spark", help="kept here")
    parser.add_argument("--tables", action="store_true", help="run nothing: the tables alone")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    given = parser.parse_args()
    if given.calculate:
        count, cores, each = given.calculate
        print(calculated(int(count), int(cores), each))
        return
    if unknown := set(_several(given.ways)) - WAYS.keys():
        parser.error(f"there is no way {', '.join(sorted(unknown))}")
    sparkcluster.end_on_signals()
    bench = Bench(given.work, given.originals)
    if not given.tables:
        for way in _several(given.ways):
            bench.run(way, given.pages)
        for alike in map(float, _several(given.alike)):
            for size in map(int, _several(given.sizes)):
                bench.run("local", size, alike, rows=False)
        for size in map(int, _several(given.sent)):
            bench.run("sent", size, rows=False)
    found = {"spark-parity": parity(bench, given.pages), "spark-growth": growth(bench)}
    if given.cost:
        found["spark-cost"] = cost(bench, given.cost, COSTED)
    # Of what was not run, the page keeps what it has.
    found = {name: lines for name, lines in found.items() if lines}
    for lines in found.values():
        print("\n".join(lines), end="\n\n")
    if given.write:
        write_tables(found, PAGE)


if __name__ == "__main__":
    main()
