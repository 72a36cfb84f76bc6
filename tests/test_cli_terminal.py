"""What the verbs do to a terminal, a pipe and a signal: hostile titles, interruptions."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from cli_samples import essence, saved
from conftest import EDITED, EXCERPT, OTHER, REWORDED, command, run

# Hostile titles

HOSTILE = "=cmd()|x \x1b[2J\x1b]0;owned\x07\x9b2J \u202egnp\r\ny"
# What may stand in output: letters, line feeds, and the colours that we set ourselves.
COLOUR = re.compile(r"\x1b\[[0-9;]*m|\r\x1b\[K")
HARMFUL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def hostile(small: Path) -> Path:
    """A database in which a title, an author and an address are hostile."""
    rows = small.parent / "rows.jsonl"
    row = {"text": EDITED, "title": HOSTILE, "author": HOSTILE, "url": "https://c.example/\x1b[2J"}
    rows.write_text(json.dumps(row) + "\n")
    saved(small.parent, REWORDED, "hostile.html", title=HOSTILE)
    run("add", saved(small.parent, OTHER, "x.html", title="\x1b[2J Bees\x9b2J"), "--db", small)
    assert run("scan", rows, small.parent / "hostile.html", "--db", small).code == 0
    return small


@pytest.mark.parametrize(
    "words",
    [["matches"], ["matches", "-t"], ["matches", "--atom"], ["clusters"], ["boilerplate"],
     ["evidence", "ID"], ["verify", "no\x1b[2J.zip"], ["doctor"], ["originals"],
     ["show", "ID"], ["check", "rows.jsonl"],
     ["check", "hostile.html"], ["compare", "hostile.html", "rows.jsonl"],
     ["scan", "hostile.html", "copy.html"], ["check", "no\x1b[2J.html"], ["add", "no\x9b.html"],
     ["show", "\x1b[2J"], ["originals", "--remove", "\x1b[2J"], ["--\x1b[2J"]],
    ids=" ".join,
)  # fmt: skip
def test_no_page_moves_the_cursor(
    hostile: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(hostile.parent)
    monkeypatch.setenv("PROVENANCE_DB", str(hostile))
    shutil.copy("hostile.html", "copy.html")
    name = run("matches", "--json").json[0]["id"]
    ran = run(*(name if word == "ID" else word for word in words), terminal=True)
    assert ran.out or ran.err
    for told in (ran.out, ran.err):
        assert not HARMFUL.search(COLOUR.sub("", told)), repr(told)


@pytest.mark.parametrize("form", ["--json", "--nl", "--csv"])
def test_no_page_moves_the_cursor_in_data(hostile: Path, form: str) -> None:
    told = run("matches", "--db", hostile, form, terminal=True).out.replace("\r\n", "\n")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", told), repr(told)


def test_csv_formulas_are_neutralised(hostile: Path) -> None:
    told = run("matches", "--db", hostile, "--csv").out
    lines = list(csv.DictReader(io.StringIO(told, newline="")))
    assert len(lines) == 2
    for line in lines:
        assert line["target_title"].startswith("'=cmd()")
        for value in line.values():
            assert not re.match(r"[=@\t\r]|[+-](?![\d.]+$)", value), value


def test_data_keeps_the_title_whole(hostile: Path) -> None:
    titles = {row["target_title"] for row in run("matches", "--db", hostile, "--json").json}
    assert all(title.startswith("=cmd()") for title in titles)


# Pipes and signals


@pytest.mark.parametrize("form", [[], ["--nl"], ["--csv"], ["-t"], ["--json"]])
def test_a_reader_that_has_enough(corpus_scanned: Path, form: list[str]) -> None:
    process = subprocess.Popen(
        command("matches", "--db", corpus_scanned, *form),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    code = process.wait(30)
    assert code == 0


def test_head(corpus_scanned: Path) -> None:
    words = " ".join(command("matches", "--nl", "--db", corpus_scanned))
    done = subprocess.run(["sh", "-c", f"{words} | head -1"], capture_output=True, timeout=30)
    assert json.loads(done.stdout) and done.stderr == b""


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pages that match, don't match and can't be read: more than one batch."""
    folder = tmp_path_factory.mktemp("crawl")
    for i in range(80):
        text = (EDITED, OTHER, EXCERPT)[i % 3]
        (folder / f"{i:03}.txt").write_text(f"Report number {i + 1000}.\n\n{text}", "utf-8")
    for i in (0, 30, 60):
        (folder / f"{i:03}-broken.html").write_text("<html><body></body></html>")
    return folder


def test_a_scan_that_nobody_reads_says_so_by_its_code(small: Path, crawl: Path) -> None:
    """Also where stderr goes the same way: `scan … 2>&1 | head`."""
    process = subprocess.Popen(
        command("scan", crawl, "--db", small), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout and process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 130


@pytest.mark.parametrize(
    ("number", "after"), [(signal.SIGINT, 1), (signal.SIGKILL, 1)], ids=["SIGINT", "SIGKILL"]
)
def test_an_interrupted_scan_goes_on(
    small: Path, crawl: Path, number: signal.Signals, after: int
) -> None:
    whole, broken = small.parent / "whole.db", small.parent / "broken.db"
    shutil.copy(small, whole)
    shutil.copy(small, broken)
    process = subprocess.Popen(
        command("scan", crawl, "--db", broken, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    for _ in range(after):
        assert process.stdout.readline()
    process.send_signal(number)
    _, told = process.communicate(timeout=30)
    assert process.returncode == (130 if number == signal.SIGINT else -number)
    if number == signal.SIGINT:
        assert b"Traceback" not in told and len(told.splitlines()) == 1
        assert b"run the same command again" in told
    with closing(sqlite3.connect(broken)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        (finished,) = conn.execute(
            "SELECT count(*) FROM inputs WHERE finished AND verb = 'scan'"
        ).fetchone()
        (kept,) = conn.execute("SELECT count(*) FROM articles WHERE role = 'crawled'").fetchone()
    assert finished == 0
    assert 0 < kept < 80  # what was told before is kept
    again = run("scan", crawl, "--db", broken)
    assert again.code == 3 and "skipped" not in again.err
    assert run("scan", crawl, "--db", whole).code == 3
    assert essence(broken) == essence(whole)
    assert "skipped" in run("scan", crawl, "--db", broken).err


def test_an_interrupted_comparison(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("compare", "--pairs", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    process.stdin.write(b'{"id": 1, "suspect": "a", "source": "a"}\n')
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told.split() == [b"Stopped."]
