"""The pool of workers: what a page can do to one, and that the rows don't depend on them."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import EDITED, SOURCE, command, page, run
from timing import cost, ends_within

from provenance import pipeline
from provenance.config import LIMITS, Limits
from provenance.errors import ProvenanceError
from provenance.extract import bare_text
from provenance.store import Store
from provenance.workers import Lost, Pool, usable_cores

QUICK = dataclasses.replace(LIMITS, page_cpu=1.0, page_wall=8.0, page_memory=300_000_000)


# -- the pool itself -----------------------------------------------------------------------------


def workman(prefix: str) -> Callable[[str, str], str]:
    """Does what the item says, in the worker; the rough way only names it."""

    def work(item: str, harm: str) -> str:
        if harm and not item.startswith("always"):
            return f"rough {item}: {harm}"
        match item.split()[-1]:
            case "exit":
                os._exit(3)
            case "segfault":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "hang":
                time.sleep(100)
            case "spin":
                while True:
                    pass
            case "bloat":
                return str(len(bytearray(2_000_000_000)))
            case "raise":
                raise RuntimeError("unforeseen")
            case "error":
                raise ProvenanceError("the database went away")
        return f"{prefix} {item}"

    return work


def broken() -> None:
    raise ProvenanceError("no database")


def mapped(
    items: list[str], jobs: int = 2, limits: Limits = QUICK
) -> tuple[list[Any], dict[str, int]]:
    with Pool[str, str](workman, ("did",), jobs=jobs, limits=limits) as pool:
        return list(pool.map(items)), pool.lost


def test_results_come_in_order() -> None:
    items = [str(i) for i in range(100)]
    for jobs in (1, 2, 3):
        assert mapped(items, jobs) == ([f"did {i}" for i in items], {})
    assert mapped([]) == ([], {})


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        ("exit", "ended with code 3"),
        ("segfault", "killed by SIGSEGV"),
        ("hang", "longer than 8 s"),
        ("spin", "more than 1 s of processor time"),
        ("bloat", "more than 300 MB of memory"),
        ("raise", "ended with code 78"),
    ],
)
def test_a_worker_that_dies_costs_its_item_alone(harm: str, why: str) -> None:
    items = ["a", harm, "b", "c", f"always {harm}", *"defghijk"]
    # On a busy machine two seconds of processor time take longer than the eight of a silence.
    limits = QUICK if harm == "hang" else dataclasses.replace(QUICK, page_wall=100.0)
    results, lost = mapped(items, limits=limits)
    assert results[1] == f"rough {harm}: {why}"
    assert results[4] == Lost(why)
    assert [r for i, r in enumerate(results) if i not in (1, 4)] == [
        f"did {item}" for i, item in enumerate(items) if i not in (1, 4)
    ]
    assert lost == {why: 3}


def collecting() -> Callable[[str, str], tuple[int, int]]:
    return lambda item, harm: (gc.get_freeze_count(), gc.get_threshold()[0])


def test_a_worker_seldom_looks_for_circles_and_not_in_what_it_began_with() -> None:
    before = gc.get_freeze_count(), gc.get_threshold()
    with Pool[str, tuple[int, int]](collecting, (), jobs=1, limits=QUICK) as pool:
        (told,) = pool.map(["one"])
    assert not isinstance(told, Lost)
    frozen, threshold = told
    # Our own modules alone have more.
    assert frozen > 10_000 and threshold > 5_000
    assert before == (gc.get_freeze_count(), gc.get_threshold())


def test_an_error_of_ours_ends_the_map() -> None:
    with pytest.raises(ProvenanceError, match="went away"):
        mapped(["a", "b", "error", "c"])
    with (
        Pool[str, str](broken, (), jobs=1, limits=QUICK) as pool,  # type: ignore[arg-type]
        pytest.raises(ProvenanceError, match="no database"),
    ):
        list(pool.map(["a"]))


def orphaned(parent: int, message: str) -> Callable[[str, str], str]:
    """Made ready when the command that wants it was killed."""
    os.kill(parent, signal.SIGKILL)
    # Its end of the pipe is closed before it is reaped, which is for the test to do.
    time.sleep(0.3)
    if message:
        raise ProvenanceError(message)
    return workman("did")


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forks on Linux alone")
@pytest.mark.parametrize("message", ["", "no database"])
def test_a_worker_whose_command_is_killed_while_it_starts_ends_quietly(message: str) -> None:
    script = (
        "import os; from provenance.workers import Pool; from test_workers import orphaned\n"
        f"with Pool(orphaned, (os.getpid(), {message!r}), jobs=1, forked=True) as pool:\n"
        "    list(pool.map(['a']))"
    )
    # Waits for the worker, too, which holds the same stderr.
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parent, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (-signal.SIGKILL, "")


def test_an_error_of_reading_comes_after_what_was_read() -> None:
    def items() -> Iterator[str]:
        yield from "abc"
        raise OSError("the disk is gone")

    done = []
    with Pool[str, str](workman, ("did",), jobs=2) as pool, pytest.raises(OSError, match="disk"):
        for one in pool.map(items()):
            done.append(one)
    assert done == ["did a", "did b", "did c"]


def waiter(folder: str, patience: float) -> Callable[[str, str], str]:
    """The item "first" waits for the file that the item "last" makes, and says whether it came."""
    made = Path(folder) / "made"

    def work(item: str, harm: str) -> str:
        if item == "last":
            made.touch()
        if item == "first":
            ends_at = time.monotonic() + patience
            while not made.exists() and time.monotonic() < ends_at:
                time.sleep(0.01)
            return "came" if made.exists() else "waited in vain"
        return item

    return work


@pytest.mark.parametrize(
    ("weight", "patience", "first"),
    [(1_000, 60.0, "came"), (4_000_000, 3.0, "waited in vain")],
)
def test_reads_far_ahead_of_a_slow_item_while_that_is_not_heavy(
    tmp_path: Path, weight: int, patience: float, first: str
) -> None:
    items = ["first", *map(str, range(100)), "last"]
    limits = dataclasses.replace(QUICK, page_wall=100.0)
    with Pool[str, str](
        waiter, (str(tmp_path), patience), jobs=2, limits=limits, weigh=lambda _: weight
    ) as pool:
        assert list(pool.map(items)) == [first, *items[1:]]


def test_cores_are_counted() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


# -- rows ----------------------------------------------------------------------------------------

_CLOCKS = {"started", "ended", "found", "run_id", "observed", "seed", "stamp"}


def tables(path: Path) -> dict[str, list[Any]]:
    """All rows but for clocks, run numbers and what counts runs."""
    conn = sqlite3.connect(path)
    names = [
        row[0]
        for row in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if not row[0].startswith(("articles_fts", "sqlite_", "meta", "runs"))
    ]
    found = {}
    for name in sorted(names):
        cursor = conn.execute(f"SELECT * FROM {name}")
        columns = [c[0] for c in cursor.description]
        kept = [i for i, c in enumerate(columns) if c not in _CLOCKS]
        found[name] = sorted(repr([row[i] for i in kept]) for row in cursor)
    conn.close()
    return found


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    folder = tmp_path / "crawl"
    folder.mkdir()
    for i in range(60):
        text = EDITED if i % 9 == 0 else f"{i} " + " ".join(reversed(SOURCE.split())) + f" {i}"
        (folder / f"p{i:02}.html").write_text(
            page(text + f"\n\nUnder the number {i} this page was filed."), encoding="utf-8"
        )
    (folder / "empty.html").write_text("<html></html>", encoding="utf-8")
    return folder


def registered(path: Path, tmp_path: Path) -> Path:
    from provenance.config import Parameters

    source = tmp_path / "source.html"
    source.write_text(page(SOURCE), encoding="utf-8")
    Store.open(path, parameters=Parameters()).close()
    given = ("--url", "https://source.example/canal", "--db", path)
    assert run("add", source, *given).code == 0
    return path


def test_rows_do_not_depend_on_jobs(crawl: Path, tmp_path: Path) -> None:
    seen = []
    for jobs in (0, 1, 2):
        path = registered(tmp_path / f"{jobs}.db", tmp_path)
        ran = run("scan", crawl, "--db", path, "--jobs", jobs)
        assert ran.code == 3 and "1 could not be read" in ran.err, ran.err
        seen.append((ran.out, tables(path)))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][1]["matches"]


def test_a_page_that_defeats_the_extractor_does_not_hide(tmp_path: Path) -> None:
    path = registered(tmp_path / "p.db", tmp_path)
    heavy = tmp_path / "heavy.html"
    filler = "<p>x <b>y</b> <a href=z>z</a></p>" * 30_000
    heavy.write_text(page(SOURCE).replace("</body>", f"{filler}</body>"), encoding="utf-8")
    with Store.open(path) as store:
        given = pipeline.Given(url="https://copy.example/1")
        tally = pipeline.scan(store, [str(heavy)], given, jobs=1)
        assert (tally.read, tally.rough, tally.failed, tally.matched) == (1, 1, 0, 1)
        (failure,) = store.failures()
        assert failure["error"] == "crashed" and "too many tags" in failure["message"]
        (found,) = store.matches()
        assert found["is_repost"] and found["probability"] > 0.9


def test_counts_add_up(crawl: Path, tmp_path: Path) -> None:
    path = registered(tmp_path / "p.db", tmp_path)
    with Store.open(path) as store:
        tally = pipeline.scan(store, [str(crawl)], pipeline.Given(), jobs=2)
        assert tally.read == 61 == tally.stored + tally.known + tally.failed
        assert tally.matched <= tally.stored + tally.known


# -- stopping and going on -----------------------------------------------------------------------


def warc(path: Path, crawl: Path, times: int) -> Path:
    """The crawl's pages as a WARC, so often that a scan takes a while."""
    from io import BytesIO

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for i in range(times):
            for one in sorted(crawl.glob("p*.html")):
                body = one.read_bytes().replace(b"this page was", f"in {i} this was".encode())
                headers = StatusAndHeaders(
                    "200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1"
                )
                record = writer.create_warc_record(
                    f"https://crawl.example/{i}/{one.name}",
                    "response",
                    payload=BytesIO(body),
                    http_headers=headers,
                )
                writer.write_record(record)
    return path


