"""How scanning grows with workers, and whether memory stays flat.

    python -m benchmarks.jobs DATA [--pages 600] [--originals 2000] [--write]

Whole runs of the command line on one made WARC (benchmarks/crawl.py), turn by turn: 1 job, 2 jobs.
Memory is the peak of the command and its workers together, with the crawl once and ten times.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import crawl
from benchmarks.evaluate import write_tables

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def memory_of(leader: int) -> int:
    """Resident bytes of a session's processes, what they share counted once each (PSS)."""
    total = 0
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(place.name)) != leader:
                continue
            for line in (place / "smaps_rollup").read_text("ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        except (OSError, ValueError):
            continue
    return total


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a command with all its processes: seconds by the clock, seconds of the processor
    in all and of the command's own process, their memory in bytes, second by second, and what it
    said."""

    seconds: float
    processor: float
    own: float
    memory: Sequence[int]
    told: str

    @property
    def peak(self) -> int:
        """The most memory that they took."""
        return max(self.memory, default=0)


def processor_of(leader: int) -> dict[int, float]:
    """Seconds of the processor that each process of a session has taken."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(place.name)) != leader:
                continue
            told = (place / "stat").read_text("ascii").rsplit(")", 1)[1].split()
        except (OSError, ValueError):
            continue
        found[int(place.name)] = (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    return found


def watched(command: list[str], *, weigh: bool = False) -> Ran:
    """Run a command to its end; with ``weigh`` its memory is told, too."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    memory: list[int] = []
    spent: dict[int, float] = {}

    def watch() -> None:
        while process.poll() is None:
            if weigh:
                memory.append(memory_of(process.pid))
            # Workers are their server's children, and are waited for by it alone.
            spent.update(processor_of(process.pid))
            # To weigh a process takes some milliseconds of its own.
            time.sleep(1.0 if weigh else 0.3)

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, told = process.communicate()
    took = time.perf_counter() - began
    watcher.join()
    if process.returncode not in (0, 3):
        raise SystemExit(told.decode())
    return Ran(took, sum(spent.values()), spent.get(process.pid, 0.0), memory, told.decode())


def scanned(database: Path, source: Path, jobs: int, *, weigh: bool = False) -> tuple[float, int]:
    """Seconds of one scan on a copy of the database, and its peak memory in bytes."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "scan.db"
        shutil.copy(database, copy)
        words = [sys.executable, "-m", "provenance", "scan", str(source), "--db", str(copy)]
        ran = watched([*words, "--jobs", str(jobs)], weigh=weigh)
    return ran.seconds, ran.peak


def table(data: Path, pages: int, originals: int, rounds: int) -> list[str]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        database, source = folder / "originals.db", folder / "crawl.warc.gz"
        crawl.write_originals(folder / "originals.jsonl", data, originals)
        add = [sys.executable, "-m", "provenance", "add", str(folder / "originals.jsonl")]
        subprocess.run([*add, "--db", str(database)], check=True, capture_output=True)
        crawl.write_warc(source, crawl.pages(data, pages))
        times: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(rounds):
            for jobs in times:
                times[jobs].append(scanned(database, source, jobs)[0])
        once = scanned(database, source, 2, weigh=True)[1]
        crawl.write_warc(source, crawl.pages(data, pages * 10, seed=8))
        tenfold = scanned(database, source, 2, weigh=True)[1]
    ratios = [one / two for one, two in zip(times[1], times[2], strict=True)]
    what = (
        f"{pages} pages (1 % hold an original) against {originals:,} originals, {rounds} rounds; "
        "whole processes, imports included."
    )
    lines = [
        what,
        "",
        "| jobs | pages/s | times one job |",
        "|---:|---:|---:|",
    ]
    for jobs, found in times.items():
        ratio = "1" if jobs == 1 else f"{statistics.median(ratios):.2f}"
        lines.append(f"| {jobs} | {pages / statistics.median(found):.0f} | {ratio} |")
    weight = (
        f"Peak memory with 2 jobs (PSS of all processes): {once / 1e6:.0f} MB for {pages} pages, "
        f"{tenfold / 1e6:.0f} MB for {pages * 10} ({tenfold / once:.2f} times)."
    )
    lines += ["", weight]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with html/ and articles.jsonl.gz")
    parser.add_argument("--pages", type=int, default=600, help="of the crawl (default: 600)")
    parser.add_argument("--originals", type=int, default=2000, help="registered (default: 2000)")
    parser.add_argument("--rounds", type=int, default=3, help="of each (default: 3)")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    arguments = parser.parse_args()
    lines = table(arguments.data, arguments.pages, arguments.originals, arguments.rounds)
    print("\n".join(lines))
    if arguments.write:
        write_tables({"jobs": lines}, PAGE)


if __name__ == "__main__":
    main()
