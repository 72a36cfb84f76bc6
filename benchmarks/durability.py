"""Kill a scan at many random moments, let it end, and compare all rows with an unbroken run's.

    python -m benchmarks.durability [--points 60] [--write]

The crawl is the demonstration corpus, several times over with changed texts, as one WARC. Each
round starts anew, is killed (SIGKILL, the whole process group) once to three times, examined with
``integrity_check``, and run to its end; then every table is compared, clocks and run numbers aside.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import crawl
from benchmarks.evaluate import write_tables

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"
_CLOCKS = {"started", "ended", "found", "run_id", "observed"}


def tables(path: Path) -> dict[str, list[str]]:
    """All rows but for clocks, the numbers of runs, and the table of runs itself."""
    conn = sqlite3.connect(path)
    found = {}
    for (name,) in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        if name.startswith(("articles_fts", "sqlite_", "runs")):
            continue
        cursor = conn.execute(f"SELECT * FROM {name}")
        kept = [i for i, c in enumerate(cursor.description) if c[0] not in _CLOCKS]
        found[name] = sorted(repr([row[i] for i in kept]) for row in cursor)
    conn.close()
    return found


def words(*given: Any) -> list[str]:
    return [sys.executable, "-m", "provenance", *map(str, given)]


def finished(*given: Any) -> float:
    began = time.perf_counter()
    done = subprocess.run(words(*given), capture_output=True)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - began


def table(points: int, times: int) -> list[str]:
    chance = random.Random(11)
    bad: list[str] = []
    killed = twice = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        source, empty = folder / "crawl.warc.gz", folder / "empty.db"
        pages = sorted((ROOT / "corpus" / "crawl").rglob("*.html"))
        shapes = [page.read_text("utf-8", "replace") for page in pages]
        made = (
            shape.replace("</article>", f"<p>Kept in file {i}.</p></article>")
            for i in range(times)
            for shape in shapes
        )
        count = crawl.write_warc(source, made)
        finished("add", ROOT / "corpus" / "originals", "--db", empty)
        whole = folder / "whole.db"
        shutil.copy(empty, whole)
        took = finished("scan", source, "--db", whole, "--jobs", 2)
        expected = tables(whole)
        # A kill after the run learned its boilerplate, and before it ended, has it scan once more.
        finished("scan", source, "--db", whole, "--jobs", 2)
        again = tables(whole)
        path = folder / "killed.db"
        while killed < points:
            for leftover in folder.glob("killed.db*"):
                leftover.unlink()
            shutil.copy(empty, path)
            ended = False
            for _ in range(chance.randint(1, 3)):
                process = subprocess.Popen(
                    words("scan", source, "--db", path, "--jobs", 2),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
                time.sleep(chance.uniform(0.05, took))
                if process.poll() is not None:
                    ended = True
                    break
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                killed += 1
                conn = sqlite3.connect(path)
                (state,) = conn.execute("PRAGMA integrity_check").fetchone()
                conn.close()
                if state != "ok":
                    bad.append(f"integrity: {state}")
            if not ended:
                # Once more after its end, it would judge with the boilerplate learned meanwhile.
                finished("scan", source, "--db", path, "--jobs", 2)
            got = tables(path)
            twice += got != expected and got == again
            if got != again:
                bad += [name for name in expected if got.get(name) != expected[name]]
    rows = sum(len(found) for found in expected.values())
    return [
        f"{killed} kills with SIGKILL at random moments of a "
        f"scan of {count} pages with 2 jobs: {len(bad)} differences to the unbroken run in "
        f"{rows:,} rows of {len(expected)} tables"
        + (f" ({', '.join(sorted(set(bad)))})" if bad else ", every `integrity_check` ok")
        + f". {twice} of the rounds ended as two unbroken runs do: they were killed after the "
        "first had learned its boilerplate."
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--points", type=int, default=60, help="kills at least (default: 60)")
    parser.add_argument("--times", type=int, default=6, help="the corpus so often (default: 6)")
    parser.add_argument("--write", action="store_true", help=f"put the line into {PAGE.name}")
    arguments = parser.parse_args()
    lines = table(arguments.points, arguments.times)
    print("\n".join(lines))
    if arguments.write:
        write_tables({"durability": lines}, PAGE)


if __name__ == "__main__":
    main()
