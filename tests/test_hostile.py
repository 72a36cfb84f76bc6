"""The catalogue of hostile input: every case under ``tests/hostile/``, by the real way.

Whatever a case holds, no traceback comes of it, the exit code is right, time and memory keep
their bounds, what was stored before stays stored, and what could not be read is never a silent
"no match".
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import hostile_kit as kit
import pytest
from conftest import EDITED, SOURCE, Ran, page, run

CASES = kit.catalogue()
# What a terminal would obey: control characters but for line ends, direction and format characters.
_OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_REFS = Path("/proc/self/clear_refs")


def _of(kind: type) -> list[str]:
    return [name for name, case in CASES.items() if isinstance(case, kind)]


def _peak() -> int:
    """The most memory that this process has held since it was asked to forget, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


@contextmanager
def bounds(case: kit.Case) -> Iterator[None]:
    """Fails where a case takes more processor time or memory than it may."""
    limited = os.access(_REFS, os.W_OK)
    if limited:
        _REFS.write_text("5")
    before, began = _peak() if limited else 0, time.process_time()
    yield
    took = time.process_time() - began
    assert took < case.seconds, f"{took:.1f} s"
    if limited:
        grown = (_peak() - before) // 1_000_000
        assert grown < case.megabytes, f"{grown} MB"


