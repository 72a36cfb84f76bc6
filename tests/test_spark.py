"""The same rows from one process, two jobs, and Spark: on this machine, and on two executors."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import run, spawn
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


def test_addresses_are_read_as_spark_reads_them(
    ground: Path, corpus_added: Path, tmp_path: Path
) -> None:
    source = tmp_path / "rows.jsonl"
    source.write_text(json.dumps({"url": "https://x.example/a", "text": "word " * 60}), "utf-8")
    words = ["scan", "--engine", "spark", "--master", "local[1]", "--index", str(ground / "index")]
    done = subprocess.run(
        [sys.executable, "-m", "provenance", *words, source.as_uri(), "-o", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=1700,
    )
    assert done.returncode == 0, done.stderr
    db = copied(corpus_added, tmp_path / "spark.db")
    assert run("import-matches", tmp_path / "out", "--db", db).code == 0
    assert any("rows.jsonl" in row for row in tables(db)["inputs"])
    assert any("https://x.example/a" in row for row in tables(db)["articles"])
