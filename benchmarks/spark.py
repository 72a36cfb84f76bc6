"""The scan as a Spark job beside one process: the same rows, a killed executor, and growth.

    python -m benchmarks.spark DATA [--pages 20000] [--sizes 5000,20000,80000] [--write]
    python -m benchmarks.spark DATA --only cost        # parity, growth, cost: one of the three
    python -m benchmarks.spark --calculate PAGES CORES MILLISECONDS

Whole runs of the command line, and of spark-submit on a standalone master with two workers, all on
127.0.0.1. Pages are plain ones, into which the words of articles are poured: real pages of 170 KB
would only make extraction slower, which is the same everywhere. Shuffled bytes are those of Spark's
event log.
"""

from __future__ import annotations

import argparse
import contextlib
import html
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import crawl
from benchmarks.evaluate import write_tables
from provenance.engines import index, parquet, walk

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "spark.md"
FILES = 16
#: Articles that pages copy: no fewer are registered.
ORIGINALS = 200
#: Pages of each kind whose cost is measured.
COSTED = 60
WAYS = ("jobs", "local", "cluster", "workers", "killed")
CLUSTER = "local-cluster[2,1,1024]"
_CLOCKS = {"started", "ended", "found", "run_id", "observed", "stamp"}
# Where the originals' index lies is nobody's row: a scan may fold it.
_PLACES = ("articles_fts", "sqlite_", "runs", "postings", "levels", "unindexed")


def words(*given: object) -> list[str]:
    """The command line that says this."""
    return [sys.executable, "-m", "provenance", *map(str, given)]


# --- the crawl ---------------------------------------------------------------------------------


def pages(data: Path, count: int, *, alike: float = 0.0, seed: int = 7) -> Iterator[str]:
    """So many plain pages of some 300 words; one in twenty holds an article, an original's.

    ``alike``: a share of the pages of which half the text is the same, and that of an original.
    """
    chance = random.Random(seed)
    known = list(crawl.articles(data))[:2000]
    drawn = [word for text in known[:500] for word in text.split()]
    common = known[0].split()[:150]
    for i in range(count):
        if chance.random() < 0.05:
            text = chance.choice(known[:ORIGINALS]).split()
        elif chance.random() < alike:
            text = common + chance.choices(drawn, k=150)
        else:
            text = chance.choices(drawn, k=chance.randint(200, 400))
        parts = (" ".join(text[j : j + 60]) for j in range(0, len(text), 60))
        body = "".join(f"<p>{html.escape(part)}.</p>\n" for part in parts)
        yield (
            f'<!DOCTYPE html><html lang="en"><head><title>Page {i}</title></head><body>'
            f"<nav><a href='/'>Home</a></nav><article><h1>Page {i}</h1>{body}</article>"
            "</body></html>"
        )


def write(folder: Path, made: Iterator[str], count: int) -> list[Path]:
    """The pages as WARCs of equal size."""
    found = []
    for number in range(FILES):
        each = count // FILES + (number < count % FILES)
        path = folder / f"crawl-{number:02}.warc.gz"
        crawl.write_warc(path, (text for _, text in zip(range(each), made, strict=False)))
        found.append(path)
    return found


# --- the ways ----------------------------------------------------------------------------------


def tables(path: Path) -> dict[str, list[str]]:
    """All rows but for clocks, and the numbers of runs."""
    conn = sqlite3.connect(path)
    found = {}
    for (name,) in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        if not name.startswith(_PLACES):
            cursor = conn.execute(f"SELECT * FROM {name}")
            kept = [i for i, c in enumerate(cursor.description) if c[0] not in _CLOCKS]
            found[name] = sorted(repr([row[i] for i in kept]) for row in cursor)
    conn.close()
    return found


def ran(command: Sequence[str], **env: str) -> float:
    """Seconds that a command took. It may have met a page that can't be read."""
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, env={**os.environ, **env})
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command[:6])} …: {done.stderr.decode()[-2000:]}")
    return time.perf_counter() - began


def by_spark(master: str, exported: Path, source: Sequence[Path], out: Path, log: Path) -> float:
    log.mkdir(exist_ok=True)
    told = {"enabled": "true", "dir": log.as_uri(), "compress": "false", "rolling.enabled": "false"}
    conf = " ".join(f"--conf spark.eventLog.{name}={value}" for name, value in told.items())
    command = words("scan", "--engine", "spark", "--master", master, "--index", exported, "-o", out)
    return ran([*command, *map(str, source)], PYSPARK_SUBMIT_ARGS=f"{conf} pyspark-shell")


