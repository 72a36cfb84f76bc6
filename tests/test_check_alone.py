"""``check`` and ``compare`` parse in a process of their own: what a page can do to it."""

from __future__ import annotations

import dataclasses
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import EDITED, page, run
from test_workers import registered, tables

from provenance import matching, pipeline
from provenance.config import LIMITS
from provenance.models import Capture, Record
from provenance.store import Store

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")

QUICK = dataclasses.replace(LIMITS, page_cpu=1.0, page_memory=300_000_000)
PATIENCE = 5.0


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVENANCE_JOBS", "2")


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _spin() -> None:
    while True:
        pass


def _bloat() -> None:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def _raise() -> None:
    raise RuntimeError("unforeseen")


FAULTS = {
    "killed": (_killed, "killed by SIGKILL"),
    "exit": (lambda: os._exit(3), "ended with code 3"),
    "hang": (lambda: time.sleep(100), "longer than 5 s"),
    "spin": (_spin, "more than 1 s of processor time"),
    "bloat": (_bloat, "MemoryError while reading it"),
    "raise": (_raise, "RuntimeError while reading it"),
}


def spoiled(monkeypatch: pytest.MonkeyPatch, fault: Callable[[], None]) -> None:
    """The extractor does this to the process that it runs in, which is forked of this one."""

    def prepare(_: Capture | Record) -> matching.Page:
        fault()
        raise AssertionError("the fault did nothing")

    monkeypatch.setattr(matching, "prepare", prepare)


@pytest.mark.parametrize("name", FAULTS)
def test_a_page_that_kills_its_reader_does_not_hide(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = registered(tmp_path / "p.db", tmp_path)
    copy = tmp_path / "copy.html"
    copy.write_text(page(EDITED), "utf-8")
    fault, why = FAULTS[name]
    spoiled(monkeypatch, fault)
    limits = dataclasses.replace(QUICK, page_wall=PATIENCE) if name == "hang" else QUICK
    given = pipeline.Given(url="https://copy.example/1", limits=limits)
    with Store.open(path) as store:
        found = pipeline.check(store, str(copy), given, jobs=1)
        assert found.status == "ok" and found.target is not None and found.target.rough
        assert found.matches[0].verdict.is_repost
        assert found.trouble is not None and why in found.trouble.message
        (failed,) = store.failures()
        assert failed["error"] == "crashed" and why in failed["message"]
        (stored,) = store.matches()
        assert stored["is_repost"]


@pytest.mark.usefixtures("alone")
def test_what_is_told_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = registered(tmp_path / "p.db", tmp_path)
    copy, empty = tmp_path / "copy.html", tmp_path / "empty.html"
    copy.write_text(page(EDITED), "utf-8")
    empty.write_text("<html><body><script>1</script></body></html>")
    spoiled(monkeypatch, _killed)
    ran = run("check", copy, "--url", "https://copy.example/1", "--db", path, "--json")
    assert ran.code == 0 and "killed by SIGKILL" in ran.err and "rough" in ran.err
    assert "killed by SIGKILL" in ran.json["trouble"]
    assert ran.json["matches"][0]["is_repost"]
    ran = run("check", empty, "--db", path, "--json")
    assert ran.code == 2 and ran.json["status"] == "unreadable"
    assert ran.json["error"] == "crashed" and "killed by SIGKILL" in ran.err
    with closing(sqlite3.connect(path)) as conn:
        told = conn.execute("SELECT error FROM failures ORDER BY id").fetchall()
        assert told == [("crashed",), ("crashed",)]
        assert conn.execute("SELECT count(*) FROM articles").fetchone() == (2,)
    compared = run("compare", copy, copy, "--json")
    assert compared.code == 0 and compared.json["relation"] == "verbatim"


def test_the_rows_are_those_of_this_process(tmp_path: Path) -> None:
    copy, other = tmp_path / "copy.html", tmp_path / "empty.html"
    copy.write_text(page(EDITED), "utf-8")
    other.write_text("<html></html>")
    seen = []
    for jobs in (0, 1):
        path = registered(tmp_path / f"{jobs}.db", tmp_path)
        with Store.open(path) as store:
            found = [
                pipeline.check(store, str(one), pipeline.Given(), jobs=jobs)
                for one in (copy, other)
            ]
        errors = [str(one.error) for one in found]
        seen.append((tables(path), [m.id for m in found[0].matches], errors))
    assert seen[0] == seen[1]
    assert seen[0][1] and "no article text" in seen[0][2][1]


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    """Killed, the parent says nothing to a worker that waits: the pipe must end by itself."""
    code = (
        "import sys, time\n"
        "from provenance.workers import Pool\n"
        "def work():\n    import os\n    return lambda item, harm: os.getpid()\n"
        "with Pool(work, (), jobs=1, forked=True) as pool:\n"
        "    print(next(pool.map([1, 2])), flush=True)\n    time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    until = time.monotonic() + 20
    while Path(f"/proc/{worker}").exists() and time.monotonic() < until:
        state = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "Z":
            return
        time.sleep(0.05)
    assert not Path(f"/proc/{worker}").exists()
