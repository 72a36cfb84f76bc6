"""How long the command takes as a whole process, from the prompt and back.

    python -m benchmarks.coldstart [--originals FOLDER] [--page FILE] [--runs N]

Times ``provenance --help`` (what every call pays), ``provenance check FILE`` against an empty
database, and against one with originals (what one page costs, with everything loaded anew). The
originals are registered once, before, into a database in a temporary folder; each timed check works
on a copy of it, so that every run does the same. The first, untimed run of each warms the disk's
cache.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from provenance.store import Store

CORPUS = Path(__file__).parent.parent / "corpus"
COMMAND = (sys.executable, "-m", "provenance")


def run(words: Sequence[str], folder: Path) -> float:
    """Seconds that one call takes. Its output is passed over; an exit code but 0 ends it all."""
    environment = {k: v for k, v in os.environ.items() if k != "PROVENANCE_DB"}
    began = time.perf_counter()
    done = subprocess.run(
        [*COMMAND, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    taken = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"provenance {' '.join(words)}: exit {done.returncode}\n{done.stderr.strip()}")
    return taken


def timed_help(folder: Path, runs: int) -> list[float]:
    """Seconds of each ``provenance --help``."""
    return [run(["--help"], folder) for _ in range(runs + 1)][1:]


def timed_check(folder: Path, originals: Path | None, page: Path, runs: int) -> list[float]:
    """Seconds of each ``provenance check`` against the same originals, or none."""
    made, db = folder / "made.db", folder / "used.db"
    made.unlink(missing_ok=True)
    if originals:
        run(["add", str(originals), "--db", str(made)], folder)
    else:
        Store.open(made).close()
    taken = []
    for _ in range(runs + 1):
        shutil.copyfile(made, db)
        taken.append(run(["check", str(page), "--db", str(db)], folder))
    return taken[1:]


def first_page(folder: Path) -> Path:
    """The first saved page of a folder, by name."""
    found = min((path for path in folder.rglob("*.html") if path.is_file()), default=None)
    if found is None:
        sys.exit(f"{folder}: holds no saved page; name one with --page FILE")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--originals", type=Path, default=CORPUS / "originals")
    parser.add_argument("--page", type=Path, help="what is checked (default: of the demo's crawl)")
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    if not arguments.originals.exists():
        parser.error(f"there is no {arguments.originals}")
    if arguments.runs < 1:
        parser.error("--runs must be at least 1")
    page = arguments.page or first_page(CORPUS / "crawl" / "worldupdatehub.example")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = {
            "provenance --help": timed_help(folder, arguments.runs),
            "check FILE, no originals": timed_check(folder, None, page.resolve(), arguments.runs),
            "check FILE": timed_check(
                folder, arguments.originals.resolve(), page.resolve(), arguments.runs
            ),
        }
    print(f"{arguments.runs} runs each, in seconds; Python {sys.version.split()[0]}\n")
    print(f"{'':26}{'min':>8}{'median':>8}{'max':>8}")
    for what, taken in rows.items():
        middle = statistics.median(taken)
        print(f"{what:26}{min(taken):8.2f}{middle:8.2f}{max(taken):8.2f}")


if __name__ == "__main__":
    main()