def shuffled(log: Path) -> int:
    """Bytes that tasks wrote for others to read."""
    total = 0
    for path in log.iterdir():
        for line in path.read_text("utf-8").splitlines():
            if '"SparkListenerTaskEnd"' in line:
                metrics = json.loads(line).get("Task Metrics") or {}
                total += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
    return total


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def standalone(folder: Path) -> Iterator[str]:
    """A master with two workers of one core each, on 127.0.0.1; its address."""
    import pyspark

    home = Path(pyspark.__file__).parent
    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    env = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_WORKER_DIR": str(folder / "work"),
        # No class path of ours is needed, and no address but this one is listened on.
        "SPARK_MASTER_OPTS": "-Dspark.ui.enabled=false",
    }
    launch = [str(home / "bin" / "spark-class"), "org.apache.spark.deploy"]
    here = ["--host", "127.0.0.1", "--webui-port", "0"]
    started: list[subprocess.Popen[bytes]] = []

    def start(kind: str, *more: str) -> None:
        with (folder / f"{kind}{len(started)}.log").open("wb") as log:
            command = [launch[0], f"{launch[1]}.{kind}", *here, *more]
            started.append(
                subprocess.Popen(command, stdout=log, stderr=log, env=env, start_new_session=True)
            )

    try:
        start("master.Master", "--port", str(port))
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.2)
        for _ in range(2):
            start("worker.Worker", "--cores", "1", "--memory", "1g", address)
        yield address
    finally:
        for process in started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            process.wait(30)


