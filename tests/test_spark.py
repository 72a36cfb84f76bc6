"""The same rows from one process, two jobs, and Spark: on this machine, and on two executors."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import run, spawn
from crawl_samples import packed, record
from engine_samples import CORPUS, copied, tables

_JAVA = shutil.which("java") or os.environ.get("JAVA_HOME")
_PYSPARK = importlib.util.find_spec("pyspark")
pytestmark = [
    pytest.mark.skipif(not _JAVA, reason="no Java here, which Spark needs"),
    pytest.mark.skipif(not _PYSPARK, reason="no pyspark here: pip install -e '.[spark]'"),
    # A session alone takes seconds, and minutes on a busy machine.
    pytest.mark.timeout(1800),
    # One after the other: each takes all cores.
    pytest.mark.xdist_group("spark"),
]
SITES = sorted(str(path) for path in (CORPUS / "crawl").iterdir())


@pytest.fixture(scope="module")
def ground(corpus_added: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the index of the corpus's originals, and what one process finds."""
    folder = tmp_path_factory.mktemp("spark")
    copied(corpus_added, folder / "one.db")
    assert run("export-index", "-o", folder / "index", "--db", folder / "one.db").code == 0
    # Something that can't be read at all, and something that ends early.
    (folder / "noise.warc.gz").write_bytes(b"\x1f\x8b\x08\x00" + bytes(50))
    ran = run("scan", *inputs(folder), "--db", folder / "one.db")
    assert ran.code == 3, ran.err
    return folder


def inputs(ground: Path) -> list[str]:
    return [*SITES, str(ground / "noise.warc.gz"), str(ground / "missing.parquet")]


def test_two_jobs_find_what_one_process_finds(ground: Path, corpus_added: Path) -> None:
    db = copied(corpus_added, ground / "jobs.db")
    ran = spawn("scan", *inputs(ground), "--db", db, "--jobs", "2")
    assert ran.code == 3, ran.err
    assert tables(db) == tables(ground / "one.db")


@pytest.mark.parametrize("master", ["local[2]", "local-cluster[2,1,1024]"])
def test_spark_finds_what_one_process_finds(
    ground: Path, corpus_added: Path, tmp_path: Path, master: str
) -> None:
    words = ["scan", "--engine", "spark", "--master", master, "--index", str(ground / "index")]
    done = subprocess.run(
        [sys.executable, "-m", "provenance", *words, *inputs(ground), "-o", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=1700,
    )
    assert done.returncode == 3, done.stderr
    assert "import-matches" in done.stderr
    db = copied(corpus_added, tmp_path / "spark.db")
    ran = run("import-matches", tmp_path / "out", "--db", db)
    assert ran.code == 3, ran.err
    expected = tables(ground / "one.db")
    assert len(expected["matches"]) > 30
    assert len(expected["failures"]) == 2
    assert any("noise" in row for row in expected["inputs"])
    assert tables(db) == expected


def test_a_crawl_that_spark_read_is_compared_with_itself(
    ground: Path, corpus_added: Path, tmp_path: Path
) -> None:
    words = ["scan", "--engine", "spark", "--within", "--master", "local[2]", *SITES]
    words += ["--index", str(ground / "index"), "-o", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "provenance", *words], capture_output=True, text=True, timeout=1700
    )
    assert done.returncode == 3, done.stderr
    assert f"To compare them: provenance import-matches {tmp_path / 'out'}" in done.stderr
    db, one = copied(corpus_added, tmp_path / "a.db"), copied(corpus_added, tmp_path / "b.db")
    assert spawn("import-matches", tmp_path / "out", "--db", db, "--jobs", "2").code == 3
    assert run("scan", "--within", *SITES, "--db", one).code == 3
    expected = tables(one)
    assert len(expected["matches"]) > len(tables(ground / "one.db")["matches"])
    assert tables(db) == expected


def test_addresses_are_read_as_spark_reads_them(
    ground: Path, corpus_added: Path, tmp_path: Path
) -> None:
    crawl = tmp_path / "crawl"
    crawl.mkdir()
    for number, html in enumerate(sorted(Path(SITES[0]).rglob("*.html"))[:4]):
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + html.read_bytes()
        told = record(block, f"https://copy.example/{number}")
        (crawl / f"{number}.warc.gz").write_bytes(b"".join(packed([told], "gzip")))
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"url": "https://x.example/a", "text": "word " * 60}), "utf-8")
    manifest = tmp_path / "may.txt"
    manifest.write_text(f"# of May\n{crawl.as_uri()}/*.warc.gz\n\n{rows.as_uri()}\n", "utf-8")
    words = ["scan", "--engine", "spark", "--master", "local[1]", "--manifest", str(manifest)]
    words += ["--index", (ground / "index").as_uri(), "-o", (tmp_path / "out").as_uri()]
    done = subprocess.run(
        [sys.executable, "-m", "provenance", *words], capture_output=True, text=True, timeout=1700
    )
    assert done.returncode == 0, done.stderr
    db = copied(corpus_added, tmp_path / "spark.db")
    assert run("import-matches", tmp_path / "out", "--db", db).code == 0
    other = copied(corpus_added, tmp_path / "one.db")
    assert run("scan", *sorted(crawl.iterdir()), rows, "--db", other).code == 0
    got, expected = tables(db), tables(other)
    assert len(expected["inputs"]) == len(got["inputs"])
    assert sum("crawl/0.warc.gz" in row and "file:/" in row for row in got["inputs"]) == 1
    # What names the file differs, and nothing else.
    for name in ("articles", "texts", "fingerprints", "matches", "passages", "reasons", "traces"):
        assert got[name] == expected[name], name
    assert any("https://x.example/a" in row for row in got["articles"])
    assert expected["matches"]


_WAITS = """
import sys, time
from pathlib import Path
from benchmarks import sparkcluster
sparkcluster.end_on_signals()
with sparkcluster.standalone(Path(sys.argv[1])) as address:
    print(address, flush=True)
    time.sleep(600)
"""


def started_for(folder: Path) -> set[int]:
    """The processes that were given this folder."""
    found = set()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            told = (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in told:
            found.add(int(place.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_benchmark_that_is_stopped_leaves_no_cluster(tmp_path: Path, number: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WAITS, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=CORPUS.parent,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline().startswith("spark://127.0.0.1:")
        # itself, the master, two workers
        assert len(started_for(tmp_path)) >= 4
        program.send_signal(number)
        assert program.wait(60) == 128 + number
    until = time.monotonic() + 20
    while started_for(tmp_path) and time.monotonic() < until:
        time.sleep(0.1)
    assert not started_for(tmp_path)