@pytest.fixture(scope="session")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound database: one original, and a page that matched it. Not to be written: copy it."""
    folder = tmp_path_factory.mktemp("handed")
    (folder / "original.html").write_text(page(SOURCE), "utf-8")
    (folder / "copy.html").write_text(page(EDITED), "utf-8")
    path = folder / "sound.db"
    first = ("--published", "2021-02-04T09:00:00Z")
    url = "https://elverpost.example/tarrow-basin"
    assert run("add", folder / "original.html", "--db", path, "--url", url, *first).code == 0
    url = "https://earlier.example/copy"
    assert run("check", folder / "copy.html", "--db", path, "--url", url).code == 0
    return path


@pytest.fixture
def db(handed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(handed, tmp_path / "p.db"))


def stored(path: Path) -> set[tuple[str, ...]]:
    """All articles with their texts, and all matches."""
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("PRAGMA quick_check").fetchone() == ("ok",)
        texts = "SELECT id, role, url, text FROM articles JOIN texts ON texts.article_id = id"
        return {
            *conn.execute(texts),
            *conn.execute("SELECT id, source_id, target_id FROM matches"),
        }


def assert_told(ran: Ran, *codes: int) -> None:
    assert ran.code in codes, (ran.code, ran.err, ran.out[:500])
    for told in (ran.err, ran.out):
        assert "Traceback" not in told and "Error(" not in told
        assert not _OBEYED.search(told), repr(told[:2000])


def outcome(ran: Ran) -> str:
    """What ``check --json`` found, in the words of a case."""
    row = ran.json
    if row["status"] == "unreadable":
        return f"unreadable:{row['error']}"
    if row["status"] != "ok":
        return str(row["status"])
    return row["matches"][0]["relation"] if row["matches"] else "no-match"


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 120


@pytest.mark.parametrize("name", _of(kit.Page))
def test_a_page(name: str, db: Path, tmp_path: Path) -> None:
    case = CASES[name]
    path = tmp_path / case.name
    path.write_bytes(kit.content(case.content))
    before = stored(db)
    with bounds(case):
        ran = run("check", path, "--url", "https://copy.example/1", "--db", db, "--json")
    found = outcome(ran)
    assert_told(ran, 2 if found.startswith("unreadable") else case.code)
    assert found in case.expected.split("|")
    assert before <= stored(db)
    with closing(sqlite3.connect(db)) as conn:
        if found.startswith("unreadable"):
            (told,) = conn.execute("SELECT error FROM failures").fetchone()
            assert told == found.partition(":")[2]
        elif case.rough is not None:
            asked = "SELECT rough FROM articles WHERE canonical_url LIKE '%copy.example%'"
            assert conn.execute(asked).fetchone() == (case.rough,)


@pytest.mark.parametrize("name", _of(kit.Crawl))
def test_a_crawl(name: str, db: Path, tmp_path: Path) -> None:
    case = CASES[name]
    folder = tmp_path / "given"
    folder.mkdir()
    for file, made in case.files.items():
        (folder / file).write_bytes(kit.content(made))
    before, files = stored(db), sorted(tmp_path.rglob("*"))
    with bounds(case):
        ran = run("scan", folder / case.spec, "--db", db)
    assert_told(ran, case.code)
    assert before <= stored(db)
    # No name in an archive became a name on disk.
    assert [path for path in sorted(tmp_path.rglob("*")) if path.parent != tmp_path] == [
        path for path in files if path.parent != tmp_path
    ]
    with closing(sqlite3.connect(db)) as conn:
        ((counts,),) = conn.execute("SELECT counts FROM runs ORDER BY id DESC LIMIT 1")
        failures = [code for (code,) in conn.execute("SELECT error FROM failures ORDER BY id")]
        passed = conn.execute("SELECT passed_over FROM inputs ORDER BY id DESC LIMIT 1").fetchone()
    told = json.loads(counts)
    read = told["stored"] + told["known"]
    assert (read, told["matched"], sorted(failures), dict(json.loads(passed[0]))) == (
        case.read,
        case.matched,
        sorted(case.failures),
        dict(case.passed),
    ), ran.err
    assert told["damaged"] == case.damaged
    # Nothing is called clean that was not read.
    assert read or failures or told["damaged"]


@pytest.mark.parametrize("name", _of(kit.Handed))
def test_a_database_handed_over(name: str, db: Path, tmp_path: Path) -> None:
    case = CASES[name]
    copy = tmp_path / "page.html"
    copy.write_text(page(SOURCE), "utf-8")
    case.make(db)
    before = db.read_bytes()
    words = [
        ["check", copy, "--url", "https://copy.example/1", "--json"],
        ["scan", copy],
        ["matches"],
    ]
    if case.error == "readonly" and os.access(db, os.W_OK):
        pytest.skip("this user may write everything")
    for verb in words:
        with bounds(case):
            ran = run(*verb, "--db", db)
        if case.error and verb[0] != "matches":
            assert_told(ran, 2)
            assert case.said in ran.err
            assert len(ran.err.splitlines()) == 1, ran.err
            assert db.read_bytes() == before or not case.untouched
            if verb[0] == "check":
                assert ran.json["error"] in case.error.split("|"), ran.err
        else:
            assert_told(ran, 0, 2)
            if verb[0] == "check" and not case.error:
                found = outcome(ran)
                assert found == ("verbatim" if case.matched else "no-originals"), ran.err


@pytest.mark.parametrize("name", _of(kit.Told))
def test_what_is_told_of_a_page(name: str, db: Path, tmp_path: Path) -> None:
    """Every way of telling what was found, on the terminal and in files."""
    case = CASES[name]
    row = {"text": case.text, "title": case.title, "url": case.url, "byline": case.byline}
    (tmp_path / "row.jsonl").write_text(json.dumps(row))
    with bounds(case):
        told = [run("scan", tmp_path / "row.jsonl", "--db", db)]
        assert_told(told[0], 0)
        (found,) = [
            one
            for one in run("matches", "--json", "--db", db).json
            if "earlier.example" not in one["target_url"]
        ]
        assert found["is_repost"] and found["source_url"].startswith("https://elverpost")
        told += [run("matches", *way, "--db", db) for way in ([], ["-t"], ["--json"], ["--nl"])]
        told += [run("show", found["id"], "--db", db)]
        told += [run("show", found["id"], "--json", "--db", db)]
    for ran in told:
        assert_told(ran, 0)
        assert not [piece for piece in case.never if piece in ran.out]
    table = run("matches", "--csv", "--db", db).out
    assert not [piece for piece in case.table if piece in table]
    for words in ([found["id"], "-o", tmp_path / "match.html"], ["--all", "-o", tmp_path / "all"]):
        assert run("report", *words, "--db", db).code == 0
    for path in sorted(tmp_path.rglob("*.html")):
        shown = path.read_text("utf-8")
        assert not [piece for piece in case.markup if piece in shown]
        assert not re.search("[\x1b\x9b\u202a-\u202e\u2066-\u2069]", shown)


@pytest.mark.parametrize("name", _of(kit.Pair))
def test_a_pair(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    suspect, source = (kit.content(text).decode() for text in (case.suspect, case.source))
    (tmp_path / "pairs.jsonl").write_text(
        json.dumps({"id": "1", "suspect": suspect, "source": source})
    )
    with bounds(case):
        ran = run("compare", "--pairs", tmp_path / "pairs.jsonl")
    assert_told(ran, 0)
    (found,) = ran.rows
    assert found["relation"] in case.expected.split("|")