def executors() -> list[int]:
    """The executors that run on this machine as children of ours."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if b"CoarseGrainedExecutorBackend" in (place / "cmdline").read_bytes():
                found.append(int(place.name))
    return found


def submitted(
    folder: Path, wheel: Path, exported: Path, source: Sequence[Path], out: Path, *, kill: bool
) -> tuple[float, int]:
    """Seconds of a run by spark-submit, and how many executors were killed in it."""
    import pyspark

    home = Path(pyspark.__file__).parent
    before = set(executors())
    with standalone(folder) as address:
        began = time.perf_counter()
        process = subprocess.Popen(
            [
                str(home / "bin" / "spark-submit"),
                *("--master", address, "--py-files", str(wheel)),
                *("--conf", "spark.executor.memory=800m"),
                *("--conf", "spark.driver.bindAddress=127.0.0.1"),
                *("--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.ui.enabled=false"),
                str(ROOT / "provenance" / "engines" / "spark.py"),
                *("--index", str(exported), "-o", str(out), *map(str, source)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable},
        )
        killed = 0
        if kill:
            # While pages are read: some tasks have ended, others are under way.
            while process.poll() is None and not list(out.glob("pages/_temporary/*/task_*")):
                time.sleep(0.1)
            for executor in (set(executors()) - before) if process.poll() is None else ():
                os.kill(executor, signal.SIGKILL)
                killed = 1
                break
        _, told = process.communicate()
        took = time.perf_counter() - began
    if process.returncode not in (0, 3):
        raise SystemExit(told.decode()[-3000:])
    return took, killed


# --- the tables --------------------------------------------------------------------------------


def made_ready(folder: Path, data: Path, originals: int) -> Path:
    """The originals: ``originals.db`` and ``index`` in a folder; the database."""
    database = folder / "originals.db"
    crawl.write_originals(folder / "originals.jsonl", data, originals)
    ran(words("add", folder / "originals.jsonl", "--db", database))
    ran(words("export-index", "-o", folder / "index", "--db", database))
    return database


def parity(
    folder: Path, data: Path, count: int, originals: int, chosen: Sequence[str] = WAYS
) -> list[str]:
    """The ways on one crawl, and what differs from the rows of one process."""
    database, place = made_ready(folder, data, originals), folder / "index"
    source = write(folder, pages(data, count), count)
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    lines = ["| way | pages/s | differences |", "|---|---:|---|"]
    expected: dict[str, list[str]] = {}

    def told(way: str, took: float, copy: Path) -> None:
        got = tables(copy)
        if not expected:
            expected.update(got)
        bad = [name for name in expected if got.get(name) != expected[name]]
        lines.append(f"| {way} | {count / took:.0f} | {', '.join(bad) or 'none'} |")
        print(lines[-1], file=sys.stderr, flush=True)

    for jobs in (0, 2) if "jobs" in chosen else (0,):
        copy = Path(shutil.copy(database, folder / f"jobs{jobs}.db"))
        took = ran(words("scan", *source, "--db", copy, "--jobs", jobs))
        told(f"`--jobs {jobs}`" if jobs else "one process", took, copy)
    masters = {"local": "local[2]", "cluster": CLUSTER}
    for way in WAYS[1:]:
        if way not in chosen:
            continue
        out, name = folder / way, "two workers"
        if way in masters:
            name = f"`{masters[way]}`"
            took = by_spark(masters[way], place, source, out, folder / "log")
        else:
            took, killed = submitted(folder, wheel, place, source, out, kill=way == "killed")
            name += f", {killed} executor killed" if way == "killed" else ""
        copy = Path(shutil.copy(database, folder / f"{way}.db"))
        took += ran(words("import-matches", out, "--db", copy))
        told(name, took, copy)
    rows = sum(len(every) for every in expected.values())
    first = (
        f"{count:,} pages in {FILES} WARCs against {originals:,} originals: {rows:,} rows, "
        f"{len(expected['matches']):,} matches among them; whole runs, import included."
    )
    return [first, "", *lines]


def growth(folder: Path, data: Path, sizes: Sequence[int], originals: int) -> list[str]:
    """Pages a second and shuffled bytes a page at several sizes, without and with a template."""
    made_ready(folder, data, originals)
    lines = [
        "| pages | alike | seconds | pages/s | shuffled bytes a page |",
        "|---:|---:|---:|---:|---:|",
    ]
    for alike in (0.0, 0.3):
        for count in sizes:
            place = folder / f"crawl{count}-{alike}"
            place.mkdir()
            source = write(place, pages(data, count, alike=alike), count)
            log = folder / f"log{count}-{alike}"
            took = by_spark("local[2]", folder / "index", source, place / "out", log)
            each = shuffled(log) / count
            lines.append(
                f"| {count:,} | {alike:.0%} | {took:.0f} | {count / took:.0f} | {each:,.0f} |"
            )
            print(lines[-1], file=sys.stderr, flush=True)
            shutil.rmtree(place)
    return [f"`local[2]`, {originals:,} originals; the session's start included.", "", *lines]


def cost(folder: Path, data: Path, count: int, originals: int) -> list[str]:
    """Processor time of a page, and what a month of CC-NEWS comes to."""
    made_ready(folder, data, originals)
    about = index.read_about(folder / "index")
    keys = dict(parquet.read(folder / "index" / "postings.parquet", ["key", "originals"]))
    texts = dict(parquet.read(folder / "index" / "originals.parquet", ["id", "original"]))
    lines = ["| pages | read and asked | sought and judged | together |", "|---|---:|---:|---:|"]
    whole = 0.0
    for kind, made in (("plain", pages(data, count)), ("real templates", crawl.pages(data, count))):
        path = folder / "cost.warc.gz"
        crawl.write_warc(path, made)
        crawl_of = [(0, str(path), None)]
        list(walk.read([(0, str(ROOT / "README.md"), None)], about, jobs=0))  # imports and tables
        began = time.process_time()
        rows = [row for row in walk.read(crawl_of, about, jobs=0) if row[2] == "page"]
        read = (time.process_time() - began) / count * 1000
        began = time.process_time()
        for _, _, _, body, asked, _ in rows:
            answers: walk.Answers = ({key: keys[key] for key in asked if key in keys}, {})
            if wanted := walk.seek(body, answers, about)[0]:
                walk.judge(body, answers, [texts[name] for name in wanted], about)
        judged = (time.process_time() - began) / count * 1000
        whole = read + judged
        lines.append(f"| {kind} | {read:.1f} ms | {judged:.1f} ms | {whole:.1f} ms |")
    first = (
        f"Processor time of a page, in one process: {count} pages of each kind, a few of them "
        f"copies, {originals:,} originals."
    )
    month = calculated(11_500_000, 64, whole)
    return [first, "", *lines, "", f"A month of CC-NEWS, on paper: {month}."]


def calculated(pages: int, cores: int, each: float) -> str:
    """How long a crawl takes, as a sentence. ``each``: milliseconds of a core for a page."""
    hours = pages * each / 1000 / 3600
    return (
        f"{pages:,} pages at {each:.1f} ms of a core are {hours:,.0f} core hours, "
        f"{hours / cores:,.1f} hours on {cores} cores"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", help="folder with articles.jsonl.gz")
    parser.add_argument("--pages", type=int, default=20_000, help="of the crawl in every way")
    parser.add_argument("--sizes", default="5000,20000,80000", help="crawls that grow")
    parser.add_argument("--originals", type=int, default=2000, help="registered (default: 2000)")
    parser.add_argument("--only", choices=["parity", "growth", "cost"], help="one of the tables")
    parser.add_argument("--ways", default=",".join(WAYS), help="that are tried beside one process")
    parser.add_argument("--calculate", nargs=3, type=float, metavar=("PAGES", "CORES", "MS"))
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    given = parser.parse_args()
    if given.calculate:
        count, cores, each = given.calculate
        print(calculated(int(count), int(cores), each))
        return
    if given.data is None:
        parser.error("name the folder of data")
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in ("parity", "growth", "cost"):
            (folder / name).mkdir()
        if given.only in (None, "parity"):
            found["spark-parity"] = parity(
                folder / "parity", given.data, given.pages, given.originals, given.ways.split(",")
            )
        if given.only in (None, "growth"):
            sizes = [int(size) for size in given.sizes.split(",")]
            found["spark-growth"] = growth(folder / "growth", given.data, sizes, given.originals)
        if given.only in (None, "cost"):
            found["spark-cost"] = cost(folder / "cost", given.data, COSTED, given.originals)
    for lines in found.values():
        print("\n".join(lines), end="\n\n")
    if given.write:
        write_tables(found, PAGE)


if __name__ == "__main__":
    main()