def started(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*words),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def written(path: Path) -> int:
    """Pages that the scans of a database have written."""
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        (count,) = conn.execute(
            "SELECT coalesce(sum(CASE finished WHEN 1 THEN records_read ELSE done END), 0)"
            " FROM inputs WHERE verb = 'scan'"
        ).fetchone()
        return int(count)
    finally:
        conn.close()


def killed_after_a_write(process: subprocess.Popen[str], path: Path, more: float) -> None:
    """Kill it, so many seconds after it has written something; it may have ended by then."""
    before = written(path)
    while process.poll() is None and written(path) == before:
        time.sleep(0.02)
    time.sleep(more)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_killed_at_any_moment_it_ends_in_the_same_rows(crawl: Path, tmp_path: Path) -> None:
    source = warc(tmp_path / "crawl.warc.gz", crawl, 3)
    whole = registered(tmp_path / "whole.db", tmp_path)
    run("scan", source, "--db", whole)
    path = registered(tmp_path / "killed.db", tmp_path)
    chance = random.Random(3)
    # One kill before anything is written, the others when each has written something.
    process = started("scan", source, "--db", path, "--jobs", 2)
    time.sleep(chance.uniform(0.1, 0.4))
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    for _ in range(2):
        process = started("scan", source, "--db", path, "--jobs", 2)
        killed_after_a_write(process, path, chance.uniform(0, 0.2))
        conn = sqlite3.connect(path)
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        conn.close()
        assert written(path)
    ran = run("scan", source, "--db", path, "--jobs", 2)
    assert "it went on after that" in ran.err or "skipped" in ran.err
    assert tables(path) == tables(whole)


def test_stopped_by_hand_it_ends_at_once(crawl: Path, tmp_path: Path) -> None:
    source = warc(tmp_path / "crawl.warc.gz", crawl, 30)
    path = registered(tmp_path / "p.db", tmp_path)
    process = started("scan", source, "--db", path, "--jobs", 2)
    while process.poll() is None and not written(path):
        time.sleep(0.02)
    # Two seconds where nothing else runs; and 130 says that it did not go on to the end.
    with ends_within(10):
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130 and "run the same command again" in told
    assert "Traceback" not in told


def test_a_file_that_changed_is_read_again(crawl: Path, tmp_path: Path) -> None:
    path = registered(tmp_path / "p.db", tmp_path)
    source = warc(tmp_path / "crawl.warc.gz", crawl, 1)
    assert "60 pages read" in run("scan", source, "--db", path, "--jobs", 2).err
    assert "skipped" in run("scan", source, "--db", path, "--jobs", 2).err
    warc(source, crawl, 2)
    assert "120 pages read" in run("scan", source, "--db", path, "--jobs", 2).err


# -- rough text ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One <b>two</b> three</p><p>four &amp; five</p>", "One two three\nfour & five"),
        ("a<script>var x = '<p>no</p>'</script>b", "a\nb"),
        ("a<!-- <p>no</p> -->b", "a\nb"),
        ("<style>p {}</style>a<br>b", "a\nb"),
        ("a <", "a"),
        ("<script>never closed <p>yes</p>", "never closed\nyes"),
        ("", ""),
    ],
)
def test_bare_text(markup: str, text: str) -> None:
    assert bare_text(markup) == text


@pytest.mark.parametrize("piece", ["<!--", "<script>", "<", "<a ", "</", "<p>x"])
def test_bare_text_takes_linear_time(piece: str) -> None:
    assert cost(lambda: bare_text(piece * (1_000_000 // len(piece)))) < 4
